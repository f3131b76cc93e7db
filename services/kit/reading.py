"""A record, read: ready for its handler, or broken by a rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from schemas.envelope import Envelope, Undecodable, read
from services.kit.ears import Ears, Route
from services.kit.parked import Record
from services.kit.work import Heard

_LONGEST = 512  # characters of a key or type that are kept; a longer one would not fit an index


@dataclass(slots=True)
class Item:
    """A record on its way through the edge: readable, with `route` and `heard`, or broken by `rule` in `fields`.

    `envelope` is there when it could be read and is one of ours: an outsider's ids are what somebody submitted, and go no further.
    """

    record: Record
    place: str
    event_id: str
    subject: str
    kind: str = ""
    route: Route | None = None
    heard: Heard[Any] | None = None
    envelope: Envelope | None = None
    rule: str = ""
    fields: Sequence[str] = ()

    def words(self) -> dict[str, str]:
        """What a log line may say of it: its place and our own ids."""
        if self.envelope is None:
            return {"place": self.place}
        ids = {"event_id": self.envelope.id, "correlation": self.envelope.correlation, "causation": self.envelope.causation}
        return {"place": self.place, "type": self.kind, "subject": self.subject, **ids}


def sort(ears: Ears, topic: str, record: Record, largest: int) -> Item | None:
    """Read a record of at most `largest` bytes. None when it is a fact of ours that this service has no handler for."""
    foreign = ears.foreign(topic)
    if not foreign and _is_for_others(ears, topic, record):
        return None
    place = f"{topic}-{record.partition}-{record.offset}"
    envelope = None
    try:
        envelope, payload = read(record.headers, record.value, largest=largest)
        route = ears.routes.get(envelope.type)
        if route is None or route.topic != topic:
            return Item(record, place, place, "", envelope.type, rule="unknown_type") if foreign else None
        heard = Heard(route.read(payload), envelope, place)
    except Undecodable as error:
        return _broken(record, place, foreign, envelope, error.code)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        return _broken(record, place, foreign, envelope, "invalid_payload", [".".join(map(str, p["loc"])) for p in problems])
    except Exception:  # what no rule foresees is still the record's own fault: it must not stop those behind it
        return _broken(record, place, foreign, envelope, "unreadable")
    if foreign:
        return Item(record, place, place, "", envelope.type, route, heard)
    return Item(record, place, envelope.id, envelope.subject or _key(record), envelope.type, route, heard, envelope)


def _is_for_others(ears: Ears, topic: str, record: Record) -> bool:
    """Whether the record says by its header alone that nobody here hears it: then it need not be read, and most are like this."""
    for name, raw in record.headers:
        if name == "ce_type" and raw is not None:
            route = ears.routes.get(raw.decode("utf-8", "replace"))
            return route is None or route.topic != topic
    return False


def _broken(record: Record, place: str, foreign: bool, envelope: Envelope | None, rule: str, fields: Sequence[str] = ()) -> Item:
    kind = envelope.type if envelope else ""
    if foreign:
        return Item(record, place, place, "", kind, rule=rule, fields=fields)
    subject = envelope.subject if envelope and envelope.subject else _key(record)
    return Item(record, place, place, subject, kind, envelope=envelope, rule=rule, fields=fields)


def _key(record: Record) -> str:
    """Our own keys are subjects. What is none of ours is made fit to be kept in a text column."""
    return (record.key or b"")[:_LONGEST].decode("utf-8", "replace").replace("\x00", "\ufffd")
