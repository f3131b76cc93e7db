"""Exact rounds on a real PostgreSQL: one at a time whoever asks, and a replica killed in the middle leaves nothing half done."""

import asyncio
import contextlib
import os
import signal
import sys
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from services.kit import due
from services.kit.clock import Clock
from services.kit.database import Connection
from services.kit.due import Due
from services.kit.work import Work
from services.matcher import handlers, policy_store, round_store, store
from services.matcher.mirror import ASKS, Mirror, replay
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import Ask
from services.matcher.round_runner import Runner, ask_when_due
from services.matcher.story import Story
from tests.integration.matcher.house import House, key
from tests.unit.matcher.given import peer, register
from tests.unit.matcher.test_decisions import content
from tests.unit.matcher.test_rounds import FIT_ALONE, ranked, waiting

WHY = "the month's requests are in"
ROLE = "director_of_childrens_services"
# a replica of its own that runs rounds and nothing else, and can be killed
REPLICA = """
import asyncio, sys
from services.kit.clock import Clock
from services.kit.database import Connection, Database
from services.kit.due import Due
from services.kit.work import Work
from services.matcher.round_runner import run_rounds
asyncio.run(run_rounds(Database(sys.argv[1], "matcher", asyncio.Event()), Clock()))
"""


async def unmet(house: House, count: int) -> None:
    """So many requests that nobody has been proposed for."""
    stories = [waiting(f"r{n:03}", ROLE, days=2, host="840") for n in range(count)]
    await house.database.once(lambda db: store.save_stories(db, stories))


async def asked(house: House, actor: str = "governor-1") -> Any:
    async with house.caller(actor, "governor") as governor:
        return await governor.post("/rounds", json={"reason": WHY}, headers=key())


async def kept(house: House, ident: str) -> dict[str, Any]:
    async with house.caller("adviser-1", "adviser") as adviser:
        found: dict[str, Any] = (await adviser.get(f"/rounds/{ident}")).json()
        return found


async def stories(house: House) -> list[Story]:
    return await house.database.once(lambda db: store.stories(db, None, None, "", 500))


async def test_of_two_who_ask_at_once_one_gets_a_round_and_the_other_is_told_who_runs_it_since_when(house: House) -> None:
    await unmet(house, 3)
    answers = await asyncio.gather(asked(house, "governor-1"), asked(house, "governor-2"))
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    refused, given = sorted(answers, key=lambda answer: -int(answer.status_code))
    problem = refused.json()
    assert problem["type"] == "/problems/round_under_way"
    assert (problem["round"], problem["asked_by"]) == (given.json()["id"], given.json()["asked_by"])
    assert problem["asked_by"] in problem["detail"]
    assert problem["asked_at"] in problem["detail"]


async def test_two_replicas_run_a_round_once_and_it_says_what_it_changed_and_why(house: House) -> None:
    await unmet(house, 4)
    ident = (await asked(house)).json()["id"]
    await asyncio.gather(*(Runner(house.database, Clock()).lead() for _ in range(2)))
    found = await kept(house, ident)
    assert (found["state"], found["tries"], found["done"]) == ("done", 1, 4)
    assert [(change["request"], change["because"]) for change in found["outcome"]["changed"]] == [
        (f"r{n:03}", "served_at_last") for n in range(4)
    ]
    said = await house.said()
    assert Counter(fact["type"].rsplit(".", 2)[1] for fact in said) == {"match-suggested": 4, "round-completed": 1}
    assert {story.state for story in await stories(house)} == {"suggested"}
    for fact in said[:4]:
        (proposed,) = [change["now"] for change in found["outcome"]["changed"] if change["request"] == fact["request"]]
        assert fact["places"][0]["candidates"][0]["peer"] == proposed
        (again,) = await house.database.once(lambda db, fact=fact: replay(db, fact["ranking"]))  # type: ignore[misc]
        assert [place.model_dump(mode="json") for place in again.suggestions] == fact["places"], "a replay gives it again, byte for byte"


async def test_when_a_round_is_over_another_may_be_asked_for_and_changes_nothing_twice(house: House) -> None:
    await unmet(house, 4)
    runner = Runner(house.database, Clock())
    await asked(house)
    await runner.lead()
    ident = (await asked(house)).json()["id"]
    await runner.lead()
    assert (await kept(house, ident))["outcome"]["changed"] == []


async def test_a_request_that_has_gone_on_since_the_round_looked_is_left_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await unmet(house, 2)
    ident = (await asked(house)).json()["id"]
    runner = Runner(house.database, Clock())
    looked = runner._cut

    async def meanwhile(db: Any) -> Any:
        cut = await looked(db)
        gone = [story.model_copy(update={"version": 9, "state": "withdrawn"}) for story in cut.stories if story.request == "r000"]
        await house.database.once(lambda other: store.save_stories(other, gone))
        return cut

    monkeypatch.setattr(runner, "_cut", meanwhile)
    await runner.lead()
    outcome = (await kept(house, ident))["outcome"]
    assert ([change["request"] for change in outcome["changed"]], outcome["overtaken"]) == (["r001"], 1)
    assert [story.state for story in await stories(house)] == ["withdrawn", "suggested"]


async def test_a_cancelled_round_changes_nothing_more(house: House) -> None:
    await unmet(house, 2)
    ident = (await asked(house)).json()["id"]
    async with house.caller("governor-2", "governor") as governor:
        assert (await governor.post(f"/rounds/{ident}/cancel", headers=key())).status_code == 200
        await Runner(house.database, Clock()).lead()
        assert (await kept(house, ident))["state"] == "cancelled"
        assert (await governor.post(f"/rounds/{ident}/cancel", headers=key())).json()["type"] == "/problems/round_over"
    assert {story.state for story in await stories(house)} == {"unmet"}
    assert await house.said() == []


async def test_no_more_suggestions_change_than_the_policy_allows(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await unmet(house, 4)
    runner = Runner(house.database, Clock())
    runner._mirror = Mirror(runner._mirror.policy.model_copy(update={"churn": 3}))
    ident = (await asked(house)).json()["id"]
    await runner.lead()
    outcome = (await kept(house, ident))["outcome"]
    assert (len(outcome["changed"]), outcome["left"]) == (3, 1)


async def test_a_replica_killed_in_the_middle_of_a_round_leaves_nothing_half_done_and_another_finishes_it(house: House) -> None:
    await unmet(house, 40)
    ident = (await asked(house)).json()["id"]
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", REPLICA, house.url)
    try:
        async with asyncio.timeout(60):
            while (found := await house.database.once(lambda db: round_store.one(db, ident))) is None or found.done < 3:
                await house.database.wait(0.005)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        await child.wait()
    assert found.state == "running", "killed in the middle"
    async with asyncio.timeout(60):
        while (await kept(house, ident))["state"] != "done":  # until PostgreSQL has seen that the other one is gone
            await Runner(house.database, Clock()).lead()
    ended = await kept(house, ident)
    assert ended["tries"] == 2
    changed = Counter(change["request"] for change in ended["outcome"]["changed"])
    assert changed == {f"r{n:03}": 1 for n in range(40)}, "what both replicas changed, each once"
    facts = Counter(fact["request"] for fact in await house.said() if "match-suggested" in fact["type"])
    assert facts == changed
    assert [(story.state, story.version, story.attempt) for story in await stories(house)] == [("suggested", 1, 1)] * 40


async def test_a_round_that_runs_out_of_time_changes_nothing_and_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await unmet(house, 2)

    async def impatient(db: Any) -> bool:
        return await round_store.ask(db, "short", "governor-1", Clock().now(), WHY, 0)

    assert await house.database.once(impatient)
    await Runner(house.database, Clock()).lead()
    found = await kept(house, "short")
    assert found["state"] == "failed"
    assert "nothing was changed" in found["stage"]
    assert {story.state for story in await stories(house)} == {"unmet"}


async def test_a_runner_that_was_overtaken_writes_nothing_any_more(house: House) -> None:
    await unmet(house, 1)
    ident = (await asked(house)).json()["id"]
    now = Clock().now()
    first = await house.database.once(lambda db: round_store.begin(db, ident, now))
    second = await house.database.once(lambda db: round_store.begin(db, ident, now))
    assert (first, second) == (1, 2)
    assert not await house.database.once(lambda db: round_store.go_on(db, ident, 1, "proposing", 1, 1))
    assert not await house.database.once(lambda db: round_store.end(db, ident, 1, "done", "done", now, None))
    assert await house.database.once(lambda db: round_store.go_on(db, ident, 2, "proposing", 1, 1))


async def test_a_round_is_asked_for_every_so_many_days_while_the_policy_says_so(house: House) -> None:
    now = Clock().now()

    async def comes_due(db: Connection, version: int) -> None:
        work = Work(db, now)
        await ask_when_due([Due("round", str(version), now)], work)
        await work.flush()

    async def adopted(db: Connection) -> None:
        await handlers.mirror.refresh(db)
        await policy_store.write(db, DEFAULT_POLICY.model_copy(update={"version": 2, "rounds_every_days": 7}), now)
        await policy_store.adopt(db, 2, "governor-2", now, WHY)

    await house.database.once(adopted)
    await house.database.once(partial(comes_due, version=1))
    assert await house.database.once(round_store.under_way) is None, "the policy that this row is of ranks no more"
    await house.database.once(partial(comes_due, version=2))
    found = await house.database.once(round_store.under_way)
    assert found is not None
    assert (found.asked_by, found.reason) == ("matcher", "every 7 days, as policy 2 says")
    again = await house.database.once(lambda db: db.fetch("select kind, subject, due_at from due"))
    assert [tuple(row) for row in again] == [("round", "2", now + timedelta(days=7))]


async def test_while_a_round_is_due_a_suggestion_says_until_when_it_may_improve_and_can_be_decided_all_the_same(house: House) -> None:
    numbers = {"version": 2, "rounds_every_days": 10, "wait_days": 20, "forecast": "drawn"}
    now = Clock().now()
    story = ranked(register(peer("p1", days=4)), waiting("r1", received_at=now), FIT_ALONE)

    async def adopted(db: Connection) -> None:
        await handlers.mirror.refresh(db)
        await policy_store.write(db, DEFAULT_POLICY.model_copy(update=numbers), now)
        await policy_store.adopt(db, 2, "governor-2", now, WHY)
        await store.save_stories(db, [story])

    await house.database.once(adopted)
    async with house.caller("adviser-1", "adviser") as adviser:
        assert (await adviser.get("/matches/r1")).json()["improving"] is None, "no round is due"
        await house.database.once(lambda db: due.add(db, [Due("round", "2", now + timedelta(days=10))]))
        found = (await adviser.get("/matches/r1")).json()
        assert "may still improve this" in found["improving"]["words"]
        assert datetime.fromisoformat(found["improving"]["until"]) == now + timedelta(days=20)
        assert Story.model_validate({name: found[name] for name in Story.model_fields}) == story


async def test_a_round_draws_what_is_to_come_from_what_was_asked_where_the_policy_says_so(house: House) -> None:
    await unmet(house, 2)
    year_ago = Clock().now() - timedelta(days=300)
    asks = ASKS.dump_json([Ask.of(content(ROLE, request=f"last-{n}")) for n in range(3)])
    stored = store.Ranking(0, 1, 0, year_ago.date(), b"", asks)
    await house.database.once(lambda db: store.add_ranking(db, "then", year_ago, stored))
    runner = Runner(house.database, Clock())
    runner._mirror = Mirror(runner._mirror.policy.model_copy(update={"forecast": "drawn"}))
    ident = (await asked(house)).json()["id"]
    await runner.lead()
    found = await kept(house, ident)
    assert (found["state"], found["outcome"]["forecast"]) == ("done", 3)
    assert {change["request"] for change in found["outcome"]["changed"]} == {"r000", "r001"}


async def test_an_adviser_follows_rounds_and_asks_for_none(house: House) -> None:
    async with house.caller("adviser-1", "adviser") as adviser:
        assert (await adviser.get("/rounds")).json() == {"rounds": []}
        assert (await adviser.post("/rounds", json={"reason": WHY}, headers=key())).status_code == 403
        assert (await adviser.get("/rounds/none")).status_code == 404
