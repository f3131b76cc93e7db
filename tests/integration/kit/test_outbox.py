"""What is said is published: numbered without a gap, in order, by one relay at a time, and nothing is lost when that one dies."""

import asyncio
import contextlib
import random
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.kit.outbox import Relay
from services.kit.work import Work
from services.onebox.databases import Databases
from tests.integration.kit.conftest import installed
from tests.integration.kit.installation import Installation
from tests.integration.kit.process import Process
from tests.integration.kit.waiting import until
from tests.support.echo import Echoed, Standing, pinged
from tests.support.servers import Broker

pytestmark = pytest.mark.xdist_group("kit outbox")


def header(record: Any, name: str) -> str:
    return str(dict(record.headers).get(name, b"").decode())


def by_subject(records: list[Any]) -> dict[str, list[int]]:
    """The sequence numbers of each subject, each event once, in the order of the topic."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for record in records:
        found[header(record, "ce_subject")].setdefault(header(record, "ce_id"), int(header(record, "ce_sequence")))
    return {subject: list(numbers.values()) for subject, numbers in found.items()}


def in_order(records: list[Any]) -> bool:
    return all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_subject(records).values())


async def published(installation: Installation) -> bool:
    return bool(await installation.one("select count(*) from outbox where published_at is null") == 0)


async def leads(installation: Installation) -> int | None:
    """The PostgreSQL process that holds the leader's lock."""
    found: int | None = await installation.one(
        "select pid from pg_locks where locktype = 'advisory' and granted"
        " and database = (select oid from pg_database where datname = current_database())"
    )
    return found


async def leader(installation: Installation) -> Process:
    """The process whose log said last that it leads."""
    await until(lambda: leads(installation))
    said = [(line["timestamp"], p) for p in installation.processes for line in p.lines() if line["event"] == "relay_leads"]
    return max(said, key=lambda pair: pair[0])[1]


async def say(installation: Installation, subjects: int, writers: int, transactions: int) -> int:
    """Writers on connections of their own say facts about the same subjects, several in a transaction. Returns how many Echoed."""
    rng, said = random.Random(5), 0

    async def write(db_number: int) -> None:
        nonlocal said
        async with installation.parts() as parts:
            for _ in range(transactions):
                chosen = [f"s{rng.randrange(subjects)}" for _ in range(rng.randrange(1, 8))]

                async def do(db: Any, chosen: list[str] = chosen) -> None:
                    work = Work(db, parts.clock.now())
                    for subject in chosen:
                        work.say(Echoed(thing=subject, number=db_number), subject)
                    work.say(Standing(thing=subject, number=db_number), f"standing of {subject}", compacted=True)
                    await work.flush()
                    await asyncio.sleep(rng.random() / 200)

                await parts.database.transact(do)
                said += len(chosen)

    await asyncio.gather(*(write(number) for number in range(writers)))
    return said


@dataclass
class Story:
    """What came of three processes of which the leading one was killed twice while eight writers spoke."""

    said: int
    successions: list[float]
    leaders: int
    records: list[Any]
    states: list[Any]
    left: list[Any]


@pytest.fixture(scope="module")
async def story(postgres: Databases, kafka: Broker, tmp_path_factory: pytest.TempPathFactory) -> Story:
    async with installed(postgres, kafka.bootstrap, tmp_path_factory.mktemp("outbox")) as installation:
        processes = [installation.start() for _ in range(3)]
        for process in processes:
            await process.ready()
        writing = asyncio.create_task(say(installation, subjects=6, writers=8, transactions=50))
        successions = []
        for _ in range(2):
            await asyncio.sleep(0.2)
            first, before, begun = await leader(installation), await leads(installation), time.monotonic()
            first.kill()

            async def another(before: Any = before) -> bool:
                now = await leads(installation)
                return now is not None and now != before

            await until(another)
            successions.append(time.monotonic() - begun)
        said = await writing
        await until(lambda: published(installation))
        left = await installation.sql("select compacted, published_at from outbox")
        leaders = sum(line["event"] == "relay_leads" for process in processes for line in process.lines())
        return Story(said, successions, leaders, await installation.topic(Echoed.topic), await installation.topic(Standing.topic), left)


async def test_one_of_three_processes_leads_and_when_it_is_killed_another_goes_on_within_seconds(story: Story) -> None:
    assert story.leaders == 3
    assert max(story.successions) < 4, "half a second on an idle machine"


async def test_nothing_that_was_said_is_lost_when_the_leader_is_killed(story: Story) -> None:
    assert len({header(r, "ce_id") for r in story.records}) == story.said


async def test_each_subject_is_numbered_from_one_without_a_gap_and_published_in_that_order_while_eight_write(story: Story) -> None:
    assert sorted(by_subject(story.records)) == [f"s{n}" for n in range(6)]
    assert in_order(story.records)
    assert in_order(story.states)


async def test_a_record_is_keyed_by_its_subject_and_names_its_service(story: Story) -> None:
    assert all(r.key.decode() == header(r, "ce_subject") for r in story.records)
    assert {header(r, "ce_source") for r in story.records} == {"/manyhands/echo"}


async def test_what_is_published_is_kept_only_when_it_may_have_to_be_said_once_more(story: Story) -> None:
    assert story.left
    assert all(row["compacted"] and row["published_at"] for row in story.left)


async def test_a_successor_says_the_newest_of_every_compacted_key_once_more(postgres: Databases, kafka: Broker, tmp_path: Path) -> None:
    async with installed(postgres, kafka.bootstrap, tmp_path) as installation:
        async with relaying(installation), installation.parts() as parts:
            await parts.batch(*(pinged(f"t{n % 3}", n, "stand") for n in range(9)))
            await until(lambda: published(installation))
        assert len(await installation.topic(Standing.topic)) == 9

        async with relaying(installation):

            async def again() -> list[Any]:
                records = await installation.topic(Standing.topic)
                return records if len(records) >= 12 else []

            records = await until(again)
    repeated = records[9:]
    assert sorted(Standing.model_validate_json(r.value).number for r in repeated) == [6, 7, 8]
    assert {header(r, "ce_id") for r in repeated} <= {header(r, "ce_id") for r in records[:9]}


@contextlib.asynccontextmanager
async def relaying(installation: Installation) -> AsyncIterator[None]:
    """A relay in this process."""
    async with installation.parts() as parts:
        relay = Relay(parts.database, parts.clock, "echo", installation.settings(), parts.stopping)
        running = asyncio.create_task(relay.run())
        yield
        parts.stopping.set()
        await asyncio.wait_for(running, 5)


async def test_a_transaction_that_fails_uses_no_number(stored: Installation) -> None:
    async with stored.parts() as parts:

        async def fail(db: Any) -> None:
            work = Work(db, parts.clock.now())
            work.say(Echoed(thing="t", number=1), "t")
            await work.flush()
            raise ValueError

        with pytest.raises(ValueError, match=r"^$"):
            await parts.database.transact(fail)
        await parts.batch(pinged("t", 1))
    assert await stored.one("select array_agg(sequence) from outbox") == [1]


async def test_a_fact_too_large_for_kafka_fails_where_it_is_said_and_does_not_stop_the_relay(stored: Installation) -> None:
    async with stored.parts() as parts:

        async def do(db: Any) -> None:
            work = Work(db, parts.clock.now())
            work.say(Echoed(thing="x" * 1_000_000, number=1), "t")
            await work.flush()

        with pytest.raises(ValueError, match=r"manyhands\.echo\.echoed\.v1 has 1000\d+ bytes"):
            await parts.database.transact(do)
