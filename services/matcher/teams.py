"""The best team for one request, exactly: nobody twice, one from outside, councils of their own, councillors of more than one group."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp
from scipy.sparse import csr_array

NO_PARTY = 0
_NOBODY: frozenset[int] = frozenset()
_SHARED, _UNMIXED = 1_000.0, 100.0
"""What a second peer from one council, and councillors of one group alone, cost in the search: more than any team can be worth."""


class Choices(Protocol):
    """Who may take a place, best first, as (peer, worth): worth on the scale of fit, for each peer once."""

    def choices(self) -> Iterator[tuple[int, float]]: ...


@dataclass(frozen=True, slots=True)
class Team:
    """peers: by place. worth: the sum of theirs. gap: how much more another team could at most be worth (0: none is better).

    councils: how many peers share a council with another of the team. mixed: councillors of more than one group, or fewer than two.
    """

    peers: tuple[int, ...]
    worth: float
    gap: float
    councils: int
    mixed: bool


@dataclass(frozen=True, slots=True)
class _Choice:
    place: int
    peer: int
    worth: float
    council: int
    party: int
    outside: bool


def compose(
    places: Sequence[Choices],
    council_of: Sequence[int],
    party_of: Mapping[int, int] | None = None,
    outside: frozenset[int] | None = None,
) -> Team | None:
    """The team of most worth among those in which as few peers as possible share a council and, after that, councillors' groups are mixed.

    council_of: by peer. party_of: the group of a peer who is a councillor, other than NO_PARTY; None where groups do not matter.
    outside: peers of whom at least one must be in the team, whatever that costs; None where that was not asked.
    None when no full team exists. The same input gives the same team on every run and machine.

    A place's peers are cut down to the best of so many councils as the team has places, for each group, and those from outside, apart:
    whoever is left out could be exchanged for one who is not without a loss, for the others of the team take one council less than that.
    Councils of their own alone make it an assignment of places to councils, solved as such; what that leaves undone is solved by HiGHS.
    """
    party_of = party_of or {}
    plain = [_cut(place, each, len(places), council_of, {}, _NOBODY) for place, each in enumerate(places)]
    if not all(plain):
        return None
    found = _one_council_each(plain)
    if found is not None:
        team = _team(found, places, party_of, 0.0)
        if team.mixed and (outside is None or not outside.isdisjoint(team.peers)):
            return team
    grouped = [_cut(place, each, len(places), council_of, party_of, outside or _NOBODY) for place, each in enumerate(places)]
    solved = _by_program([choice for each in grouped for choice in each], len(places), one_outside=outside is not None)
    return _team(solved[0], places, party_of, solved[1]) if solved else None


def _cut(
    place: int, choices: Choices, size: int, council_of: Sequence[int], party_of: Mapping[int, int], outside: frozenset[int]
) -> list[_Choice]:
    """Of each group, the best of so many councils; where there are fewer councils, so many of each."""
    every: dict[tuple[int, bool], dict[int, list[_Choice]]] = {}
    for peer, worth in choices.choices():
        group = party_of.get(peer, NO_PARTY), peer in outside
        of_council = every.setdefault(group, {}).setdefault(council_of[peer], [])
        if len(of_council) < size:
            of_council.append(_Choice(place, peer, worth, council_of[peer], *group))
        if not party_of and not outside and len(every[group]) == size:
            break  # best first: nobody better can follow
    kept: list[_Choice] = []
    for councils in every.values():
        if len(councils) < size:
            kept += (choice for some in councils.values() for choice in some)
        else:
            kept += sorted((some[0] for some in councils.values()), key=lambda choice: -choice.worth)[:size]
    return kept


def _one_council_each(places: Sequence[Sequence[_Choice]]) -> list[_Choice] | None:
    """The team of most worth with a council of its own for each place, so that nobody can be in it twice; None when there is none."""
    columns = {council: column for column, council in enumerate(sorted({choice.council for each in places for choice in each}))}
    if len(columns) < len(places):
        return None
    best: dict[tuple[int, int], _Choice] = {}
    worth = np.full((len(places), len(columns)), -np.inf)
    for each in places:
        for choice in each:
            at = (choice.place, columns[choice.council])
            if at not in best or choice.worth > best[at].worth:
                best[at], worth[at] = choice, choice.worth
    try:
        rows, found = linear_sum_assignment(worth, maximize=True)
    except ValueError:  # no assignment without a pair that may not be
        return None
    return [best[at] for at in zip(rows.tolist(), found.tolist(), strict=True)]


def _by_program(choices: Sequence[_Choice], size: int, *, one_outside: bool) -> tuple[list[_Choice], float] | None:
    """The same with councils shared where they must be and groups mixed where they can be, and the gap; solved to the end."""
    choices = sorted(choices, key=lambda choice: (choice.place, choice.peer))
    councils = sorted({choice.council for choice in choices})
    shared = {council: len(choices) + at for at, council in enumerate(councils)}
    unmixed = len(choices) + len(councils)
    rows: list[tuple[dict[int, float], float, float]] = []
    for _, each in groupby(enumerate(choices), key=lambda pair: pair[1].place):
        rows.append(({at: 1.0 for at, _ in each}, 1, 1))
    for _, same in groupby(sorted(enumerate(choices), key=lambda pair: pair[1].peer), key=lambda pair: pair[1].peer):
        rows.append(({at: 1.0 for at, _ in same}, 0, 1))
    rows += [
        ({at: 1.0 for at, choice in enumerate(choices) if choice.council == council} | {shared[council]: -1.0}, -np.inf, 1)
        for council in councils
    ]
    for party in sorted({choice.party for choice in choices} - {NO_PARTY}):  # more than one of a group only beside somebody of another
        own = {at: 1.0 if choice.party == party else -float(size) for at, choice in enumerate(choices) if choice.party != NO_PARTY}
        rows.append((own | {unmixed: -float(size)}, -np.inf, 1))
    if one_outside:
        rows.append(({at: 1.0 for at, choice in enumerate(choices) if choice.outside}, 1, np.inf))
    cost = np.array([-choice.worth for choice in choices] + [_SHARED] * len(councils) + [_UNMIXED])
    most = np.array([1.0] * len(choices) + [float(size)] * len(councils) + [1.0])
    at_row = [row for row, (cells, _, _) in enumerate(rows) for _ in cells]
    at_column = [column for cells, _, _ in rows for column in cells]
    matrix = csr_array(([value for cells, _, _ in rows for value in cells.values()], (at_row, at_column)), shape=(len(rows), len(cost)))
    limits = LinearConstraint(matrix, [low for _, low, _ in rows], [high for _, _, high in rows])
    answer = milp(cost, constraints=limits, bounds=Bounds(0, most), integrality=np.ones(len(cost), np.int64), options={"mip_rel_gap": 0.0})
    if answer.x is None:
        return None
    found = [choice for choice, taken in zip(choices, answer.x, strict=False) if taken > 0.5]
    return found, float(answer.mip_gap or 0.0)


def _team(found: Sequence[_Choice], places: Sequence[Choices], party_of: Mapping[int, int], gap: float) -> Team:
    """Of places with the same choices the first gets who is worth most."""
    parties = [party_of[choice.peer] for choice in found if party_of.get(choice.peer, NO_PARTY) != NO_PARTY]
    peers = [-1] * len(places)
    for place, each in enumerate(places):
        alike = [other for other, choices in enumerate(places) if choices == each]
        if alike[0] == place:
            taken = sorted((choice for choice in found if choice.place in alike), key=lambda choice: (-choice.worth, choice.peer))
            for at, choice in zip(alike, taken, strict=True):
                peers[at] = choice.peer
    return Team(
        peers=tuple(peers),
        worth=sum(choice.worth for choice in found),
        gap=gap,
        councils=len(found) - len({choice.council for choice in found}),
        mixed=len(parties) < 2 or len(set(parties)) > 1,
    )
