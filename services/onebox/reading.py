"""Reading whole topics and waiting until everything said has been heard: for checks, never for work."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from schemas.envelope import Envelope, Undecodable, read
from schemas.topics import topics
from services.kit.clock import Clock
from services.onebox.fleet import SERVICES, Fleet

_UNSETTLED = """select (select count(*) from outbox where published_at is null) as outbox,
                       (select count(*) from due where due_at <= $1) as due"""


@dataclass(frozen=True, slots=True)
class Posted:
    """A record of a topic: its place ("topic-partition-offset") and, where it can be read, its envelope and payload."""

    place: str
    envelope: Envelope | None
    payload: bytes


async def everything(kafka: str, topic: str, prefix: str = "") -> AsyncIterator[Posted]:
    """Every record that a topic holds now; those of one partition in order."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = next(plan.partitions for plan in topics() if plan.name == topic)
        places = [TopicPartition(prefix + topic, n) for n in range(partitions)]
        ends = {place: end for place, end in (await consumer.end_offsets(places)).items() if end}
        consumer.assign(list(ends))
        if ends:
            await consumer.seek_to_beginning(*ends)
        while ends:
            for place, records in (await consumer.getmany(timeout_ms=200)).items():
                for record in records:
                    if record.offset < ends[place]:
                        yield _posted(topic, record)
            for place in [place for place, end in ends.items() if await consumer.position(place) >= end]:
                del ends[place]
                consumer.pause(place)
    finally:
        await consumer.stop()


def _posted(topic: str, record: "object") -> Posted:
    place = f"{topic}-{record.partition}-{record.offset}"  # type: ignore[attr-defined]
    try:
        envelope, payload = read(record.headers, record.value, largest=10_000_000)  # type: ignore[attr-defined]
    except Undecodable:
        return Posted(place, None, b"")
    return Posted(place, envelope, payload)


async def end_of(kafka: str, topic: str) -> int:
    """Where the first partition of a topic ends: the offset that its next record will have. `topic` is the whole name."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        place = TopicPartition(topic, 0)
        return int((await consumer.end_offsets([place]))[place])
    finally:
        await consumer.stop()


async def waiting(fleet: Fleet) -> dict[str, int]:
    """What waits: records behind each consumer group, facts in each outbox, and what has come due. Empty when all is quiet."""
    async with _asking(fleet) as (admin, consumer):
        return await _waiting(fleet, admin, consumer)


@asynccontextmanager
async def _asking(fleet: Fleet) -> AsyncIterator[tuple[AIOKafkaAdminClient, AIOKafkaConsumer]]:
    admin, consumer = AIOKafkaAdminClient(bootstrap_servers=fleet.kafka), AIOKafkaConsumer(bootstrap_servers=fleet.kafka)
    try:
        await admin.start()
        await consumer.start()
        yield admin, consumer
    finally:
        await consumer.stop()
        await admin.close()


async def _waiting(fleet: Fleet, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> dict[str, int]:
    found: dict[str, int] = {}
    for topic in topics():
        if topic.consumers:
            places = [TopicPartition(fleet.prefix + topic.name, n) for n in range(topic.partitions)]
            ends = await consumer.end_offsets(places)
        for service in (name for name in topic.consumers if fleet.replicas[name]):
            group = f"{fleet.prefix}{service}.{topic.name}"
            heard = await admin.list_consumer_group_offsets(group, partitions=places)
            behind = sum(ends[place] - max(0, heard[place].offset if place in heard else 0) for place in places)
            if behind:
                found[f"{service} hears {topic.name}"] = behind
    now = Clock(fleet.clock_file).now()
    for name in SERVICES:
        (row,) = await rows_of(fleet, name, _UNSETTLED, now)
        found |= {f"{name} {what}": int(count) for what, count in row.items() if count}
    return found


OUTCOMES = "select outcome, count(*) as n from outcome group by outcome order by n desc"
"""Of requests: what became of everything that came in."""
HELD_BACK = "select count(*) as n from outcome where outcome not in ('opened', 'amended', 'same')"
"""Of requests: what came in and did not reach the matcher."""
PARKED = "select count(*) as n from parked where state = 'waiting'"
"""Of any service: what waits to be handled again."""


async def fetch(fleet: Fleet, service: str, query: str, column: str) -> int:
    """One figure from a service's database."""
    rows = await rows_of(fleet, service, query)
    return int(rows[0][column])


async def rows_of(fleet: Fleet, service: str, query: str, *values: object) -> list[asyncpg.Record]:
    """Rows from a service's database, read with the service's own role."""
    connection = await asyncpg.connect(fleet.dsn(service), timeout=10)
    try:
        return await connection.fetch(query, *values)
    finally:
        await connection.close()


async def quiet(fleet: Fleet, patience: float = 120.0, watch: Callable[[int], None] = lambda _: None) -> bool:
    """Wait until nothing waits, twice in a row. False when patience ends first."""
    deadline, calm = time.monotonic() + patience, 0
    async with _asking(fleet) as (admin, consumer):
        while calm < 2:
            left = await _waiting(fleet, admin, consumer)
            watch(sum(left.values()))
            calm = 0 if left else calm + 1
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.2)
    return True
