"""The envelope: what we write the official CloudEvents SDK reads, what it writes we read, and what nobody can read has a name."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.envelope import LONGEST, STRUCTURED, Envelope, Headers, Undecodable, read
from schemas.matcher import MatchLapsed

DATA = {"match": "m-1", "request": "r-1", "version": 3, "because": "consent_deadline"}
SELECTED = Envelope(
    id="5f0c7d3e-2a41-4c0b-9a55-0c1f6d6f7a10",
    type="manyhands.matcher.match-lapsed.v1",
    source="/manyhands/matcher",
    subject="r-1",
    time=datetime(2026, 11, 2, 9, 30, 0, 123456, tzinfo=UTC),
    correlation="c-1",
    causation="e-1",
    sequence=7,
)
BARE: list[tuple[str, bytes | None]] = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("ce_source", b"/x"), ("ce_type", b"t")]
AS_STRUCTURED: Headers = [("content-type", STRUCTURED.encode())]

unhurried = settings(deadline=None)
words = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=80)
needed = words.filter(bool)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
microseconds = st.integers(0, 6_000 * 365 * 86_400_000_000).map(lambda count: timedelta(microseconds=count))
instants = st.builds(lambda since, zone: (datetime(1970, 1, 1, tzinfo=UTC) + since).astimezone(zone), microseconds, offsets)
envelopes = st.builds(Envelope, needed, needed, needed, words, instants, words, words, st.integers(0, 10**18 - 1))
data = st.dictionaries(words, st.none() | st.booleans() | words | st.lists(st.integers()), max_size=4)


def attributes(envelope: Envelope) -> dict[str, Any]:
    """What the SDK calls the same things; an empty one is left out."""
    all_of_them = {
        "specversion": "1.0",
        "id": envelope.id,
        "type": envelope.type,
        "source": envelope.source,
        "subject": envelope.subject,
        "time": envelope.time,
        "correlationid": envelope.correlation,
        "causationid": envelope.causation,
        "sequence": str(envelope.sequence) if envelope.sequence else "",
        "datacontenttype": "application/json",
    }
    return {name: value for name, value in all_of_them.items() if value}


def received(message: KafkaMessage) -> tuple[Envelope, Any]:
    envelope, payload = read(list(message.headers.items()), message.value)
    return envelope, json.loads(payload)


def structured(**attributes: Any) -> bytes:
    return json.dumps({"specversion": "1.0", "id": "1", "source": "/x", "type": "t", "data": DATA} | attributes).encode()


@unhurried
@given(envelopes, data)
def test_the_official_sdk_reads_what_we_write(envelope: Envelope, body: dict[str, Any]) -> None:
    event = from_kafka(KafkaMessage(dict(envelope.headers()), None, json.dumps(body).encode()), JSONFormat())
    assert event.get_attributes() == attributes(envelope)
    assert event.get_data() == body


@unhurried
@given(envelopes, data)
def test_we_read_what_the_official_sdk_writes_in_binary_mode(envelope: Envelope, body: dict[str, Any]) -> None:
    assert received(to_binary(CloudEvent(attributes(envelope), body), JSONFormat())) == (envelope, body)


@unhurried
@given(envelopes, data)
def test_we_read_what_the_official_sdk_writes_in_structured_mode(envelope: Envelope, body: dict[str, Any]) -> None:
    assert received(to_structured(CloudEvent(attributes(envelope), body), JSONFormat())) == (envelope, body)


@unhurried
@given(envelopes, data)
def test_we_read_structured_events_whose_data_the_official_sdk_wrote_as_bytes(envelope: Envelope, body: dict[str, Any]) -> None:
    event: BaseCloudEvent = CloudEvent(attributes(envelope), json.dumps(body).encode())
    assert received(to_structured(event, JSONFormat())) == (envelope, body)


@unhurried
@given(envelopes, st.binary(min_size=1))
def test_we_read_what_we_write(envelope: Envelope, payload: bytes) -> None:
    assert read(envelope.headers(), payload) == (envelope, payload)


def test_headers_are_plain_words() -> None:
    assert SELECTED.headers() == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"5f0c7d3e-2a41-4c0b-9a55-0c1f6d6f7a10"),
        ("ce_source", b"/manyhands/matcher"),
        ("ce_type", b"manyhands.matcher.match-lapsed.v1"),
        ("ce_subject", b"r-1"),
        ("ce_time", b"2026-11-02T09:30:00.123456Z"),
        ("ce_correlationid", b"c-1"),
        ("ce_causationid", b"e-1"),
        ("ce_sequence", b"7"),
        ("content-type", b"application/json"),
    ]


def test_an_outsider_may_leave_out_all_but_four_attributes() -> None:
    envelope, payload = read(BARE, b"{}")
    assert envelope == Envelope("1", "t", "/x", "", datetime(1970, 1, 1, tzinfo=UTC))
    assert payload == b"{}"


def test_headers_that_are_no_attributes_are_ignored_and_names_may_be_in_capitals() -> None:
    shouted: Headers = [(name.upper(), value) for name, value in BARE]
    assert read([*shouted, ("traceparent", b"00-1-2-01"), ("ce_colour", b"red")], b"{}") == read(BARE, b"{}")


def test_the_structured_content_type_may_name_a_charset() -> None:
    assert read([("Content-Type", b"Application/CloudEvents+JSON; charset=UTF-8")], structured())[0].id == "1"


def test_a_time_without_an_offset_is_taken_as_utc_and_any_other_becomes_utc() -> None:
    for text, hour in ((b"2026-11-02T09:30:00", 9), (b"2026-07-02T09:30:00+01:00", 8), (b"2026-11-02T09:30:00.123456789Z", 9)):
        moment = read([*BARE, ("ce_time", text)], b"{}")[0].time
        assert (moment.hour, moment.tzinfo) == (hour, UTC)


UNDECODABLE: list[tuple[str, str, Headers, bytes | None]] = [
    ("a header without a value", "null_header", [*BARE, ("trace", None)], b"{}"),
    ("a required header without a value", "null_header", [("ce_id", None), *BARE[2:]], b"{}"),
    ("a header that is not UTF-8", "header_not_utf8", [*BARE, ("ce_subject", b"\xff\xfe")], b"{}"),
    ("a surrogate in a header", "header_not_utf8", [*BARE, ("ce_subject", b"\xed\xa0\x80")], b"{}"),
    ("no value", "empty_value", BARE, None),
    ("an empty value", "empty_value", BARE, b""),
    ("a value that is too large", "oversized", BARE, b"x" * 1_000_001),
    ("an id that is too long for an index", "oversized", [*BARE, ("ce_id", b"x" * (LONGEST + 1))], b"{}"),
    ("no headers at all", "not_cloudevents", [], b"{}"),
    ("a missing id", "not_cloudevents", [header for header in BARE if header[0] != "ce_id"], b"{}"),
    ("an empty type", "not_cloudevents", [*BARE, ("ce_type", b"")], b"{}"),
    ("another specversion", "not_cloudevents", [*BARE, ("ce_specversion", b"0.3")], b"{}"),
    ("a zero byte in the id", "not_cloudevents", [*BARE, ("ce_id", b"a\x00b")], b"{}"),
    ("a line feed in the subject", "not_cloudevents", [*BARE, ("ce_subject", b"a\nb")], b"{}"),
    ("a time in words", "bad_time", [*BARE, ("ce_time", b"next Tuesday")], b"{}"),
    ("a day that is not in the calendar", "bad_time", [*BARE, ("ce_time", b"2026-02-30T00:00:00Z")], b"{}"),
    ("a time that is no time in UTC", "bad_time", [*BARE, ("ce_time", b"9999-12-31T23:59:59-10:00")], b"{}"),
    ("a sequence in words", "bad_sequence", [*BARE, ("ce_sequence", b"first")], b"{}"),
    ("a sequence below nought", "bad_sequence", [*BARE, ("ce_sequence", b"-1")], b"{}"),
    ("a sequence in other digits", "bad_sequence", [*BARE, ("ce_sequence", "٣".encode())], b"{}"),
    ("a sequence beyond the database", "bad_sequence", [*BARE, ("ce_sequence", b"9" * 19)], b"{}"),
    ("structured, not JSON", "not_json", AS_STRUCTURED, b"{id: 1}"),
    ("structured, not text", "not_json", AS_STRUCTURED, b"\xff\xfe\x00"),
    ("structured, nested too deep", "not_json", AS_STRUCTURED, b'{"data":' + b"[" * 200_000),
    ("structured, data in base64 that is none", "not_json", AS_STRUCTURED, structured(data=None, data_base64="?")),
    ("structured, a list", "not_cloudevents", AS_STRUCTURED, b"[1]"),
    ("structured, no type", "not_cloudevents", AS_STRUCTURED, structured(type=None)),
    ("structured, a number as specversion", "not_cloudevents", AS_STRUCTURED, structured(specversion=1.0)),
    ("structured, half a surrogate pair in the id", "not_cloudevents", AS_STRUCTURED, structured(id="a\ud800")),
    ("structured, a bad time", "bad_time", AS_STRUCTURED, structured(time=5)),
    ("structured, a bad sequence", "bad_sequence", AS_STRUCTURED, structured(sequence=True)),
]


@pytest.mark.parametrize(("code", "headers", "value"), [pytest.param(*rest, id=words) for words, *rest in UNDECODABLE])
def test_what_cannot_be_read_has_a_code_and_repeats_nothing_that_was_sent(code: str, headers: Headers, value: bytes | None) -> None:
    with pytest.raises(Undecodable) as caught:
        read(headers, value)
    assert caught.value.code == code
    assert not any(word in str(caught.value) for word in ("Tuesday", "first", "٣", "a\ud800"))


def test_every_code_is_tried_here() -> None:
    assert read.__doc__ is not None
    named = read.__doc__.partition("with code ")[2].strip().rstrip(".").split(", ")
    assert sorted(named) == sorted({code for _, code, _, _ in UNDECODABLE})


@pytest.mark.parametrize("body", [b'"\\ud800"', b"[" * 60_000 + b"]" * 60_000], ids=["half a surrogate pair", "nested deep"])
def test_what_the_envelope_lets_through_the_model_of_the_fact_refuses_without_a_crash(body: bytes) -> None:
    whole = b'{"specversion":"1.0","id":"1","source":"/x","type":"t","data":{"match":' + b'"\\ud800"' + b"}}"
    for headers, value in ((BARE, b'{"match":' + body + b"}"), (AS_STRUCTURED, whole)):
        with pytest.raises(ValidationError):
            MatchLapsed.model_validate_json(read(headers, value)[1])


@unhurried
@given(st.lists(st.tuples(st.sampled_from(["ce_id", "ce_time", "content-type", "x"]), st.none() | st.binary())), st.none() | st.binary())
def test_noise_is_read_or_refused_and_never_crashes(headers: Headers, value: bytes | None) -> None:
    for start in (BARE, AS_STRUCTURED):
        with suppress(Undecodable):
            read([*start, *headers], value)
