"""When a peer can start work, month by month, as a strip to look at and as a table: from days offered, absences and an employer's
release. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.desk.sheets import Column, Sheet

MONTHS = 18
_STATES = {
    "free": "Can start",
    "part": "Can start in part of the month",
    "away": "Away",
    "used": "All offered days are taken",
    "none": "No days offered",
}
Span = Mapping[str, Any]
"""Something from a first to a last day, as the register tells it: `from`, and `to` (None: without an end)."""


@dataclass(frozen=True, slots=True)
class Month:
    """The first day of a month, the state of it (a code), that in words, and how many days that start in it are still free."""

    first: date
    state: str
    words: str
    free: float

    @property
    def name(self) -> str:
        return f"{self.first:%B %Y}"


def months(today: date, accounts: Sequence[Mapping[str, Any]], absences: Sequence[Span], releases: Sequence[Span]) -> list[Month]:
    """This month and those after it. accounts: offers as the register tells them, with `free`.

    releases: of an officer; where the employer has said nothing, it is asked (decision 0221).
    """
    found = []
    first = today.replace(day=1)
    for _ in range(MONTHS):
        after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        found.append(_month(max(first, today), after - timedelta(days=1), first, accounts, absences, releases))
        first = after
    return found


def sheet(found: Sequence[Month]) -> Sheet:
    """The strip as a table."""
    columns = (Column("Month"), Column("Availability"), Column("Free days", "days"))
    return Sheet("availability", "Availability by month", columns, [(each.name, each.words, each.free) for each in found])


def in_words(found: Sequence[Month]) -> str:
    """What the strip shows, for whoever does not see it."""
    can = [each for each in found if each.state in ("free", "part")]
    if not can:
        return f"No work can start in the {len(found)} months from {found[0].name}."
    return f"Work can start in {len(can)} of the {len(found)} months from {found[0].name}, first in {can[0].name}."


def _month(
    start: date, end: date, first: date, accounts: Sequence[Mapping[str, Any]], absences: Sequence[Span], releases: Sequence[Span]
) -> Month:
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    offered = [account for account in accounts if any(_covers(account, day) for day in days)]
    free = [account for account in offered if account["free"] > 0]
    left = sum(float(account["free"]) for account in free)
    if not offered:
        return _of(first, "none", 0)
    if not free:
        return _of(first, "used", 0)
    good = [day for day in days if any(_covers(account, day) for account in free)]
    there = [day for day in good if not any(_covers(absence, day) for absence in absences)]
    if releases:  # an employer who has said nothing is asked (decision 0221)
        there = [day for day in there if any(_covers(release, day) for release in releases)]
    if not there:
        return _of(first, "away", 0)
    return _of(first, "free" if len(there) == len(days) else "part", left)


def _of(first: date, state: str, free: float) -> Month:
    return Month(first, state, _STATES[state], free)


def _covers(span: Span, day: date) -> bool:
    return str(span["from"]) <= day.isoformat() and (span["to"] is None or day.isoformat() <= str(span["to"]))
