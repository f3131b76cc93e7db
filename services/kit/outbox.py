"""The outbox's other end: one relay per service publishes what was committed, in order, and only then ticks it off."""

import asyncio
import contextlib
import functools
from datetime import timedelta
from typing import Any

import asyncpg
import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

from schemas.envelope import Envelope
from services.kit import commands, observe
from services.kit.clock import Clock
from services.kit.database import Connection, Database, is_outage
from services.kit.settings import Settings
from services.kit.stopping import Stopping, pauses, unless

log = structlog.get_logger()

_LEADER_LOCK = 7_201_003
_RESAID = timedelta(minutes=10)
_UNPUBLISHED = "select * from outbox where published_at is null order by id limit $1"
_TOLD = "delete from outbox where id = any($1::bigint[])"
_KEPT = "update outbox set published_at = $2 where id = any($1::bigint[])"
_RECENT = """select distinct on (topic, key) * from outbox where compacted and published_at >= $1 order by topic, key, id desc"""
_FORGET = "delete from outbox where published_at < $1"
_WAITING = "select count(*) from outbox where published_at is null"


async def waiting(db: Connection) -> int:
    """How many facts are committed and not yet published."""
    return int(await db.fetchval(_WAITING))


class Relay:
    """Elected by a session lock on a connection of its own; everything it reads and ticks off goes through that connection.

    When the connection is lost so is the lock, and this relay can tick nothing off any more. It may have published what its
    successor publishes again: inboxes drop repeats, and a successor says the newest record of every compacted key of the last
    ten minutes once more, so that an old record of a zombie is never the last word.
    """

    def __init__(
        self, database: Database, clock: Clock, service: str, settings: Settings, stopping: asyncio.Event, batch: int = 1000
    ) -> None:
        self._database, self._clock, self._service, self._settings = database, clock, service, settings
        self._prefix, self._stopping, self._batch = settings.topic_prefix, stopping, batch
        self._pauses = pauses()

    async def run(self) -> None:
        """Until the service stops: try to lead, lead, and on any outage give up and try again after a pause."""
        try:
            while True:
                try:
                    connection = await self._database.connect()
                    try:
                        await self._stand(connection)
                    finally:
                        await _close(connection)
                except Exception as error:
                    if not (is_outage(error) or isinstance(error, KafkaError)):
                        raise
                    log.warning("relay_paused", error=type(error).__name__)
                    await self._database.wait(next(self._pauses))
        except Stopping:
            return

    async def _stand(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        while not await connection.fetchval("select pg_try_advisory_lock($1)", _LEADER_LOCK):
            await self._database.wait(0.5)
        producer = AIOKafkaProducer(
            **self._settings.login.client(),
            client_id=self._service,
            acks="all",
            enable_idempotence=True,
            linger_ms=2,
            max_batch_size=131_072,
        )
        try:
            await unless(self._stopping, producer.start())
            log.info("relay_leads")
            await self._lead(connection, producer)
        finally:
            await _end(producer)

    async def _lead(self, connection: "asyncpg.Connection[asyncpg.Record]", producer: AIOKafkaProducer) -> None:
        told = asyncio.Event()
        await connection.add_listener("outbox", lambda *_: told.set())
        now = self._clock.now()
        await self._publish(producer, await connection.fetch(_RECENT, now - _RESAID))
        self._pauses = pauses()
        forget = now
        while True:
            told.clear()
            more = True
            while more:
                rows = await connection.fetch(_UNPUBLISHED, self._batch)
                if rows:
                    await self._publish(producer, rows)
                    await self._tick_off(connection, rows)
                    observe.PUBLISHED.inc(len(rows))
                more = len(rows) == self._batch
                await self._database.wait(0)  # under load too, the order to stop is heard
            now = self._clock.now()
            if now - forget > timedelta(minutes=1):
                await connection.execute(_FORGET, now - 2 * _RESAID)
                await commands.forget(connection, now - timedelta(days=self._settings.command_days))
                forget = now
            with contextlib.suppress(TimeoutError):
                await unless(self._stopping, asyncio.wait_for(told.wait(), 0.5))

    async def _publish(self, producer: AIOKafkaProducer, rows: list[Any]) -> None:
        """Send in order and wait for every acknowledgement. Errors: Stopping when Kafka is away and shall not be waited for any longer."""
        await unless(self._stopping, self._send(producer, rows), grace=2)

    async def _tick_off(self, connection: "asyncpg.Connection[asyncpg.Record]", rows: list[Any]) -> None:
        """In one statement or two, each the end of its rows: after a crash between them the second half is published again."""
        told = [row["id"] for row in rows if not row["compacted"]]
        kept = [row["id"] for row in rows if row["compacted"]]
        if told:
            await connection.execute(_TOLD, told)
        if kept:
            await connection.execute(_KEPT, kept, self._clock.now())

    async def _send(self, producer: AIOKafkaProducer, rows: list[Any]) -> None:
        """One failure fails the whole, and all of it is sent again. In pieces, each for a partition: record by record costs twice that."""
        partitions = {topic: len(await producer.partitions_for(self._prefix + topic)) for topic in {row["topic"] for row in rows}}
        pieces: list[tuple[str, int, Any]] = []
        open_pieces: dict[tuple[str, int], Any] = {}
        for row in rows:
            topic, partition = place = row["topic"], _partition(row["key"], partitions[row["topic"]])
            envelope = Envelope(
                id=row["event_id"],
                type=row["type"],
                source=f"/manyhands/{self._service}",
                subject=row["subject"],
                time=row["time"],
                correlation=row["correlation"],
                causation=row["causation"],
                sequence=row["sequence"],
            )
            record = {"key": row["key"].encode(), "value": row["value"], "timestamp": None, "headers": envelope.headers()}
            if place not in open_pieces or open_pieces[place].append(**record) is None:  # none yet, or the last one is full
                open_pieces[place] = producer.create_batch()
                open_pieces[place].append(**record)
                pieces.append((topic, partition, open_pieces[place]))
        sent = []
        for topic, partition, piece in pieces:
            piece.close()
            sent.append(await producer.send_batch(piece, self._prefix + topic, partition=partition))
        await asyncio.gather(*sent)


@functools.lru_cache(maxsize=50_000)
def _partition(key: str, partitions: int) -> int:
    """The partition that Kafka's own clients choose for a key."""
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % partitions


async def _end(producer: AIOKafkaProducer) -> None:
    """What it cannot send within two seconds it shall not send later, behind the back of whoever leads next."""
    try:
        await asyncio.wait_for(producer.stop(), 2)
    except Exception as error:
        log.warning("relay_left_unsent", error=type(error).__name__)
        producer._sender.sender_task.cancel()  # stop alone goes on trying for as long as Kafka is away
        await producer.client.close()


async def _close(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    try:
        await connection.close(timeout=2)
    except Exception:
        connection.terminate()
