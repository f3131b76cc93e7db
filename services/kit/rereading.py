"""Whole topics read again from their beginning to where they end now, outside any consumer group: for rebuilding what was made of them."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services.kit.kafka import Login
from services.kit.parked import Record


@dataclass(frozen=True, slots=True)
class Piece:
    """Records of one topic, in order within each partition; `done` of `total` offsets have been passed with them."""

    topic: str
    records: Sequence[Record]
    done: int
    total: int


async def everything(kafka: Login, topics: Iterable[str], prefix: str = "", most: int = 5_000) -> AsyncIterator[Piece]:
    """Every record that stands in the topics at this moment, topic by topic, at most so many at a time. Errors: KafkaError."""
    wanted = list(topics)
    partitions = await _partitions(kafka, (prefix + topic for topic in wanted))
    consumer = AIOKafkaConsumer(
        **kafka.client(), enable_auto_commit=False, auto_offset_reset="earliest", max_partition_fetch_bytes=4_194_304, check_crcs=False
    )
    await consumer.start()
    try:
        spans = []
        for topic in wanted:
            parts = [TopicPartition(prefix + topic, partition) for partition in partitions[prefix + topic]]
            first, last = await consumer.beginning_offsets(parts), await consumer.end_offsets(parts)
            spans.append((topic, {part: (first[part], last[part]) for part in parts if first[part] < last[part]}))
        total = sum(end - start for _, span in spans for start, end in span.values())
        passed = 0
        for topic, span in spans:
            left = {part: end for part, (_, end) in span.items()}
            consumer.assign(list(left))
            for part, (start, _) in span.items():
                consumer.seek(part, start)
            at = {part: start for part, (start, _) in span.items()}
            while left:
                found = await consumer.getmany(*left, timeout_ms=1_000, max_records=most)
                records = [record for part, new in found.items() for record in new if record.offset < left[part]]
                for part in list(left):
                    now_at = min(await consumer.position(part), left[part])  # past what compaction has taken away
                    passed, at[part] = passed + now_at - at[part], now_at
                    if now_at == left[part]:
                        del left[part]
                if records:
                    yield Piece(topic, records, passed, total)
    finally:
        await consumer.stop()


async def _partitions(kafka: Login, topics: Iterable[str]) -> dict[str, list[int]]:
    """The numbers of the partitions of each topic."""
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    try:
        told = await admin.describe_topics(list(topics))
    finally:
        await admin.close()
    return {topic["topic"]: sorted(part["partition"] for part in topic["partitions"]) for topic in told}
