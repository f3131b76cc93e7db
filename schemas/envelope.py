"""The CloudEvents 1.0 envelope in Kafka: binary mode written; binary and structured mode read."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

CONTENT_TYPE = "application/json"
STRUCTURED = "application/cloudevents+json"
LONGEST = 512
"""Characters in one attribute; a longer one would not fit an index of the database (2,704 bytes)."""

_REQUIRED = ("ce_specversion", "ce_id", "ce_source", "ce_type")
# what CloudEvents 1.0.2 forbids in strings (section 2.3) and PostgreSQL cannot keep
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

Headers = Sequence[tuple[str, bytes | None]]


class Undecodable(Exception):
    """A record that is no CloudEvent we can read. `code` says which rule it breaks; the message holds no submitted value."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who said what about whom, when, and because of what.

    `sequence` counts the events of one service about one subject from 1 without a gap; outsiders may leave it out (0).
    `correlation` is shared by everything that follows from one intake event; `causation` is the id of the event that led to this one.
    """

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    correlation: str = ""
    causation: str = ""
    sequence: int = 0

    def headers(self) -> list[tuple[str, bytes]]:
        """Kafka headers of the binary mode. Source: CloudEvents Kafka protocol binding 1.0.2, section 3.2."""
        pairs = [
            ("ce_specversion", "1.0"),
            ("ce_id", self.id),
            ("ce_source", self.source),
            ("ce_type", self.type),
            ("ce_subject", self.subject),
            ("ce_time", self.time.astimezone(UTC).isoformat().replace("+00:00", "Z")),
            ("ce_correlationid", self.correlation),
            ("ce_causationid", self.causation),
            ("ce_sequence", str(self.sequence) if self.sequence else ""),
            ("content-type", CONTENT_TYPE),
        ]
        return [(name, value.encode()) for name, value in pairs if value]


def read(headers: Headers, value: bytes | None, *, largest: int = 1_000_000) -> tuple[Envelope, bytes]:
    """The envelope and the JSON payload of a record, in binary or structured mode. Whether the payload is JSON is for its model to say.

    Errors: Undecodable with code null_header, header_not_utf8, empty_value, oversized, not_cloudevents, bad_time, bad_sequence, not_json.
    """
    try:
        texts = {name.lower(): raw.decode() for name, raw in headers}  # type: ignore[union-attr]
    except AttributeError:
        raise Undecodable("null_header", "a header has no value") from None
    except UnicodeDecodeError:
        raise Undecodable("header_not_utf8", "a header is not UTF-8") from None
    if not value:
        raise Undecodable("empty_value", "the record has no value")
    if len(value) > largest:
        raise Undecodable("oversized", f"the value has {len(value)} bytes; at most {largest} are read")
    if texts.get("content-type", "").lower().startswith(STRUCTURED):
        texts, value = _structured(value)
    return _envelope(texts), value


def _structured(value: bytes) -> tuple[dict[str, str], bytes]:
    """The attributes under the names they have as headers, and the payload. Source: CloudEvents JSON format 1.0.2, section 3."""
    try:
        whole = json.loads(value)
        if not isinstance(whole, dict):
            raise Undecodable("not_cloudevents", "the structured event is not a JSON object")
        if isinstance(whole.get("data_base64"), str):
            payload = base64.b64decode(whole["data_base64"], validate=True)
        else:
            payload = json.dumps(whole.get("data"), ensure_ascii=False).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        raise Undecodable("not_json", "the structured event is not JSON") from None
    return {f"ce_{name}": str(text) for name, text in whole.items() if isinstance(text, str | int)}, payload


def _envelope(texts: Mapping[str, str]) -> Envelope:
    """Errors: Undecodable with code not_cloudevents, oversized, bad_time, bad_sequence."""
    get = texts.get
    if not all(map(get, _REQUIRED)) or texts["ce_specversion"] != "1.0":
        wrong = [name for name in _REQUIRED if not get(name)] or ["ce_specversion"]
        raise Undecodable("not_cloudevents", f"CloudEvents 1.0 attributes missing or unknown: {', '.join(wrong)}")
    event, kind, source = texts["ce_id"], texts["ce_type"], texts["ce_source"]
    subject, correlation, causation = get("ce_subject", ""), get("ce_correlationid", ""), get("ce_causationid", "")
    words = (event, kind, source, subject, correlation, causation)
    together = "".join(words)
    if len(together) > LONGEST and max(map(len, words)) > LONGEST:
        raise Undecodable("oversized", f"an attribute has more than {LONGEST} characters")
    if not together.isprintable() and _FORBIDDEN.search(together):
        raise Undecodable("not_cloudevents", "an attribute holds a control character or half of a surrogate pair")
    return Envelope(event, kind, source, subject, _time(get("ce_time")), correlation, causation, _sequence(get("ce_sequence")))


def _time(text: str | None) -> datetime:
    if not text:
        return datetime.fromtimestamp(0, UTC)
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Undecodable("bad_time", "ce_time is not an RFC 3339 time") from None


def _sequence(text: str | None) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Undecodable("bad_sequence", "ce_sequence is not a whole number")
    return int(text)
