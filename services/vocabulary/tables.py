"""Reads the tables and files of this package; a cell may hold several words, separated by semicolons."""

import csv
from collections.abc import Iterator
from importlib.resources import files


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of a table beside this file, by column."""
    return csv.DictReader(files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines())


def texts(folder: str, ending: str) -> dict[str, str]:
    """What the files of a folder beside this file say, by name, in the order of the names."""
    found = {file.name: file for file in files(__package__).joinpath(folder).iterdir() if file.name.endswith(ending)}
    return {name: found[name].read_text(encoding="utf-8") for name in sorted(found)}


def several(cell: str) -> tuple[str, ...]:
    """The parts of a cell."""
    return tuple(part.strip() for part in cell.split(";") if part.strip())
