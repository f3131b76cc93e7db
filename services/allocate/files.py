"""The files of an allocation: read with every error named by file, row, column, value and remedy; written as CSV."""

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from services.matcher.dated import Floats, Ints
from services.matcher.pairs import Demand, Dense, Listed, Pairs

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a file; row 1 is the heading, 0 means the whole file."""

    file: str
    row: int
    column: str
    value: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}, row {self.row}, column {self.column}: {self.value!r}: " if self.row else f"{self.file}: "
        return f"{where}{self.reason} {self.remedy}"


class BadInput(Exception):
    """The files cannot be used. `problems` are the first twenty; nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = list(problems)


@dataclass(frozen=True, slots=True)
class Given:
    """What was read: names in the order of the demand and capacity files, and the numbers behind them."""

    requests: list[str]
    peers: list[str]
    pairs: Pairs
    demand: Demand


@dataclass(slots=True)
class _Reader:
    """Collects problems of all files, so that one look mends them all."""

    problems: list[Problem] = field(default_factory=list)

    def wrong(self, file: Path, row: int, column: str, value: str, reason: str, remedy: str) -> None:
        self.problems.append(Problem(file.name, row, column, value, reason, remedy))
        if len(self.problems) >= _SHOWN:
            raise BadInput(self.problems)

    def check(self) -> None:
        if self.problems:
            raise BadInput(self.problems)

    def rows(self, file: Path, *columns: str, optional: str = "") -> Iterator[tuple[int, list[str]]]:
        """Row number and the wanted columns of each row; an optional column that is not there is "". Errors: BadInput."""
        try:
            with file.open(newline="", encoding="utf-8-sig") as lines:
                yield from self._rows(csv.reader(lines, strict=True), file, columns, optional)
        except (UnicodeDecodeError, csv.Error):
            self.wrong(file, 0, "", "", "This is not a CSV file in UTF-8.", "Save it as CSV, UTF-8.")
            self.check()

    def _rows(self, reader: "Iterator[list[str]]", file: Path, columns: Sequence[str], optional: str) -> Iterator[tuple[int, list[str]]]:
        heading = [name.strip() for name in next(reader, [])]
        missing = [name for name in columns if name not in heading]
        if missing:
            for name in missing:
                remedy = f"The first row names the columns {', '.join(columns)}, in any order."
                self.wrong(file, 1, name, ",".join(heading), "This column is missing.", remedy)
            self.check()
        places = [heading.index(name) for name in columns]
        if optional:
            places.append(heading.index(optional) if optional in heading else -1)
        for number, row in enumerate(reader, 2):
            if len(row) >= len(heading):
                yield number, [row[place].strip() if place >= 0 else "" for place in places]
            elif row:
                self.wrong(file, number, heading[len(row)], "", "The row ends before this column.", f"Give all {len(heading)} columns.")

    def count(self, file: Path, row: int, column: str, value: str) -> int:
        """A whole number of 0 or more."""
        if not value.isascii() or not value.isdigit() or len(value) > 9:
            self.wrong(file, row, column, value, "This is not a whole number from 0 to 999,999,999.", "Write digits only, such as 3.")
            return 0
        return int(value)

    def counts(self, file: Path, name: str, count: str, optional: str = "") -> dict[str, tuple[int, int]]:
        """By name, the count and the optional one (0 where there is none)."""
        found: dict[str, tuple[int, int]] = {}
        for row, (who, value, *more) in self.rows(file, name, count, optional=optional):
            if not who or who in found:
                reason = "This name was given before." if who else "There is no name."
                self.wrong(file, row, name, who, reason, f"Give each {name} one row with its name.")
                continue
            extra = self.count(file, row, optional, more[0]) if more and more[0] else 0
            found[who] = (self.count(file, row, count, value), extra)
            if extra > found[who][0]:
                self.wrong(file, row, optional, more[0], f"This is more than the {count}.", f"Lower {optional} or raise {count}.")
        if not found:
            self.wrong(file, 0, "", "", "There are no rows.", f"Give a row for each {name}.")
            self.check()
        return found


def read(fit: Path, demand: Path, capacity: Path, conflicts: Path | None = None, pinned: Path | None = None) -> Given:
    """Read and check everything. Errors: BadInput naming file, row, column, value and remedy; OSError when a file cannot be opened."""
    reader = _Reader()
    asked, offered = reader.counts(demand, "request", "places"), reader.counts(capacity, "peer", "capacity", "at_least")
    reader.check()
    requests, peers = list(asked), list(offered)
    row_of, column_of = {name: n for n, name in enumerate(requests)}, {name: n for n, name in enumerate(peers)}
    barred = _named(reader, conflicts, row_of, column_of, demand, capacity)
    kept = _named(reader, pinned, row_of, column_of, demand, capacity)
    for pair in kept.keys() & barred.keys():
        row, request, peer = kept[pair]
        assert pinned is not None
        assert conflicts is not None
        remedy = f"Take the pair out of {pinned.name} or out of {conflicts.name}."
        reader.wrong(pinned, row, "peer", peer, f"The pair of {request!r} and this peer is also a conflict.", remedy)
    reader.check()
    places = np.array([count for count, _ in asked.values()], np.int64)
    most = np.array([count for count, _ in offered.values()], np.int64)
    if pinned is not None:
        _pins_fit(reader, pinned, kept, places, most)
    is_matrix = fit.suffix == ".npy"
    pairs: Pairs = Dense(_matrix(reader, fit, requests, peers, barred)) if is_matrix else _list(reader, fit, row_of, column_of, barred)
    _pins_known(reader, pinned, kept, pairs)
    at_least = np.array([least for _, least in offered.values()], np.int64)
    held = np.array(sorted(kept), np.int64) if kept else None
    return Given(requests, peers, pairs, Demand(places, most, at_least if at_least.any() else None, held))


_Named = dict[int, tuple[int, str, str]]  # pair -> row, request, peer


def _named(reader: _Reader, file: Path | None, row_of: dict[str, int], column_of: dict[str, int], demand: Path, capacity: Path) -> _Named:
    found: _Named = {}
    for row, (request, peer) in reader.rows(file, "request", "peer") if file else ():
        pair = _pair(reader, file, row, request, peer, row_of, column_of, demand.name, capacity.name)
        if pair in found:
            assert file is not None
            reader.wrong(file, row, "peer", peer, _twice(request, found[pair][0]), "Take this row out.")
        elif pair is not None:
            found[pair] = row, request, peer
    return found


def _twice(request: str, row: int) -> str:
    return f"The pair of {request!r} and this peer was given before, in row {row}."


def _pair(
    reader: _Reader, file: Path | None, row: int, request: str, peer: str, row_of: dict[str, int], column_of: dict[str, int], *names: str
) -> int | None:
    assert file is not None
    at, by = row_of.get(request), column_of.get(peer)
    if at is None:
        reader.wrong(file, row, "request", request, "This request is not known.", f"Correct the name, or give it a row in {names[0]}.")
    if by is None:
        reader.wrong(file, row, "peer", peer, "This peer is not known.", f"Correct the name, or give it a row in {names[1]}.")
    return None if at is None or by is None else at * len(column_of) + by


def _list(reader: _Reader, file: Path, row_of: dict[str, int], column_of: dict[str, int], barred: _Named) -> Pairs:
    """A list that holds half of all pairs or more is worked on as the matrix that it is."""
    seen: dict[int, float] = {}
    for row, (request, peer, value) in reader.rows(file, "request", "peer", "fit"):
        pair = _pair(reader, file, row, request, peer, row_of, column_of, "the demand", "the capacity")
        try:
            worth = float(value)
        except ValueError:
            worth = math.nan
        if not math.isfinite(worth):
            reader.wrong(
                file, row, "fit", value, "This is not a number.", "Write a number such as 0.75; leave out what may not be matched."
            )
        elif pair is not None and pair in seen:
            reader.wrong(file, row, "peer", peer, f"The pair of {request!r} and this peer was given before.", "Give each pair one row.")
        elif pair is not None:
            seen[pair] = worth
    reader.check()
    numbers = np.array(sorted(seen.keys() - barred.keys()), np.int64)
    values = np.array([seen[pair] for pair in numbers.tolist()], np.float64)
    if 2 * len(numbers) < len(row_of) * len(column_of):
        return Listed(len(row_of), len(column_of), numbers, values)
    matrix = np.full((len(row_of), len(column_of)), -np.inf)
    matrix.ravel()[numbers] = values
    return Dense(matrix)


def _matrix(reader: _Reader, file: Path, requests: list[str], peers: list[str], barred: _Named) -> Floats:
    try:
        fit = np.load(file, allow_pickle=False)
    except (ValueError, EOFError):
        fit = np.zeros(0)
    if fit.ndim != 2 or fit.dtype.kind not in "fiu":
        reader.wrong(file, 0, "", "", "This is not a matrix of numbers.", "Save a two-dimensional float array with numpy.save.")
        reader.check()
    for n, (names, what, of) in enumerate(((requests, "rows", "demand"), (peers, "columns", "capacity"))):
        if fit.shape[n] != len(names):
            reason = f"The matrix has {fit.shape[n]} {what} and the {of} file {len(names)}."
            reader.wrong(file, 0, "", "", reason, f"Give each of the {what} one row in the {of} file.")
        elif names != [str(number) for number in range(len(names))]:
            wrong = next(name for number, name in enumerate(names) if name != str(number))
            remedy = f'Name them "0", "1", "2" and so on, in the order of the matrix\'s {what}.'
            reader.wrong(file, 0, "", "", f"The {of} file names {wrong!r} out of order.", remedy)
    reader.check()
    fit = np.ascontiguousarray(fit, np.float64)
    for row, values in enumerate(fit):
        if not np.isfinite(values).all():
            column = int(np.isfinite(values).argmin())
            reader.wrong(file, row + 1, str(column), str(values[column]), "This is not a number.", "Bar pairs with --conflicts instead.")
            reader.check()
    if barred:
        fit.ravel()[np.array(sorted(barred), np.int64)] = -np.inf
    return fit


def _pins_fit(reader: _Reader, file: Path, kept: _Named, places: Ints, most: Ints) -> None:
    """Each pin in turn: the first that is one too many is named."""
    given, taken = np.zeros(len(places), np.int64), np.zeros(len(most), np.int64)
    for pair, (row, request, peer) in kept.items():
        at, by = divmod(pair, len(most))
        given[at] += 1
        taken[by] += 1
        if given[at] > places[at]:
            reader.wrong(file, row, "request", request, f"It has {places[at]} places and more pins.", "Unpin one, or raise its places.")
        if taken[by] > most[by]:
            reader.wrong(file, row, "peer", peer, f"Its capacity is {most[by]} and it has more pins.", "Unpin one, or raise its capacity.")
    reader.check()


def _pins_known(reader: _Reader, file: Path | None, kept: _Named, pairs: Pairs) -> None:
    if file is not None:
        for pair in sorted(kept.keys() - set(pairs.allowed(np.array(list(kept), np.int64)).tolist())):
            row, request, peer = kept[pair]
            reader.wrong(file, row, "peer", peer, f"The pair of {request!r} and this peer has no fit.", "Give it a row in the fit file.")
    reader.check()


def write(file: Path, given: Given, chosen: Ints, fit: Floats) -> None:
    """Write request,peer,fit in the order of the demand; the file appears whole or not at all."""
    draft = file.with_name(f".{file.name}.part")
    with draft.open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(["request", "peer", "fit"])
        for pair, worth in zip(chosen.tolist(), fit.tolist(), strict=True):
            table.writerow([given.requests[pair // given.pairs.peers], given.peers[pair % given.pairs.peers], repr(worth)])
    draft.replace(file)
