"""Simulated years held against their goals: every policy on the same years, and the distance to each goal, reached or not.

`python -m bench --only years --worlds FOLDER... [--sparse FOLDER...]`; each folder is a year as `manyhands simulate` reads it. Without any,
six seeded years of our own are made. One set of prices does not fit every maker of years, so a goal says something of the years measured.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from bench.report import Goal, goals_as_json, show_goals
from services.matcher.policy import Policy
from services.simulation import making
from services.simulation.compare import CALENDAR, OURS, POLICIES, Line, Outcome, Task, lines, run
from services.simulation.report import HEADINGS, row

SEEDS = range(6)

EVENER = CALENDAR.model_copy(update={"mu_rounds": 0.23, "power_rounds": 8, "forecast": "last_year"})
"""Prices that give up more fit for more hands, as decision 1603 measured them."""
SPARSE = CALENDAR.model_copy(update={"mu": 0.03, "mu_rounds": 0.05, "power_rounds": 2, "forecast": "last_year", "beta": 0.5})
"""Prices for years with few requests, where reaching everybody once counts more than the square of a load."""
OVERRIDDEN = 0.2
FAVOURED = CALENDAR.model_copy(update={"mu": 0.3})
"""Prices where so many suggestions are overridden by best fit: one by one the rest must make up for it."""


def measure(usual: Sequence[Path], sparse: Sequence[Path], out: Console) -> dict[str, Any]:
    """The comparison and the goals, printed as tables."""
    with tempfile.TemporaryDirectory(prefix="manyhands-bench-") as name:
        scratch = Path(name)
        usual = usual or [_made(seed, scratch) for seed in SEEDS]
        settings: list[tuple[str, Sequence[Path], Sequence[str], Policy, float]] = [
            ("the usual year", usual, POLICIES, CALENDAR, 0.0),
            ("evener", usual, (POLICIES[0], "rounds"), EVENER, 0.0),
            ("a fifth overridden", usual, (POLICIES[0], *OURS), FAVOURED, OVERRIDDEN),
        ]
        if sparse:
            settings.append(("sparse years", sparse, (POLICIES[0], *OURS), SPARSE, 0.0))
        found: dict[str, dict[str, Line]] = {}
        with Progress(console=out, transient=True) as progress:
            bar = progress.add_task("years", total=sum(len(folders) * len(names) for _, folders, names, _, _ in settings))
            for words, folders, names, policy, overridden in settings:
                outcomes: list[Outcome] = []
                for outcome in run([Task(folder, each, policy, overridden, scratch / folder.name) for folder in folders for each in names]):
                    outcomes.append(outcome)
                    progress.advance(bar)
                found[words] = {line.name: line for line in lines(outcomes)}
    for words, by_name in found.items():
        _show(f"{words}: {len(sparse if words == 'sparse years' else usual)} years", list(by_name.values()), out)
    held = goals(found)
    show_goals(held, out)
    return {
        "years": len(usual),
        "sparse_years": len(sparse),
        "lines": {words: [line.as_json() for line in by_name.values()] for words, by_name in found.items()},
        "goals": goals_as_json(held),
    }


def _made(seed: int, scratch: Path) -> Path:
    making.make(seed, scratch / f"year{seed}")
    return scratch / f"year{seed}"


def goals(found: dict[str, dict[str, Line]]) -> list[Goal]:
    """What the policies are held against. found: by setting, the lines by policy."""
    usual, held = found["the usual year"], []
    for name, kept, per_place, ratio, gini, left, unused in (
        ("online", 0.985, 0.975, 0.50, 0.19, 1 / 4, 0.2),
        ("rounds", 0.989, 0.978, 0.42, 0.13, 1 / 8, 0.0),
    ):
        line = usual[name]
        held += [
            Goal(f"{name}: fit kept, all places", line.fit_kept, kept),
            Goal(f"{name}: fit kept per filled place", line.fit_kept_per_place, per_place),
            Goal(f"{name}: share of the ten busiest, ratio", line.top10_ratio, ratio, at_most=True),
            Goal(f"{name}: council Gini", line.gini, gini, at_most=True),
            Goal(f"{name}: places open, against best-first", line.unfilled / max(1e-9, usual[POLICIES[0]].unfilled), left, at_most=True),
            Goal(f"{name}: reachable willing councils unused, a year", line.unused, unused, at_most=True),
            Goal(f"{name}: largest fit given up by one place", line.given_up, 0.2, at_most=True),
        ]
    evener = found["evener"]["rounds"]
    held += [
        Goal("beyond, rounds evener: fit kept", evener.fit_kept, 0.985),
        Goal("beyond, rounds evener: ratio", evener.top10_ratio, 0.385, at_most=True),
    ]
    for name in OURS:
        early, late = usual[name].quarters[0], usual[name].quarters[-1]
        held.append(Goal(f"beyond, {name}: mean fit that the last quarter has less than the first", early - late, 0.05, at_most=True))
    for name in OURS:
        held.append(Goal(f"beyond, {name}, a fifth overridden: ratio", found["a fifth overridden"][name].top10_ratio, 0.52, at_most=True))
    if "sparse years" in found:
        line = found["sparse years"]["rounds"]
        held += [
            Goal("beyond, rounds, sparse: fit kept", line.fit_kept, 0.98),
            Goal("beyond, rounds, sparse: ratio", line.top10_ratio, 0.47, at_most=True),
            Goal("beyond, rounds, sparse: reachable willing councils unused", line.unused, 1.0, at_most=True),
        ]
    return held


def _show(title: str, found: Sequence[Line], out: Console) -> None:
    out.print(f"\n{title}", highlight=False)
    for first, *rest in (HEADINGS, *(row(line) for line in found)):
        out.print(f"{first:15}" + "".join(f"{cell:>10}" for cell in rest), highlight=False, soft_wrap=True)
