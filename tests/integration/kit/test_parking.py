"""What cannot be handled is set aside whole, in order, announced without its content; the rest goes on; a person replays or discards."""

import asyncio
import json
import random
from typing import Any

import pytest
import structlog

from schemas.parked import RecordParked
from services.kit import parked
from services.kit.bus import NotWaiting, StillBroken, TooManyParked
from services.kit.work import Work
from tests.integration.kit.installation import Installation, Parts
from tests.support.echo import Pinged, Raw, Shouted, pinged, record

HEARD = "select array_agg(number order by number) from heard where thing = $1"
WAITING = "select array_agg(position order by id) from parked where state = 'waiting' and subject = $1"
RULES = "select array_agg(rule order by id) from parked where subject = $1"


def spoilt(offset: int, key: bytes = b"thing", **more: Any) -> Raw:
    return Raw(**{"value": b"{}", "key": key, "headers": (), "offset": offset, **more})


async def test_one_of_every_poison_is_parked_with_its_rule_and_announced_without_its_content(stored: Installation, parts: Parts) -> None:
    good = pinged("thing", 1)
    poison = {
        "null_header": spoilt(1, headers=[*good.headers, ("x", None)], value=b"CONTENT"),
        "header_not_utf8": spoilt(2, headers=[("CONTENT", b"\xff\xfe")]),
        "empty_value": spoilt(3, value=b"", headers=good.headers),
        "oversized": spoilt(4, value=b"CONTENT" * 100, headers=good.headers),
        "not_json": spoilt(5, value=b"CONTENT", headers=[("content-type", b"application/cloudevents+json")]),
        "not_cloudevents": spoilt(6, value=b"CONTENT"),
        "invalid_payload": spoilt(7, value=b'{"thing": "CONTENT"}', headers=good.headers),
    }
    async with stored.parts(largest_record=1024) as small:
        poison["oversized"] = spoilt(4, value=b"CONTENT" * 1000, headers=good.headers)
        await small.batch(*poison.values(), *(pinged(f"other{n}", 100 + n) for n in range(10)))
    assert await stored.one("select count(*) from heard") == 10, "the rest of the batch is handled"
    assert await stored.one("select array_agg(rule order by id) from parked") == list(poison)
    said = await stored.sql("select topic, subject, value from outbox where type = $1 order by id", RecordParked.type)
    facts = [RecordParked.model_validate_json(row["value"]) for row in said]
    assert [(f.rule, f.offset) for f in facts] == [(rule, raw.offset) for rule, raw in poison.items()]
    assert facts[-1].fields == ("number",)
    assert {row["topic"] for row in said} == {"echo.in.v1.parked"}
    assert not [row for row in said if b"CONTENT" in row["value"]]
    rows = await stored.sql("select headers, value from parked order by id")
    assert [(parked.header_bytes(row["headers"]), row["value"]) for row in rows] == [
        ([(n, v) for n, v in raw.headers], raw.value) for raw in poison.values()
    ], "but it is kept whole"


async def test_the_culprit_is_parked_its_subjects_later_events_behind_it_and_others_go_on(stored: Installation, parts: Parts) -> None:
    await stored.sql("insert into trouble values ('bad', 2)")
    await parts.batch(pinged("bad", 1), pinged("good", 2), pinged("bad", 2), pinged("good", 3), pinged("bad", 3))
    await parts.batch(pinged("good", 4), pinged("bad", 4))
    assert await stored.one(HEARD, "good") == [2, 3, 4]
    assert await stored.one(HEARD, "bad") == [1], "what came before the culprit was handled"
    assert await stored.one(WAITING, "bad") == [2, 3, 4]
    assert await stored.one(RULES, "bad") == ["handler_failed", parked.BEHIND, parked.BEHIND]


async def test_an_undecodable_record_of_a_subject_also_keeps_those_behind_it_waiting(stored: Installation, parts: Parts) -> None:
    await parts.batch(pinged("bad", 1), spoilt(2, b"bad"), pinged("bad", 3), pinged("good", 4))
    await parts.batch(pinged("bad", 5))
    assert await stored.one(HEARD, "bad") == [1]
    assert await stored.one(WAITING, "bad") == [2, 3, 5]
    assert await stored.one(HEARD, "good") == [4]


async def test_any_mixture_of_culprits_leaves_order_and_sums_right(stored: Installation, parts: Parts) -> None:
    rng = random.Random(3)
    trouble = {(f"t{rng.randrange(9)}", n) for n in range(0, 400, 7)}
    await asyncio.gather(*(stored.sql("insert into trouble values ($1, $2)", *t) for t in trouble))
    posted = []
    for number in range(400):
        thing = next((t for t, n in trouble if n == number and rng.random() < 0.5), f"t{rng.randrange(9)}")
        posted.append(spoilt(number, thing.encode()) if rng.random() < 0.02 else pinged(thing, number))
    for start in range(0, 400, 100):
        await parts.batch(*posted[start : start + 100])
    handled, waiting = 0, 0
    for thing in {raw.key.decode() for raw in posted if raw.key}:
        of = [raw.offset for raw in posted if raw.key == thing.encode()]
        heard = await stored.one(HEARD, thing) or []
        late = await stored.one(WAITING, thing) or []
        assert heard + late == of, "first those that were handled, then those that wait, in order"
        if late:
            bad = next(raw for raw in posted if raw.offset == late[0])
            assert bad.headers == () or (thing, bad.offset) in trouble, "the first that waits is a culprit"
        handled, waiting = handled + len(heard), waiting + len(late)
    assert handled + waiting == 400
    assert handled
    assert waiting


async def test_a_failure_of_sql_within_a_batch_takes_nothing_else_with_it(stored: Installation, parts: Parts) -> None:
    facts = [Pinged(thing=f"t{n}", number=-1 if n == 5 else n) for n in range(20)]
    await parts.batch(*(record(fact, fact.thing, n) for n, fact in enumerate(facts)))
    assert await stored.one("select count(*) from heard") == 19
    assert await stored.one("select array_agg(subject) from parked") == ["t5"]
    assert await stored.one("select array_agg(distinct sequence) from outbox where type <> $1", RecordParked.type) == [1]


@pytest.mark.parametrize("words", ["a\x00b", ["no", "text"], 7, 10**30])
async def test_a_value_that_the_database_refuses_parks_its_record_and_is_no_outage(stored: Installation, parts: Parts, words: Any) -> None:
    bad = record(Shouted(words=""), "", 1)
    bad = Raw(json.dumps({"words": words}).encode(), None, bad.headers, 0, 1)
    await asyncio.wait_for(parts.batch(bad, record(Shouted(words="fine"), "", 2), topic=Shouted.topic), 10)
    assert await stored.one("select array_agg(words) from shouted") == ["fine"]
    assert await stored.one("select array_agg(rule) from parked") == ["handler_failed"]


async def test_replay_handles_a_subject_in_order_and_publishes_nothing_again(stored: Installation, parts: Parts) -> None:
    await stored.sql("insert into trouble values ('bad', 1)")
    await parts.batch(*(pinged("bad", n, id=f"e{n}") for n in range(1, 5)))
    first = await stored.one("select min(id) from parked")
    with pytest.raises(StillBroken, match=f"Parked record {first} still cannot be handled: handler_failed"):
        await parts.replay(first, "operator-1")
    assert await stored.one(WAITING, "bad") == [1, 2, 3, 4], "nothing of a replay that fails is kept"

    await stored.sql("delete from trouble")
    assert await parts.replay(first + 2, "operator-1") == [first + n for n in range(4)], "whichever of them is asked for"
    assert [row["number"] for row in await stored.sql("select number from heard order by ctid")] == [1, 2, 3, 4]
    assert await stored.one(WAITING, "bad") is None
    echoed = await stored.sql("select sequence, causation from outbox where subject = 'bad' order by id")
    assert [tuple(row) for row in echoed] == [(n, f"e{n}") for n in range(1, 5)]
    assert await stored.one("select count(*) from outbox where topic = 'echo.in.v1'") == 0
    assert {row["settled_by"] for row in await stored.sql("select settled_by from parked")} == {"operator-1"}

    await parts.batch(pinged("bad", 5))
    assert await stored.one(HEARD, "bad") == [1, 2, 3, 4, 5], "after it the subject flows again"
    with pytest.raises(NotWaiting):
        await parts.replay(first, "operator-1")


async def test_a_replay_that_fails_in_the_middle_keeps_nothing(stored: Installation, parts: Parts) -> None:
    await stored.sql("insert into trouble values ('bad', 1), ('bad', 3)")
    await parts.batch(*(pinged("bad", n) for n in range(1, 5)))
    first = await stored.one("select min(id) from parked")
    await stored.sql("delete from trouble where number = 1")
    with pytest.raises(StillBroken, match=f"record {first + 2} "):
        await parts.replay(first, "operator-1")
    assert await stored.one("select count(*) from heard") == 0
    assert await stored.one(WAITING, "bad") == [1, 2, 3, 4]


async def test_a_replay_of_a_record_of_an_outsider_is_for_itself_alone(stored: Installation, parts: Parts) -> None:
    await parts.batch(spoilt(1), spoilt(2), topic=Shouted.topic)
    first = await stored.one("select min(id) from parked")
    with pytest.raises(StillBroken, match="not_cloudevents"):
        await parts.replay(first, "operator-1")
    assert await stored.one("select count(*) from parked where state = 'waiting'") == 2


async def test_what_is_discarded_loses_its_content_and_lets_a_replay_pass(stored: Installation, parts: Parts) -> None:
    await parts.batch(spoilt(1, b"bad", value=b"CONTENT"), pinged("bad", 2))
    culprit = await stored.one("select min(id) from parked")

    await parts.database.transact(lambda db: parked.settle(db, culprit, "discarded", parts.clock.now(), "operator-1"))

    row = (await stored.sql("select * from parked where id = $1", culprit))[0]
    assert (row["state"], row["value"], row["key"], row["settled_by"]) == ("discarded", None, None, "operator-1")
    assert parked.header_bytes(row["headers"]) == []
    assert await parts.replay(culprit + 1, "operator-1") == [culprit + 1]
    assert await stored.one(HEARD, "bad") == [2]


async def test_a_replay_and_newcomers_at_the_same_time_leave_order_and_lose_nothing(stored: Installation) -> None:
    """Newcomers wait for a replay that is on its way: none of them parks behind nothing, and none overtakes."""
    for attempt in range(2):
        thing = f"bad{attempt}"
        await stored.sql("insert into trouble values ($1, 1)", thing)
        async with stored.parts() as one, stored.parts() as other:
            await one.batch(*(pinged(thing, n, "slow" if n == 1 else "echo", partition=attempt) for n in range(1, 6)))
            first = await stored.one("select min(id) from parked where subject = $1", thing)
            await stored.sql("delete from trouble")

            async def newcomers(parts: Parts = other, thing: str = thing, partition: int = attempt) -> None:
                for number in range(6, 12):
                    await asyncio.sleep(0.01)
                    await parts.batch(pinged(thing, number, partition=partition))

            await asyncio.gather(one.replay(first, "operator-1"), newcomers())
        assert await stored.one(WAITING, thing) is None, "nobody waits behind what is settled"
        heard = [row["number"] for row in await stored.sql("select number from heard where thing = $1 order by ctid", thing)]
        assert heard == list(range(1, 12))


async def test_too_many_in_a_row_stop_the_consumer_and_keep_nothing_of_that_batch(stored: Installation) -> None:
    async with stored.parts(park_in_a_row=10) as parts:
        await parts.batch(*(spoilt(n, b"a") for n in range(6)))
        await parts.batch(pinged("good", 6), *(spoilt(n, b"a") for n in range(7, 12)))
        with pytest.raises(TooManyParked):
            await parts.batch(*(spoilt(n, b"a") for n in range(12, 20)))
        assert "11 records in a row" in parts.bus.stopped[Pinged.topic]
    assert await stored.one("select max(position) from parked") == 11


async def test_to_wait_behind_a_parked_subject_does_not_count_as_a_failure(stored: Installation) -> None:
    async with stored.parts(park_in_a_row=3) as parts:
        await parts.batch(spoilt(1, b"bad"), *(pinged("bad", n) for n in range(2, 30)))
    assert await stored.one("select count(*) from parked") == 29


async def test_to_park_a_place_twice_is_to_park_and_announce_it_once(stored: Installation, parts: Parts) -> None:
    async def twice(db: Any) -> None:
        for _ in range(2):
            work = Work(db, parts.clock.now())
            await parked.park(work, "echo.echo.in.v1", "echo.in.v1", spoilt(1), "s", "k", "r", ["a" * 300, "\x00", "\ud800"])
            await work.flush()

    await parts.database.transact(twice)
    assert await stored.one("select count(*) from parked") == 1
    assert await stored.one("select count(*) from outbox") == 1


async def test_the_log_names_the_story_of_what_is_parked_and_nothing_of_its_content(stored: Installation, parts: Parts) -> None:
    await stored.sql("insert into trouble values ('bad', 1)")
    with structlog.testing.capture_logs() as lines:
        await parts.batch(
            pinged("bad", 1, id="e1", correlation="story", causation="cause"),
            pinged("bad", 2, id="e2", correlation="story", causation="e1"),
            spoilt(3, b"other", value=b"CONTENT"),
        )
    parked_lines = [line for line in lines if line["event"] == "record_parked"]
    assert [(line.get("event_id"), line.get("correlation"), line.get("causation"), line["rule"]) for line in parked_lines] == [
        ("e1", "story", "cause", "handler_failed"),
        ("e2", "story", "e1", parked.BEHIND),
        (None, None, None, "not_cloudevents"),
    ]
    assert [line["place"] for line in parked_lines] == ["echo.in.v1-0-1", "echo.in.v1-0-2", "echo.in.v1-0-3"]
    assert any(line["event"] == "batch_split" for line in lines)
    assert "CONTENT" not in str(lines)
