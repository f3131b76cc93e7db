"""The two outside programs of every measurement, each in a process of its own: one posts requests, one reads how they end.

python -m bench.outside post | read ...   Both write the moments they saw, by CloudEvents id, on the clock that all processes share.
"""

import argparse
import json
import os
import time
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

INTAKE_TYPE = "manyhands.intake.support-requested.v1"
READY = "ready"
_PATIENCE = 20.0  # seconds without anything new, after which a reader gives up


def post(given: argparse.Namespace) -> dict[str, float]:
    """Post a slice of a file of requests, `rate` a second or (0) as fast as can be. Returns the moment of each id's posting."""
    lines = given.records.read_text(encoding="utf-8").splitlines()[given.first : given.first + given.count]
    records = [(f"{given.name}-{given.first + n}", str(json.loads(line)["reference"]), line.encode()) for n, line in enumerate(lines)]
    linger = 0 if given.rate else 5
    producer = Producer({"bootstrap.servers": given.kafka, "acks": "all", "enable.idempotence": True, "linger.ms": linger, "log_level": 0})
    producer.list_topics(given.topic, timeout=10)  # connected before the first is timed
    posted: dict[str, float] = {}
    begun = time.monotonic()
    for n, (ident, key, value) in enumerate(records):
        if given.rate:
            time.sleep(max(0.0, begun + n / given.rate - time.monotonic()))  # by the timetable, however late answers are
        posted[ident] = time.monotonic()
        producer.produce(given.topic, value, key=key, headers=_headers(ident))
        producer.poll(0)
    if producer.flush(30):
        raise SystemExit("Kafka has not acknowledged everything within 30 s.")
    return posted


def _headers(ident: str) -> dict[str, str | bytes | None]:
    return {
        "ce_specversion": "1.0",
        "ce_id": ident,
        "ce_source": "/bench/intake",
        "ce_type": INTAKE_TYPE,
        "ce_time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "content-type": "application/json",
    }


def read(given: argparse.Namespace) -> dict[str, tuple[float, str]]:
    """Say that it is ready, then read from now on until `count` ids have ended. Returns the moment and type of each id's first end.

    `type` names what is an end; none given, everything is. An id is the correlation where there is one, else the event's own.
    """
    consumer = Consumer({"bootstrap.servers": given.kafka, "group.id": "bench-reader", "enable.auto.commit": False})
    places = [
        TopicPartition(topic, part) for topic in given.topic for part in consumer.list_topics(topic, timeout=10).topics[topic].partitions
    ]
    for place in places:
        place.offset = _end(consumer, place)
    consumer.assign(places)
    print(READY, flush=True)
    wanted, ended = frozenset(given.type), dict[str, tuple[float, str]]()
    last = time.monotonic()
    while len(ended) < given.count and time.monotonic() - last < _PATIENCE:
        record = consumer.poll(0.5)
        if record is None or record.error():
            continue
        last = time.monotonic()
        headers: dict[str, bytes] = dict(record.headers() or ())  # type: ignore[arg-type]  # all of them are ours
        kind = headers["ce_type"].decode()
        ident = headers.get("ce_correlationid", headers["ce_id"]).decode()
        if (not wanted or kind in wanted) and ident.startswith(given.name) and ident not in ended:
            ended[ident] = (last, kind)
    consumer.close()
    return ended


def _end(consumer: Consumer, place: TopicPartition) -> int:
    """The offset of the next record. A topic that was just made may have no leader yet: then ask again, for ten seconds."""
    deadline = time.monotonic() + 10
    while True:
        try:
            return int(consumer.get_watermark_offsets(place, timeout=10)[1])
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def main() -> None:
    words = argparse.ArgumentParser(description="Post requests, or read how they end.")
    words.add_argument("what", choices=["post", "read"])
    words.add_argument("--kafka", required=True)
    words.add_argument("--topic", action="append", required=True)
    words.add_argument("--name", required=True, help="how the ids of this measurement begin")
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--count", type=int, required=True)
    words.add_argument("--type", action="append", default=[])
    words.add_argument("--records", type=Path)
    words.add_argument("--first", type=int, default=0)
    words.add_argument("--rate", type=float, default=0.0)
    given = words.parse_args()
    if given.what == "post":
        (given.topic,) = given.topic
    seen: dict[str, Any] = post(given) if given.what == "post" else read(given)
    used = os.times()
    given.out.write_text(json.dumps({"seen": seen, "cpu": used.user + used.system}))


if __name__ == "__main__":
    main()
