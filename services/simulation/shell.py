"""What `manyhands simulate` and `manyhands policy tune` say to the person at the keyboard."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import yaml
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.matcher.policy import Policy, what_is_wrong
from services.simulation import history, making, report
from services.simulation.compare import AS_IT_WAS, BASE, CALENDAR, OURS, POLICIES, Line, Task, lines, run
from services.simulation.forecasts import FORECASTS
from services.simulation.stream import DECIDED, BadStream
from services.simulation.tuning import MUS, Point, Tuned, curve, tune

_NO_YEAR = "A year is a folder as `manyhands simulate --make` writes it."
_SAID = frozenset({"version", "author", "written_on", "reason"})


def from_history(events: Path, policy: Path | None, out: Path) -> Path | None:
    """Write the last year of our own history as a year, into `out`; None where the events cannot be used, which is said."""
    err, folder = Console(stderr=True), out / events.stem
    try:
        found = history.convert(history.hear(events), folder, _policy(policy))
    except (BadStream, OSError) as error:
        _refused(error, err)
        return None
    words = f"{found.places} places asked for since {found.since}, {found.before} in the year before, {found.placed} placed."
    unlike = f" {found.unlike} with somebody who may not be matched by the register of now: left out." if found.unlike else ""
    err.print(f"{folder} holds our own history: {words}{unlike}", highlight=False, soft_wrap=True)
    return folder


def simulate(
    streams: Sequence[Path],
    policy: Path | None,
    out: Path,
    names: str,
    overridden: float,
    workers: int | None,
    *,
    against: Path | None,
    forecasts: str,
    costs: bool,
    as_json: bool,
) -> int:
    """Compare policies on years of plain files; writes the assignments, figures.json and report.html into `out`. The exit code.

    against: other numbers, with which ours are run too. forecasts: what rounds are to expect too, each beside the others.
    costs: ours are also run with other prices, for the chart of what spreading costs.
    """
    err = Console(stderr=True)
    try:
        priced, other = _policy(policy), _policy(against)
        wanted = [BASE, *(name for name in names.split(",") if name and name != BASE)] if names else list(POLICIES)
        unknown = [name for name in wanted if name not in POLICIES]
        if unknown:
            raise BadStream(f"--policies: {unknown[0]!r} is not one of {', '.join(POLICIES)}.")
        folders = {folder: out / folder.name if len(streams) > 1 else out for folder in streams}
        tasks = []
        for folder, where in folders.items():
            tasks += [Task(folder, name, priced, overridden, where) for name in sorted(wanted, key=_slowest_first)]
            tasks += [Task(folder, "rounds", priced, overridden, where, f"rounds-{kind}", kind) for kind in _forecasts(forecasts)]
            if against:
                tasks += [Task(folder, name, other, overridden, where, f"{name}-{against.stem}") for name in OURS if name in wanted]
            if (folder / DECIDED).exists():
                tasks.append(Task(folder, AS_IT_WAS, priced, overridden, where))
        with _bar(err) as progress:
            priced_too = [name for name in OURS if costs and name in wanted]
            bar = progress.add_task("years", total=len(tasks) + len(priced_too) * len(streams) * len(MUS))
            outcomes = []
            for outcome in run(tasks, workers):
                outcomes.append(outcome)
                progress.advance(bar)
            curves: dict[str, list[Point]] = {}
            for name in priced_too:
                for points in curve(streams, priced, name == "rounds", workers):
                    if points is None:
                        progress.advance(bar, len(MUS))
                    else:
                        curves[name] = points
    except (BadStream, OSError) as error:
        return _refused(error, err)
    found = lines(outcomes)
    words = f"{len(streams)} years: {', '.join(folder.name for folder in streams)}" + (
        f"; {overridden:.0%} overridden" if overridden else ""
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.html").write_text(report.page(found, outcomes, words, curves), encoding="utf-8")
    figures = [line.as_json() for line in found]
    (out / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")
    if as_json:
        sys.stdout.write(json.dumps(figures) + "\n")
    else:
        sys.stdout.write(f"{_words(found)}\n{words}. The assignments, figures.json and report.html are in {out}.\n")
    return 0


def _refused(error: BadStream | OSError, err: Console) -> int:
    """Say what is wrong with what was given; the exit code."""
    words = f"{error.filename}: {error.strerror}. {_NO_YEAR}" if isinstance(error, OSError) else str(error)
    err.print(words, style="red", markup=False, soft_wrap=True)
    return 2


def _forecasts(names: str) -> list[str]:
    """Errors: BadStream."""
    wanted = [name for name in names.split(",") if name]
    for name in wanted:
        if name not in FORECASTS:
            raise BadStream(f"--forecast: {name!r} is not one of {', '.join(FORECASTS)}.")
    return wanted


def _slowest_first(name: str) -> int:
    return 0 if name == "rounds" else 1 + POLICIES.index(name)


def _policy(file: Path | None) -> Policy:
    """The default for a calendar year, with the numbers of a YAML file. Errors: BadStream."""
    if file is None:
        return CALENDAR
    try:
        read = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(read, dict):
            raise BadStream(f"{file.name}: there are no fields. Write for example: mu: 0.2")
        return Policy.model_validate(CALENDAR.model_dump() | {name: value for name, value in read.items() if name not in _SAID})
    except yaml.YAMLError:
        raise BadStream(f"{file.name}: this is not YAML. Write for example: mu: 0.2") from None
    except ValidationError as error:
        raise BadStream(f"{file.name}: {what_is_wrong(error)}") from None


def _words(found: Sequence[Line]) -> str:
    """A table that is as wide as it is, on a terminal or in a file."""
    rows = [report.HEADINGS, *(report.row(line) for line in found)]
    return "\n".join(f"{first:15}" + "".join(f"{cell:>10}" for cell in rest) for first, *rest in rows)


def make(seed: int, folder: Path, scale: float) -> int:
    """Write a seeded year of our own."""
    making.make(seed, folder, scale=scale)
    Console().print(f"{folder} holds year {seed}: peers.csv, councils.csv, places.csv, fit.csv, and the year before.", highlight=False)
    return 0


def find(streams: Sequence[Path], keep: float, workers: int | None, *, by_rounds: bool, as_json: bool) -> int:
    """Find mu, beta and lambda for a wanted fit; prints the curve. The exit code: 1 when no choice keeps so much."""
    err, found = Console(stderr=True), None
    try:
        with _bar(err) as progress:
            bar = progress.add_task("replaying", total=1.0)
            for each in tune(streams, CALENDAR, keep, by_rounds, workers):
                if isinstance(each, Tuned):
                    found = each
                else:
                    progress.update(bar, completed=each)
    except (BadStream, OSError) as error:
        return _refused(error, err)
    assert found is not None
    best = found.best
    if as_json:
        shown = {"best": asdict(best) if best else None, "curve": [asdict(point) for point in found.curve]}
        sys.stdout.write(json.dumps(shown) + "\n")
        return 0 if best else 1
    table = Table("mu", "fit kept", "ratio of the ten busiest", "Gini", "unused", "")
    for point in found.curve:
        chosen = "chosen" if best and point.mu == best.mu else ""
        table.add_row(f"{point.mu:g}", f"{point.fit_kept:.1%}", f"{point.ratio:.3f}", f"{point.gini:.3f}", f"{point.unused:.1f}", chosen)
    console = Console()
    console.print(table)
    if best is None:
        console.print(f"No choice keeps {keep:.1%} of the fit; lower --keep.")
        return 1
    name = "mu_rounds" if by_rounds else "mu"
    console.print(f"{name}: {best.mu:g}\nbeta: {best.beta:g}\nlambda_: {best.lambda_:g}", highlight=False)
    return 0


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f}%"), TimeElapsedColumn(), console=console
    )
