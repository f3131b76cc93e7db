"""Prints what every fault test counted at the end of a run, also when workers ran them: the five promises, and tables."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

Count = Callable[[dict[str, int], str], None]
Table = Callable[[str, Sequence[Sequence[object]]], None]
_WIDTHS = (6, 9, 15, 14, 10)


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Count:
    """Have the five counts printed at the end of the run, with a word on what happened."""
    return lambda counts, words: record_property("promises", {"counts": dict(counts), "words": words})


@pytest.fixture
def table(record_property: Callable[[str, object], None]) -> Table:
    """Have a table printed at the end of the run; the first row is its head."""
    return lambda title, rows: record_property("table", {"title": title, "rows": [[str(cell) for cell in row] for row in rows]})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told = [
        (report, name, value)
        for reports in terminalreporter.stats.values()
        for report in reports
        if getattr(report, "when", "") == "call"
        for name, value in report.user_properties
    ]
    promises = [(report, value) for report, name, value in told if name == "promises"]
    if promises:
        _promises(terminalreporter, promises)
    for _, name, value in told:
        if name == "table":
            terminalreporter.section(value["title"], sep="-")
            for line in aligned(value["rows"]):
                terminalreporter.write_line(line)


def _promises(terminal: pytest.TerminalReporter, promises: Sequence[tuple[Any, dict[str, Any]]]) -> None:
    terminal.section("the five promises after every fault", sep="-")
    names = list(promises[0][1]["counts"])
    terminal.write_line(
        "".join(f"{name.replace('_', ' '):>{width}}" for name, width in zip(names, _WIDTHS, strict=True)) + "   what happened"
    )
    for report, value in promises:
        figures = "".join(f"{value['counts'][name]:>{width}}" for name, width in zip(names, _WIDTHS, strict=True))
        terminal.write_line(f"{figures}   {value['words']}  [{report.duration:.0f} s]", red=any(value["counts"].values()))


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as lines with columns under each other, the first to the left, the others to the right."""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return [
        "  ".join(cell.rjust(width) if n else cell.ljust(width) for n, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]
