"""A service as a process: killed, stopped, fed with poison and with what foreign clients post; nothing is lost, nothing happens twice."""

import asyncio
import contextlib
import random
import struct
from typing import Any

import httpx
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.record.util import calc_crc32c
from confluent_kafka import Consumer, Producer, TopicPartition

from schemas.parked import RecordParked
from services.kit.kafka import Login
from services.kit.topics import create_missing
from tests.integration.kit.installation import Installation
from tests.integration.kit.process import kills_itself_before_the_offsets
from tests.integration.kit.test_outbox import by_subject, header, in_order, published
from tests.integration.kit.waiting import until
from tests.support.echo import TOPICS, Echoed, Pinged, Raw, Shouted, pinged, record


async def feed(installation: Installation, start: int, end: int) -> None:
    """Post Pinged number `start` to `end`, 200 at a time."""
    async with installation.producer() as producer:
        for first in range(start, end, 200):
            for number in range(first, min(first + 200, end)):
                raw = pinged(f"t{number % 20}", number)
                await producer.send(installation.prefix + Pinged.topic, raw.value, key=raw.key, headers=list(raw.headers))
            await producer.flush()
            await asyncio.sleep(0.02)


def heard(installation: Installation, count: int) -> Any:
    async def asked() -> bool:
        return int(await installation.one("select count(*) from heard")) >= count

    return asked


async def effects_once(installation: Installation, count: int) -> None:
    """Every one of `count` events has had its effect once, is said once, and in order."""
    assert await installation.one("select count(*) from heard") == count
    assert await installation.one("select count(distinct event_id) from heard") == count
    assert await installation.one("select count(*) from parked") == 0
    await until(lambda: published(installation))
    records = await installation.topic(Echoed.topic)
    assert len({header(r, "ce_id") for r in records}) == count
    assert in_order(records)


async def test_killed_between_commit_and_offsets_the_records_come_again_and_have_their_effect_once(installation: Installation) -> None:
    await installation.post(Pinged.topic, [pinged(f"t{n % 7}", n) for n in range(100)])
    doomed = installation.start(kills_itself_before_the_offsets)
    assert await doomed.ended() == -9
    already = await installation.one("select count(*) from heard")
    assert already > 0, "the batch was committed"

    process = await installation.start().ready()
    await until(heard(installation, 100))
    repeated = 'manyhands_events_repeated_total{consumer="echo.echo.in.v1"} '

    async def dropped() -> bool:
        return f"{repeated}{already}.0" in (await process.get("/metrics")).text

    await until(dropped, what="the inbox dropped what was handled already")
    await effects_once(installation, 100)


async def test_metrics_tell_how_many_records_wait_in_kafka(installation: Installation) -> None:
    await installation.post(Pinged.topic, [pinged("t", n, "slow" if n == 1 else "echo") for n in range(1, 41)], partition=0)
    process = installation.start(batch_records=10)
    seen: set[float] = set()

    async def none_waits() -> bool:
        with contextlib.suppress(httpx.HTTPError):
            lines = (await process.get("/metrics")).text.splitlines()
            seen.update(float(line.split()[-1]) for line in lines if line.startswith('manyhands_consumer_lag{consumer="echo.echo.in.v1"}'))
        return 0.0 in seen

    await until(none_waits)
    assert 30.0 in seen, f"while the first ten were slow, thirty waited: {seen}"
    await effects_once(installation, 40)


async def test_killed_at_any_moment_under_load_by_turns_two_replicas_do_everything_once(installation: Installation) -> None:
    rng, total = random.Random(9), 4000
    feeding = asyncio.create_task(feed(installation, 0, total))
    running = [installation.start(batch_records=50) for _ in range(2)]
    await until(heard(installation, 100), 30)
    for turn in range(2):
        await asyncio.sleep(rng.random() * 0.5)
        running[turn % 2].kill()
        running[turn % 2] = installation.start(batch_records=50)
    await feeding
    await until(heard(installation, total), 60)
    await effects_once(installation, total)


async def test_told_to_stop_under_load_it_finishes_its_batch_and_ends_well_and_a_successor_does_the_rest(
    installation: Installation,
) -> None:
    await feed(installation, 0, 4000)
    slow = [pinged(f"slow{n}", 4000 + n, "slow") for n in range(2)]
    await installation.post(Pinged.topic, slow, partition=0)
    process = installation.start(batch_records=100)
    await until(heard(installation, 300), 30)
    code, seconds = await process.stop()
    assert (code, seconds < 10) == (0, True)
    assert [line["event"] for line in process.lines() if line["level"] not in {"info"} and line["event"] != "library"] == []
    await installation.start(batch_records=1000).ready()
    await until(heard(installation, 4002), 30)
    await effects_once(installation, 4002)


async def test_a_port_that_is_taken_ends_a_second_service_and_the_first_answers_a_call_in_hand_before_it_stops(
    installation: Installation,
) -> None:
    first = await installation.start().ready()
    second = installation.start(http_port=first.port)
    assert await second.ended() == 1
    assert [line["event"] for line in second.lines()] == ["cannot_listen"]
    headers = {**installation.issuer.bearer("echo:write"), "Idempotency-Key": "k"}

    async def call() -> int:
        async with httpx.AsyncClient(timeout=20) as client:
            body = {"number": 1, "wait": 1.5}
            return (await client.post(f"{first.url}/things/t/pokes", json=body, headers=headers)).status_code

    broken = await first.get("/things/t?broken=Mx9Qz", headers=installation.issuer.bearer("echo:read"))
    assert (broken.status_code, "Mx9Qz" in broken.text) == (500, False)
    calling = asyncio.create_task(call())
    await until(lambda: installation.one("select count(*) from pg_stat_activity where state = 'idle in transaction'"))
    first.tell_to_stop()
    code, seconds = await first.stop()
    assert (code, seconds < 10, await calling) == (0, True, 201), "however often it is told to stop"
    assert "request_failed" in {line["event"] for line in first.lines()}
    assert "Mx9Qz" not in first.log()


@contextlib.asynccontextmanager
async def rogue(installation: Installation) -> Any:
    """Posts records whose header has a name that is not UTF-8, which no client library writes but a broker takes."""
    async with AIOKafkaProducer(bootstrap_servers=installation.kafka, acks="all") as producer:

        async def post(topic: str, partition: int, values: list[tuple[bytes, list[tuple[str, bytes]]]]) -> None:
            batch = producer.create_batch()
            for value, headers in values:
                assert batch.append(key=None, value=value, timestamp=None, headers=headers) is not None
            batch.close()
            build = batch._build

            def spoilt() -> bytearray:
                data = bytearray(build())
                while (at := data.find(b"ROGUE")) >= 0:
                    data[at : at + 5] = b"\xff\xfe\xfd\xfc\xfb"
                struct.pack_into(">I", data, 17, calc_crc32c(bytes(data[21:])))
                return data

            batch._build = spoilt
            await (await producer.send_batch(batch, installation.prefix + topic, partition=partition))

        yield post


async def test_of_what_is_posted_everything_is_handled_or_parked_and_nothing_is_skipped(installation: Installation) -> None:
    """1,000 records from a foreign client, one in ten poison, of every kind, and 200 that are compressed in each way that there is."""
    rng, good = random.Random(4), record(Shouted(words="fine"), "").headers
    producer = Producer({"bootstrap.servers": installation.kafka, "message.max.bytes": 900_000, "partitioner": "random"})
    compressing = [Producer({"bootstrap.servers": installation.kafka, "compression.type": c}) for c in ("gzip", "snappy", "lz4", "zstd")]
    poisons: list[tuple[str, dict[str, Any]]] = [
        ("null_header", {"value": b'{"words": "Mx9Qz"}', "headers": [*good, ("Mx9Qz", None)]}),
        ("header_not_utf8", {"value": b'{"words": "Mx9Qz"}', "headers": [*good, ("x", b"Mx9Qz\xff")]}),
        ("empty_value", {"value": b"", "headers": good}),
        ("empty_value", {"value": None, "headers": good}),
        ("oversized", {"value": b"x" * 300_000, "headers": good}),
        ("not_json", {"value": b"nonsense Mx9Qz", "headers": good}),
        ("not_an_object", {"value": b'["Mx9Qz"]', "headers": good}),
        ("not_cloudevents", {"value": b"{}", "headers": [h for h in good if h[0] != "ce_id"]}),
        ("unknown_type", {"value": b"{}", "headers": [*(h for h in good if h[0] != "ce_type"), ("ce_type", b"another Mx9Qz")]}),
        ("handler_failed", {"value": b'{"words": ["Mx9Qz"]}', "headers": good}),
        ("handler_failed", {"value": b'{"words": "Mx9Qz\\u0000"}', "headers": good}),
    ]
    well: tuple[str, dict[str, Any]] = ("fine", {"value": b'{"words": "fine"}', "headers": good})
    posted = {"fine": 0}
    for number in range(1000):
        rule, content = poisons[number // 10 % len(poisons)] if number % 10 == 0 else well
        posted[rule] = posted.get(rule, 0) + 1
        producer.produce(installation.prefix + Shouted.topic, key=rng.randbytes(3), **content)
        producer.poll(0)
    for each in compressing:
        for _ in range(50):
            each.produce(installation.prefix + Shouted.topic, **well[1])
    assert [each.flush(20) for each in (producer, *compressing)] == [0] * 5
    posted["fine"] += 200
    async with rogue(installation) as post:
        fine, bad = (b'{"words": "fine"}', list(good)), (b'{"words": "x"}', [*good, ("ROGUE", b"1")])
        await post(Shouted.topic, 1, [fine, fine, bad, fine])
        await post(Shouted.topic, 3, [bad, bad])
        await post(Shouted.topic, 1, [fine])
    posted["fine"] += 3
    posted["header_not_utf8"] += 4  # with the one that was sent in one piece with a bad one, after it
    process = installation.start(batch_records=100)

    async def settled() -> bool:
        done: int = await installation.one("select (select count(*) from shouted) + (select count(*) from parked)")
        return done >= 1207

    await until(settled, 40, process.log())
    rows = await installation.sql("select rule, count(*) from parked group by rule")
    found = {row["rule"]: row["count"] for row in rows} | {"fine": await installation.one("select count(*) from shouted")}
    assert found == posted
    await until(lambda: published(installation))
    announced = [RecordParked.model_validate_json(r.value) for r in await installation.topic(f"{Shouted.topic}.parked")]
    assert len(announced) == sum(posted.values()) - posted["fine"]

    async def committed() -> bool:
        lag = await asyncio.to_thread(behind, installation)
        return lag == 0

    await until(committed, what="and the offsets are committed to the end")
    assert {line["level"] for line in process.lines()} == {"info", "warning", "error"}
    assert "Mx9Qz" not in process.log()
    assert b"Mx9Qz" not in b"".join(r.value for r in await installation.topic(f"{Shouted.topic}.parked"))


def behind(installation: Installation) -> int:
    """How many records of the outsiders' topic the consumer group has not committed yet."""
    consumer = Consumer({"bootstrap.servers": installation.kafka, "group.id": f"{installation.prefix}echo.{Shouted.topic}"})
    parts = [TopicPartition(installation.prefix + Shouted.topic, number) for number in range(4)]
    lag = 0
    for part in consumer.committed(parts, timeout=5):
        lag += consumer.get_watermark_offsets(part, timeout=5)[1] - max(part.offset, 0)
    consumer.close()
    return lag


async def test_too_many_parked_in_a_row_stop_that_consumer_alone_and_readyz_says_so(installation: Installation) -> None:
    process = await installation.start(park_in_a_row=20, batch_records=10).ready()
    await installation.post(Shouted.topic, [Raw(b"nonsense", None, (), 0, n) for n in range(60)])

    async def stopped() -> bool:
        missing = await process.missing() or []
        return any("echo.shouts.v1" in sentence and "in a row" in sentence for sentence in missing)

    await until(stopped)
    await installation.post(Pinged.topic, [pinged("t", n) for n in range(10)])
    await until(heard(installation, 10), what="the other consumer goes on")
    assert await process.healthy()
    assert await installation.one("select count(*) from parked") <= 20
    assert (await process.stop())[0] == 0

    again = await installation.start(batch_records=10).ready()

    async def parked() -> bool:
        return bool(await installation.one("select count(*) from parked") == 60)

    await until(parked, what="with a higher limit everything is parked, nothing was lost")
    assert await again.missing() == []


async def test_a_topic_that_is_missing_is_named_and_heard_as_soon_as_it_is_there(installation: Installation) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=installation.kafka)
    await admin.start()
    await admin.delete_topics([installation.prefix + Pinged.topic])
    await admin.close()
    process = installation.start()

    async def named() -> bool:
        return any(installation.prefix + Pinged.topic in sentence for sentence in await process.missing() or [])

    await until(named, 30)
    assert await create_missing(Login(installation.kafka), TOPICS, installation.prefix) == [installation.prefix + Pinged.topic]
    await process.ready()
    await installation.post(Pinged.topic, [pinged("t", 1)])
    await until(heard(installation, 1))


def test_by_subject_counts_each_event_once() -> None:
    class R:
        def __init__(self, ident: str, number: int) -> None:
            self.headers = [("ce_subject", b"s"), ("ce_id", ident.encode()), ("ce_sequence", str(number).encode())]

    assert by_subject([R("a", 1), R("b", 2), R("a", 1)]) == {"s": [1, 2]}
    assert not in_order([R("b", 2), R("a", 1)])
    assert not in_order([R("a", 1), R("c", 3)])
