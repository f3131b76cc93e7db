"""Who is proposed for which place of one request: the best team first, then for each place who else could take it; nobody twice."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from services.matcher.teams import Choices, compose


class Order(Choices, Protocol):
    """Peers for one place, best first: `within` may be proposed; `beyond` only where the place would stay empty, or who is wished for."""

    @property
    def within(self) -> Sequence[int]: ...
    @property
    def beyond(self) -> Sequence[int]: ...


def deal(
    orders: Sequence[Order],
    council_of: Sequence[int],
    size: int,
    named: int | None = None,
    party_of: Mapping[int, int] | None = None,
    outside: frozenset[int] | None = None,
) -> list[list[int]]:
    """By place, 1 to `size` peers; an empty list where nobody is left for the place, however the peers are shared out.

    The firsts of all places are the best team (see teams.py; `party_of` and `outside` as there), then places take turns; where nobody
    from outside can be had, the firsts are any. `named`, a peer who is wished for, comes into the shortlist of the first place that they
    may fill: where they stand there, or last.
    """
    everyone = [(*order.within, *order.beyond) for order in orders]
    team = compose(orders, council_of, party_of, outside)
    firsts = dict(enumerate(team.peers)) if team else _as_many_as_possible(everyone)
    dealt = [[firsts[place]] if place in firsts else [] for place in range(len(orders))]
    if len(firsts) < len(orders):
        return dealt
    taken = set(firsts.values())
    wished = None
    if named is not None and named not in taken:
        wished = next((place for place, peers in enumerate(everyone) if named in peers), None)
    if named is not None and wished is not None:
        dealt[wished].append(named)
        taken.add(named)
    turns = [iter(order.within) for order in orders]
    hungry = list(range(len(orders)))
    while hungry:
        hungry = [place for place in hungry if len(dealt[place]) < size and _takes_next(turns[place], dealt[place], taken)]
    if wished is not None:
        dealt[wished][1:] = sorted(dealt[wished][1:], key=everyone[wished].index)
    return dealt


def put_first(dealt: Sequence[Sequence[int]], firsts: Sequence[int], size: int) -> list[list[int]]:
    """The same shortlists with these peers, one for each place, at their heads and nowhere else."""
    heads = set(firsts)
    return [[first, *(peer for peer in peers if peer not in heads)][:size] for first, peers in zip(firsts, dealt, strict=True)]


def _takes_next(turn: Iterator[int], peers: list[int], taken: set[int]) -> bool:
    for peer in turn:
        if peer not in taken:
            peers.append(peer)
            taken.add(peer)
            return True
    return False


def _as_many_as_possible(everyone: Sequence[Sequence[int]]) -> dict[int, int]:
    """By place, somebody for as many places as can be filled; those with the fewest peers choose first."""
    place_of: dict[int, int] = {}
    for place in sorted(range(len(everyone)), key=lambda place: len(everyone[place])):
        _make_room(place, everyone, place_of, set())
    return {place: peer for peer, place in place_of.items()}


def _make_room(place: int, everyone: Sequence[Sequence[int]], place_of: dict[int, int], asked: set[int]) -> bool:
    """Finds a peer for the place by moving those who have one to others that they may fill. Source: Kuhn's augmenting paths."""
    for peer in everyone[place]:
        if peer not in asked:
            asked.add(peer)
            if peer not in place_of or _make_room(place_of[peer], everyone, place_of, asked):
                place_of[peer] = place
                return True
    return False
