"""What pages are made of before anything is fetched: seals, days and times, forms and their errors."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from services.desk import doubts, seals, telling, when, wording
from services.desk.forms import Errors, Form
from services.desk.person import Person


def test_what_was_sealed_is_read_with_the_same_secret_for_the_same_purpose_alone() -> None:
    sealed = seals.seal("secret", "told", {"a": 1})
    assert seals.unseal("secret", "told", sealed) == {"a": 1}
    assert seals.unseal("secret", "tokens", sealed) is None
    assert seals.unseal("another", "told", sealed) is None
    assert seals.unseal("secret", "told", sealed[:-4] + "AAAA") is None
    assert seals.unseal("secret", "told", sealed, -1) is None


def test_a_signed_value_that_was_changed_is_none() -> None:
    text = seals.signed("secret", "cookie", "abc")
    assert seals.checked("secret", "cookie", text) == "abc"
    assert seals.checked("secret", "other", text) is None
    assert seals.checked("secret", "cookie", "abd" + text[3:]) is None
    assert seals.checked("secret", "cookie", "") is None
    assert seals.checked("secret", "cookie", "é.é") is None


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 7, 1, 13, 5, tzinfo=UTC), "1 July 2026 at 2:05pm"),  # summer time
        (datetime(2026, 12, 1, 9, 0, tzinfo=UTC), "1 December 2026 at 9am"),
        (datetime(2026, 12, 1, 12, 0, tzinfo=UTC), "1 December 2026 at midday"),
        (datetime(2026, 7, 31, 23, 0, tzinfo=UTC), "1 August 2026 at midnight"),
        (datetime(2026, 12, 1, 0, 30, tzinfo=UTC), "1 December 2026 at 12:30am"),
    ],
)
def test_a_moment_is_on_the_british_clock(at: datetime, words: str) -> None:
    assert when.moment(at) == when.moment(at.isoformat()) == words


def test_a_span_says_as_much_of_its_first_day_as_differs() -> None:
    assert when.span("2026-12-01", "2026-12-05") == "1 to 5 December 2026"
    assert when.span(date(2026, 11, 30), date(2026, 12, 5)) == "30 November to 5 December 2026"
    assert when.span("2026-12-30", "2027-01-05") == "30 December 2026 to 5 January 2027"
    assert when.span("2026-12-01", "2026-12-01") == "1 December 2026"


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=5), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=5, minutes=59), "5 hours"),
        (timedelta(days=13), "13 days"),
        (timedelta(days=30), "4 weeks"),
        (timedelta(days=-2), "2 days"),
    ],
)
def test_an_age_is_in_the_largest_unit_that_fits(passed: timedelta, words: str) -> None:
    now = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    assert when.age(now - passed, now) == words


def test_a_form_gives_what_was_typed_without_what_nobody_can_see() -> None:
    form = Form({"reason": ["  knows\r\nthe \u202ecouncil\x00 "], "peers": ["p1", "p2"]})
    assert form["reason"] == "knows\nthe council"
    assert form["nothing"] == ""
    assert form.every("peers") == ["p1", "p2"]
    assert form.typed("reason") == {"reason": "knows\nthe council"}


def test_errors_of_a_service_stand_at_our_fields() -> None:
    errors = Errors()
    problems = [
        {"field": "body.starts", "rule": "x", "reason": "It is in the past.", "remedy": "Choose a later day."},
        {"field": "body.lines.0.peer", "rule": "y", "reason": "Nobody.", "remedy": "Search again."},
        {"field": "body.odd", "rule": "z", "reason": "Odd.", "remedy": ""},
    ]
    errors.refused(problems, {"starts": "starts", "peer": "who"}, "kind")
    assert errors.found == [("starts", "It is in the past. Choose a later day."), ("who", "Nobody. Search again."), ("kind", "Odd.")]
    assert errors.of("who") == {"text": "Nobody. Search again."}
    assert errors.of("ends") is None
    assert errors.summary()[0] == {"text": "It is in the past. Choose a later day.", "href": "#starts"}


def test_a_person_without_all_regions_sees_their_own() -> None:
    def person(*regions: str) -> Person:
        return Person("id", "Name", frozenset(), frozenset({"a:read"}), frozenset(regions), frozenset(), "secret")

    assert person("North East", "London").own_regions == ["London", "North East"]
    assert person().own_regions == []
    assert person("*").own_regions is None
    assert person().may("a:read")
    assert not person().may("a:write")
    assert "secret" not in repr(person())


def test_a_question_names_what_may_be_meant_and_says_when_there_is_more() -> None:
    assert doubts.briefly("authority", ["391", "860"]) == "Is it Newcastle upon Tyne or Staffordshire?"
    assert doubts.briefly("authority", ["383", "380", "382", "384"]) == "Is it Leeds or Bradford or Kirklees, or another?"
    assert doubts.briefly("authority", []) == "Which council is it?"
    assert doubts.briefly("team.0.role", ["leader", "chief_executive"]) == "Is it Leader of the council or Chief executive?"


def test_a_question_shows_the_word_as_it_was_written_and_everything_else_it_could_be() -> None:
    asked = doubts.unclear("team.1.role", ["leader"], {"team": [{"role": "DCS"}, {"role": "the leadr"}]})
    assert (asked.question, asked.written, asked.candidates) == (
        "Which role is wanted?",
        "the leadr",
        [("leader", "Leader of the council")],
    )
    assert ("chief_executive", "Chief executive") in asked.others
    assert not asked.may_be_left_out
    theme = doubts.unclear("themes.0", ["send"], {})
    assert (theme.written, theme.may_be_left_out) == ("", True)
    assert doubts.meant("themes.0", doubts.LEFT_OUT) == "Left out"


def test_wishes_are_said_in_one_sentence() -> None:
    wishes = {"region": "inside", "party": "labour", "avoid": ["383", "380"], "named_peer": "p1", "one_outside_region": True}
    assert wording.wished(wishes) == (
        "From their own region, if possible; at least one from another region; of the Labour group; not from Leeds or Bradford"
    )
    assert wording.wished({"region": "any"}) == ""


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("peer_days", "Robin has 2 days too few"),
        ("council_days", "The council of Robin has 2 days too few"),
        ("no_offer", "Robin or their council offers no days then"),
        ("unknown_peer", "Robin is not in the register with that council"),
    ],
)
def test_why_no_days_were_set_aside_is_said_for_every_rule_of_the_registry(rule: str, words: str) -> None:
    refused = {"line": {"peer": "p1"}, "rule": rule, "short_by": 2.0}
    told = telling.sentence("manyhands.registry.hold-refused.v1", json.dumps(refused), {"p1": "Robin"})
    assert told == f"No days were set aside: {words}."
    assert wording.does_not_fit(rule, "Robin", 2.0).startswith(f"{words}. ")
