"""Ranking, online: requests one after the other, each against all peers, with the load that the ones before it have added."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from schemas.fact import built
from schemas.matcher import PlaceSuggestion, Shortage
from services.matcher.asks import Ask
from services.matcher.columns import Columns, Register
from services.matcher.courses import needs_place, opening, place_for
from services.matcher.lots import Lot
from services.matcher.policy import Policy
from services.matcher.price import Prices
from services.matcher.rulebook import ABSOLUTE, COURSE_PLACE, EVERY, OF_CAPACITY, ONE_OUTSIDE, RULES, Rule
from services.matcher.rules import broken_by, excluded_by
from services.matcher.shortlists import deal, put_first
from services.matcher.standing import Sheet, Standing
from services.vocabulary.roles import is_councillor

__all__ = [
    "ABSOLUTE",
    "COURSE_PLACE",
    "EVERY",
    "OF_CAPACITY",
    "ONE_OUTSIDE",
    "OTHER_PLACE",
    "RULES",
    "Ask",
    "Dealt",
    "Ranked",
    "Rule",
    "broken_by",
    "dealt_to",
    "excluded_by",
    "lacks_outsider",
    "outsiders",
    "rank",
    "stand",
]

OTHER_PLACE = "other_place"
_AT_ONCE = 500_000
"""Peers of the register times places in one lot: enough to share the work, and few enough for the processor's own memory."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What can be proposed for a request: a suggestion for every place, or else the places that are short and why.

    cohort: of the course in which there is a place for it. opens: what it weighs among the open suggestions, as (name, weight).
    """

    request: str
    suggestions: tuple[PlaceSuggestion, ...] = ()
    shortages: tuple[Shortage, ...] = ()
    cohort: str | None = None
    opens: tuple[tuple[str, float], ...] = ()


def rank(register: Register, asks: Sequence[Ask], policy: Policy, as_of: date) -> list[Ranked]:
    """Ranks the requests in order. Before the next, each peer who is proposed weighs 1 over the shortlist's length on the register.

    A request is served whole or not at all: with a place short, nothing is proposed and no load is added.
    In a shortlist the best value comes first, ties by peer id, with two exceptions. Of a request with several places, the firsts are the
    best team: with somebody from outside the region where that is asked, from councils of their own and, where two are councillors, of
    more than one group, as far as that can be. And a peer who was wished for, whom neither a rule nor the floor leaves out, is always in
    the shortlist of the first place that they may fill: where they stand, or last. Rules and price are the same for them.
    Where a round has chosen (`first` of the ask), its peers head the shortlists, as long as all of them may still be proposed.
    The result is a pure function of the records applied, the open suggestions, the asks, the policy and the day.
    """
    columns = register.columns()
    prices = Prices(columns, policy, as_of)
    most = max(1, _AT_ONCE // max(1, len(columns.ids)))
    ranked: list[Ranked] = []
    for first in range(0, len(asks), most):
        together = asks[first : first + most]
        places = [(ask, role) for ask in together for role in dict.fromkeys(role for _, role in ask.places)]
        sheet = Sheet(Lot(columns, places, policy))
        standings = iter([sheet.standing(at, prices) for at in range(len(places))])
        for ask in together:
            by_role = {role: next(standings) for role in dict.fromkeys(role for _, role in ask.places)}
            ranked.append(_serve(register, ask, by_role, prices, policy.shortlist, as_of))
    return ranked


def stand(register: Register, ask: Ask, role: str, policy: Policy, as_of: date) -> Standing:
    """How everybody stands for a place of that role now: the arithmetic behind a suggestion, for peers who were not proposed as well."""
    columns = register.columns()
    return Sheet(Lot(columns, [(ask, role)], policy)).standing(0, Prices(columns, policy, as_of))


@dataclass(frozen=True, slots=True)
class Dealt:
    """How everybody stands for each place of a request, at these prices, and whom the shortlists have: rows of Columns, best first.

    An empty shortlist is a place that nobody can fill: then nothing at all is proposed. `wanting`: why those who could be proposed for it
    are not, OTHER_PLACE (they are needed there), ONE_OUTSIDE (everybody of the team would be of the host's region) or COURSE_PLACE (there
    is none yet).
    """

    standings: tuple[Standing, ...]
    shortlists: list[list[int]]
    wanting: str
    prices: Prices


def dealt_to(register: Register, ask: Ask, policy: Policy, as_of: date) -> Dealt:
    """What a ranking of this request alone would propose now. Adds no load."""
    columns, roles = register.columns(), list(dict.fromkeys(role for _, role in ask.places))
    prices, sheet = Prices(columns, policy, as_of), Sheet(Lot(columns, [(ask, role) for role in roles], policy))
    by_role = {role: sheet.standing(at, prices) for at, role in enumerate(roles)}
    standings = tuple(by_role[role] for _, role in ask.places)
    if _waits(register, ask, as_of):
        return Dealt(standings, [[] for _ in standings], COURSE_PLACE, prices)
    return Dealt(standings, *_deal(columns, ask, standings, policy.shortlist), prices)


def _waits(register: Register, ask: Ask, as_of: date) -> bool:
    """Whether the request is for a place on a course and there is none."""
    return needs_place(ask.kind) and place_for(register, ask, as_of) is None


def _deal(columns: Columns, ask: Ask, standings: Sequence[Standing], shortlist: int) -> tuple[list[list[int]], str]:
    """The shortlists, and why those who could be proposed for an empty one are not."""
    named = columns.index.get(ask.named_peer) if ask.named_peer else None
    outside = outsiders(columns, ask)
    if len(standings) == 1 and named is None and outside is None:
        dealt = [standings[0].best(shortlist) or standings[0].beyond[:1]]  # what follows comes to the same, and most requests are like this
    else:
        groups = parties(columns, ask, standings)
        dealt = deal(standings, columns.home_list, shortlist, named, groups, outside)
    if all(dealt) and outside is not None and outside.isdisjoint(peers[0] for peers in dealt):
        dealt[_place_for(columns, ask, outside)] = []
        return dealt, ONE_OUTSIDE
    if all(dealt) and ask.first and (firsts := _firsts(ask, standings, columns, outside)):
        dealt = put_first(dealt, firsts, shortlist)
    return dealt, OTHER_PLACE


def outsiders(columns: Columns, ask: Ask) -> frozenset[int] | None:
    """Who comes from outside the host's region, where a request needs at least one of the team from there; None where it does not."""
    if not ask.one_outside_region:
        return None
    return frozenset(np.flatnonzero(columns.councils.host(ask.host).outside[columns.homes]).tolist())


def lacks_outsider(columns: Columns, ask: Ask, peers: Iterable[str]) -> bool:
    """Whether these would be a team without the one from outside the region that the request needs."""
    outside = outsiders(columns, ask)
    return outside is not None and outside.isdisjoint(columns.index.get(peer, -1) for peer in peers)


def _place_for(columns: Columns, ask: Ask, outside: frozenset[int]) -> int:
    """The place for which somebody from outside is found most easily: most of those hold its role."""
    day = ask.starts.toordinal()
    held = [len(outside.intersection(columns.holders(role, day).tolist())) for _, role in ask.places]
    return held.index(max(held))


def _serve(register: Register, ask: Ask, by_role: Mapping[str, Standing], prices: Prices, shortlist: int, as_of: date) -> Ranked:
    columns = register.columns()
    standings = [by_role[role] for _, role in ask.places]
    if _waits(register, ask, as_of):
        return Ranked(ask.request, shortages=_short(ask, standings, [[] for _ in standings], COURSE_PLACE))
    dealt, wanting = _deal(columns, ask, standings, shortlist)
    if not all(dealt):
        return Ranked(ask.request, shortages=_short(ask, standings, dealt, wanting))
    suggestions = tuple(
        built(
            PlaceSuggestion,
            place=place,
            role=role,
            considered=standing.considered,
            excluded=standing.excluded,
            candidates=standing.candidates(peers),
        )
        for (place, role), standing, peers in zip(ask.places, standings, dealt, strict=True)
    )
    opens = [(columns.ids[peer], 1 / len(peers)) for peers in dealt for peer in peers]
    cohort = place_for(register, ask, as_of) if needs_place(ask.kind) else None
    if cohort is not None and cohort != ask.cohort:  # the one that it has is counted already
        opens.append((opening(cohort), 1.0))
    register.add_open(opens)
    for peers in dealt:
        prices.renew(peers)
    return Ranked(ask.request, suggestions, cohort=cohort, opens=tuple(opens))


def _firsts(ask: Ask, standings: Sequence[Standing], columns: Columns, outside: frozenset[int] | None) -> list[int]:
    """By place, the peer whom a round chose; nobody unless all of them may still be proposed, each for one place, one from outside."""
    chosen = dict(ask.first)
    rows = [columns.index.get(chosen.get(place, ""), -1) for place, _ in ask.places]
    open_to = all(row in standing.within for row, standing in zip(rows, standings, strict=True))
    return rows if open_to and len(set(rows)) == len(rows) and (outside is None or not outside.isdisjoint(rows)) else []


def parties(columns: Columns, ask: Ask, standings: Sequence[Standing]) -> dict[int, int]:
    """The groups of the councillors among whom a team's places are dealt; empty where fewer than two places are for councillors."""
    places = [standing for (_, role), standing in zip(ask.places, standings, strict=True) if is_councillor(role)]
    if len(places) < 2:
        return {}
    peers = np.unique(np.concatenate([standing.peers for standing in places]))
    return dict(zip(peers.tolist(), columns.parties[peers].tolist(), strict=True))


def _short(ask: Ask, standings: Sequence[Standing], dealt: Sequence[Sequence[int]], wanting: str) -> tuple[Shortage, ...]:
    return tuple(
        Shortage(
            place=place,
            role=role,
            considered=standing.considered,
            excluded=standing.excluded | ({wanting: standing.eligible} if standing.eligible or wanting == COURSE_PLACE else {}),
        )
        for (place, role), standing, peers in zip(ask.places, standings, dealt, strict=True)
        if not peers
    )
