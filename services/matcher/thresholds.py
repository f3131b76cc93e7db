"""Where requests want several places: the worst-served one, raised level by level with integer programs (HiGHS). Pure functions."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from services.matcher.allocation import Market
from services.matcher.dated import Flags, Floats, Ints
from services.matcher.flow import MILLION, millionths

LARGEST = 200_000
"""Pairs of a market above which no integer program is tried."""
_SECONDS = 20.0  # for one level
_LEVELS = 24
_GAP = 0.02  # of the total, which counts once the worst is settled; less costs twenty times as long
_INFEASIBLE = 2
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Raised:
    """chosen: (pairs,), None where nothing better than `low` was found. bound: proven, no allocation that fills every place is better."""

    chosen: Flags | None
    bound: float


def raised(market: Market, low: float, high: float) -> Raised:
    """The allocation that fills every place and serves its worst request best, if better than `low`; `high` is a bound already.

    The mean fit of a request can only be a whole number of the fits' common grain over its places; between `low` and `high` the levels are
    halved, the highest tried first, for often it can be had. Where a level is not decided within its time the bound stays above it.
    """
    grain = int(np.gcd.reduce(millionths(market.fit))) / MILLION or 1 / MILLION
    sizes = np.unique(market.places[market.places > 0])
    chosen, open_below = None, np.inf
    high = level = _at_or_below(high, sizes, grain)
    for _ in range(_LEVELS):
        if min(high, open_below) < _above(low, sizes, grain) - _TINY or level <= low:
            break
        status, found = _solve(market, level)
        if found is not None:
            chosen, low = found, max(level, _worst(market, found))
        elif status == _INFEASIBLE:
            high = _at_or_below(level - 2 * _TINY, sizes, grain)
        else:
            open_below = min(open_below, _at_or_below(level - 2 * _TINY, sizes, grain))
        level = max(_above(low, sizes, grain), _at_or_below((low + min(high, open_below)) / 2, sizes, grain))
    return Raised(chosen, max(low, high))


def _at_or_below(level: float, sizes: Ints, grain: float) -> float:
    return float((np.floor(level * sizes / grain + 1e-6) * grain / sizes).max())


def _above(level: float, sizes: Ints, grain: float) -> float:
    return float(((np.floor(level * sizes / grain + 1e-6) + 1) * grain / sizes).min())


def _worst(market: Market, chosen: Flags) -> float:
    asks = market.places > 0
    total = np.bincount(market.request[chosen], market.fit[chosen], minlength=len(asks))
    return float((total[asks] / market.places[asks]).min())


def _solve(market: Market, level: float) -> tuple[int, Flags | None]:
    """The best total with every request's mean fit at `level` or above: HiGHS's status, and the pairs if there are any."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # sixty megabytes that the other objectives do without
    from scipy.sparse import coo_array

    pairs = np.arange(len(market.request))

    def rows(of: Ints, value: Floats, count: int) -> Any:
        return coo_array((value, (of, pairs)), shape=(count, len(pairs))).tocsr()

    ones, requests, peers = np.ones(len(pairs)), len(market.places), len(market.capacity)
    least = np.zeros(peers) if market.at_least is None else market.at_least
    found = milp(
        -market.fit,
        constraints=[
            LinearConstraint(rows(market.request, ones, requests), market.places, market.places),
            LinearConstraint(rows(market.peer, ones, peers), least, market.capacity),
            LinearConstraint(rows(market.request, market.fit, requests), level * market.places - 1e-7, np.inf),
        ],
        integrality=np.ones(len(pairs), np.int64),
        bounds=Bounds(0 if market.pinned is None else market.pinned.astype(np.float64), 1),
        options={"time_limit": _SECONDS, "mip_rel_gap": _GAP},
    )
    return int(found.status), None if found.x is None else found.x > 0.5
