"""What would become of a request that is not yet whole: everything that is wrong at once, by the rules of the intake event."""

from datetime import date

from services.requests.checking import Checked, check

TODAY = date(2026, 11, 25)
WHOLE = {"reference": "D-1", "authority": "Leeds", "kind": "sounding_board"}


def faults(checked: Checked) -> set[tuple[str, str]]:
    return {(problem.field, problem.rule) for problem in checked.problems}


def test_a_request_that_is_whole_would_be_opened_and_says_what_it_would_mean() -> None:
    checked = check(WHOLE, TODAY)
    assert (checked.outcome, checked.problems) == ("opened", ())
    assert checked.ready is not None
    assert (checked.ready.host, checked.ready.days, checked.ready.starts) == ("383", 2, date(2026, 12, 9))


def test_what_is_missing_is_missing_once_and_the_rest_is_looked_at_all_the_same() -> None:
    checked = check({"reference": "D-1", "from": "2026-12-24", "to": "2026-12-01"}, TODAY)
    assert faults(checked) >= {("authority", "missing"), ("kind", "missing")}
    assert [problem.field for problem in checked.problems].count("authority") == 1
    assert faults(check({"reference": "D-1", "authority": "Atlantis"}, TODAY)) == {("kind", "missing"), ("authority", "unknown")}


def test_what_cannot_be_read_does_not_hide_what_else_is_wrong() -> None:
    checked = check({**WHOLE, "authority": "Atlantis", "days": "four", "from": "next week"}, TODAY)
    assert faults(checked) == {("days", "not_a_number"), ("from", "not_a_date"), ("authority", "unknown")}


def test_a_name_that_may_be_several_councils_is_a_question_with_all_of_them() -> None:
    checked = check({**WHOLE, "authority": "Sussex"}, TODAY)
    assert checked.outcome == "question"
    assert checked.doubt is not None
    assert (checked.doubt.field, len(checked.doubt.candidates)) == ("authority", 3)
