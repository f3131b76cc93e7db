"""When work can start, month by month: offers, absences and an employer's release; pure."""

from datetime import date
from typing import Any

from services.desk.availability import MONTHS, in_words, months, sheet

TODAY = date(2026, 11, 25)


def span(first: str, last: str | None, **more: Any) -> dict[str, Any]:
    return {"from": first, "to": last, **more}


YEAR = span("2027-01-01", "2027-12-31", free=10.0)


def states(*accounts: Any, absences: Any = (), releases: Any = ()) -> list[str]:
    return [month.state for month in months(TODAY, accounts, absences, releases)]


def test_the_strip_begins_with_this_month_and_goes_on_for_eighteen() -> None:
    found = months(TODAY, [], [], [])
    assert (found[0].name, found[-1].name, len(found)) == ("November 2026", "April 2028", MONTHS)


def test_work_can_start_while_days_are_offered_and_left() -> None:
    assert states(YEAR) == ["none"] * 2 + ["free"] * 12 + ["none"] * 4
    assert states({**YEAR, "free": 0.0})[2] == "used"


def test_an_absence_takes_a_month_or_a_part_of_it() -> None:
    found = states(YEAR, absences=[span("2027-02-10", "2027-03-31")])
    assert found[2:6] == ["free", "part", "away", "free"]


def test_an_officer_starts_only_while_released_once_the_employer_has_said_when() -> None:
    assert states(YEAR, releases=[span("2027-03-01", None)])[2:5] == ["away", "away", "free"]
    assert states(YEAR, releases=[]) == states(YEAR)


def test_what_is_left_of_this_month_counts() -> None:
    assert states(span("2026-11-25", "2026-12-31", free=1.0))[:2] == ["free", "free"]
    assert states(span("2026-01-01", "2026-11-24", free=1.0))[0] == "none"


def test_the_strip_is_told_in_words_and_as_a_table() -> None:
    found = months(TODAY, [YEAR], [], [])
    assert in_words(found) == "Work can start in 12 of the 18 months from November 2026, first in January 2027."
    assert in_words(months(TODAY, [], [], [])) == "No work can start in the 18 months from November 2026."
    assert sheet(found).rows[2] == ("January 2027", "Can start", 10.0)
