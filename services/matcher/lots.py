"""Places that are ranked together: everybody who might serve, laid end to end, so that a rule or term looks at all of them at once."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from services.matcher.asks import Ask
from services.matcher.columns import Columns
from services.matcher.dated import Flags, Floats, Ints
from services.matcher.policy import Policy
from services.matcher.pools import Needs, Pool


class Lot:
    """Some places, and the pools of all of them in one row.

    asks, roles, needs, pools: by place. place: by row, which place it belongs to. peers, homes: by row, rows of Columns.
    Nothing here changes while open suggestions are added: only the price of load does, and that is no part of it.
    """

    def __init__(self, columns: Columns, places: Sequence[tuple[Ask, str]], policy: Policy) -> None:
        self.columns, self.policy = columns, policy
        self.asks = [ask for ask, _ in places]
        self.roles = [role for _, role in places]
        self.needs = [Needs.of(ask.kind, ask.days, policy) for ask in self.asks]
        self.pools: list[Pool] = [
            columns.pool(role, ask.starts, ask.kind, needs) for (ask, role), needs in zip(places, self.needs, strict=True)
        ]
        self.place: Ints = np.repeat(np.arange(len(places)), [len(pool.peers) for pool in self.pools])
        self.peers: Ints = _end_to_end(pool.peers for pool in self.pools)
        self.homes: Ints = _end_to_end(pool.homes for pool in self.pools)
        self.scarceness: Floats = _end_to_end(pool.scarceness for pool in self.pools)
        self._cells: Ints = self.place * len(columns.councils.codes) + self.homes

    def only(self, rows: Ints) -> "Lot":
        """The same places with these rows alone."""
        left = object.__new__(Lot)
        left.columns, left.policy, left.asks, left.needs, left.pools = self.columns, self.policy, self.asks, self.needs, self.pools
        left.roles = self.roles
        left.place, left.peers, left.homes = self.place[rows], self.peers[rows], self.homes[rows]
        left.scarceness, left._cells = self.scarceness[rows], self._cells[rows]
        return left

    def of_one(self, peer: int) -> "Lot":
        """The first place with this one peer, a row of Columns, alone: whether or not a rule leaves them out."""
        alone = object.__new__(Lot)
        row, columns = np.array([peer]), self.columns
        alone.columns, alone.policy, alone.asks, alone.needs, alone.pools = (
            columns,
            self.policy,
            self.asks[:1],
            self.needs[:1],
            self.pools[:1],
        )
        alone.roles = self.roles[:1]
        alone.place, alone.peers, alone.homes = np.zeros(1, np.int64), row, columns.homes[row]
        day, kind = self.asks[0].starts.toordinal(), columns.named(self.asks[0].kind)
        alone.scarceness = self.pools[0].scarceness_of(columns.peer_offers.in_force(day, row, kind).offered)
        alone._cells = alone.homes
        return alone

    def by_place(self, values: Sequence[Any]) -> Any:
        """By row, the value of its place."""
        return np.array(values)[self.place]

    def by_council(self, values: Iterable[Any]) -> Any:
        """By row, the value of its council among those of its place: one array over all councils for each place."""
        return _end_to_end(values)[self._cells]

    def by_peer(self, values: Iterable[Any]) -> Any:
        """By row, the value of its peer among those of its place: one array over all peers for each place."""
        return _end_to_end(each[self.peers[span]] for each, span in zip(values, self.spans(), strict=True))

    def spans(self) -> list[slice]:
        """By place, its rows."""
        ends = self.place.searchsorted(np.arange(len(self.asks) + 1)).tolist()
        return [slice(*each) for each in pairwise(ends)]

    def one_by_one(self, applies: Callable[[Ask, Needs], bool], check: Callable[[Ask, Ints], Flags]) -> Flags | None:
        """By row, who passes a check that few places need: made place by place, of the ask and its peers; None where no place needs it."""
        concerned = [at for at, each in enumerate(zip(self.asks, self.needs, strict=True)) if applies(*each)]
        if not concerned:
            return None
        passes, spans = np.ones(len(self.peers), np.bool_), self.spans()
        for at in concerned:
            passes[spans[at]] = check(self.asks[at], self.peers[spans[at]])
        return passes


def _end_to_end(parts: Iterable[Any]) -> Any:
    return np.concatenate(list(parts))
