"""The HTTP API: the same decisions as for events, for people with a token, within their regions, each noted."""

import json
from typing import Any

import httpx
import pytest

from services.kit import audit
from services.kit.database import Database
from tests.integration.requests.house import House, asked, ok, refused
from tests.integration.requests.test_story import suggested


async def audited(house: House, request: str) -> list[tuple[str, str, str | None]]:
    database = Database(house.url, "test", house.stopping)
    try:
        assert await database.once(audit.broken_links) == []
        return [(note.actor, note.action, note.reason) for note in await database.once(lambda db: audit.about(db, request))]
    finally:
        await database.close()


async def test_a_posted_request_is_decided_like_an_event(house: House, client: httpx.AsyncClient) -> None:
    outcome = ok(await client.post("/requests", json=asked(themes=["SEND", "quidditch"]), headers=house.adviser()))
    assert (outcome["outcome"], outcome["state"], outcome["version"]) == ("opened", "opened", 1)
    assert [warning["field"] for warning in outcome["warnings"]] == ["themes.1"]
    (fact,) = await house.said()
    assert (fact.kind, fact.subject, fact.data["host"]) == ("request-opened", outcome["request"], "383")
    assert await audited(house, outcome["request"]) == [("adviser-1", "request.post", "")]


async def test_a_command_sent_twice_is_done_once_and_answered_the_same(house: House, client: httpx.AsyncClient) -> None:
    headers = house.adviser(key="k1")
    first = await client.post("/requests", json=asked(), headers=headers)
    again = await client.post("/requests", json=asked(), headers=headers)
    assert (first.status_code, first.text) == (again.status_code, again.text)
    assert len(await house.said()) == 1
    assert ok(await client.post("/requests", json=asked(), headers=house.adviser()))["outcome"] == "same"
    refused(await client.post("/requests", json=asked("INT-2"), headers=headers), 422, "idempotency_key")


async def test_what_cannot_be_read_or_taken_is_answered_with_its_fields_and_keeps_nothing(house: House, client: httpx.AsyncClient) -> None:
    body = refused(await client.post("/requests", json=asked(days="four", notes="x" * 5000), headers=house.adviser()), 422, "not_accepted")
    assert {problem["field"] for problem in body["problems"]} == {"days", "notes"}
    await client.post("/requests", json=asked(), headers=house.adviser())
    body = refused(await client.post("/requests", json=asked(days=9), headers=house.adviser()), 422, "not_accepted")
    assert [problem["rule"] for problem in body["problems"]] == ["changed_without_revision"]
    assert len(await house.said()) == 1
    assert await house.outcomes() == {"opened": 1}


@pytest.mark.parametrize("body", [[1], "Leeds", None, {"reference": "\ud800"}, {**asked(), "x": "\ud800"}])
async def test_a_body_that_is_no_request_is_a_problem_document(house: House, client: httpx.AsyncClient, body: Any) -> None:
    answer = await client.post("/requests", content=json.dumps(body), headers={**house.adviser(), "content-type": "application/json"})
    assert answer.status_code in (200, 422), answer.text


async def test_a_rejection_is_an_outcome_with_problems_and_an_amendment_opens_the_request(house: House, client: httpx.AsyncClient) -> None:
    rejected = ok(await client.post("/requests", json=asked(kind="moral support"), headers=house.adviser()))
    assert (rejected["outcome"], [problem["field"] for problem in rejected["problems"]]) == ("rejected", ["kind"])
    amend = {"changes": {"kind": "sounding board"}, "expected_version": 1, "reason": "told by telephone"}
    opened = ok(await client.post(f"/requests/{rejected['request']}/amend", json=amend, headers=house.adviser()))
    assert (opened["outcome"], opened["version"], opened["problems"]) == ("opened", 2, [])
    assert [fact.kind for fact in await house.said()] == ["request-rejected", "request-opened"]
    whole = ok(await client.get(f"/requests/{rejected['request']}", headers=house.adviser()))
    assert (whole["words"]["kind"], whole["amended"]) == ("sounding board", ["kind"])
    assert await audited(house, rejected["request"]) == [
        ("adviser-1", "request.post", ""),
        ("adviser-1", "request.amend", "told by telephone"),
    ]


async def test_amendments_add_up_until_the_poster_sends_a_newer_revision(house: House, client: httpx.AsyncClient) -> None:
    (fact,) = await house.post(asked(days=4, preferences={"region": "inside"}))
    path = f"/requests/{fact.subject}"
    first = {"changes": {"days": 6, "preferences": None}, "expected_version": 1}
    ok(await client.post(f"{path}/amend", json=first, headers=house.adviser()))
    assert ok(await client.get(path, headers=house.adviser()))["words"]["preferences"]["region"] == "any"
    amended = ok(
        await client.post(
            f"{path}/amend", json={"changes": {"themes": ["SEND"], "days": None}, "expected_version": 2}, headers=house.adviser()
        )
    )
    assert amended["outcome"] == "amended"
    assert [each.data.get("changed") for each in await house.said()] == [None, ["days", "wishes"], ["themes", "days"]]
    assert (
        await house.post(asked(days=4, preferences={"region": "inside"}))
    ) == []  # the same revision again is the same request, amended or not
    (revised,) = await house.post(asked(revision=2, days=5))
    assert (revised.data["days"], revised.data["themes"]) == (5, [])
    assert ok(await client.get(path, headers=house.adviser()))["amended"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reference": "INT-2"}, "changes"),
        ({"colour": "red"}, "changes"),
        ({"days": 0.3}, "days"),
        ({"kind": "moral support"}, "kind"),
        ({"authority": None}, "authority"),
        ({"preferences": {"x": "\ud800"}}, "changes"),
    ],
)
async def test_a_change_that_cannot_be_is_named_and_nothing_changes(
    house: House, client: httpx.AsyncClient, changes: dict[str, Any], field: str
) -> None:
    (fact,) = await house.post(asked())
    answer = await client.post(
        f"/requests/{fact.subject}/amend",
        content=json.dumps({"changes": changes, "expected_version": 1}),
        headers={**house.adviser(), "content-type": "application/json"},
    )
    assert [problem["field"] for problem in refused(answer, 422, "not_accepted")["problems"]] == [field]
    assert len(await house.said()) == 1


async def test_who_saw_an_older_version_is_told_who_changed_it_and_when(house: House, client: httpx.AsyncClient) -> None:
    (fact,) = await house.post(asked())
    path = f"/requests/{fact.subject}"
    amend = {"changes": {"days": 6}, "expected_version": 1}
    ok(await client.post(f"{path}/amend", json=amend, headers=house.adviser(sub="adviser-2")))
    for command, body in [("amend", amend), ("withdraw", {"reason_code": "by_host", "expected_version": 1})]:
        stale = refused(await client.post(f"{path}/{command}", json=body, headers=house.adviser()), 409, "version")
        assert (stale["version"], stale["changed_by"]) == (2, "adviser-2")
        assert "changed_at" in stale


async def test_a_question_is_answered_and_the_request_opens(house: House, client: httpx.AsyncClient) -> None:
    (raised,) = await house.post(asked(authority="Kingston"))
    listed = ok(await client.get("/requests", params={"state": "question"}, headers=house.adviser()))
    assert [line["request"] for line in listed["requests"]] == [raised.subject]
    whole = ok(await client.get(f"/requests/{raised.subject}", headers=house.adviser()))
    question = whole["question"]
    assert question["candidates"] == raised.data["candidates"]
    path = f"/requests/{raised.subject}/questions/{question['question']}/answer"
    refused(await client.post(path, json={"answer": "send", "expected_version": 1}, headers=house.adviser()), 422, "not_a_candidate")
    opened = ok(await client.post(path, json={"answer": "314", "expected_version": 1, "reason": "rang them"}, headers=house.adviser()))
    assert (opened["outcome"], opened["version"], opened["question"]) == ("opened", 3, None)
    facts = await house.said()
    assert [fact.kind for fact in facts] == ["question-raised", "question-answered", "request-opened"]
    assert (facts[1].data["actor"], facts[2].data["host"]) == ("adviser-1", "314")
    refused(await client.post(path, json={"answer": "314", "expected_version": 3}, headers=house.adviser()), 409, "no_question")
    assert ("adviser-1", "question.answer", "rang them") in await audited(house, raised.subject)


async def test_words_that_are_like_ours_are_asked_about_one_by_one_by_an_adviser_of_the_region(
    house: House, client: httpx.AsyncClient
) -> None:
    (raised,) = await house.post(asked(kind="sounding bord", themes=["SEND", "care leaverz"]))
    path = f"/requests/{raised.subject}"
    elsewhere = house.adviser(regions=["London"])
    refused(await client.get(path, headers=elsewhere), 404, "not_found")
    answers = [("kind", "sounding_board", 1), ("themes.1", "none", 3)]
    for field, code, version in answers:
        question = ok(await client.get(path, headers=house.adviser(regions=["Yorkshire and The Humber"])))["question"]
        assert question["field"] == field
        body = {"answer": code, "expected_version": version}
        ok(await client.post(f"{path}/questions/{question['question']}/answer", json=body, headers=house.adviser()))
    opened = (await house.said())[-1]
    assert (opened.kind, opened.data["kind"], opened.data["themes"]) == ("request-opened", "sounding_board", ["send"])
    assert [warning["field"] for warning in opened.data["warnings"]] == ["themes.1"]


async def test_an_answer_holds_through_an_amendment_of_something_else(house: House, client: httpx.AsyncClient) -> None:
    (raised,) = await house.post(asked(authority="Kingston"))
    path = f"/requests/{raised.subject}"
    answer = {"answer": "314", "expected_version": 1}
    ok(await client.post(f"{path}/questions/{raised.data['question']}/answer", json=answer, headers=house.adviser()))
    outcome = ok(await client.post(f"{path}/amend", json={"changes": {"days": 6}, "expected_version": 3}, headers=house.adviser()))
    assert outcome["outcome"] == "amended"
    assert (await house.said())[-1].data["host"] == "314"


async def test_a_withdrawn_request_stays_withdrawn(house: House, client: httpx.AsyncClient) -> None:
    (fact,) = await house.post(asked())
    path = f"/requests/{fact.subject}"
    body = {"reason_code": "by_host", "expected_version": 1, "reason": "they found help"}
    assert ok(await client.post(f"{path}/withdraw", json=body, headers=house.adviser()))["state"] == "withdrawn"
    withdrawn = (await house.said())[-1]
    assert (withdrawn.kind, withdrawn.data["because"], withdrawn.data["actor"]) == ("request-withdrawn", "by_host", "adviser-1")
    assert "they found help" not in json.dumps(withdrawn.data)
    again = {"reason_code": "by_host", "expected_version": 2}
    refused(await client.post(f"{path}/withdraw", json=again, headers=house.adviser()), 409, "withdrawn")
    (late,) = await house.post(asked(revision=2))
    assert (late.kind, late.data["problems"][0]["rule"]) == ("intake-refused", "withdrawn")


async def test_the_list_is_read_page_by_page_the_oldest_or_the_newest_first(house: House, client: httpx.AsyncClient) -> None:
    for n in range(7):  # one after the other, for they are listed by when they came
        await house.post(asked(f"INT-{n}"))
    for order, told in (("", range(7)), ("oldest", range(7)), ("newest", range(6, -1, -1))):
        seen: list[str] = []
        wanted: dict[str, Any] = {"limit": 3, **({"order": order} if order else {})}
        while "after" not in wanted or wanted["after"] is not None:
            page = ok(await client.get("/requests", params=wanted, headers=house.adviser()))
            seen += [line["reference"] for line in page["requests"]]
            wanted["after"] = page["next"]
        assert seen == [f"INT-{n}" for n in told], order
    refused(await client.get("/requests", params={"order": "best"}, headers=house.adviser()), 422, "invalid_input")
    refused(await client.get("/requests", params={"after": "yesterday"}, headers=house.adviser()), 422, "after")


async def test_the_story_tells_in_sentences_what_every_service_said(house: House, client: httpx.AsyncClient) -> None:
    (fact,) = await house.post(asked())
    await house.hear(house.fact(suggested(fact.subject), 1))
    amend = {"changes": {"days": 6}, "expected_version": 1}
    ok(await client.post(f"/requests/{fact.subject}/amend", json=amend, headers=house.adviser()))
    await house.post(asked(revision=1, days=1))
    story = ok(await client.get(f"/requests/{fact.subject}/history", headers=house.adviser()))
    assert [(event["service"], event["actor"], event["sentence"]) for event in story["events"]] == [
        ("requests", "/intake/test", "The request was opened from revision 1."),
        ("matcher", "", "Peers were proposed. lead_member-1: p1."),
        ("requests", "adviser-1", "The request was amended (revision 1); changed: days."),
        ("requests", "/intake/test", "A record was refused: revision: changed_without_revision."),
    ]


async def test_an_id_that_cannot_be_one_is_no_error_of_ours(house: House, client: httpx.AsyncClient) -> None:
    for ident in ("%00", "a%20b", "x" * 100):
        answer = await client.get(f"/requests/{ident}", headers=house.adviser())
        assert answer.status_code == 422, ident
    refused(await client.get("/requests/nobody", headers=house.adviser()), 404, "not_found")


async def test_the_description_of_the_api_shows_what_may_be_posted(client: httpx.AsyncClient) -> None:
    described = ok(await client.get("/openapi.json"))
    assert described["paths"]["/requests"]["post"]["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Posted"
    }
    shown = described["components"]["schemas"]["Posted"]
    assert shown["required"] == ["reference", "authority", "kind"]
    assert {"from", "preferences", "contact"} <= set(shown["properties"])
