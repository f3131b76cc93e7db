"""What advisers write about a request: notes for those whom they are for, and an escalation that waits until it is settled."""

from typing import Any

import httpx

from tests.integration.requests.house import House, asked, ok, refused
from tests.integration.requests.test_api import audited

YORKSHIRE = "Yorkshire and The Humber"
HERE: dict[str, Any] = {"sub": "adviser-1", "regions": [YORKSHIRE]}
ANOTHER: dict[str, Any] = {"sub": "adviser-2", "regions": [YORKSHIRE]}
NATIONAL: dict[str, Any] = {"sub": "adviser-3"}
ELSEWHERE: dict[str, Any] = {"sub": "adviser-4", "regions": ["London"]}


async def opened(house: House, client: httpx.AsyncClient) -> str:
    request: str = ok(await client.post("/requests", json=asked(), headers=house.adviser()))["request"]
    return request


async def read(house: House, client: httpx.AsyncClient, request: str, who: dict[str, Any]) -> list[str]:
    found = ok(await client.get(f"/requests/{request}/notes", headers=house.adviser(**who)))
    return [note["words"] for note in found["notes"]]


async def test_a_note_has_an_author_and_a_time_and_is_read_by_those_whom_it_is_for(house: House, client: httpx.AsyncClient) -> None:
    request = await opened(house, client)
    for audience in ("region", "national", "author"):
        body = {"words": f"For {audience}.", "audience": audience}
        ok(await client.post(f"/requests/{request}/notes", json=body, headers=house.adviser(**HERE)))
    assert await read(house, client, request, HERE) == ["For author.", "For national.", "For region."]
    assert await read(house, client, request, ANOTHER) == ["For region."]
    assert await read(house, client, request, NATIONAL) == ["For national.", "For region."]
    refused(await client.get(f"/requests/{request}/notes", headers=house.adviser(**ELSEWHERE)), 404, "not_found")
    refused(await client.post(f"/requests/{request}/notes", json=body, headers=house.adviser(**ELSEWHERE)), 404, "not_found")
    (note,) = ok(await client.get(f"/requests/{request}/notes", headers=house.adviser(**ANOTHER)))["notes"]
    assert note["author"] == "adviser-1"
    assert note["at"]


async def test_the_words_of_a_note_are_in_no_event_and_the_version_stays(house: House, client: httpx.AsyncClient) -> None:
    request = await opened(house, client)
    body = {"words": "She prefers the afternoon."}
    assert ok(await client.post(f"/requests/{request}/notes", json=body, headers=house.adviser(**HERE)))["version"] == 1
    assert [fact.kind for fact in await house.said()] == ["request-opened", "request-noted"]
    assert "afternoon" not in str(await house.said()) + str(await audited(house, request))


async def test_a_request_is_escalated_once_with_a_reason_and_waits_until_it_is_settled(house: House, client: httpx.AsyncClient) -> None:
    request = await opened(house, client)
    body = {"because": "needs_a_decision", "words": "Two councils ask for the same person.", "to": ["lead-1"], "expected_version": 1}
    path = f"/requests/{request}"
    refused(
        await client.post(f"{path}/escalation/settle", json={"expected_version": 1}, headers=house.adviser(**HERE)), 409, "not_escalated"
    )
    assert ok(await client.post(f"{path}/escalate", json=body, headers=house.adviser(**HERE)))["escalated"] is True
    refused(await client.post(f"{path}/escalate", json=body, headers=house.adviser(**ANOTHER)), 409, "escalated")
    refused(await client.post(f"{path}/escalate", json=body, headers=house.adviser(**ELSEWHERE)), 404, "not_found")
    assert await read(house, client, request, ANOTHER) == ["Two councils ask for the same person."]
    settled = {"expected_version": 1, "reason": "They share her days."}
    assert ok(await client.post(f"{path}/escalation/settle", json=settled, headers=house.adviser(**ANOTHER)))["escalated"] is False
    facts = (await house.said())[1:]
    assert [(fact.kind, fact.data["actor"]) for fact in facts] == [("request-escalated", "adviser-1"), ("escalation-settled", "adviser-2")]
    assert facts[0].data["to"] == ["lead-1"]
    assert [note[1] for note in await audited(house, request)] == ["request.post", "request.escalate", "request.settle"]
