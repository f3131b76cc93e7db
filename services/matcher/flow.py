"""A network of arcs with capacities and whole costs: its cheapest greatest flow (ortools), and the prices that prove it."""

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from services.matcher.dated import Flags, Floats, Ints, run_starts

MILLION = 1_000_000
"""Costs are whole millionths, so that the optimum is exact and the same on every machine."""
_LARGEST = 2**62


class Overflow(ValueError):
    """The costs are too large for whole numbers of 64 bits. The message says by how much."""


def millionths(values: Floats) -> Ints:
    """Values as whole costs. Errors: Overflow."""
    rounded = np.rint(values * MILLION)
    if np.abs(rounded).max(initial=0) >= _LARGEST:
        raise Overflow(f"a value of {float(np.abs(values).max()):.1e} is too large for an exact answer: use smaller numbers")
    whole: Ints = rounded.astype(np.int64)
    return whole


class Network:
    """Nodes and arcs in the order in which they are added; the same order gives the same flow on every run and machine."""

    def __init__(self) -> None:
        self.count = 0
        self._parts: list[tuple[Ints, Ints, Ints, Ints]] = []
        self._arcs = 0

    def nodes(self, count: int) -> Ints:
        """So many new nodes."""
        new = np.arange(self.count, self.count + count)
        self.count += count
        return new

    def arcs(self, tails: Ints, heads: Ints, capacities: Ints, costs: Ints) -> Ints:
        """New arcs, arrays of one length; returns their numbers."""
        self._parts.append((tails, heads, capacities, costs))
        new = np.arange(self._arcs, self._arcs + len(tails))
        self._arcs += len(tails)
        return new

    def solve(self, source: int, sink: int, most: int) -> "Flow":
        """As much as can be sent from source to sink, `most` at most, and that at the least cost. Once. Errors: Overflow."""
        tails, heads, capacities, costs = (np.concatenate(part).astype(np.int64, copy=False) for part in zip(*self._parts, strict=True))
        self._parts.clear()  # the arcs are many, and are here now
        largest = int(np.abs(costs).max(initial=0)) * (self.count + 1)
        if largest >= _LARGEST:
            raise Overflow(f"costs times nodes reach {largest:.1e}, more than {_LARGEST:.1e}: use smaller numbers or fewer requests")
        solver = SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
        solver.set_nodes_supplies(np.array([source, sink]), np.array([most, -most]))
        units = _units(solver, solver.solve_max_flow_with_min_cost())
        return Flow(self.count, tails, heads, np.zeros_like(capacities), capacities, costs, units)


@dataclass(frozen=True, slots=True)
class Flow:
    """A cheapest greatest flow: the `units` of each arc, between its least and its greatest."""

    nodes: int
    tails: Ints
    heads: Ints
    least: Ints
    greatest: Ints
    costs: Ints
    units: Ints

    def then(self, costs: Ints) -> "Flow":
        """Of all flows as great and as cheap as this one, the cheapest by other costs. Exact: an arc whose cost and prices differ keeps
        its units in all of them, and the others are free. Errors: Overflow."""
        fixed = self.reduced(self.prices()) != 0
        least, greatest = np.where(fixed, self.units, self.least), np.where(fixed, self.units, self.greatest)
        sent = _net(self.nodes, self.tails, self.heads, self.units - least)
        free = np.flatnonzero(least < greatest)
        units = least.copy()
        if len(free):
            solver = SimpleMinCostFlow()
            solver.add_arcs_with_capacity_and_unit_cost(self.tails[free], self.heads[free], (greatest - least)[free], costs[free])
            solver.set_nodes_supplies(np.arange(self.nodes), sent)
            units[free] += _units(solver, solver.solve())
        return Flow(self.nodes, self.tails, self.heads, least, greatest, costs, units)

    def reduced(self, price: Ints) -> Ints:
        """The cost of each arc after the prices of its nodes: below 0 only where it is full, above 0 only where it carries its least."""
        reduced: Ints = self.costs + price[self.tails] - price[self.heads]
        return reduced

    def _residual(self) -> tuple[Ints, Ints, Ints]:
        """Where a unit more could go, and where one could be taken back: tails, heads, costs."""
        ahead, back = self.units < self.greatest, self.units > self.least
        return (
            np.concatenate([self.tails[ahead], self.heads[back]]),
            np.concatenate([self.heads[ahead], self.tails[back]]),
            np.concatenate([self.costs[ahead], -self.costs[back]]),
        )

    def prices(self) -> Ints:
        """A price of a unit at each node, so that no arc that could carry more is worth it: the proof that the flow is cheapest.

        Shortest distances in the residual network, from everywhere at once (Bellman and Ford, a sweep over all arcs at a time).
        """
        tails, heads, costs = self._residual()
        order = np.argsort(heads, kind="stable")
        tails, heads, costs = tails[order], heads[order], costs[order]
        if not len(heads):
            return np.zeros(self.nodes, np.int64)
        firsts = run_starts(heads)
        reached = heads[firsts]
        price = np.zeros(self.nodes, np.int64)
        for _ in range(self.nodes + 1):
            better = np.minimum(price[reached], np.minimum.reduceat(price[tails] + costs, firsts))
            if np.array_equal(better, price[reached]):
                return price
            price[reached] = better
        raise AssertionError("a cheapest flow has no way round that costs less than nothing")

    def reachable(self, start: Ints) -> Flags:
        """The nodes to which a unit more could go from `start`: one side of the least cut."""
        tails, heads, _ = self._residual()
        seen = np.zeros(self.nodes, np.bool_)
        seen[start] = True
        while True:
            new = heads[seen[tails] & ~seen[heads]]
            if not len(new):
                return seen
            seen[new] = True


def _units(solver: SimpleMinCostFlow, status: SimpleMinCostFlow.Status) -> Ints:
    """What each arc carries. Errors: Overflow when the solver has no answer."""
    if status != solver.OPTIMAL:
        raise Overflow(f"the solver gave up ({status.name}): use smaller numbers or fewer requests")
    units: Ints = solver.flows(np.arange(solver.num_arcs()))
    return units


def _net(nodes: int, tails: Ints, heads: Ints, units: Ints) -> Ints:
    """What each node sends out more than it takes in."""
    net = np.zeros(nodes, np.int64)
    np.add.at(net, tails, units)
    np.subtract.at(net, heads, units)
    return net
