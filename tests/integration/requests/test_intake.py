"""Intake records on a real PostgreSQL: every one ends visibly, once, whatever comes with it, before it and beside it."""

import asyncio
import json
import random
from collections import Counter, defaultdict
from typing import Any

from services.onebox.sample_requests import bad_requests
from services.onebox.sample_requests import requests as good_requests
from tests.integration.requests.house import INTAKE, House, Raw, asked
from tests.unit.requests.given import TODAY


def kinds(said: Any) -> list[str]:
    return [each.kind for each in said]


async def test_a_request_is_opened_because_of_its_event_and_its_words_stay_here(house: House) -> None:
    words: dict[str, Any] = {"contact": {"name": "Zebulon Quist", "email": "zq@example.org"}, "notes": "a note\x00", "not_ours": "kept too"}
    record = house.record(asked(mentee_group="Labour", **words))
    await house.bus.batch(INTAKE, [record])
    (opened,) = await house.said()
    assert (opened.kind, opened.sequence, opened.data["version"]) == ("request-opened", 1, 1)
    assert opened.causation == dict(record.headers)["ce_id"].decode()  # type: ignore[union-attr]
    assert not any(secret in json.dumps(opened.data) for secret in ("Zebulon", "zq@", "a note"))
    ((kept,),) = await house.sql("select submitted from words where request = $1", opened.subject)
    assert json.loads(kept) == asked(mentee_group="Labour", **words)
    for table in ("request", "history", "outcome", "outbox", "sequence", "inbox"):
        rows = await house.sql(f"select t::text as line from {table} t")
        assert rows
        assert not any("Zebulon" in row["line"] for row in rows), table


async def test_a_record_that_cannot_be_read_is_refused_under_its_own_intake_id(house: House) -> None:
    record = house.record(asked(days="four", revision=0))
    await house.bus.batch(INTAKE, [record])
    (refused,) = await house.said()
    assert refused.kind == "intake-refused"
    assert refused.subject == refused.data["intake"] == f"{INTAKE}-{record.partition}-{record.offset}"
    assert refused.data["request"] is None
    assert {problem["field"] for problem in refused.data["problems"]} == {"days", "revision"}


async def test_revisions_in_one_batch_are_taken_in_their_order(house: House) -> None:
    said = await house.post(asked(), asked(revision=2, days=9), asked(), asked(revision=2, days=9), asked(revision=3, days=2))
    assert kinds(said) == ["request-opened", "request-amended", "intake-refused", "request-amended"]
    assert [each.data["version"] for each in said if each.kind != "intake-refused"] == [1, 2, 3]
    assert [each.sequence for each in said if each.kind != "intake-refused"] == [1, 2, 3]
    assert await house.outcomes() == {"opened": 1, "amended": 2, "refused": 1, "same": 1}
    ((kept,),) = await house.sql("select submitted from words")
    assert json.loads(kept)["days"] == 2


async def test_revisions_in_batches_of_their_own_come_to_the_same(house: House) -> None:
    said = [await house.post(data) for data in (asked(), asked(revision=2, days=9), asked(), asked(revision=2), asked(revision=3))]
    assert [kinds(each) for each in said] == [
        ["request-opened"], ["request-amended"], ["intake-refused"], ["intake-refused"], ["request-amended"],
    ]  # fmt: skip
    assert [problem["rule"] for each in said[2:4] for problem in each[0].data["problems"]] == ["superseded", "changed_without_revision"]
    assert said[3][0].data["request"] == said[0][0].subject


async def test_two_sources_may_use_one_reference(house: House) -> None:
    first = await house.post(asked(), source="/intake/north")
    second = await house.post(asked(), source="/intake/south")
    assert kinds(first + second) == ["request-opened", "request-opened"]
    assert first[0].subject != second[0].subject


async def test_a_poster_cannot_speak_as_an_adviser(house: House) -> None:
    (refused,) = await house.post(asked(), source="/api/adviser-1")
    assert [problem["rule"] for problem in refused.data["problems"]] == ["source_reserved"]


async def test_a_rejected_request_is_opened_by_a_newer_revision(house: House) -> None:
    (rejected,) = await house.post(asked(authority="Atlantis City Council"))
    assert (rejected.kind, await house.state(rejected.subject)) == ("request-rejected", "rejected")
    (opened,) = await house.post(asked(revision=2))
    assert (opened.kind, opened.data["version"], opened.subject) == ("request-opened", 2, rejected.subject)
    assert await house.state(opened.subject) == "opened"


def _raws(posts: Any, start: int) -> list[Raw]:
    return [Raw(value, key, headers, at % 12, at) for at, (key, value, headers) in enumerate(posts, start)]


async def test_a_thousand_good_and_bad_records_each_end_in_one_way(house: House) -> None:
    good = [house.record(data, ce_source="/sample/intake") for data in good_requests(1, 500, TODAY)]
    bad = _raws(bad_requests(2, 500), start=10_000)
    records = [*good, *bad]
    random.Random(3).shuffle(records)
    for start in range(0, len(records), 250):
        await house.bus.batch(INTAKE, records[start : start + 250])
    outcomes = await house.outcomes()
    ((parked,),) = await house.sql("select count(*) from parked where state = 'waiting'")
    assert sum(outcomes.values()) + parked == len(records)
    said = Counter(kinds(each for each in await house.said() if each.kind != "record-parked"))
    told = {"request-opened": "opened", "request-rejected": "rejected", "intake-refused": "refused", "question-raised": "question"}
    assert {told[kind]: count for kind, count in said.items()} == outcomes
    assert outcomes["opened"] >= 480  # some of the good ones are "Kingston": a question is no failure either
    ends = await house.sql("select intake from outcome union all select topic || '-' || part || '-' || position from parked")
    assert len(ends) == len({row["intake"] for row in ends}) == len(records)


async def test_the_same_events_five_times_and_shuffled_have_the_effect_of_one(house: House) -> None:
    records = [house.record(asked(f"INT-{n % 40}", revision=1 + n // 40, days=1 + n % 7)) for n in range(120)]
    deliveries = records * 5
    random.Random(4).shuffle(deliveries)
    for start in range(0, len(deliveries), 50):
        await house.bus.batch(INTAKE, deliveries[start : start + 50])
    outcomes = await house.outcomes()
    assert sum(outcomes.values()) == 120
    rows = await house.sql("select revision, version, state from request")
    assert len(rows) == outcomes["opened"] == 40
    assert {(row["revision"], row["state"]) for row in rows} == {(3, "opened")}
    await _in_order(house)


async def test_posters_who_send_everything_again_under_new_offsets_change_nothing(house: House) -> None:
    datas = [asked(f"INT-{n}", days=1 + n % 7) for n in range(60)]
    for _ in range(5):
        random.Random(5).shuffle(datas)
        await house.post(*datas)
    assert await house.outcomes() == {"opened": 60, "same": 240}
    assert len(await house.said()) == 60


async def test_two_replicas_never_decide_one_reference_at_once(house: House) -> None:
    replicas = [house.replica() for _ in range(3)]
    datas = [asked(f"INT-{n}", revision=revision, days=revision) for n in range(60) for revision in (1, 2, 3)]
    hands: list[list[Raw]] = [[] for _ in replicas]
    for at, data in enumerate(datas * 2):
        hands[random.Random(at).randrange(len(replicas))].append(house.record(data))
    for hand in hands:
        random.Random(6).shuffle(hand)

    async def work(at: int) -> None:
        for start in range(0, len(hands[at]), 20):
            await replicas[at].batch(INTAKE, hands[at][start : start + 20])

    await asyncio.gather(*(work(at) for at in range(len(replicas))))
    outcomes = await house.outcomes()
    assert sum(outcomes.values()) == 360
    rows = await house.sql("select revision, version, (content->>'days')::float as days from request")
    assert len(rows) == outcomes["opened"] == 60
    assert {(row["revision"], row["days"]) for row in rows} == {(3, 3.0)}
    assert sum(row["version"] - 1 for row in rows) == outcomes.get("amended", 0)
    assert await house.sql("select from parked") == []
    await _in_order(house)


async def _in_order(house: House) -> None:
    """Of each request the versions and the sequence rise by one, and the first thing said is that it was opened."""
    stories = defaultdict(list)
    for each in await house.said():
        if each.kind != "intake-refused":
            stories[each.subject].append(each)
    for story in stories.values():
        assert [each.sequence for each in story] == list(range(1, len(story) + 1))
        assert [each.data["version"] for each in story] == list(range(1, len(story) + 1))
        assert kinds(story) == ["request-opened", *["request-amended"] * (len(story) - 1)]
