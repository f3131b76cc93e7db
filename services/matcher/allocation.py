"""The best use of everybody at once: an exact allocation of peers to requests, with what it proves. Pure functions of arrays."""

from copy import copy
from dataclasses import dataclass, replace

import numpy as np

from services.matcher.dated import Flags, Floats, Ints
from services.matcher.flow import MILLION, Flow, Network, millionths


@dataclass(frozen=True, slots=True)
class Steps:
    """Groups of peers (each for itself, a council, a region) with a capacity and a rising price.

    of: (peers,) the group of each peer. capacity: (groups,) most placements. rising: (groups, n), in fit, the price of the first placement
    of a group, the second, and so on, which may not fall; beyond n the last price stays.
    """

    of: Ints
    capacity: Ints
    rising: Floats


@dataclass(frozen=True, slots=True)
class Market:
    """Who asks, who can give, and what each pair is worth. The pairs are `request`, `peer`, `fit`, (pairs,), each pair at most once.

    places: (requests,) how many different peers each wants. capacity: (peers,) most placements. fit: any finite worth; a millionth counts.
    at_least: (peers,) fewest placements. pinned: (pairs,) what is decided. unmet: (requests,) the price of a place left unfilled; without
    it, filling comes before everything. some, some_capacity: pairs of a sort (team work) of which each peer takes fewer.
    steps: nested, from the inside out; each group lies within one group of the next.
    """

    places: Ints
    capacity: Ints
    request: Ints
    peer: Ints
    fit: Floats
    at_least: Ints | None = None
    pinned: Flags | None = None
    unmet: Floats | None = None
    some: Flags | None = None
    some_capacity: Ints | None = None
    steps: tuple[Steps, ...] = ()


@dataclass(frozen=True, slots=True)
class Prices:
    """What proves an allocation: the worth, in fit, of a further unit of each.

    request: (requests,), peer: (peers,) a pair that was left out of the market would improve the allocation only if its fit is above the
    sum of the two (a pair of the sort that `some` names, where there is one).
    capacity: (peers,) of a unit more of the peer's own capacity, 0 where some is left. some: the same of `some_capacity`.
    """

    request: Floats
    peer: Floats
    capacity: Floats
    some: Floats


@dataclass(frozen=True, slots=True)
class Allocation:
    """chosen: (pairs,). status: optimal, or feasible when places stay unfilled or a fewest is not met. total: the fit of what is chosen.

    unmet: (requests,) places left unfilled. missed: (peers,) placements below the fewest. in_the_way: (requests,), (peers,) those on the
    near side of the least cut: whoever is unmet, all who compete with them, and the peers whose capacity is not enough for them all. Where
    every place is filled and a fewest is not met: the peers who share too few requests, and all the requests that fit any of them.
    """

    chosen: Flags
    status: str
    total: float
    unmet: Ints
    missed: Ints
    in_the_way: tuple[Flags, Flags]
    prices: Prices


def allocate(market: Market) -> Allocation:
    """The allocation that fills most, meets most of the fewest, and is worth most after the rising prices; proven, for costs are whole.

    Errors: ValueError where arrays do not fit together or what is pinned does not fit its places and capacities; flow.Overflow.
    """
    check(market)
    return Solved(market).allocation()


def choose(market: Market) -> Flags:
    """(pairs,) what `allocate` chooses, without its prices and its cut, which take a third of the time. Errors: as of allocate."""
    check(market)
    return Solved(market).chosen()


def evenly(market: Market) -> Allocation:
    """Of all allocations that are as good as the best, the one whose loads are least unequal: the least sum of load squared over capacity.

    Both are exact. Errors: as of allocate.
    """
    check(market)
    peers = np.arange(len(market.capacity))
    most = np.minimum(market.capacity, _count(market.peer, len(peers)))  # nobody gives more often than there are pairs
    each = Steps(peers, market.capacity, np.zeros((len(peers), max(1, int(most.max(initial=0))))))
    solved = Solved(replace(market, steps=(each, *market.steps)))
    return solved.then_evenly().allocation()


def check(market: Market) -> None:
    """Errors: ValueError naming the first thing that does not fit."""
    pairs, peers = len(market.request), len(market.capacity)
    for name in ("peer", "fit", "pinned", "some"):
        values = getattr(market, name)
        if values is not None and len(values) != pairs:
            raise ValueError(f"{name}: there are {pairs} pairs and {len(values)} values")
    if not np.isfinite(market.fit).all():
        raise ValueError("fit: every value must be a finite number")
    for name in ("places", "capacity", "at_least", "some_capacity"):
        values = getattr(market, name)
        if values is not None and values.min(initial=0) < 0:
            raise ValueError(f"{name}: must not be negative")
    for steps in market.steps:
        if len(steps.of) != peers or (np.diff(steps.rising, axis=1) < 0).any():
            raise ValueError("steps: each peer needs a group, and prices may not fall along a row")
    for inner, outer in zip(market.steps, market.steps[1:], strict=False):
        if len(np.unique(np.stack([inner.of, outer.of]), axis=1).T) != len(np.unique(inner.of)):
            raise ValueError("steps: each group must lie within one group of the next")
    if market.pinned is not None:
        _pins_fit(market, market.pinned)


def _pins_fit(market: Market, pinned: Flags) -> None:
    taken = _count(market.peer[pinned], len(market.capacity))
    over = [_count(market.request[pinned], len(market.places)) > market.places, taken > market.capacity]
    over += [_count(steps.of[market.peer[pinned]], len(steps.capacity)) > steps.capacity for steps in market.steps]
    for what, where in zip(("request", "peer", *("group" for _ in market.steps)), over, strict=True):
        if where.any():
            raise ValueError(f"pinned: {what} {int(where.argmax())} has more pinned pairs than places")


class Solved:
    """The network of a market: source -> request -> peer -> groups from the inside out -> sink, and its flow."""

    def __init__(self, market: Market) -> None:
        self._market = market
        requests, peers = len(market.places), len(market.capacity)
        pinned = np.zeros(len(market.request), np.bool_) if market.pinned is None else market.pinned
        self._pinned, self._free = pinned, np.flatnonzero(~pinned)
        self._taken = _count(market.peer[pinned], peers)
        self._places = market.places - _count(market.request[pinned], requests)
        worth = millionths(market.fit[self._free])
        net = self._net = Network()
        self._source, self._sink = net.nodes(1), net.nodes(1)
        self._requests, self._peers = net.nodes(requests), net.nodes(peers)
        self._some = net.nodes(peers) if market.some is not None else self._peers
        net.arcs(np.repeat(self._source, requests), self._requests, self._places, np.zeros(requests, np.int64))
        heads = self._peers[market.peer[self._free]]
        if market.some is not None:
            heads = np.where(market.some[self._free], self._some[market.peer[self._free]], heads)
        self._pairs = net.arcs(self._requests[market.request[self._free]], heads, np.ones(len(heads), np.int64), -worth)
        self._some_arcs = self._limit_some(market, peers)
        self._stairs: list[tuple[Ints, Ints, int]] = []
        self._through_groups(market, worth)
        if market.unmet is not None:
            prices = millionths(market.unmet)
            net.arcs(self._requests, np.repeat(self._sink, requests), self._places, prices)
        self._flow: Flow = net.solve(int(self._source[0]), int(self._sink[0]), int(self._places.sum()))

    def _limit_some(self, market: Market, peers: int) -> Ints:
        if market.some is None:
            return np.zeros(0, np.int64)
        assert market.some_capacity is not None
        used = _count(market.peer[self._pinned & market.some], peers)
        return self._net.arcs(self._some, self._peers, np.maximum(0, market.some_capacity - used), np.zeros(peers, np.int64))

    def _through_groups(self, market: Market, worth: Ints) -> None:
        """From the peers outwards: each layer's arcs carry its capacity and its rising prices to the next; the last leads to the sink."""
        layers = [self._peers, *(self._net.nodes(len(steps.capacity)) for steps in market.steps)]
        groups = [np.arange(len(self._peers)), *(steps.of for steps in market.steps)]
        for n, nodes in enumerate(layers):
            outer = np.repeat(self._sink, len(nodes))
            if n + 1 < len(layers):
                outer[groups[n]] = layers[n + 1][groups[n + 1]]
            if n == 0:
                self._capacity_arcs = self._peers_out(market, outer, worth)
            else:
                self._rise(nodes, outer, market.steps[n - 1])

    def _peers_out(self, market: Market, outer: Ints, worth: Ints) -> Ints:
        """The peers' own capacity. The fewest are paid so much that meeting one more outweighs all fit; filling still comes first."""
        left = market.capacity - self._taken
        if market.at_least is None:
            return self._net.arcs(self._peers, outer, left, np.zeros(len(left), np.int64))
        dearest = max((int(np.abs(steps.rising).max(initial=0) * MILLION) for steps in market.steps), default=0) * len(market.steps)
        reward = (2 * (int(np.abs(worth).max(initial=0)) + dearest) + 1) * (int(self._places.sum()) + 1)
        fewest = np.minimum(left, np.maximum(0, market.at_least - self._taken))
        self._net.arcs(self._peers, outer, fewest, np.full(len(left), -reward))
        return self._net.arcs(self._peers, outer, left - fewest, np.zeros(len(left), np.int64))

    def _rise(self, nodes: Ints, outer: Ints, steps: Steps) -> None:
        taken = _count(steps.of[self._market.peer[self._pinned]], len(steps.capacity))
        last = steps.rising.shape[1] - 1
        for n in range(last + 1):
            beyond = np.maximum(0, steps.capacity - np.maximum(taken, n))
            units = beyond if n == last else ((taken <= n) & (n < steps.capacity)).astype(np.int64)
            some = np.flatnonzero(units)
            price = millionths(steps.rising[some, n])
            arcs = self._net.arcs(nodes[some], outer[some], units[some], price)
            if steps is self._market.steps[0]:
                self._stairs.append((arcs, some, n))

    def then(self, costs: Ints) -> "Solved":
        """Of all allocations as good, one whose chosen pairs cost least by these whole numbers, one for each pair of the market."""
        each = np.zeros(len(self._flow.units), np.int64)
        each[self._pairs] = costs[self._free]
        return self._after(each)

    def then_evenly(self) -> "Solved":
        """The n-th placement of each group of the innermost steps costs 2n - 1 over its capacity; n from 1."""
        costs, capacity = np.zeros(len(self._flow.units), np.int64), self._market.steps[0].capacity
        unit = max(MILLION, int(capacity.max(initial=0)))  # so that no step is rounded away where a capacity means "no limit"
        for arcs, groups, n in self._stairs:
            costs[arcs] = np.rint(unit * (2 * n + 1) / capacity[groups]).astype(np.int64)
        return self._after(costs)

    def _after(self, costs: Ints) -> "Solved":
        """By whole numbers for each arc of the network."""
        again = copy(self)
        again._flow = self._flow.then(costs)
        return again

    def chosen(self) -> Flags:
        """(pairs,) who gets what."""
        chosen = self._pinned.copy()
        chosen[self._free] = self._flow.units[self._pairs] > 0
        return chosen

    def allocation(self) -> Allocation:
        market, flow, chosen = self._market, self._flow, self.chosen()
        unmet = market.places - _count(market.request[chosen], len(market.places))
        load = _count(market.peer[chosen], len(market.capacity))
        missed = np.maximum(0, (0 if market.at_least is None else market.at_least) - load)
        cut = flow.reachable(self._requests[unmet > 0])
        status = "feasible" if unmet.any() or missed.any() else "optimal"
        way = (cut[self._requests], cut[self._peers]) if unmet.any() else _short_of_requests(market, chosen & ~self._pinned, missed > 0)
        return Allocation(chosen, status, float(market.fit[chosen].sum()), unmet, missed, way, self._prices())

    def _prices(self) -> Prices:
        whole = self._flow.prices()
        price, over = whole / MILLION, np.maximum(0, -self._flow.reduced(whole)) / MILLION
        some = over[self._some_arcs] if len(self._some_arcs) else np.zeros(len(self._peers))
        return Prices(price[self._requests], -price[self._some], over[self._capacity_arcs], some)


def _short_of_requests(market: Market, chosen: Flags, missed: Flags) -> tuple[Flags, Flags]:
    """(requests,), (peers,): who is below the fewest and whoever of their requests' peers could stand back for them, none of whom has any
    to spare; and all requests that fit them. So these requests have too few places for the fewest of these peers."""
    peers = missed
    while True:
        requests = _count(market.request[peers[market.peer]], len(market.places)) > 0
        more = peers | (_count(market.peer[chosen & requests[market.request]], len(peers)) > 0)
        if np.array_equal(more, peers):
            return requests, peers
        peers = more


def with_pairs(market: Market, kept: Ints) -> Market:
    """The same market with these pairs alone."""
    pinned = None if market.pinned is None else market.pinned[kept]
    some = None if market.some is None else market.some[kept]
    return replace(market, request=market.request[kept], peer=market.peer[kept], fit=market.fit[kept], pinned=pinned, some=some)


def _count(of: Ints, groups: int) -> Ints:
    return np.bincount(of, minlength=groups).astype(np.int64)
