"""Working days in England."""

from datetime import UTC, date, datetime

from services.vocabulary.calendar import after_working_days, is_working_day, next_morning


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_saturdays_sundays_and_english_bank_holidays_are_no_working_days() -> None:
    days = [date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26), date(2026, 12, 28), date(2026, 12, 29), date(2027, 3, 26)]
    assert [is_working_day(day) for day in days] == [True, False, False, False, True, False]


def test_five_working_days_from_a_wednesday_are_the_next_wednesday() -> None:
    assert after_working_days(at("2026-11-18T10:00:00+00:00"), 5) == at("2026-11-25T10:00:00+00:00")


def test_over_christmas_five_working_days_reach_into_the_new_year() -> None:
    assert after_working_days(at("2026-12-23T10:00:00+00:00"), 5) == at("2027-01-04T10:00:00+00:00")


def test_what_is_asked_on_a_sunday_counts_from_monday() -> None:
    assert after_working_days(at("2026-11-22T10:00:00+00:00"), 1) == at("2026-11-23T10:00:00+00:00")
    assert after_working_days(at("2026-11-22T10:00:00+00:00"), 0) == at("2026-11-23T10:00:00+00:00")


def test_a_deadline_keeps_its_hour_in_london_when_the_clocks_change() -> None:
    assert after_working_days(at("2027-03-25T10:00:00+00:00"), 3) == at("2027-04-01T10:00:00+01:00")  # Easter lies between


def test_the_next_morning_is_nine_o_clock_in_london_on_a_working_day() -> None:
    assert next_morning(at("2026-11-20T18:00:00+00:00")) == at("2026-11-23T09:00:00+00:00")
    assert next_morning(at("2027-06-11T23:30:00+00:00")) == at("2027-06-14T09:00:00+01:00")
