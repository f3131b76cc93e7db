"""What a decided year comes to."""

from dataclasses import dataclass

import numpy as np

from services.matcher.dated import Ints
from services.matcher.unevenness import gini, hhi, top_share
from services.simulation.state import Standings

QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Numbers:
    """fit: its sum over filled places; mean, p10: of filled places. Loads are placements over willing councils.

    unused: willing councils that some place of the year could have used, and none did. given_up: the most fit that one place lost against
    the best who was free when it was decided. quarters: mean fit by quarter of the year.
    """

    fit: float
    mean: float
    p10: float
    filled: int
    unfilled: int
    gini: float
    top10: float
    hhi: float
    unused: int
    busiest: int
    given_up: float
    quarters: tuple[float, ...]


def willing_loads(standings: Standings) -> Ints:
    """(willing councils,) placements of each."""
    return standings.council_load[standings.year.willing]


def numbers(standings: Standings) -> Numbers:
    """The figures of a year that is decided."""
    year, demand, chosen = standings.year, standings.year.demand, standings.chosen
    filled = np.flatnonzero(chosen >= 0)
    key = demand.place * len(year.peers) + demand.peer
    fits = demand.fit[np.searchsorted(key, filled * len(year.peers) + chosen[filled])]
    loads, ours = standings.council_load, willing_loads(standings)
    reachable = np.zeros(len(year.councils), np.bool_)
    reachable[year.council[demand.peer]] = True
    quarter = np.minimum(QUARTERS - 1, demand.day[filled] // (365 / QUARTERS)).astype(np.int64)
    ordered = np.sort(fits)
    return Numbers(
        fit=float(fits.sum()),
        mean=float(fits.mean()) if len(fits) else 0.0,
        p10=float(ordered[len(ordered) // 10]) if len(fits) else 0.0,
        filled=len(filled),
        unfilled=len(demand) - len(filled),
        gini=gini(ours.astype(np.float64)),
        top10=top_share(ours),
        hhi=hhi(ours),
        unused=int((year.willing & reachable & (loads == 0)).sum()),
        busiest=int(ours.max(initial=0)),
        given_up=float(standings.given_up.max(initial=0)),
        quarters=tuple(float(fits[quarter == n].mean()) if (quarter == n).any() else 0.0 for n in range(QUARTERS)),
    )
