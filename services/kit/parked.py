"""What could not be handled: set aside whole, with a reason, in order behind its subject, until a person replays or discards it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.envelope import Envelope
from schemas.parked import RecordParked
from services.kit.database import Connection
from services.kit.work import Work

BEHIND = "behind_parked_subject"
"""The rule of a record that is well but waits behind another of its subject."""

_PARK = """insert into parked (consumer, topic, part, position, subject, type, rule, fields, key, headers, value, state, parked_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', $12)
           on conflict (consumer, topic, part, position) do nothing returning id"""
# a replay that settles a subject's last record holds the row; waiting for it keeps a newcomer from parking behind nothing
_BLOCKED = "select subject from parked where consumer = $1 and subject = any($2::text[]) and state = 'waiting' order by id for share"
_LIST = """select id, consumer, topic, part, position, subject, type, rule, fields, state, parked_at, settled_at, settled_by
           from parked where ($1::text is null or state = $1) and id > $2 order by id limit $3"""
_TAKE = "select * from parked where id = $1 for update"
_BEHIND = "select * from parked where consumer = $1 and subject = $2 and state = 'waiting' order by id for update"
_SETTLE = "update parked set state = $2, settled_at = $3, settled_by = $4 where id = $1"
_ERASE = "update parked set key = null, headers = '[]', value = null where id = $1"
_WAITING = "select count(*) from parked where state = 'waiting'"


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked record as a person sees it: where it came from, what rule it broke, in which fields; never its payload."""

    id: int
    consumer: str
    topic: str
    part: int
    position: int
    subject: str
    type: str
    rule: str
    fields: list[str]
    state: str
    parked_at: datetime
    settled_at: datetime | None
    settled_by: str | None


class Record(Protocol):
    """As much of a Kafka record as the edge needs: aiokafka's own, or one read back from the parked table."""

    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


@dataclass(frozen=True, slots=True)
class _Again:
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


def header_text(headers: Iterable[tuple[str, bytes | None]]) -> str:
    """Headers as JSON, bytes in Latin-1, so that a replay sees exactly what came (null values too)."""
    return json.dumps([[name, None if raw is None else raw.decode("latin-1")] for name, raw in headers])


def header_bytes(text: str) -> list[tuple[str, bytes | None]]:
    """The reverse of header_text."""
    return [(name, None if raw is None else raw.encode("latin-1")) for name, raw in json.loads(text)]


async def park(
    work: Work,
    consumer: str,
    topic: str,
    record: Record,
    subject: str,
    kind: str,
    rule: str,
    fields: Sequence[str] = (),
    because: Envelope | None = None,
) -> None:
    """Set a record aside and announce it on `<topic>.parked`, in the story of `because`. To park a place twice is to park it once."""
    names = [str(field)[:200].encode("utf-8", "replace").decode().replace("\x00", "") for field in fields][:20]
    number = await work.db.fetchval(
        _PARK,
        consumer,
        topic,
        record.partition,
        record.offset,
        subject,
        kind,
        rule,
        names,
        record.key,
        header_text(record.headers),
        record.value,
        work.now,
    )
    if number is not None:
        fact = RecordParked(
            consumer=consumer,
            parked=number,
            record_topic=topic,
            partition=record.partition,
            offset=record.offset,
            rule=rule,
            fields=tuple(names),
        )
        work.say(fact, str(number), because, topic=f"{topic}.parked")


async def blocked(db: Connection, consumer: str, subjects: Iterable[str]) -> set[str]:
    """Those subjects that have a record waiting for this consumer: what comes later must wait behind it."""
    asked = sorted(set(subjects) - {""})
    return {row["subject"] for row in await db.fetch(_BLOCKED, consumer, asked)} if asked else set()


async def listed(db: Connection, state: str | None = "waiting", after: int = 0, most: int = 200) -> list[Parked]:
    """Parked records in order of their number."""
    return [Parked(**dict(row)) for row in await db.fetch(_LIST, state, after, most)]


async def count(db: Connection) -> int:
    """How many wait."""
    return int(await db.fetchval(_WAITING))


async def take(db: Connection, number: int) -> tuple[Parked, Record] | None:
    """One waiting record, locked, with what is needed to handle it again; None when there is none of that number."""
    row = await db.fetchrow(_TAKE, number)
    if row is None or row["state"] != "waiting":
        return None
    values = {name: row[name] for name in Parked.__dataclass_fields__}
    return Parked(**values), _Again(row["part"], row["position"], row["key"], row["value"], header_bytes(row["headers"]))


async def same_subject(db: Connection, parked: Parked) -> list[int]:
    """The numbers that wait for the same consumer and subject, in order; just its own where records are independent."""
    if not parked.subject:
        return [parked.id]
    return [row["id"] for row in await db.fetch(_BEHIND, parked.consumer, parked.subject)]


async def settle(db: Connection, number: int, state: str, now: datetime, actor: str) -> None:
    """Mark a record replayed or discarded; what is discarded loses its key, headers and payload."""
    await db.execute(_SETTLE, number, state, now, actor)
    if state == "discarded":
        await db.execute(_ERASE, number)
