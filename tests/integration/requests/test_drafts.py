"""What an adviser has begun to write: theirs alone, saved between steps, gone when it is sent or nobody has touched it for thirty days."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import httpx

from services.kit.clock import Clock, move
from services.kit.database import Database
from services.kit.timekeeper import Timekeeper
from services.requests.app import SERVICE
from tests.integration.requests.house import House, asked, ok, refused

FIELDS = {"authority": ["Leeds"], "themes": ["send", "neglect"], "notes": ["She rang on Monday."]}


async def begun(house: House, client: httpx.AsyncClient, **who: Any) -> dict[str, Any]:
    return ok(await client.post("/drafts", json={"purpose": "request", "fields": FIELDS}, headers=house.adviser(**who)))


async def test_a_draft_is_saved_step_by_step_and_fields_that_are_not_named_stay(house: House, client: httpx.AsyncClient) -> None:
    draft = await begun(house, client)
    body = {"fields": {"themes": [], "kind": ["sounding_board"]}, "expected_version": 1}
    saved = ok(await client.post(f"/drafts/{draft['draft']}", json=body, headers=house.adviser()))
    assert saved["fields"] == {**FIELDS, "themes": [], "kind": ["sounding_board"]}
    assert ok(await client.get(f"/drafts/{draft['draft']}", headers=house.adviser())) == saved
    assert [each["draft"] for each in ok(await client.get("/drafts", headers=house.adviser()))["drafts"]] == [draft["draft"]]
    refused(await client.post(f"/drafts/{draft['draft']}", json=body, headers=house.adviser()), 409, "version")


async def test_a_draft_of_somebody_else_is_not_there(house: House, client: httpx.AsyncClient) -> None:
    draft = await begun(house, client)
    path, other = f"/drafts/{draft['draft']}", {"sub": "adviser-2"}
    assert ok(await client.get("/drafts", headers=house.adviser(**other))) == {"drafts": []}
    refused(await client.get(path, headers=house.adviser(**other)), 404, "not_found")
    for order, body in (
        ("", {"fields": {}, "expected_version": 1}),
        ("/drop", {"expected_version": 1}),
        ("/send", {"request": asked(), "expected_version": 1}),
    ):
        refused(await client.post(path + order, json=body, headers=house.adviser(**other)), 404, "not_found")
    assert await house.said() == []


async def test_sending_posts_the_request_and_deletes_the_draft_together(house: House, client: httpx.AsyncClient) -> None:
    draft = await begun(house, client)
    path, headers = f"/drafts/{draft['draft']}/send", house.adviser(key="k1")
    body = {"request": asked(days="four"), "expected_version": 1}
    assert refused(await client.post(path, json=body, headers=house.adviser()), 422, "not_accepted")["problems"][0]["field"] == "days"
    body = {"request": asked(kind="moral support"), "expected_version": 1}
    assert refused(await client.post(path, json=body, headers=house.adviser()), 422, "not_accepted")["problems"][0]["field"] == "kind"
    assert await house.said() == []
    outcome = ok(await client.post(path, json={"request": asked(), "expected_version": 1}, headers=headers))
    assert outcome["outcome"] == "opened"
    assert ok(await client.post(path, json={"request": asked(), "expected_version": 1}, headers=headers)) == outcome
    assert [fact.kind for fact in await house.said()] == ["request-opened"]
    assert await house.sql("select id from draft") == []


async def test_checking_says_what_would_become_of_a_request_and_keeps_nothing(house: House, client: httpx.AsyncClient) -> None:
    north = house.adviser(regions=["North East"])
    verdict = ok(await client.post("/requests/check", json={"authority": "Leeds", "days": "four"}, headers=house.adviser()))
    assert {problem["field"] for problem in verdict["problems"]} == {"reference", "kind", "days"}
    assert ok(await client.post("/requests/check", json=asked(), headers=house.adviser()))["meaning"]["host"] == "383"
    elsewhere = ok(await client.post("/requests/check", json=asked(), headers=north))
    assert (elsewhere["outcome"], elsewhere["problems"][0]["rule"]) == ("refused", "region")
    assert (await house.said(), await house.outcomes()) == ([], {})


async def test_a_draft_that_nobody_touches_for_thirty_days_is_deleted_and_one_that_is_touched_stays(
    house: House, client: httpx.AsyncClient
) -> None:
    old, touched = await begun(house, client), await begun(house, client)
    await house.sql("update draft set expires_at = expires_at + interval '20 days' where id = $1", touched["draft"])
    async with days_later(house, 31):
        await until_gone(house, old["draft"])
    assert [row["id"] for row in await house.sql("select id from draft")] == [touched["draft"]]
    async with days_later(house, 51):
        await until_gone(house, touched["draft"])


@asynccontextmanager
async def days_later(house: House, days: int) -> AsyncIterator[None]:
    move(house.folder / "clock", timedelta(days=days))
    database = Database(house.url, SERVICE.name, house.stopping)
    task = asyncio.create_task(Timekeeper(database, Clock(house.folder / "clock"), SERVICE.diary, every=0.02).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await database.close()


async def until_gone(house: House, draft: str) -> None:
    for _ in range(200):
        if not await house.sql("select id from draft where id = $1", draft):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the draft is still there")
