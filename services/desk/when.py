"""Days and times as people in Britain write them, on their own clock."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

BRITAIN = ZoneInfo("Europe/London")


def here(at: datetime | str) -> datetime:
    """A moment on the British clock; from text as the services send it."""
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(BRITAIN)


def day(on: date | str) -> str:
    """1 December 2026."""
    found = date.fromisoformat(on[:10]) if isinstance(on, str) else on
    return f"{found.day} {found:%B %Y}"


def example(now: datetime) -> str:
    """A day that lies ahead, as it is typed in three parts: 1 12 2026."""
    ahead = here(now).date().replace(day=1) + timedelta(days=45)
    return f"1 {ahead.month} {ahead.year}"


def clock(at: datetime | str) -> str:
    """2:05pm, 9am, midday, midnight."""
    found = here(at)
    if found.minute == 0 and found.hour in (0, 12):
        return "midday" if found.hour else "midnight"
    minutes = f":{found:%M}" if found.minute else ""
    return f"{(found.hour - 1) % 12 + 1}{minutes}{'pm' if found.hour >= 12 else 'am'}"


def moment(at: datetime | str) -> str:
    """1 December 2026 at 2:05pm."""
    found = here(at)
    return f"{day(found.date())} at {clock(found)}"


def span(first: date | str, last: date | str) -> str:
    """1 to 5 December 2026; as much of the first day as differs from the last."""
    a, b = (date.fromisoformat(d[:10]) if isinstance(d, str) else d for d in (first, last))
    if a == b:
        return day(a)
    start = f"{a.day}" if (a.year, a.month) == (b.year, b.month) else f"{a.day} {a:%B}" if a.year == b.year else day(a)
    return f"{start} to {day(b)}"


def age(since: datetime | str, now: datetime) -> str:
    """How long ago, or until when, in the largest unit that fits: just now, 5 minutes, 3 hours, 1 day, 4 weeks."""
    passed = abs(now - here(since))
    for unit, length in (
        ("week", timedelta(weeks=1)),
        ("day", timedelta(days=1)),
        ("hour", timedelta(hours=1)),
        ("minute", timedelta(minutes=1)),
    ):
        count = passed // length
        if count >= (2 if unit == "week" else 1):
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return "less than a minute"


def financial_year(today: date) -> tuple[date, date]:
    """The first and last day of the councils' year that a day lies in: 1 April to 31 March."""
    first = today.year - (today.month < 4)
    return date(first, 4, 1), date(first + 1, 3, 31)
