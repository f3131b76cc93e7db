"""The most pressing request first: in a batch, in the queue over HTTP, and when what is unmet is asked again; on a real PostgreSQL."""

from datetime import timedelta
from functools import partial
from typing import Any

from schemas.requests import RequestContent
from services.kit.clock import Clock
from services.kit.database import Connection
from services.kit.work import Work
from services.matcher import domain, handlers, store
from tests.integration.matcher.house import House
from tests.integration.matcher.test_why import DIRECTOR, DURHAM
from tests.unit.matcher.test_decisions import content

NORTH = "North East"


def asked(request: str, role: str = DIRECTOR, **fields: Any) -> RequestContent:
    now = Clock().now()
    starts = now.date() + timedelta(days=20)
    known = {"host": DURHAM, "days": 2, "starts": starts, "ends": starts + timedelta(days=60), "received_at": now}
    return content(role, request=request, **known | fields)


async def opens(house: House, *contents: RequestContent) -> None:
    """Requests that come in one batch, in this order."""
    now, by_name = Clock().now(), {each.request: each for each in contents}

    async def do(db: Connection) -> None:
        work = Work(db, now)
        await handlers.decide(work, list(by_name), lambda name: name, lambda _, name: domain.opened(by_name[name], NORTH, now))
        await work.flush()

    await house.database.once(do)


async def test_of_a_batch_the_most_pressing_is_served_first_and_the_others_pay_for_its_load(house: House) -> None:
    urgent = asked("urgent", priority="preventing_failure")
    await opens(house, asked("other"), asked("new", priority="newly_appointed"), urgent)
    said = [fact for fact in await house.said() if fact["type"].endswith("match-suggested.v1")]
    assert [fact["subject"] for fact in said] == ["urgent", "new", "other"]
    first = [fact["places"][0]["candidates"][0] for fact in said]
    assert sum(first[0]["price"].values()) < sum(first[-1]["price"].values())
    assert [fact["pressing_since"] for fact in said] == sorted(fact["pressing_since"] for fact in said)


async def test_the_queue_shows_what_waits_with_its_reasons_and_in_its_order(house: House) -> None:
    long_ago = Clock().now() - timedelta(days=50)
    await opens(house, asked("fresh"), asked("old", received_at=long_ago), asked("unmet", "send_lead", priority="newly_appointed"))
    async with house.caller("adviser-1", "adviser", [NORTH]) as adviser:
        found = (await adviser.get("/matches/queue")).json()
        short = (await adviser.get("/matches/queue", params={"state": "unmet", "region": NORTH})).json()
        elsewhere = await adviser.get("/matches/queue", params={"region": "London"})
    assert [(each["request"], each["state"]) for each in found["requests"]] == [
        ("unmet", "unmet"),
        ("old", "suggested"),
        ("fresh", "suggested"),
    ]
    assert found["requests"][0]["reasons"][0] == "newly appointed lead member or director: counts as 240 days of waiting"
    assert "waits for 50 days" in found["requests"][1]["reasons"]
    assert ([each["request"] for each in short["requests"]], elsewhere.status_code) == (["unmet"], 404)
    async with house.caller("adviser-2", "adviser", ["London"]) as other:
        assert (await other.get("/matches/queue")).json()["requests"] == []


async def test_what_is_unmet_is_asked_again_page_by_page_the_most_pressing_first(house: House) -> None:
    wanted = [asked(f"r{n}", "send_lead", priority=code) for n, code in enumerate(("other", "newly_appointed", "preventing_failure"))]
    await opens(house, *wanted)
    pages, after = [], ""
    while True:
        page, after = await house.database.once(partial(store.unmet_after, after=after, most=2))
        if not page:
            break
        pages.append(page)
    assert pages == [["r2", "r1"], ["r0"]]
