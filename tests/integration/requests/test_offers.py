"""What an adviser offers a council, over HTTP and in the database: nobody may be matched before the council has accepted."""

import asyncio

import httpx

from tests.integration.requests.house import House, asked, ok, refused
from tests.integration.requests.test_drafts import days_later

OFFER = {"kind": "regional challenge", "origin": "adviser_offer"}


async def test_an_offer_waits_for_the_council_and_is_opened_once_with_who_accepted_it(house: House, client: httpx.AsyncClient) -> None:
    offered = ok(await client.post("/requests", json=asked(**OFFER), headers=house.adviser()))
    assert (offered["outcome"], offered["state"], offered["version"]) == ("offered", "offered", 1)
    path = f"/requests/{offered['request']}"
    answer = {"accepted": True, "by": "host_lead_member", "channel": "meeting", "expected_version": 1}
    refused(await client.post(f"{path}/offer/answer", json={**answer, "expected_version": 9}, headers=house.adviser()), 409, "version")
    body = refused(
        await client.post(f"{path}/offer/answer", json={**answer, "answered_on": "2001-01-01"}, headers=house.adviser()), 422, "answered_on"
    )
    assert [problem["field"] for problem in body["problems"]] == ["answered_on"]
    headers = house.adviser(key="once")
    accepted = ok(await client.post(f"{path}/offer/answer", json=answer, headers=headers))
    assert ok(await client.post(f"{path}/offer/answer", json=answer, headers=headers)) == accepted
    assert (accepted["outcome"], accepted["state"], accepted["version"]) == ("accepted", "opened", 3)
    assert [fact.kind for fact in await house.said()] == ["support-offered", "offer-accepted", "request-opened"]
    whole = ok(await client.get(path, headers=house.adviser()))
    assert (whole["origin"], whole["offer"]["answer"], whole["offer"]["by"]) == ("adviser_offer", "accepted", "host_lead_member")
    again = {**answer, "expected_version": 3}
    refused(await client.post(f"{path}/offer/answer", json=again, headers=house.adviser()), 409, "no_offer")


async def test_an_offer_that_no_council_answers_lapses_and_one_that_was_accepted_does_not(house: House, client: httpx.AsyncClient) -> None:
    silent, taken = [
        ok(await client.post("/requests", json=asked(reference, **OFFER), headers=house.adviser()))["request"]
        for reference in ("INT-1", "INT-2")
    ]
    answer = {"accepted": True, "by": "host_dcs", "expected_version": 1}
    ok(await client.post(f"/requests/{taken}/offer/answer", json=answer, headers=house.adviser()))
    async with days_later(house, 40):
        for _ in range(200):
            if await house.sql("select 1 from due") == []:
                break
            await asyncio.sleep(0.05)
    assert (await house.state(silent), await house.state(taken)) == ("offer_lapsed", "opened")
    assert [fact.kind for fact in await house.said() if fact.subject == silent] == ["support-offered", "offer-lapsed"]


async def test_records_of_every_origin_are_taken_in_one_batch(house: House) -> None:
    commissioned = {"origin": "commissioned", "commissioned_by": "DfE"}
    said = await house.post(asked("INT-1"), asked("INT-2", **OFFER), asked("INT-3", **commissioned), asked("INT-4", kind="triad"))
    assert {fact.data["reference"]: fact.kind for fact in said} == {
        "INT-1": "request-opened",
        "INT-2": "support-offered",
        "INT-3": "request-opened",
        "INT-4": "request-rejected",
    }
    rows = await house.sql("select reference, origin from request order by reference")
    assert [row["origin"] for row in rows] == ["council", "adviser_offer", "commissioned", "council"]
