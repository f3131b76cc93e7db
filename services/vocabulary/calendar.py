"""Working days in England: weekends and bank holidays do not count, and a day is a day in London."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")


@lru_cache(maxsize=64)
def _bank_holidays(year: int) -> frozenset[date]:
    """Source: the holidays library, England."""
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=year))


def is_working_day(day: date) -> bool:
    """True from Monday to Friday, bank holidays of England excepted."""
    return day.weekday() < 5 and day not in _bank_holidays(day.year)


def after_working_days(moment: datetime, days: int) -> datetime:
    """The same time of day in London, `days` working days later, in UTC; a day off counts as the next working day."""
    local = moment.astimezone(LONDON)
    day, left = local.date(), days
    while left > 0 or not is_working_day(day):
        day += timedelta(days=1)
        left -= is_working_day(day)
    return datetime.combine(day, local.time(), LONDON).astimezone(UTC)


@lru_cache(maxsize=1024)
def working_days_on(first: date, days: int) -> date:
    """The last of so many working days from the first day on, which counts if it is one itself."""
    day, left = first, days - is_working_day(first)
    while left > 0:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return day


def day_of(moment: datetime) -> date:
    """The day in London."""
    return moment.astimezone(LONDON).date()


def begins(day: date) -> datetime:
    """The first moment of a day in London, in UTC."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def next_morning(moment: datetime) -> datetime:
    """Nine o'clock in London on the next working day, in UTC."""
    day = after_working_days(moment, 1).astimezone(LONDON).date()
    return datetime.combine(day, time(9), LONDON).astimezone(UTC)
