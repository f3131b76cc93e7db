"""Searching the register by name: behind the wall of regions, kept current on every replica, and one reading in the audit."""

import json
from datetime import timedelta
from typing import Any

import httpx

from services.registry import search_api, search_store
from tests.integration.registry.house import HEADERS, MONDAY, House, completed, line, selected

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


async def test_a_peer_of_another_region_is_not_there(house: House) -> None:
    async with house.browser(READ, regions=["Yorkshire and The Humber"]) as client:
        assert ok(await client.get("/peers/p1"))["peer"] == "p1"
        assert (await client.get("/peers/p3")).status_code == 404
        assert [peer["peer"] for peer in ok(await client.get("/peers"))["peers"]] == ["p1", "p2"]
        assert ok(await client.get("/peers?council=881"))["peers"] == []


async def test_reading_a_peer_is_in_the_audit_with_its_reason(house: House) -> None:
    async with house.browser(READ, regions=["London", "East of England"]) as client:
        ok(await client.get("/peers/p3?because=to_read_the_register"))
        await client.get("/peers/p1?because=to_read_the_register")
    noted = await house.database.once(
        lambda db: db.fetch("select action, subject, reason from audit join audit_reason on audit = id where action = 'registry.read_peer'")
    )
    assert [tuple(row) for row in noted] == [("registry.read_peer", "peer:p3", "to_read_the_register")]


async def test_the_work_of_a_peer_and_of_a_council_is_listed_for_their_region_alone(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1")), selected("m2", line(1, "p3", "881"), starts=MONDAY + timedelta(days=7)))
    await house.hear(completed("m1", line(1, "p1")))
    async with house.browser(READ, regions=["Yorkshire and The Humber"]) as client:
        (piece,) = ok(await client.get("/given?owner=peer:p1"))["work"]
        assert (piece["request"], piece["state"], piece["days"], piece["from"]) == ("r-m1", "placed", 4, "2027-01-04")
        assert [each["match"] for each in ok(await client.get("/given?owner=council:383"))["work"]] == ["m1"]
        assert ok(await client.get("/given?owner=peer:p3"))["work"] == []
        assert ok(await client.get("/given?owner=council:881"))["work"] == []
    async with house.browser(READ) as client:
        assert [each["state"] for each in ok(await client.get("/given?owner=council:881"))["work"]] == ["held"]


async def test_an_import_tells_its_first_changes_when_it_is_asked_to(house: House) -> None:
    rows = ("p1,member,Leeds,Rowan Birchwood,Labour,SEND,rowan@example.org", "x9,officer,Hull,Idris,,,", "p2,officer,Leeds,Idris Calder,,,")
    content = "\n".join((HEADERS["peers"], *rows, ""))
    async with house.browser("registry:write") as client:
        address = "/imports/peers?dry_run=true"
        lines = [
            [
                json.loads(told)
                for told in (await client.post(path, content=content, headers={"content-type": "text/csv"})).text.splitlines()
            ]
            for path in (address, f"{address}&preview=true")
        ]
    assert not [told for told in lines[0] if "preview" in told]
    assert [told for told in lines[1] if "preview" in told] == [
        {"preview": "changed", "line": 2, "key": "p1", "columns": ["name"]},
        {"preview": "new", "line": 3, "key": "x9", "columns": []},
    ]
    assert (lines[1][-1]["new"], lines[1][-1]["changed"], lines[1][-1]["same"], lines[1][-1]["imported"]) == (1, 1, 1, False)
