"""A batch is one transaction: all of it is kept, or none, and what comes twice has one effect."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from services.kit.bus import Bus
from services.kit.stopping import Stopping
from tests.integration.kit.installation import Installation, Parts
from tests.integration.kit.waiting import until
from tests.support.echo import Echoed, Nudged, Pinged, Raw, Shouted, pinged, record

HEARD = "select array_agg(number order by number) from heard"
SAID = "select array_agg(sequence order by id) from outbox where subject = $1"


REFUSE = """create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not at the commit'; end $$;
            create constraint trigger refuse after insert on heard deferrable initially deferred for each row execute function refuse()"""


async def test_when_the_commit_fails_nothing_of_a_batch_is_kept_and_it_waits_for_whoever_can_mend_it(stored: Installation) -> None:
    async with stored.parts() as parts:
        for statement in REFUSE.split(";\n"):
            await stored.sql(statement)
        batch: asyncio.Task[Any] = asyncio.create_task(parts.batch(*(pinged(f"t{n % 3}", n) for n in range(20)), Raw(offset=99)))
        await until(stopped(parts), what="the consumer says that it does not get on")
        assert not batch.done()
        for table in ("inbox", "heard", "outbox", "parked"):
            assert await stored.one(f"select count(*) from {table}") == 0

        await stored.sql("drop trigger refuse on heard")
        await asyncio.wait_for(batch, 10)
        assert not parts.bus.stopped
    assert await stored.one("select count(*) from inbox") == 21
    assert await stored.one(HEARD) == list(range(20))
    assert await stored.one("select count(*) from parked") == 1


def stopped(parts: Parts) -> Callable[[], Awaitable[bool]]:
    async def asked() -> bool:
        return "RaiseError outside the handlers" in parts.bus.stopped.get(Pinged.topic, "")

    return asked


async def test_a_record_that_comes_again_or_twice_in_a_batch_has_one_effect(stored: Installation, parts: Parts) -> None:
    first = [pinged("t", n, id=f"e{n}") for n in range(10)]
    await parts.batch(*first, *first)
    await parts.batch(*first)
    await parts.batch(*first[5:], pinged("t", 10, id="e10"), first[3])
    assert await stored.one(HEARD) == list(range(11))
    assert await stored.one(SAID, "t") == list(range(1, 12))


async def test_an_outsiders_record_goes_by_its_place_so_that_one_id_for_all_loses_nothing(stored: Installation, parts: Parts) -> None:
    shouts = [record(Shouted(words=str(n)), "same key", n, id="the same id") for n in range(5)]
    await parts.batch(*shouts, topic=Shouted.topic)
    await parts.batch(*shouts, topic=Shouted.topic)
    assert await stored.one("select array_agg(words order by words) from shouted") == ["0", "1", "2", "3", "4"]


async def test_two_consumers_each_hear_an_event_of_the_same_id(stored: Installation) -> None:
    async with stored.parts() as parts:
        bus = Bus("other", stored.settings(), parts.database, parts.clock, parts.bus._ears, parts.stopping)
        await parts.batch(pinged("t", 1, id="e1"))
        await bus.batch(Pinged.topic, [pinged("t", 1, id="e1")])
    assert await stored.one(HEARD) == [1, 1]


async def test_events_of_two_handlers_keep_their_order_within_a_subject(stored: Installation, parts: Parts) -> None:
    facts = [(Nudged if n % 3 == 0 else Pinged)(thing=f"t{n % 4}", number=n) for n in range(40)]
    await parts.batch(*(record(fact, fact.thing, n) for n, fact in enumerate(facts)))
    for thing in range(4):
        said = await stored.sql("select value from outbox where subject = $1 order by sequence", f"t{thing}")
        assert [Echoed.model_validate_json(row["value"]).number for row in said] == [n for n in range(40) if n % 4 == thing]


async def test_what_is_said_carries_the_story_and_its_cause(stored: Installation, parts: Parts) -> None:
    await parts.batch(pinged("t", 1, id="cause", correlation="story"), pinged("u", 2, id="beginning"))
    rows = await stored.sql("select subject, correlation, causation from outbox order by id")
    assert [tuple(row) for row in rows] == [("t", "story", "cause"), ("u", "beginning", "beginning")]


async def test_many_batches_at_once_about_the_same_subjects_end_without_a_gap(stored: Installation) -> None:
    batches = [[pinged(f"t{(n * 7 + b) % 5}", b * 100 + n) for n in range(30)] for b in range(8)]
    async with stored.parts() as parts:
        await asyncio.gather(*(parts.batch(*batch) for batch in batches))
    assert await stored.one("select count(*) from heard") == 240
    for thing in range(5):
        numbers = await stored.one(SAID, f"t{thing}")
        assert numbers == list(range(1, len(numbers) + 1)), "by outbox id, the order in which they are published"


@pytest.mark.parametrize("fault", ["refused", "password", "tables"])
async def test_while_the_database_cannot_be_used_a_batch_waits_and_the_order_to_stop_ends_that(stored: Installation, fault: str) -> None:
    if fault == "tables":
        await stored.sql("alter table inbox rename to not_there")
    url = {"refused": "postgresql://a:b@127.0.0.1:9/c", "password": stored.database_url.replace("secret", "wrong"), "tables": ""}[fault]
    async with stored.parts(database_url=url or stored.database_url) as parts:
        batch: asyncio.Task[Any] = asyncio.create_task(parts.batch(pinged("t", 1)))
        await asyncio.sleep(0.3)
        assert not batch.done()
        assert len(await parts.database.missing()) == 1
        parts.stopping.set()
        with pytest.raises(Stopping):
            await batch
