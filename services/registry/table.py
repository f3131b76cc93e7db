"""Reads a CSV file: UTF-8, commas, a header that names the columns; every line stands for itself, so a bad one hides no other."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from services.registry.register import Entry
from services.registry.rows import LONGEST, Fault
from services.vocabulary.lookup import Lookup

LONGEST_LINE = 20_000
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_AS_UTF8 = "Save it as UTF-8; in a spreadsheet: Save as, CSV UTF-8 (comma delimited)."


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file, numbered as a spreadsheet does (the header is row 1): its cells by column, or what is wrong with it."""

    number: int
    cells: dict[str, str]
    fault: Fault | None = None


class Unreadable(Exception):
    """The file as a whole cannot be read. `faults` are about its header or encoding, in row `row`."""

    def __init__(self, row: int, *faults: Fault) -> None:
        super().__init__(f"row {row}")
        self.row, self.faults = row, faults


def rows(file: BinaryIO, kind: type[Entry]) -> Iterator[Row]:
    """The rows after the header; blank lines are passed over. Errors: Unreadable."""
    lines = _lines(file)
    first = next(lines, b"")
    if first.startswith(_UTF16) or b"\x00" in first:
        raise Unreadable(1, Fault("", "", "encoding", "The file is not UTF-8.", _AS_UTF8))
    header = _header(first.removeprefix(_BOM), kind)
    for number, line in enumerate(lines, start=2):
        row = _row(number, line, header)
        if row is not None:
            yield row


def _lines(file: BinaryIO) -> Iterator[bytes]:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            reason = f"The line is longer than {LONGEST_LINE} bytes."
            raise Unreadable(number, Fault("", "", "long_line", reason, "End every row with a line break; a text file of rows is wanted."))
        yield line


def _row(number: int, line: bytes, header: Sequence[str]) -> Row | None:
    if b"\x00" in line:
        return Row(number, {}, Fault("", "", "null_byte", "The row holds a null byte.", "Take it out, or export the file again."))
    try:
        cells = _split(line)
    except UnicodeDecodeError:
        return Row(number, {}, Fault("", "", "encoding", "The row is not UTF-8.", _AS_UTF8))
    except csv.Error:
        reason = "The row has a quote that is not closed, or text after a closing quote."
        return Row(number, {}, Fault("", "", "quoting", reason, 'Write a quote within quotes twice (""), and no line breaks in a cell.'))
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) != len(header):
        reason = f"The row has {len(cells)} cells and the header {len(header)}."
        return Row(number, {}, Fault("", "", "width", reason, "Put cells that hold commas in quotes; keep a comma for an empty cell."))
    for column, cell in zip(header, cells, strict=True):
        if len(cell) > LONGEST:
            return Row(number, {}, Fault(column, cell[:40], "too_long", f"It has {len(cell)} characters.", f"Use at most {LONGEST}."))
    return Row(number, dict(zip(header, cells, strict=True)))


def _split(line: bytes) -> list[str]:
    """The cells of a line. Errors: UnicodeDecodeError, csv.Error."""
    text = line.decode("utf-8").rstrip("\r\n")
    if '"' not in text and "\r" not in text:
        return text.split(",")
    return next(csv.reader((text,), strict=True))


def _header(line: bytes, kind: type[Entry]) -> list[str]:
    """The columns in the order of the file. Errors: Unreadable with everything that is wrong."""
    try:
        written = [cell.strip() for cell in _split(line)]
    except (UnicodeDecodeError, csv.Error):
        raise Unreadable(1, Fault("", "", "encoding", "The header is not UTF-8 or is wrongly quoted.", _AS_UTF8)) from None
    header = [cell.lower() for cell in written]
    wanted = ", ".join(kind.columns)
    if len(header) == 1 and header[0] not in kind.columns:
        separated = (
            "separated by something else than commas" if any(mark in header[0] for mark in ";\t|") else "no header of this kind of file"
        )
        raise Unreadable(1, Fault("", "", "header", f"The first row is {separated}.", f"Begin with: {wanted}."))
    faults = []
    known = Lookup(dict.fromkeys(kind.columns, ()))
    for at, (cell, column) in enumerate(zip(written, header, strict=True)):
        if column not in kind.columns:
            like = [name for name in known.suggestions(cell) if name not in header]
            remedy = f"Did you mean {' or '.join(like)}?" if like else f"Take it out; the columns are: {wanted}."
            faults.append(Fault(column[:LONGEST], cell[:LONGEST], "unknown_column", "This is not a column of this kind of file.", remedy))
        elif column in header[:at]:
            faults.append(Fault(column, cell, "column_twice", "The column is there twice.", "Keep one of the two."))
    missing = [column for column in kind.columns if column not in header and column not in kind.optional]
    faults += [
        Fault(column, column, "missing_column", "The column is missing.", f"Add it; the columns are: {wanted}.") for column in missing
    ]
    if faults:
        raise Unreadable(1, *faults)
    return header
