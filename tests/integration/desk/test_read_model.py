"""The desk's read model on a real PostgreSQL and a real Kafka: heard once, in order, and made anew from the topics."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaProducer

from schemas.topics import topics
from services.desk.case import from_json
from services.desk.rebuilding import rebuild
from services.kit.kafka import Login
from services.kit.topics import create_missing
from tests.integration.desk.house import House
from tests.support.servers import Broker
from tests.support.stories import LEEDS, Raw, Story

_EVERYTHING = """select request, regions, state, waiting, deadline, r.doc, coalesce(s.doc, '') as suggestion
                 from request r left join suggestion s using (request) order by request"""
_TIMELINES = "select request, service, sequence, type, detail from told order by request, service, sequence"


async def test_what_services_say_becomes_a_request_with_its_timeline_and_its_suggestion(house: House) -> None:
    story = Story()
    await house.hears(story, story.opened(), story.suggested("p1", "p2"))
    (row,) = await house.sql(_EVERYTHING)
    assert (row["state"], row["waiting"], row["regions"]) == ("suggested", "decide", ["Yorkshire and The Humber"])
    assert '"peer":"p2"' in row["suggestion"]
    await house.hears(story, story.selected(), story.held(), story.asked())
    (row,) = await house.sql(_EVERYTHING)
    assert (row["waiting"], row["deadline"] is not None) == ("consent", True)
    assert [r["type"].split(".")[2] for r in await house.sql("select type from told order by at")] == [
        "request-opened", "match-suggested", "match-selected", "capacity-held", "consent-asked",
    ]  # fmt: skip


async def test_what_is_heard_twice_or_by_another_consumer_first_counts_once(house: House) -> None:
    story = Story()
    opened, suggested, unmet = (story.raw(fact) for fact in (story.opened(), story.suggested(), story.unmet()))
    await house.hears_records([suggested, unmet])
    await house.hears_records([opened])
    before = await house.sql(_EVERYTHING)
    await house.sql("truncate inbox")
    await house.hears_records([opened, suggested, unmet])
    assert await house.sql(_EVERYTHING) == before
    assert (before[0]["state"], before[0]["waiting"], before[0]["suggestion"]) == ("unmet", "shortage", "")
    assert len(await house.sql(_TIMELINES)) == 3


async def test_pages_are_told_which_regions_and_requests_have_changed(house: House) -> None:
    story = Story(host=LEEDS)
    listener = await asyncpg.connect(house.url)
    heard: asyncio.Queue[str] = asyncio.Queue()
    await listener.add_listener("desk", lambda *told: heard.put_nowait(told[-1]))
    await house.hears(story, story.opened())
    told = await asyncio.wait_for(heard.get(), 5)
    await listener.close()
    assert told == f'{{"regions": ["Yorkshire and The Humber"], "requests": ["{story.request}"]}}'


@pytest.fixture
async def with_kafka(house: House, kafka: Broker, fresh_name: str) -> House:
    """The same house beside topics of its own."""
    await create_missing(Login(kafka.bootstrap), topics(), f"{fresh_name}.")
    house.settings = house.settings.model_copy(update={"kafka": kafka.bootstrap, "topic_prefix": f"{fresh_name}."})
    return house


async def publish(house: House, told: list[tuple[str, Raw]]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=house.settings.kafka)
    await producer.start()
    for topic, raw in told:
        await producer.send_and_wait(house.settings.topic_prefix + topic, raw.value, raw.key, headers=list(raw.headers))
    await producer.stop()


def seen(row: asyncpg.Record) -> dict[str, Any]:
    return {**dict(row), "doc": from_json(row["doc"])}


async def test_it_is_made_anew_from_the_topics_as_it_was_and_what_only_the_desk_knows_stays(with_kafka: House) -> None:
    house, told = with_kafka, []
    for _ in range(5):
        story = Story()
        told += await house.hears(story, story.opened(), story.suggested(), story.selected(), story.held(), story.asked())
    await publish(house, told + told[-5:])  # a relay that took over repeats what the one before it had said
    model, timelines = await house.sql(_EVERYTHING), await house.sql(_TIMELINES)
    await house.sql("update request set state = 'spoilt', doc = '{}'")
    await house.sql("delete from told")
    await house.sql("insert into owner (request, owner, since) values ($1, 'adviser-one', '2026-11-24')", model[0]["request"])
    steps = [step async for step in rebuild(house.database, house.settings, house.clock)]
    assert (steps[-1].done, steps[-1].total, steps[-1].unread) == (30, 30, 0)
    assert await house.sql(_TIMELINES) == timelines
    assert [seen(row) for row in await house.sql(_EVERYTHING)] == [seen(row) for row in model]
    assert len(await house.sql("select from owner")) == 1


async def test_while_it_is_made_anew_the_old_one_is_shown_and_what_is_heard_waits(with_kafka: House) -> None:
    house, story = with_kafka, Story()
    await publish(house, await house.hears(story, story.opened(), story.suggested()))
    rebuilding = rebuild(house.database, house.settings, house.clock)
    await anext(rebuilding)
    assert len(await house.sql(_EVERYTHING)) == 1
    hearing = asyncio.create_task(house.hears(story, story.selected()))
    await asyncio.sleep(0.2)
    assert not hearing.done()
    async for _ in rebuilding:
        pass
    await hearing
    assert [row["state"] for row in await house.sql(_EVERYTHING)] == ["selected"]


async def test_an_operator_orders_it_and_is_told_how_far_it_is_and_nobody_else_may(with_kafka: House) -> None:
    house, story = with_kafka, Story()
    await publish(house, await house.hears(story, story.opened(), story.suggested()))
    async with house.visitor() as browser:
        for scope, status in (("desk:rebuild", 200), ("matches:decide", 403)):
            bearer = {"authorization": f"Bearer {house.issuer.token('somebody', scope)}"}
            answer = await browser.post("/read-model/rebuild", headers=bearer)
            assert answer.status_code == status
            if status == 200:
                assert json.loads(answer.text.splitlines()[-1]) == {"done": True, "records": 2, "unread": 0}
    assert [row["action"] for row in await house.sql("select action from audit")] == ["desk.rebuild"]
