"""Even allocations: the least unequal loads among those that keep a share of the best total. Pure functions of arrays."""

from dataclasses import dataclass

import numpy as np

from services.matcher.allocation import Allocation, Steps, evenly
from services.matcher.dated import Floats, Ints
from services.matcher.pairs import Demand, Pairs, best, market_of, whole

_HALVINGS = 12


@dataclass(frozen=True, slots=True)
class Even:
    """pairs: the numbers of those that were looked at; `allocation.chosen` says which of them. optimum: the best total."""

    pairs: Ints
    allocation: Allocation
    optimum: float


def spread(pairs: Pairs, demand: Demand, keep: float) -> Even:
    """The least sum of load squared over capacity among allocations whose total is at least `keep` of the best.

    With 1.0 both are exact: first the total, then the loads. With less, a price on load is raised (twelve halvings) as far as the total
    allows; each allocation on the way is the best for its price, so none that is as even has a better total.
    """
    have, found = best(pairs, demand)
    floor = keep * found.total
    have = np.union1d(have, pairs.tight(*whole(found)))
    even = Even(have, evenly(market_of(pairs, demand, have)), found.total)
    if keep >= 1:
        return even
    low, high = 0.0, 2.0 * max(1e-6, float(np.abs(pairs.worth(have)).max(initial=0))) * max(1, int(demand.capacity.max(initial=0)))
    for _ in range(_HALVINGS):
        price = high / 8 if low == 0 else (low * high) ** 0.5
        looked, priced = best(pairs, demand, (_rising(demand, price),))
        if priced.total >= floor:
            low, even = price, Even(looked, priced, found.total)
        else:
            high = price
    return even


def _rising(demand: Demand, price: float) -> Steps:
    """Each peer's own price of load: the n-th placement costs (2n - 1) / capacity of `price`."""
    most = max(1, min(len(demand.places), int(demand.capacity.max(initial=0))))
    per_unit: Floats = price / np.maximum(1, demand.capacity)[:, None]
    return Steps(np.arange(len(demand.capacity)), demand.capacity, (2 * np.arange(most) + 1)[None, :] * per_unit)
