"""A foreign client: posts whole records with another library than ours, and remembers where each of them went."""

import itertools
import json
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

from schemas.topics import topics
from services.onebox.invariants import INTAKE
from services.onebox.sample_requests import Record, cloud_event, requests


class Foreign:
    """Posts to the topics of one installation, and waits for whatever outage to end."""

    def __init__(self, kafka: str, prefix: str) -> None:
        self._prefix = prefix
        self._producer = Producer(
            {"bootstrap.servers": kafka, "acks": "all", "enable.idempotence": True, "linger.ms": 5, "log_level": 0, "logger": _mute}
        )

    def post(self, records: Iterable[Record], topic: str = INTAKE, seconds: float = 0) -> list[str]:
        """Post records in order, evenly over `seconds`; where each went, as "topic-partition-offset". Errors: AssertionError."""
        wanted = list(records)
        places = [""] * len(wanted)
        begun = time.monotonic()
        for number, (key, value, headers) in enumerate(wanted):
            self._producer.produce(self._prefix + topic, value, key=key, headers=list(headers), on_delivery=_keep(places, number, topic))
            self._producer.poll(0)
            time.sleep(max(0.0, begun + seconds * number / len(wanted) - time.monotonic()))
        self._producer.flush(60)
        assert all(places), f"Kafka did not acknowledge {places.count('')} of {len(places)} records"
        return places

    @contextmanager
    def posting(self, records: Sequence[Record], seconds: float) -> Iterator[threading.Thread]:
        """Post in a thread of its own, which is waited for at the end. Errors: AssertionError when a record was not acknowledged."""
        posted: list[str] = []
        thread = threading.Thread(target=lambda: posted.extend(self.post(records, seconds=seconds)))
        thread.start()
        try:
            yield thread
        finally:
            thread.join()
        assert len(posted) == len(records)


def _keep(places: list[str], number: int, topic: str) -> Any:
    def acknowledged(error: object, message: Message) -> None:
        if error is None:
            places[number] = f"{topic}-{message.partition()}-{message.offset()}"

    return acknowledged


def good(name: str, count: int, today: date, seed: int = 3, **fields: Any) -> list[Record]:
    """So many requests in people's own words, each with a reference of its own that begins with `name`; `fields` are the same in all."""
    some = list(requests(seed, min(count, 250), today))  # to think of one takes a millisecond
    return [
        cloud_event({**data, "reference": f"{name}-{number}", **fields}, f"{name}-{number}")
        for number, data in zip(range(count), itertools.cycle(some), strict=False)
    ]


def start_over(kafka: str, prefix: str, service: str) -> int:
    """Set the consumer groups of a stopped service back to the beginning of what it hears; how many groups."""
    heard = [topic for topic in topics() if service in topic.consumers]
    for topic in heard:
        group = Consumer({"bootstrap.servers": kafka, "group.id": f"{prefix}{service}.{topic.name}", "log_level": 0})
        try:
            group.commit(offsets=[TopicPartition(prefix + topic.name, part, 0) for part in range(topic.partitions)], asynchronous=False)
        finally:
            group.close()
    return len(heard)


def as_lines(kafka: str, prefix: str, names: Sequence[str]) -> list[str]:
    """Everything that these topics hold now, one record a line, as `kcat -J` prints it."""
    consumer = Consumer({"bootstrap.servers": kafka, "group.id": f"{prefix}dump", "enable.partition.eof": True, "log_level": 0})
    places = [TopicPartition(prefix + plan.name, part, 0) for plan in topics() if plan.name in names for part in range(plan.partitions)]
    consumer.assign(places)
    lines, at_an_end = [], 0
    try:
        while at_an_end < len(places):
            record = consumer.poll(10)
            assert record is not None, "Kafka is silent"
            error = record.error()
            if error is not None:
                assert error.code() == KafkaError._PARTITION_EOF, error
                at_an_end += 1
            else:
                lines.append(json.dumps(_as_kcat(record)))
    finally:
        consumer.close()
    return lines


def _as_kcat(record: Message) -> dict[str, Any]:
    texts = [part.decode() if isinstance(part, bytes) else str(part) for header in record.headers() or () for part in header]
    key, value = (None if part is None else part.decode() for part in (record.key(), record.value()))
    return {"topic": record.topic(), "offset": record.offset(), "headers": texts, "key": key, "payload": value}


class _Mute:
    def __getattr__(self, _: str) -> Any:
        return lambda *_, **__: None


_mute = _Mute()
