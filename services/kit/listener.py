"""A consumer group's ear on one topic, hosted by FastStream: raw records are brought home in batches, then their offsets committed."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from services.kit import observe
from services.kit.parked import Record
from services.kit.settings import Settings
from services.kit.stopping import Stopping, pauses, rest, unless

log = structlog.get_logger()
_LONGEST_POLL_MS = 300_000  # a batch that takes longer (an outage) leaves the group and comes again: the inbox knows it
_LOOKS_MS = 5_000  # a topic that was made anew, or has moved, is found within this, not within the library's five minutes
_WAKES_MS = 1_000  # an idle poll returns with the first record, or after this
_MANY = 50  # records of a poll that tell of more to come: a batch costs a transaction, however small it is
_GATHERS = 0.02  # seconds that a poll then waits for the others, for as long as each wait brings as many again
_UNREADABLE = (("unreadable", b"\xff"),)  # headers that the envelope refuses


class Enough(Exception):
    """This consumer shall listen no more, though the service goes on. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that the client library cannot read, as one that the envelope refuses: known by its place alone."""

    topic: str
    partition: int
    offset: int
    key: bytes | None = None
    value: bytes | None = None
    headers: Sequence[tuple[str, bytes | None]] = _UNREADABLE


class Listener:
    """Hears one topic for as long as the service runs; starts with growing pauses until Kafka is there, and anew when a consumer breaks."""

    def __init__(
        self, topic: str, group: str, settings: Settings, stopping: asyncio.Event, bring_home: Callable[[Sequence[Record]], Awaitable[None]]
    ) -> None:
        self._topic, self._group, self._settings, self._stopping, self._bring_home = topic, group, settings, stopping, bring_home
        self._consumer = group.removeprefix(settings.topic_prefix)
        self._broken = asyncio.Event()
        self.hearing = False
        """True once its group has let it in."""

    async def run(self) -> None:
        """Until the service stops. The batch in hand is finished."""
        wait = pauses(0.1)
        try:
            while True:
                broker, self._broken = self._broker(), asyncio.Event()
                try:
                    await unless(self._stopping, _start(broker, self._broken, self._consumer))
                    self.hearing = True
                    await unless(self._stopping, self._broken.wait())
                    log.warning("consumer_broken", topic=self._topic)
                except Stopping:
                    return
                except Exception as error:
                    log.warning("kafka_away", topic=self._topic, exc_info=error)
                finally:
                    self.hearing = False
                    await self._leave(broker)
                await rest(self._stopping, next(wait))
        except Stopping:
            return

    def _broker(self) -> KafkaBroker:
        """FastStream's defaults lose messages; every word here is one of the differences."""
        broker = KafkaBroker(
            self._settings.kafka,
            security=self._settings.login.faststream(),
            client_id=self._group,
            consumer_only=True,
            allow_auto_create_topics=False,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            graceful_timeout=6,
            metadata_max_age_ms=_LOOKS_MS,
            logger=None,
            apply_types=False,  # records are checked where they are read; the library would change threads for it, once a batch
            serializer=None,
        )
        subscriber = broker.subscriber(
            self._settings.topic_prefix + self._topic,
            group_id=self._group,
            auto_offset_reset="earliest",
            batch=True,
            max_records=self._settings.batch_records,
            batch_timeout_ms=1,  # FastStream sleeps for as long after an empty poll; ours has waited already
            session_timeout_ms=6_000,
            heartbeat_interval_ms=1_000,
            max_poll_interval_ms=_LONGEST_POLL_MS,
            parser=_untouched,
            decoder=_raw,
        )
        subscriber(self._hear)
        return broker

    async def _hear(self, records: Sequence[Record]) -> None:
        """Returns when the batch is home, and then its offsets are committed.

        When it does not come home this consumer is of no more use: the offsets of what follows would pass over it. The next one starts
        from what is committed.
        """
        if self._broken.is_set():
            raise Stopping
        try:
            await self._bring_home(records)
        except BaseException as error:
            if isinstance(error, Enough):
                await self._stopping.wait()
            self._broken.set()
            raise

    async def _leave(self, broker: KafkaBroker) -> None:
        """Leave the group, so that others need not wait for our session to end."""
        try:
            await asyncio.wait_for(broker.stop(), 7)
        except Exception as error:
            log.warning("left_without_notice", topic=self._topic, error=type(error).__name__)


class _Consumer(AIOKafkaConsumer):  # type: ignore[misc]  # the library is not typed
    """The library's consumer, but for a poll that waits for a first record, and hands over what cannot be read instead of raising.

    What it does raise it cannot mend itself (it retries what passes): its owner learns of that by `broken`, and takes a new one.
    """

    def __init__(self, *topics: str, broken: asyncio.Event, consumer: str, **settings: Any) -> None:
        super().__init__(*topics, **settings)
        self._broken, self._name = broken, consumer
        self._behind: dict[TopicPartition, int] = {}

    async def getmany(self, *parts: TopicPartition, timeout_ms: int = 0, max_records: int | None = None) -> dict[TopicPartition, Any]:
        try:
            try:
                found = await self._gather(parts, max(timeout_ms, _WAKES_MS), max_records or 1)
            except UnicodeDecodeError:
                found = await self._one_by_one(max_records or 1)
        except KafkaError:
            self._broken.set()
            raise
        self._count_what_waits(found)
        return found

    def _count_what_waits(self, found: dict[TopicPartition, Any]) -> None:
        """As Kafka told with the records: how many more there are behind those that were handed over now."""
        mine = self.assignment()
        self._behind = {part: count for part, count in self._behind.items() if part in mine}
        for part in mine.intersection(found):
            self._behind[part] = max(0, (self.highwater(part) or 0) - found[part][-1].offset - 1)
        observe.LAG.labels(self._name).set(sum(self._behind.values()))

    async def _gather(self, parts: Sequence[TopicPartition], timeout_ms: int, most: int) -> dict[TopicPartition, list[Any]]:
        """The next records: the first that come or, where these are many, those that follow close behind them too."""
        found: dict[TopicPartition, list[Any]] = {}
        came = _add(found, await super().getmany(*parts, timeout_ms=timeout_ms, max_records=most))
        while came >= _MANY and (left := most - sum(map(len, found.values()))) > 0:
            await asyncio.sleep(_GATHERS)
            came = _add(found, await super().getmany(*parts, max_records=left))
        return found

    async def _one_by_one(self, most: int) -> dict[TopicPartition, Any]:
        """The next records of every partition, when among them is one whose header has a name that is not UTF-8.

        The library raises instead of handing it over, and drops what it had taken from other partitions in the same poll. So go back to
        what is committed, take record by record, and step over what cannot be read: that one, and what its producer sent in one piece
        with it after it, for the library reads such a piece from its beginning.
        """
        taken: dict[TopicPartition, list[Any]] = {}
        parts = sorted(self.assignment())
        for part in parts:
            committed = await self.committed(part)
            if committed is None:
                await self.seek_to_beginning(part)
            else:
                self.seek(part, committed)
        for part in parts:
            records = taken.setdefault(part, [])
            while sum(map(len, taken.values())) < most:
                try:
                    found = await super().getmany(part, timeout_ms=500, max_records=1)
                except UnicodeDecodeError:
                    offset = await self.position(part)
                    records.append(Unreadable(part.topic, part.partition, offset))
                    self.seek(part, offset + 1)
                else:
                    if not found:
                        break
                    records += found[part]
        return {part: records for part, records in taken.items() if records}


def _add(found: dict[TopicPartition, list[Any]], more: Mapping[TopicPartition, Sequence[Any]]) -> int:
    """Puts the records of each partition behind those found before; returns how many there were."""
    for part, records in more.items():
        found.setdefault(part, []).extend(records)
    return sum(map(len, more.values()))


async def _start(broker: KafkaBroker, broken: asyncio.Event, consumer: str) -> None:
    """Connect, put our consumer in the place of the library's, and join the group."""
    await broker.connect()
    config = broker.config.broker_config
    assert isinstance(config.builder, functools.partial)
    config.builder = functools.partial(_Consumer, broken=broken, consumer=consumer, **config.builder.keywords)
    await broker.start()


async def _untouched(records: tuple[Record, ...], original: Callable[[Any], Awaitable[KafkaMessage]]) -> KafkaMessage:
    """The library's parser drops a whole batch for one null header: show it one record without any, then put the raw ones in its place."""
    message = await original((_Bare(records[0]),))
    message.raw_message = records
    return message


class _Bare:
    """A record as the library's parser sees it: its place and nothing that it could stumble over."""

    value, headers, timestamp = b"", (), 0

    def __init__(self, record: Any) -> None:
        self.topic, self.partition, self.offset = record.topic, record.partition, record.offset


async def _raw(message: KafkaMessage) -> Any:
    return message.raw_message
