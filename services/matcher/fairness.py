"""Fair allocations: the request that is served worst is served as well as can be, then the next. Pure functions of arrays."""

from dataclasses import dataclass, replace

import numpy as np

from services.matcher.allocation import Allocation, Market, Solved, allocate, check
from services.matcher.dated import Floats, Ints
from services.matcher.flow import millionths
from services.matcher.thresholds import LARGEST, raised

_LEVELS_AT_ONCE = 3
_FEW_LEVELS = 96
_ROUNDS = 24  # worst-served requests that are looked after one by one, where fits are all different
_WEIGHINGS = 60


@dataclass(frozen=True, slots=True)
class Fair:
    """worst: the least mean fit of a request's places. bound: proven, no allocation that fills as much has a better worst."""

    allocation: Allocation
    worst: float
    bound: float


def fairest(market: Market) -> Fair:
    """Where every request wants one place: exact. The worst is as good as can be; of such, as few as can be are served so badly; and so on.

    Where fits take few values (96) that holds down to the last request; otherwise for the worst 24, and after them the total counts.
    Where requests want several places: the best of sixty weighings, each of which also proves a bound: no allocation serves the
    worst better than the weighted mean of the best allocation for these weights (Lagrange). Between the two, if every place is filled and
    there are not too many pairs, integer programs look for better ones or prove that there are none. Errors: as of allocate.
    """
    check(market)
    if (market.places <= 1).all():
        found = _one_by_one(market)
        worst = worst_of(market, found)
        return Fair(found, worst, worst)
    return _weighed(market)


def worst_of(market: Market, found: Allocation) -> float:
    """The least mean fit over the filled places of a request; requests without any do not count, nor do those that want none."""
    means = means_of(market, found)
    return float(means.min()) if len(means) else 0.0


def means_of(market: Market, found: Allocation) -> Floats:
    """The mean fit of each request that has anybody."""
    count = np.bincount(market.request[found.chosen], minlength=len(market.places))
    total = np.bincount(market.request[found.chosen], market.fit[found.chosen], minlength=len(market.places))
    means: Floats = total[count > 0] / count[count > 0]
    return means


def _one_by_one(market: Market) -> Allocation:
    worth = millionths(market.fit)
    levels, level = np.unique(worth, return_inverse=True)
    solved = Solved(replace(market, fit=np.zeros(len(worth))))
    if len(levels) <= _FEW_LEVELS:
        base = int(market.places.sum()) + 1
        for first in range(0, len(levels), _LEVELS_AT_ONCE):
            rank = level - first
            here = (rank >= 0) & (rank < _LEVELS_AT_ONCE)
            solved = solved.then(np.where(here, base ** np.clip(_LEVELS_AT_ONCE - 1 - rank, 0, _LEVELS_AT_ONCE - 1), 0))
    else:
        done = 0
        for _ in range(_ROUNDS):
            done = _next_level(solved, level, done, len(levels))
            solved = solved.then((level == done).astype(np.int64))
            done += 1
            if done >= len(levels):
                break
    return _in_fit(market, solved.then(-worth).allocation())


def _in_fit(market: Market, found: Allocation) -> Allocation:
    """An allocation of a market with other worths, with the total that it has in this one."""
    return replace(found, total=float(market.fit[found.chosen].sum()))


def _next_level(solved: Solved, level: Ints, done: int, levels: int) -> int:
    """The best level below which nobody more need be served, after those that are settled."""
    low, high = done, levels - 1
    while low < high:
        middle = (low + high + 1) // 2
        below = (level >= done) & (level < middle)
        if (below & solved.then(below.astype(np.int64)).allocation().chosen).any():
            high = middle - 1
        else:
            low = middle
    return low


def _weighed(market: Market) -> Fair:
    """Requests that are served badly weigh more from one weighing to the next (multiplicative weights)."""
    asks = market.places > 0
    weights = asks / max(1, int(asks.sum()))
    best, best_key, bound = None, (-np.inf, -np.inf), np.inf
    for n in range(_WEIGHINGS):
        share = weights / np.maximum(1, market.places)
        found = allocate(replace(market, fit=market.fit * share[market.request] * asks.sum()))
        total = np.bincount(market.request[found.chosen], market.fit[found.chosen], minlength=len(asks))
        means = np.where(asks, total / np.maximum(1, market.places), 0.0)
        if not found.unmet.any():
            bound = min(bound, float((weights * means).sum()))
        mine = _in_fit(market, found)
        key = (worst_of(market, mine), mine.total)
        if key > best_key:
            best, best_key = mine, key
        spread = float(np.ptp(means[asks])) or 1.0
        weights = weights * np.exp(-2.0 / np.sqrt(n + 1) * (means - means[asks].min()) / spread) * asks
        weights /= weights.sum()
    assert best is not None
    worst = best_key[0]
    if best.unmet.any() or best.missed.any() or not np.isfinite(bound):
        return Fair(best, worst, max(bound, worst) if np.isfinite(bound) else worst)
    if len(market.request) > LARGEST or market.steps or market.some is not None:
        return Fair(best, worst, max(bound, worst))
    better = raised(market, worst, max(bound, worst))
    if better.chosen is not None:
        best = replace(best, chosen=better.chosen, total=float(market.fit[better.chosen].sum()))
        worst = worst_of(market, best)
    return Fair(best, worst, max(better.bound, worst))
