"""From files to an assignment with its figures."""

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from services.allocate.files import Given, read, write
from services.matcher.allocation import Allocation
from services.matcher.dated import Ints
from services.matcher.fairness import fairest, means_of
from services.matcher.pairs import best, market_of
from services.matcher.spreading import spread
from services.matcher.unevenness import gini, hhi, top_share

Objective = Literal["total", "fair", "spread"]


@dataclass(frozen=True, slots=True)
class Figures:
    """What came out, as `--json` prints it.

    status: optimal, feasible (places are unmet, or a better one is not ruled out) or infeasible (a fewest is not met).
    total: sum of fit; optimum: the best sum that there is; gap: what is missing to it, as a share. worst, p10: mean fit of the request
    served worst, and of the tenth percentile. worst_bound: proven, no allocation serves the worst better (objective fair). Loads are
    over all peers: gini, hhi, the share of the ten busiest, how many are unused. unmet: by request, places; missed: by peer, placements
    below the fewest. in_the_way: where places are unmet, the requests that compete and the peers whose capacity does not suffice; where
    only fewest are missed, the peers who share too few requests, and those requests.
    """

    status: str
    total: float
    optimum: float
    gap: float
    worst: float
    p10: float
    max_load: int
    gini: float
    hhi: float
    top10_share: float
    unused: int
    unmet: dict[str, int]
    solve_s: float
    total_s: float
    worst_bound: float | None = None
    missed: dict[str, int] | None = None
    in_the_way: dict[str, list[str]] | None = None

    def as_json(self) -> dict[str, Any]:
        """The figures that there are."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Files:
    """What to read and what to write."""

    fit: Path
    demand: Path
    capacity: Path
    out: Path
    conflicts: Path | None = None
    pinned: Path | None = None


def run(files: Files, objective: Objective, keep: float = 1.0) -> Figures:
    """Read, allocate, write. Errors: files.BadInput, OSError, flow.Overflow (a ValueError)."""
    begun = time.perf_counter()
    given = read(files.fit, files.demand, files.capacity, files.conflicts, files.pinned)
    solving = time.perf_counter()
    looked, found, optimum, bound = _solve(given, objective, keep)
    solved = time.perf_counter()
    chosen = looked[found.chosen]
    fit = given.pairs.worth(chosen)
    write(files.out, given, chosen, fit)
    exact = objective != "spread" or keep >= 1
    return _figures(given, looked, found, optimum, bound, exact, (solved - solving, time.perf_counter() - begun))


def _solve(given: Given, objective: Objective, keep: float) -> tuple[Ints, Allocation, float, float | None]:
    """The pairs that were looked at, what was chosen of them, the best total, and the bound of the worst."""
    pairs, demand = given.pairs, given.demand
    if objective == "spread":
        even = spread(pairs, demand, keep)
        return even.pairs, even.allocation, even.optimum, None
    looked, found = best(pairs, demand)
    if objective == "total":
        return looked, found, found.total, None
    everything = pairs.everything()
    fair = fairest(market_of(pairs, demand, everything))
    return everything, fair.allocation, found.total, fair.bound


def _figures(
    given: Given, looked: Ints, found: Allocation, optimum: float, bound: float | None, exact: bool, times: tuple[float, float]
) -> Figures:
    means = np.sort(means_of(market_of(given.pairs, given.demand, looked), found))
    load = np.bincount(looked[found.chosen] % given.pairs.peers, minlength=given.pairs.peers)
    unmet = {given.requests[n]: int(found.unmet[n]) for n in np.flatnonzero(found.unmet).tolist()}
    missed = {given.peers[n]: int(found.missed[n]) for n in np.flatnonzero(found.missed).tolist()}
    requests, peers = found.in_the_way
    way = {
        "requests": [given.requests[n] for n in np.flatnonzero(requests).tolist()],
        "peers": [given.peers[n] for n in np.flatnonzero(peers).tolist()],
    }
    proven = bound is None or bound <= float(means[0] if len(means) else 0.0) + 1e-9
    return Figures(
        status="infeasible" if missed else found.status if proven and exact else "feasible",
        total=found.total,
        optimum=optimum,
        gap=(optimum - found.total) / abs(optimum) if optimum else 0.0,
        worst=float(means[0]) if len(means) else 0.0,
        p10=float(means[len(means) // 10]) if len(means) else 0.0,
        max_load=int(load.max(initial=0)),
        gini=gini(load.astype(np.float64)),
        hhi=hhi(load),
        top10_share=top_share(load),
        unused=int((load == 0).sum()),
        unmet=unmet,
        solve_s=times[0],
        total_s=times[1],
        worst_bound=bound,
        missed=missed or None,
        in_the_way=way if unmet or missed else None,
    )
