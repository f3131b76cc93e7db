"""Which pairs an exact allocation looks at: all of a list, or of a whole matrix the promising ones, and then whatever could improve it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from services.matcher.allocation import Allocation, Market, Steps, allocate
from services.matcher.dated import Flags, Floats, Ints
from services.matcher.flow import MILLION, millionths

_ROWS = 60_000  # values looked at in one piece: a piece and what is worked out of it stay in the processor's cache
_FIRST = 8  # candidates of each request and each peer to begin with, at least
_MORE = 16  # pairs of a request that are taken in at once


class Pairs(Protocol):
    """Who may be matched with whom, and what it is worth. A pair is a number: request times peers plus peer."""

    @property
    def requests(self) -> int: ...
    @property
    def peers(self) -> int: ...
    def begin(self, places: Ints, capacity: Ints) -> Ints: ...
    def better(self, request: Ints, peer: Ints) -> Ints: ...
    def tight(self, request: Ints, peer: Ints) -> Ints: ...
    def across(self, requests: Flags, peers: Flags) -> Ints: ...
    def everything(self) -> Ints: ...
    def allowed(self, pairs: Ints) -> Ints: ...
    def worth(self, pairs: Ints) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Listed:
    """Pairs as a list, all of which are always looked at. pairs: sorted; fit: of the same length."""

    requests: int
    peers: int
    pairs: Ints
    fit: Floats

    def begin(self, places: Ints, capacity: Ints) -> Ints:  # noqa: ARG002
        return self.pairs

    def better(self, request: Ints, peer: Ints) -> Ints:  # noqa: ARG002
        return self.pairs[:0]

    tight = better

    def across(self, requests: Flags, peers: Flags) -> Ints:  # noqa: ARG002
        return self.pairs[:0]

    def everything(self) -> Ints:
        return self.pairs

    def allowed(self, pairs: Ints) -> Ints:
        return pairs[np.isin(pairs, self.pairs)]

    def worth(self, pairs: Ints) -> Floats:
        return self.fit[np.searchsorted(self.pairs, pairs)]


@dataclass(frozen=True, slots=True)
class Dense:
    """Pairs as a matrix, requests by peers; -inf where a pair may not be matched."""

    fit: Floats

    @property
    def requests(self) -> int:
        return len(self.fit)

    @property
    def peers(self) -> int:
        return int(self.fit.shape[1])

    def begin(self, places: Ints, capacity: Ints) -> Ints:  # noqa: ARG002
        """The best of each request and the best of each peer: either alone would leave somebody without."""
        row = min(self.peers, max(_FIRST, 3 * int(places.max(initial=0))))
        column = min(self.requests, max(_FIRST, 2 * -(-int(places.sum()) // max(1, self.peers))))
        found = []
        best = np.full((column, self.peers), -1, np.int64)
        for first, keys in self._keys():
            numbers = np.argpartition(-keys, row - 1, axis=1)[:, :row]
            found.append(((first + np.arange(len(keys)))[:, None] * self.peers + numbers).ravel())
            both = np.concatenate([best, keys * self.requests + (self.requests - 1 - first - np.arange(len(keys)))[:, None]])
            best = -np.partition(-both, column - 1, axis=0)[:column]
        rows = self.requests - 1 - best % self.requests
        found.append((rows * self.peers + np.arange(self.peers)).ravel())
        return self.allowed(np.unique(np.concatenate(found)))

    def better(self, request: Ints, peer: Ints) -> Ints:
        """Of each request, some of the pairs that are worth more than the prices say."""
        found = []
        for first, gain in self._gains(request, peer):
            rows, columns = np.nonzero(gain > 0)
            if len(rows):
                order = np.lexsort((columns, -gain[rows, columns], rows))
                rows, columns = rows[order], columns[order]
                place = np.arange(len(rows)) - np.searchsorted(rows, rows)
                kept = place < _MORE
                found.append((first + rows[kept]) * self.peers + columns[kept])
        return _joined(found)

    def tight(self, request: Ints, peer: Ints) -> Ints:
        """The pairs that are worth exactly what the prices say: they may stand in for one another."""
        found = []
        for first, gain in self._gains(request, peer):
            rows, columns = np.nonzero(gain == 0)
            found.append((first + rows) * self.peers + columns)
        return _joined(found)

    def across(self, requests: Flags, peers: Flags) -> Ints:
        """Of each of these requests, some pairs with peers who are not among these: only such could fill a place more."""
        outside, found = np.flatnonzero(~peers), []
        for request in np.flatnonzero(requests).tolist():
            open_to = outside[np.isfinite(self.fit[request, outside])]
            best = open_to[np.argsort(-self.fit[request, open_to], kind="stable")[:_MORE]]
            found.append(request * self.peers + best)
        return _joined(found)

    def everything(self) -> Ints:
        """All that may be matched: much memory for a large matrix."""
        return self.allowed(np.arange(self.requests * self.peers))

    def worth(self, pairs: Ints) -> Floats:
        values: Floats = self.fit.ravel()[pairs]
        return values

    def allowed(self, pairs: Ints) -> Ints:
        """Those of these that may be matched."""
        return pairs[np.isfinite(self.worth(pairs))]

    def _pieces(self) -> Iterator[tuple[int, Floats]]:
        step = max(1, _ROWS // max(1, self.peers))
        for first in range(0, self.requests, step):
            yield first, self.fit[first : first + step]

    def _keys(self) -> Iterator[tuple[int, Ints]]:
        """Whole numbers in the order of the fit, no two of a request the same, so that every machine picks the same among equals.

        Equals are picked from another peer on for each request, so that not all requests look at the same few.
        """
        for first, fit in self._pieces():
            turn = (np.arange(self.peers) - 7_919 * (first + np.arange(len(fit)))[:, None]) % self.peers
            last = -(2**61) // max(1, self.peers * self.requests)
            worth = np.where(np.isfinite(fit), np.rint(np.nan_to_num(fit, neginf=0) * MILLION), last).astype(np.int64)
            yield first, worth * self.peers + turn

    def _gains(self, request: Ints, peer: Ints) -> Iterator[tuple[int, Ints]]:
        """Worth less the two prices, in millionths; far below 0 where a pair may not be matched."""
        for first, fit in self._pieces():
            worth = np.rint(np.where(np.isfinite(fit), fit, -1e9) * MILLION).astype(np.int64)
            yield first, worth - request[first : first + len(fit), None] - peer


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.zeros(0, np.int64), *parts])


@dataclass(frozen=True, slots=True)
class Demand:
    """What is wanted of some pairs: as in Market, with pinned pairs by number."""

    places: Ints
    capacity: Ints
    at_least: Ints | None = None
    pinned: Ints | None = None


def market_of(pairs: Pairs, demand: Demand, have: Ints, steps: tuple[Steps, ...] = ()) -> Market:
    """The market of these pairs."""
    request, peer = np.divmod(have, pairs.peers)
    pinned = None if demand.pinned is None else np.isin(have, demand.pinned)
    return Market(demand.places, demand.capacity, request, peer, pairs.worth(have), demand.at_least, pinned, steps=steps)


def best(pairs: Pairs, demand: Demand, steps: tuple[Steps, ...] = ()) -> tuple[Ints, Allocation]:
    """The best allocation over all pairs, and the pairs that were looked at. No pair left out could improve it: the prices prove it."""
    have = pairs.begin(demand.places, demand.capacity)
    if demand.pinned is not None:
        have = np.union1d(have, demand.pinned)
    while True:
        found = allocate(market_of(pairs, demand, have, steps))
        more = pairs.better(*whole(found))
        if found.unmet.any():
            more = np.concatenate([more, pairs.across(*found.in_the_way)])
        wider = np.union1d(have, more)
        if len(wider) == len(have):
            return have, found
        have = wider


def whole(found: Allocation) -> tuple[Ints, Ints]:
    """The prices of requests and peers in millionths, as the network has them."""
    return millionths(found.prices.request), millionths(found.prices.peer)
