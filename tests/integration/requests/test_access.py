"""Who may see and change which request: by token and scope, by region, and nobody's contact without leave."""

import json

import httpx
import pytest

from tests.integration.requests.house import House, asked, ok, refused

READ = "requests:read"
YORKSHIRE, LONDON = "Yorkshire and The Humber", "London"


async def test_words_are_for_readers_and_the_contact_for_those_who_may(house: House, client: httpx.AsyncClient) -> None:
    (fact,) = await house.post(asked(contact={"name": "Zebulon Quist"}, notes="a note", not_ours="x"))
    path = f"/requests/{fact.subject}"
    plain = ok(await client.get(path, headers=house.adviser(READ)))
    assert plain["words"]["notes"] == "a note"
    assert "Zebulon" not in json.dumps(plain)
    assert "not_ours" not in plain["words"]
    more = ok(await client.get(path, headers=house.adviser("requests:read requests:read_contact")))
    assert more["contact"]["name"] == "Zebulon Quist"


async def test_an_adviser_sees_and_changes_requests_of_their_own_regions_only(house: House, client: httpx.AsyncClient) -> None:
    (leeds,) = await house.post(asked("INT-1"))
    (camden,) = await house.post(asked("INT-2", authority="Camden"))
    (kingston,) = await house.post(asked("INT-3", authority="Kingston"))
    (nowhere,) = await house.post(asked("INT-4", authority="Atlantis City Council"))
    headers = house.adviser(regions=[YORKSHIRE])
    listed = ok(await client.get("/requests", headers=headers))
    assert {line["request"] for line in listed["requests"]} == {leeds.subject, kingston.subject}
    for hidden in (camden.subject, nowhere.subject):
        withdraw = {"reason_code": "by_host", "expected_version": 1}
        refused(await client.get(f"/requests/{hidden}", headers=headers), 404, "not_found")
        refused(await client.get(f"/requests/{hidden}/history", headers=headers), 404, "not_found")
        refused(
            await client.post(f"/requests/{hidden}/withdraw", json=withdraw, headers=house.adviser(regions=[YORKSHIRE])), 404, "not_found"
        )
    everything = ok(await client.get("/requests", headers=house.adviser()))
    assert len(everything["requests"]) == 4
    only = ok(await client.get("/requests", params={"region": LONDON}, headers=house.adviser()))
    assert {line["request"] for line in only["requests"]} == {camden.subject, kingston.subject}
    assert ok(await client.get("/requests", params={"region": LONDON}, headers=headers))["requests"] == [
        line for line in listed["requests"] if line["request"] == kingston.subject
    ]


async def test_nobody_moves_a_request_into_a_region_they_do_not_cover(house: House, client: httpx.AsyncClient) -> None:
    refused(await client.post("/requests", json=asked(), headers=house.adviser(regions=[LONDON])), 403, "region")
    (fact,) = await house.post(asked())
    move = {"changes": {"authority": "Camden"}, "expected_version": 1}
    refused(await client.post(f"/requests/{fact.subject}/amend", json=move, headers=house.adviser(regions=[YORKSHIRE])), 403, "region")
    (raised,) = await house.post(asked("INT-3", authority="Kingston"))
    path = f"/requests/{raised.subject}/questions/{raised.data['question']}/answer"
    answer = {"answer": "314", "expected_version": 1}
    refused(await client.post(path, json=answer, headers=house.adviser(regions=[YORKSHIRE])), 403, "region")
    assert [each.kind for each in await house.said()] == ["request-opened", "question-raised"]


async def test_who_posted_a_request_sees_it_before_its_council_is_known(house: House, client: httpx.AsyncClient) -> None:
    headers = house.adviser(regions=[LONDON])
    outcome = ok(await client.post("/requests", json=asked(authority="Atlantis"), headers=headers))
    assert outcome["outcome"] == "rejected"
    assert ok(await client.get(f"/requests/{outcome['request']}", headers=headers))["state"] == "rejected"
    other = house.adviser(sub="adviser-2", regions=[LONDON])
    refused(await client.get(f"/requests/{outcome['request']}", headers=other), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/requests", "requests:write"),
        ("GET", "/requests/x", "requests:write"),
        ("GET", "/requests/x/history", "requests:write"),
        ("POST", "/requests", READ),
        ("POST", "/requests/x/amend", READ),
        ("POST", "/requests/x/withdraw", READ),
        ("POST", "/requests/x/questions/q/answer", READ),
    ],
)
async def test_every_route_asks_for_a_token_with_its_scope(
    house: House, client: httpx.AsyncClient, method: str, path: str, scope: str
) -> None:
    body = {"changes": {"days": 1}, "expected_version": 1, "reason_code": "x", "answer": "x", **asked()}
    content = json.dumps(body) if method == "POST" else None
    kind = {"content-type": "application/json", "Idempotency-Key": "k"}
    refused(await client.request(method, path, content=content, headers=kind), 401, "no_token")
    refused(await client.request(method, path, content=content, headers={**house.adviser(scope), **kind}), 403, "scope")
