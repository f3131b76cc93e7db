"""PostgreSQL or Kafka is away for a while: everybody waits and says so, nothing is parked because of it, everything arrives once."""

import asyncio
import time
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import IllegalStateError, UnknownError

from services.kit import outbox
from services.kit.bus import Bus
from services.onebox.kafka import Kafka
from services.onebox.postgres import Postgres
from tests.integration.kit.installation import Installation
from tests.integration.kit.process import Process, impatient
from tests.integration.kit.test_service import effects_once, feed, heard
from tests.integration.kit.waiting import until
from tests.support.echo import Echoed

pytestmark = pytest.mark.xdist_group("kit outages")


async def off_thread(work: Any, *arguments: Any) -> None:
    await asyncio.to_thread(work, *arguments)


async def names(process: Process, words: str) -> None:
    """It says that it is not ready, and what is missing, and that it is alive."""

    async def asked() -> bool:
        return any(words in sentence for sentence in await process.missing() or [])

    await until(asked, 30, f"{words}; {process.log()}")
    assert await process.healthy()


async def ends_well(process: Process) -> None:
    code, seconds = await process.stop()
    assert (code, seconds < 10) == (0, True), process.log()


async def gives_up(producer: AIOKafkaProducer, topic: str) -> None:
    """A relay that cannot send leaves nothing behind that would send it later."""
    unsent = await producer.send(topic, b"unsent", partition=0)
    sender, begun = producer._sender.sender_task, time.monotonic()
    await outbox._end(producer)
    assert time.monotonic() - begun < 4
    await asyncio.wait({sender}, timeout=5)
    assert sender.done()
    assert not unsent.done()


async def test_postgresql_crashes_in_the_middle_and_stays_away_for_longer_than_the_longest_poll(
    breakable: Installation, breakable_postgres: Postgres
) -> None:
    stays, ends = (breakable.start(impatient, batch_records=20) for _ in range(2))
    await feed(breakable, 0, 1000)
    await until(heard(breakable, 100), 30)
    await asyncio.gather(feed(breakable, 1000, 2000), off_thread(breakable_postgres.restart, True))
    await until(heard(breakable, 1200), 30)

    await off_thread(breakable_postgres.stop, True)
    begins = breakable.start(batch_records=20)
    await feed(breakable, 2000, 3000)
    for process in (stays, begins, ends):
        await names(process, "PostgreSQL does not answer")
    await ends_well(ends)
    await asyncio.sleep(1.5)
    await off_thread(breakable_postgres.start)

    for process in (stays, begins):
        await process.ready()
    await until(heard(breakable, 3000), 60)
    await effects_once(breakable, 3000)


async def test_kafka_goes_away_in_the_middle_and_stays_away_for_longer_than_the_longest_poll(
    breakable: Installation, breakable_kafka: Kafka
) -> None:
    await feed(breakable, 0, 3000)
    stays, ends = (breakable.start(impatient, batch_records=20) for _ in range(2))
    await until(heard(breakable, 100), 30)

    topic = breakable.prefix + Echoed.topic
    producer = AIOKafkaProducer(bootstrap_servers=breakable.kafka, enable_idempotence=True)
    await producer.start()
    assert await producer.partitions_for(topic)
    await off_thread(breakable_kafka.stop)
    begins, changes_its_mind = (breakable.start(batch_records=20) for _ in range(2))
    for process in (stays, ends, begins, changes_its_mind):
        await names(process, "Kafka does not answer")
    await asyncio.gather(ends_well(ends), ends_well(changes_its_mind), gives_up(producer, topic))
    await off_thread(breakable_kafka.start)

    for process in (stays, begins):
        await process.ready()
    await feed(breakable, 3000, 3200)
    await until(heard(breakable, 3200), 60)
    await effects_once(breakable, 3200)


async def test_a_consumer_that_breaks_for_good_is_replaced(breakable: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    getmany = AIOKafkaConsumer.getmany
    broken: list[Any] = []

    async def breaks(self: Any, *parts: Any, **more: Any) -> Any:
        if self in broken or not broken:
            broken.append(self)
            raise UnknownError("its own tasks have died")
        return await getmany(self, *parts, **more)

    async with breakable.parts() as parts:
        monkeypatch.setattr(AIOKafkaConsumer, "getmany", breaks)
        running = asyncio.create_task(parts.bus.run())
        await feed(breakable, 0, 200)
        await until(heard(breakable, 200))
        assert set(map(id, broken)) == {id(broken[0])}
        parts.stopping.set()
        await asyncio.wait_for(running, 10)


async def test_a_batch_that_did_not_come_home_is_not_passed_over_though_its_consumer_cannot_go_back(
    breakable: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = Bus.batch
    left: list[int] = []

    def seek(*_: Any) -> None:
        raise IllegalStateError("the partition was taken away meanwhile")

    async def once(self: Bus, topic: str, records: Any) -> None:
        if not left:
            left.append(len(records))
            raise RuntimeError("a bug of the kit")
        await batch(self, topic, records)

    monkeypatch.setattr(AIOKafkaConsumer, "seek", seek)
    monkeypatch.setattr(Bus, "batch", once)
    await feed(breakable, 0, 200)
    async with breakable.parts(batch_records=20) as parts:
        running = asyncio.create_task(parts.bus.run())
        await until(heard(breakable, 200))
        parts.stopping.set()
        await asyncio.wait_for(running, 10)
    assert left == [20]
