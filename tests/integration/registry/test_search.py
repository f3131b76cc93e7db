"""Searching the register by name: behind the wall of regions, kept current on every replica, and one reading in the audit."""

from typing import Any

import httpx

from services.registry import search_api, search_store
from tests.integration.registry.house import House

READ, DECIDE = "registry:read", "matches:decide"
BECAUSE = {"because": "to_look_up"}


def ok(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


async def peers(client: httpx.AsyncClient, words: str = "", **query: str) -> list[str]:
    return [peer["peer"] for peer in ok(await client.get("/search", params={"words": words, **BECAUSE, **query}))["peers"]]


async def test_a_misspelt_name_is_found_with_what_a_reader_needs_and_no_address(house: House) -> None:
    await house.register(posts=["p1,Leeds,lead member,2020-01-01,", "p1,Leeds,councillor,2016-01-01,2019-12-31"])
    async with house.browser(READ) as client:
        told = ok(await client.get("/search", params={"words": "rowen ashdon", **BECAUSE}))
    (found,) = told["peers"]
    assert (found["peer"], found["name"], found["council"], found["region"]) == ("p1", "Rowan Ashdown", "383", "Yorkshire and The Humber")
    assert found["posts"] == [{"council": "383", "role": "lead_member", "from": "2020-01-01", "to": None}]
    assert "email" not in found
    assert not told["more"]


async def test_councils_are_found_whatever_the_regions(house: House) -> None:
    async with house.browser(READ, regions=["London"]) as client:
        told = ok(await client.get("/search", params={"words": "leads", **BECAUSE}))
    assert ([council["la_code"] for council in told["councils"]], told["peers"]) == (["383"], [])


async def test_an_adviser_finds_peers_of_the_own_regions_and_for_a_request_of_all(house: House) -> None:
    async with house.browser(READ, DECIDE, regions=["Yorkshire and The Humber"]) as client:
        assert await peers(client) == ["p1", "p2"]
        assert await peers(client, "maud") == []
        assert await peers(client, "p3") == []
        assert await peers(client, "maud", match="r-1") == ["p3"]
    async with house.browser(READ, DECIDE) as client:
        assert await peers(client, "maud") == ["p3"]


async def test_who_decides_nothing_cannot_look_beyond_the_own_regions(house: House) -> None:
    async with house.browser(READ, regions=["London"]) as client:
        answer = await client.get("/search", params={"words": "maud", "match": "r-1", **BECAUSE})
    assert answer.status_code == 403


async def test_the_wall_stands_in_the_query_itself(house: House) -> None:
    shown = await house.database.once(lambda db: search_store.shown(db, ["p1", "p3"], ["East of England"]))
    assert list(shown) == ["p3"]
    assert not await house.database.once(lambda db: search_store.shown(db, ["p1", "p3"], []))


async def test_every_replica_finds_what_another_has_entered(house: House) -> None:
    other = house.replica()
    other.issuer = house.issuer
    async with house.browser(READ) as client, other.browser(READ, "registry:write") as elsewhere:
        assert await peers(client, "birchwood") == await peers(elsewhere, "birchwood") == []
        row = {"peer": "p1", "kind": "councillor", "council": "Essex", "name": "Rowan Birchwood"}
        ok(await elsewhere.post("/peers", json=row, headers={"Idempotency-Key": "k"}))
        post = {"peer": "p1", "council": "Essex", "role": "lead member", "from": "2020-01-01"}
        ok(await elsewhere.post("/posts", json=post, headers={"Idempotency-Key": "k2"}))
        assert await peers(client, "birchwood essex") == ["p1"]
        assert await peers(client, "birchwood", role="lead_member") == ["p1"]
        assert await peers(client, "ashdown") == []
    await house.register(councils=["202,E09000007,Kentish Town,London,london_borough,,,yes"])
    async with house.browser(READ) as client:
        told = ok(await client.get("/search", params={"words": "kentish", **BECAUSE}))
    assert [council["la_code"] for council in told["councils"]] == ["202"]
    await other.close()


async def test_a_search_is_one_reading_in_the_audit_with_its_reason_and_whom_it_showed(house: House) -> None:
    async with house.browser(READ, DECIDE) as client:
        await peers(client, "leeds", because="to_choose_somebody", match="r-1")
    noted = await house.database.once(
        lambda db: db.fetch("select actor, action, subject, reason from audit join audit_reason on audit = id where action like '%search'")
    )
    assert [tuple(row) for row in noted] == [("adviser-1", "registry.search", "to_choose_somebody", "request r-1, p1, p2")]


async def test_a_search_without_a_reason_or_with_odd_words_is_refused_or_harmless(house: House) -> None:
    async with house.browser(READ) as client:
        assert (await client.get("/search", params={"words": "rowan"})).status_code == 422
        assert (await client.get("/search", params={"words": "x" * 201, **BECAUSE})).status_code == 422
        assert await peers(client, "'; drop table peer; --‮") == []


async def test_the_names_are_read_when_the_service_starts(house: House) -> None:
    app = house.app()
    async with search_api.furnish(app, app.state.kitchen, None):  # type: ignore[arg-type]
        for _ in range(500):
            if len(app.state.finder.names):
                break
            await house.database.wait(0.01)
    assert len(app.state.finder.names) == 4
