"""A year as plain files: peers, councils, places as they arrive, the fit of every pair that may be matched; and the year before."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from services.allocate.files import Problem
from services.matcher.dated import Flags, Floats, Ints

PEERS = ("peer", "council", "region", "role", "member", "party", "capacity", "team_limit")
COUNCILS = ("council", "name", "region", "capacity", "partner")
PLACES = ("place", "request", "day", "kind", "host", "team")
FIT = ("place", "peer", "fit")
CHOICE = ("place", "peer")
LAST_YEAR, DECIDED = "last_year", "decided.csv"


class BadStream(Exception):
    """A file of a year cannot be used. The message names file, row, column, value and what to do."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The places of a year in order of arrival. request: (places,) numbered from 0; day: 0 to 365; team: must differ in council.

    The pairs of place n are first[n] to first[n + 1] of `peer` (rows of peers, rising) and `fit`.
    """

    names: list[str]
    request: Ints
    day: Floats
    kind: list[str]
    host: list[str]
    team: Flags
    first: Ints
    peer: Ints
    fit: Floats

    def __len__(self) -> int:
        return len(self.names)

    @property
    def place(self) -> Ints:
        """(pairs,) the place of each pair."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))


@dataclass(frozen=True, slots=True)
class Year:
    """Who can give (peers and councils, capacities in placements a year), who asks this year, and who asked in the year before.

    decided: (places,) rows of peers as it was in truth, -1 where nobody was; None for a year that was never lived through.
    """

    name: str
    peers: list[str]
    council: Ints
    role: list[str]
    capacity: Ints
    team_limit: Ints
    rows: list[dict[str, str]]
    councils: list[dict[str, str]]
    council_capacity: Ints
    partner: Flags
    demand: Demand
    last: Demand
    decided: Ints | None

    @property
    def willing(self) -> Flags:
        """(councils,) those with any capacity."""
        return self.council_capacity > 0


def read(folder: Path) -> Year:
    """Errors: BadStream; OSError when a file is not there."""
    councils = list(_rows(folder / "councils.csv", COUNCILS))
    code = {row["council"]: n for n, (_, row) in enumerate(councils)}
    peers = list(_rows(folder / "peers.csv", PEERS))
    index: dict[str, int] = {}
    home = []
    for number, row in peers:
        if row["peer"] in index:
            raise _bad(folder / "peers.csv", number, "peer", row["peer"], "This peer was given before.", "Give each peer one row.")
        if row["council"] not in code:
            remedy = "Correct it, or add the council to councils.csv."
            raise _bad(folder / "peers.csv", number, "council", row["council"], "This council is not known.", remedy)
        index[row["peer"]] = len(index)
        home.append(code[row["council"]])
    demand = _demand(folder, index)
    return Year(
        name=folder.name,
        peers=list(index),
        council=np.array(home, np.int64),
        role=[row["role"] for _, row in peers],
        capacity=_counts(folder / "peers.csv", peers, "capacity"),
        team_limit=_counts(folder / "peers.csv", peers, "team_limit"),
        rows=[row for _, row in peers],
        councils=[row for _, row in councils],
        council_capacity=_counts(folder / "councils.csv", councils, "capacity"),
        partner=np.array([row["partner"] == "1" for _, row in councils]),
        demand=demand,
        last=_demand(folder / LAST_YEAR, index),
        decided=_decided(folder / DECIDED, demand, index) if (folder / DECIDED).exists() else None,
    )


def _decided(file: Path, demand: Demand, index: dict[str, int]) -> Ints:
    number = {name: n for n, name in enumerate(demand.names)}
    chosen = np.full(len(demand), -1, np.int64)
    for line, row in _rows(file, CHOICE):
        place, peer = number.get(row["place"], -1), index.get(row["peer"], -1)
        if place < 0 or peer not in demand.peer[demand.first[place] : demand.first[place + 1]]:
            raise _bad(file, line, "peer", row["peer"], "This pair has no fit.", "Add it to fit.csv, or take it out.")
        chosen[place] = peer
    return chosen


def _demand(folder: Path, index: dict[str, int]) -> Demand:
    places = list(_rows(folder / "places.csv", PLACES))
    number = {row["place"]: n for n, (_, row) in enumerate(places)}
    requests = {name: n for n, name in enumerate(dict.fromkeys(row["request"] for _, row in places))}
    file = folder / "fit.csv"
    place, peer, fit = [], [], []
    for line, row in _rows(file, FIT):
        if row["place"] not in number:
            raise _bad(file, line, "place", row["place"], "This place is not known.", "Correct it, or add it to places.csv.")
        if row["peer"] not in index:
            raise _bad(file, line, "peer", row["peer"], "This peer is not known.", "Correct it, or add the peer to peers.csv.")
        place.append(number[row["place"]])
        peer.append(index[row["peer"]])
        fit.append(_number(file, line, "fit", row["fit"]))
    of, who, worth = np.array(place, np.int64), np.array(peer, np.int64), np.array(fit)
    order = np.lexsort((who, of))
    of, who, worth = of[order], who[order], worth[order]
    twice = np.flatnonzero((np.diff(of) == 0) & (np.diff(who) == 0))
    if len(twice):
        line = int(order[twice[0] + 1]) + 2
        raise _bad(file, line, "peer", list(index)[who[twice[0]]], "This pair was given before.", "Give each pair one row.")
    return Demand(
        names=list(number),
        request=np.array([requests[row["request"]] for _, row in places], np.int64),
        day=np.array([_number(folder / "places.csv", line, "day", row["day"]) for line, row in places]),
        kind=[row["kind"] for _, row in places],
        host=[row["host"] for _, row in places],
        team=np.array([row["team"] == "1" for _, row in places], np.bool_),
        first=np.searchsorted(of, np.arange(len(places) + 1)),
        peer=who,
        fit=worth,
    )


def _rows(file: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Row number (the heading is 1) and the wanted columns."""
    with file.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.DictReader(lines)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise _bad(file, 1, missing[0], "", "This column is missing.", f"The columns are {', '.join(columns)}.")
        for number, row in enumerate(reader, 2):
            if any(row[name] is None for name in columns):
                raise _bad(file, number, columns[-1], "", "The row is too short.", f"Give all of {', '.join(columns)}.")
            yield number, {name: row[name].strip() for name in columns}


def _counts(file: Path, rows: Iterable[tuple[int, dict[str, str]]], column: str) -> Ints:
    found = []
    for number, row in rows:
        if not row[column].isascii() or not row[column].isdigit():
            raise _bad(file, number, column, row[column], "This is not a whole number of 0 or more.", "Write digits only.")
        found.append(int(row[column]))
    return np.array(found, np.int64)


def _number(file: Path, row: int, column: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise _bad(file, row, column, value, "This is not a number.", "Write a number such as 0.75.")
    return number


def _bad(file: Path, row: int, column: str, value: str, reason: str, remedy: str) -> BadStream:
    return BadStream(str(Problem(f"{file.parent.name}/{file.name}", row, column, value, reason, remedy)))


def write(folder: Path, peers: Iterable[Sequence[object]], councils: Iterable[Sequence[object]], this: "Plain", last: "Plain") -> None:
    """Write a year; `read` gives it back."""
    _table(folder / "peers.csv", PEERS, peers)
    _table(folder / "councils.csv", COUNCILS, councils)
    for where, year in ((folder, this), (folder / LAST_YEAR, last)):
        _table(where / "places.csv", PLACES, year.places)
        _table(where / "fit.csv", FIT, year.fit)


@dataclass(frozen=True, slots=True)
class Plain:
    """A year's demand as rows of its two files."""

    places: list[Sequence[object]]
    fit: list[Sequence[object]]


def write_choice(file: Path, year: Year, chosen: Ints) -> None:
    """place,peer of every place that was filled; `chosen` is (places,) rows of peers, -1 where nobody was found."""
    rows = [(year.demand.names[n], year.peers[peer]) for n, peer in enumerate(chosen.tolist()) if peer >= 0]
    _table(file, CHOICE, rows)


def write_decided(folder: Path, pairs: Iterable[Sequence[object]]) -> None:
    """place,peer as it was in truth, beside the files of a year."""
    _table(folder / DECIDED, CHOICE, pairs)


def _table(file: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", newline="", encoding="utf-8") as out:
        table = csv.writer(out)
        table.writerow(columns)
        table.writerows(rows)
