"""A record is ready for its handler, or broken by a rule that has a name; never both, and never an exception."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.envelope import Envelope
from services.kit.parked import header_bytes, header_text
from services.kit.reading import Item, sort
from tests.support.echo import Echoed, Pinged, Raw, Shouted, ears, pinged, record

IN, SHOUTS = Pinged.topic, Shouted.topic
GOOD = pinged("thing", 1)
SHOUT = record(Shouted(words="loud"), "", 5)


def read(raw: Any, topic: str = IN) -> Item:
    item = sort(ears, topic, raw, 1000)
    assert item is not None
    return item


def without(raw: Raw, name: str) -> Raw:
    return replace(raw, headers=[h for h in raw.headers if h[0] != name])


def having(raw: Raw, name: str, value: bytes | None) -> Raw:
    return replace(without(raw, name), headers=[*without(raw, name).headers, (name, value)])


def test_a_good_record_of_ours_goes_by_its_event_id_and_subject() -> None:
    item = read(replace(GOOD, headers=Envelope("id-1", Pinged.type, "/s", "thing", datetime.now(UTC)).headers()))
    assert (item.rule, item.event_id, item.subject, item.kind) == ("", "id-1", "thing", Pinged.type)
    assert item.heard
    assert item.heard.fact == Pinged(thing="thing", number=1)
    assert item.heard.place == "echo.in.v1-0-1"


def test_a_good_record_of_an_outsider_goes_by_its_place_whatever_it_says_of_itself() -> None:
    item = read(having(SHOUT, "ce_subject", b"thing"), SHOUTS)
    assert (item.rule, item.event_id, item.subject) == ("", "echo.shouts.v1-0-5", "")
    assert item.heard
    assert item.heard.fact == {"words": "loud"}


BROKEN: dict[str, tuple[str, Raw]] = {
    "null header": ("null_header", having(GOOD, "x", None)),
    "header that is not UTF-8": ("header_not_utf8", having(GOOD, "x", b"\xff")),
    "no value": ("empty_value", replace(GOOD, value=None)),
    "empty value": ("empty_value", replace(GOOD, value=b"")),
    "oversized": ("oversized", replace(GOOD, value=b"x" * 1001)),
    "no id": ("not_cloudevents", without(GOOD, "ce_id")),
    "no source": ("not_cloudevents", without(GOOD, "ce_source")),
    "no type": ("not_cloudevents", without(GOOD, "ce_type")),
    "no headers": ("not_cloudevents", replace(GOOD, headers=())),
    "another version": ("not_cloudevents", having(GOOD, "ce_specversion", b"0.3")),
    "no time": ("bad_time", having(GOOD, "ce_time", b"yesterday")),
    "a sequence that is no number": ("bad_sequence", having(GOOD, "ce_sequence", b"-1")),
    "NUL in the id": ("not_cloudevents", having(GOOD, "ce_id", b"a\x00b")),
    "an id that fits no index": ("oversized", having(GOOD, "ce_id", b"x" * 3000)),
    "structured, no JSON": ("not_json", having(replace(GOOD, value=b"{"), "content-type", b"application/cloudevents+json")),
    "structured, no object": ("not_cloudevents", having(replace(GOOD, value=b"[]"), "content-type", b"application/cloudevents+json")),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("topic", [IN, SHOUTS])
def test_what_no_envelope_allows_is_broken_by_that_rule(topic: str, name: str) -> None:
    rule, raw = BROKEN[name]
    item = read(raw, topic)
    assert (item.rule, item.event_id) == (rule, f"{topic}-0-1")
    assert item.subject == ("thing" if topic == IN else "")


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        (b"{}", ["thing", "number"]),
        (b'{"thing": 1, "number": "x"}', ["thing", "number"]),
        (b"nonsense", [""]),
        (b"\xff\xfe", [""]),
        (b"[" * 500, [""]),
        (b"null", [""]),
        (b'{"thing": "a", "number": 1e999}', [""]),
        (b'{"thing": "\\ud800", "number": 1}', [""]),
    ],
)
def test_a_payload_that_is_not_the_facts_is_invalid_and_its_fields_are_named(value: bytes, fields: list[str]) -> None:
    item = read(replace(GOOD, value=value))
    assert item.rule == "invalid_payload"
    assert item.fields
    if fields != [""]:
        assert list(item.fields) == fields


@pytest.mark.parametrize(
    ("value", "rule"), [(b"nonsense", "not_json"), (b"\xff", "not_json"), (b"[]", "not_an_object"), (b"7", "not_an_object")]
)
def test_a_payload_of_an_outsider_is_a_json_object_or_broken(value: bytes, rule: str) -> None:
    assert read(replace(SHOUT, value=value), SHOUTS).rule == rule


def test_a_type_that_nobody_handles_is_passed_over_when_it_is_ours_and_broken_when_it_is_an_outsiders() -> None:
    other = record(Echoed(thing="a", number=1), "a")
    assert sort(ears, IN, other, 1000) is None
    assert read(other, SHOUTS).rule == "unknown_type"
    assert read(GOOD, SHOUTS).rule == "unknown_type", "a type of ours on an outsiders' topic is not ours"
    assert sort(ears, IN, SHOUT, 1000) is None


@pytest.mark.parametrize("key", [None, b"", b"\x00", b"\xff\xfe", b"k" * 5000, "späß".encode()])
def test_a_broken_records_key_becomes_a_subject_that_can_be_kept(key: bytes | None) -> None:
    subject = read(replace(GOOD, key=key, value=b"")).subject
    assert len(subject) <= 512
    assert "\x00" not in subject
    subject.encode()


def test_a_log_line_about_an_outsiders_record_holds_its_place_only() -> None:
    for raw in (SHOUT, replace(SHOUT, value=b"[]"), having(SHOUT, "ce_type", b"John Smith")):
        assert read(raw, SHOUTS).words() == {"place": "echo.shouts.v1-0-5"}
    ours = read(pinged("thing", 1, id="id-2", correlation="c", causation="d")).words()
    assert ours == {
        "place": "echo.in.v1-0-1",
        "type": Pinged.type,
        "subject": "thing",
        "event_id": "id-2",
        "correlation": "c",
        "causation": "d",
    }


def spoil(rng: random.Random, given: bytes) -> bytes:
    cut = rng.randrange(len(given) + 1)
    return given[:cut] + rng.randbytes(rng.randrange(5)) + given[cut + rng.randrange(3) :]


def test_no_bytes_whatever_make_reading_raise() -> None:
    rng = random.Random(11)
    for number in range(2000):
        headers = [(name, spoil(rng, value or b"") if rng.random() < 0.1 else value) for name, value in GOOD.headers]
        item = sort(ears, IN, Raw(spoil(rng, GOOD.value or b""), b"thing", headers, 0, number), 1000)
        assert item is None or bool(item.rule) != bool(item.heard)


def test_headers_come_back_from_the_table_as_they_came() -> None:
    headers = [("a", b"1"), ("b", None), ("c", bytes(range(256))), ("a", b""), ("ü", b"2")]
    text = header_text(headers)
    assert "\x00" not in text
    assert header_bytes(text) == headers
    assert json.loads(text)[1] == ["b", None]
