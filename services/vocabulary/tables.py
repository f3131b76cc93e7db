"""Reads the tables of this package; a cell may hold several words, separated by semicolons."""

import csv
from collections.abc import Iterator
from importlib.resources import files


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table beside this file, by column."""
    return csv.DictReader(files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines())


def several(cell: str) -> tuple[str, ...]:
    """The parts of a cell."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())
