"""Policies side by side on the same years, in parallel."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from services.matcher.policy import DEFAULT_POLICY, Policy
from services.simulation import online, rounds, stream
from services.simulation.numbers import Numbers, numbers, willing_loads
from services.simulation.pool import each
from services.simulation.state import Standings
from services.simulation.stream import Year

CALENDAR = DEFAULT_POLICY.model_copy(update={"mu": 0.15, "mu_rounds": 0.2, "rounds_every_days": 10})
"""The default for a year that begins without any load. The matcher counts twelve months back, so there the same spread takes a lower mu."""

EVEN = 1.0
"""The price of council load of the bound for spread, by the square of its share."""

POLICIES = ("best-first", "partners", "first-come", "online", "rounds", "hindsight", "hindsight-even")
"""What can be compared, in the order of the table. The first is what the others are measured against."""
BASE = POLICIES[0]
AS_IT_WAS = "as-it-was"
"""What was decided in truth, of a year that has a decided.csv."""
OURS = ("online", "rounds")


def decide(name: str, year: Year, policy: Policy, overridden: float = 0.0, forecast: str = "") -> Standings:
    """A year decided by one of POLICIES. overridden: the share of places for which an adviser takes the best fit (online and rounds).

    forecast: what rounds take to be still to come, one of FORECASTS, instead of what the policy says."""
    match name:
        case "best-first":
            return online.best_first(year)
        case "partners":
            return online.partners(year)
        case "first-come":
            return online.first_come(year)
        case "online":
            return online.online(year, policy, overridden)
        case "rounds":
            return rounds.rounds(year, policy, forecast, overridden)
        case "as-it-was":
            return online.as_it_was(year)
        case "hindsight":
            return rounds.hindsight(year)
        case "hindsight-even":
            return rounds.hindsight_even(year, policy.model_copy(update={"mu_rounds": EVEN, "power_rounds": 2}))
    raise ValueError(f"{name!r} is not one of {', '.join(POLICIES)}")


@dataclass(frozen=True, slots=True)
class Task:
    """One policy on one year; the files go to `out`. label: what it is called there and in the table, if not by its name."""

    folder: Path
    name: str
    policy: Policy
    overridden: float
    out: Path
    label: str = ""
    forecast: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy made of a year. loads: (willing councils,) placements, the busiest first."""

    stream: str
    name: str
    numbers: Numbers
    loads: list[int]


def run(tasks: Iterable[Task], workers: int | None = None) -> Iterator[Outcome]:
    """Outcomes as they come. Errors: stream.BadStream, OSError."""
    return each(_one, tasks, workers)


def _one(task: Task) -> Outcome:
    year = stream.read(task.folder)
    decided = decide(task.name, year, task.policy, task.overridden, task.forecast)
    label = task.label or task.name
    stream.write_choice(task.out / f"{label}.csv", year, decided.chosen)
    return Outcome(task.folder.name, label, numbers(decided), sorted(willing_loads(decided).tolist(), reverse=True))


@dataclass(frozen=True, slots=True)
class Line:
    """A policy over all years, means: fit kept and fit kept per place and the ten busiest against best-first; given_up: the largest."""

    name: str
    fit_kept: float
    fit_kept_per_place: float
    mean: float
    p10: float
    unfilled: float
    gini: float
    hhi: float
    top10: float
    top10_ratio: float
    unused: float
    busiest: float
    given_up: float
    quarters: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        return {name: value if isinstance(value, str) else np.round(value, 5).tolist() for name, value in asdict(self).items()}


def lines(outcomes: Sequence[Outcome]) -> list[Line]:
    """One line for each policy that was run, in their order, and then for other labels."""
    by = {(each.name, each.stream): each.numbers for each in outcomes}
    streams = sorted({each.stream for each in outcomes})
    found = []
    others = sorted({each.name for each in outcomes} - set(POLICIES))
    for name in (*POLICIES, *others):
        pairs = [(by[name, year], by[BASE, year]) for year in streams if (name, year) in by]
        if pairs:
            found.append(_line(name, pairs))
    return found


def _line(name: str, pairs: Sequence[tuple[Numbers, Numbers]]) -> Line:
    def mean(of: Callable[[Numbers, Numbers], float]) -> float:
        return float(np.mean([of(ours, base) for ours, base in pairs]))

    return Line(
        name=name,
        fit_kept=mean(lambda ours, base: ours.fit / base.fit),
        fit_kept_per_place=mean(lambda ours, base: ours.mean / base.mean),
        mean=mean(lambda ours, _: ours.mean),
        p10=mean(lambda ours, _: ours.p10),
        unfilled=mean(lambda ours, _: ours.unfilled),
        gini=mean(lambda ours, _: ours.gini),
        hhi=mean(lambda ours, _: ours.hhi),
        top10=mean(lambda ours, _: ours.top10),
        top10_ratio=mean(lambda ours, base: ours.top10 / base.top10),
        unused=mean(lambda ours, _: ours.unused),
        busiest=mean(lambda ours, _: ours.busiest),
        given_up=max(ours.given_up for ours, _ in pairs),
        quarters=tuple(np.mean([ours.quarters for ours, _ in pairs], axis=0).tolist()),
    )
