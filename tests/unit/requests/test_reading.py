"""What was submitted is read, or the poster learns which field to mend; never is a submitted value said back."""

from typing import Any

import pytest

from services.onebox.sample_requests import BAD_CONTENT
from services.requests.reading import Submission, read, request_id, reserved
from tests.unit.requests.given import SOURCE, data, submitted


def problems(**fields: Any) -> dict[str, str]:
    """Field and rule of everything wrong; a field that is None is left out."""
    found = read(SOURCE, {name: value for name, value in data(**fields).items() if value is not None})
    assert not isinstance(found, Submission), "this was read"
    return {each.field: each.rule for each in found}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"authority": None}, {"authority": "missing"}),
        ({"reference": ""}, {"reference": "empty"}),
        ({"reference": "INT\x001"}, {"reference": "characters"}),
        ({"reference": "x" * 101}, {"reference": "too_long"}),
        ({"authority": 383}, {"authority": "not_text"}),
        ({"authority": "\ud800"}, {"authority": "not_text"}),
        ({"revision": 0}, {"revision": "too_small"}),
        ({"revision": 1.5}, {"revision": "not_whole"}),
        ({"revision": 10**30}, {"revision": "too_large"}),
        ({"themes": "SEND"}, {"themes": "not_a_list"}),
        ({"themes": ["x"] * 21}, {"themes": "too_many"}),
        ({"team": [{"role": "DCS", "count": 0}]}, {"team.0.count": "too_small"}),
        ({"from": "2026-02-31"}, {"from": "not_a_date"}),
        ({"days": "four"}, {"days": "not_a_number"}),
        ({"days": float("nan")}, {"days": "not_a_number"}),
        ({"days": -4}, {"days": "too_small"}),
        ({"days": 1.3}, {"days": "step"}),
        ({"preferences": {"region": "nearby"}}, {"preferences.region": "unknown_word"}),
        ({"preferences": {"same_group": "perhaps"}}, {"preferences.same_group": "not_yes_or_no"}),
        ({"contact": "x"}, {"contact": "not_an_object"}),
        ({"kind": None, "days": 0.3, "notes": "a" * 4001}, {"kind": "missing", "days": "step", "notes": "too_long"}),
    ],
)
def test_a_field_that_cannot_be_read_is_named_with_its_rule(fields: dict[str, Any], expected: dict[str, str]) -> None:
    assert problems(**fields) == expected


@pytest.mark.parametrize("sort", sorted(BAD_CONTENT))
def test_no_problem_repeats_what_was_submitted(sort: str) -> None:
    secret = "Zebulon Quist 07700 900123"
    fields: dict[str, Any] = {name: secret for name, value in BAD_CONTENT[sort].items() if isinstance(value, str | int | float)}
    found = read(SOURCE, data(**fields | {"revision": secret}))
    assert not isinstance(found, Submission)
    assert all(secret not in text for each in found for text in each.model_dump().values())


def test_a_problem_says_what_to_do() -> None:
    found = read(SOURCE, data(days=1.3))
    assert not isinstance(found, Submission)
    assert (found[0].reason, found[0].remedy) == ("This is not in steps of 0.5.", "Round it to a multiple of 0.5.")


@pytest.mark.parametrize("source", ["", "x" * 201, "/intake/\x00", "/intake/\n"])
def test_a_source_that_could_not_be_kept_is_refused(source: str) -> None:
    found = read(source, data())
    assert not isinstance(found, Submission)
    assert [each.rule for each in found] == ["source_unusable"]


@pytest.mark.parametrize("source", ["/api/adviser-1", "/manyhands/matcher"])
def test_an_outsider_cannot_speak_as_one_of_us(source: str) -> None:
    assert [each.rule for each in reserved(source)] == ["source_reserved"]
    assert reserved(SOURCE) == ()


def test_the_same_content_in_another_order_and_spelling_has_the_same_hash() -> None:
    plain = submitted(days=4, **{"from": "2026-12-01"})
    other = read(SOURCE, dict(reversed(data(**{"from": "2026-12-01T00:00:00"}, days="4.0", revision=1, not_ours="x").items())))
    assert isinstance(other, Submission)
    assert other.digest == plain.digest
    assert submitted(days=4.5, **{"from": "2026-12-01"}).digest != plain.digest


def test_what_was_sent_before_a_field_was_added_is_the_same_content_today() -> None:
    assert submitted().digest.hex() == "e2dcdc6e2f7711c37ec4aed16fc60cb3c9c9df3dd7f2eb5ac83cbf1e36e4e8c3"
    assert submitted(preferences={"one_outside_region": True}).digest != submitted().digest


def test_an_id_belongs_to_one_source_and_reference_alone() -> None:
    ids = {request_id(source, reference) for source in ("/a", "/a|b", "/b") for reference in ("x", "b|x", "|x")}
    assert len(ids) == 9
    assert request_id("/a", "x") == request_id("/a", "x")
