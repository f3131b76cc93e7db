"""A command may be sent as often as its sender likes: it is done once, by whoever may, and answered as before."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.kit import audit, commands, web
from services.kit.access import Gate
from tests.integration.kit.installation import Installation, Parts
from tests.support.echo import SERVICE, Raw, pinged
from tests.support.tokens import Issuer

Post = Callable[..., Awaitable[httpx.Response]]
DONE = "select count(*) from heard"


class Api:
    """The echo service's HTTP side over a database, as a caller sees it."""

    def __init__(self, client: httpx.AsyncClient, issuer: Issuer) -> None:
        self.client, self.issuer = client, issuer

    async def poke(self, body: Any, key: str | None = "k1", sub: str = "adviser-1", thing: str = "t", **more: Any) -> httpx.Response:
        headers = {**self.issuer.bearer("echo:write", sub), **({"Idempotency-Key": key} if key is not None else {})}
        return await self.client.post(f"/things/{thing}/pokes", json=body, headers=headers, **more)


@pytest.fixture
async def api(stored: Installation, parts: Parts) -> AsyncIterator[Api]:
    async with api_of(stored, parts) as api:
        yield api


@contextlib.asynccontextmanager
async def api_of(stored: Installation, parts: Parts) -> AsyncIterator[Api]:
    gate = Gate(stored.issuer.issuer, stored.issuer.audience, str(stored.folder / "jwks.json"))
    app = web.build(web.Kitchen("echo", parts.database, parts.clock, gate, parts.bus), SERVICE.router, SERVICE.summary, None)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://echo") as client:
        yield Api(client, stored.issuer)


async def test_the_same_command_sent_again_is_answered_as_before_and_done_once(stored: Installation, api: Api) -> None:
    answers = [await api.poke({"number": 7}) for _ in range(3)]
    assert [(a.status_code, a.json()) for a in answers] == [(201, {"heard": 1})] * 3
    assert await stored.one(DONE) == 1
    assert await stored.one("select count(*) from outbox") == 1
    assert await stored.one("select count(*) from audit") == 1
    assert (await api.poke({"number": 7}, key="k2")).json() == {"heard": 2}


async def test_the_same_key_for_another_command_is_refused(stored: Installation, api: Api) -> None:
    await api.poke({"number": 7})
    for other in (api.poke({"number": 8}), api.poke({"number": 7, "reason": "x"}), api.poke({"number": 7}, thing="another")):
        answer = await other
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/idempotency_key")
    assert await stored.one(DONE) == 1


async def test_a_key_is_the_callers_own(stored: Installation, api: Api) -> None:
    assert (await api.poke({"number": 7}, sub="adviser-1")).json() == {"heard": 1}
    assert (await api.poke({"number": 8}, sub="adviser-2")).json() == {"heard": 2}


async def test_the_same_command_many_times_at_once_is_done_once_and_answered_alike(stored: Installation, parts: Parts, api: Api) -> None:
    async with stored.parts() as others, api_of(stored, others) as replica:
        answers = await asyncio.gather(*((api, replica)[n % 2].poke({"number": 7, "wait": 0.1}) for n in range(12)))
    assert {(a.status_code, a.text) for a in answers} == {(201, '{"heard":1}')}
    assert await stored.one(DONE) == 1


async def test_commands_are_forgotten_when_their_time_is_over_and_not_before(stored: Installation, parts: Parts, api: Api) -> None:
    await api.poke({"number": 7}, key="old")
    noted = await stored.one("select at from command")
    await api.poke({"number": 8}, key="new")
    await stored.sql("update command set at = $1 where key = 'new'", noted + timedelta(days=1))
    await parts.database.once(lambda db: commands.forget(db, noted + timedelta(hours=1)))
    assert await stored.one("select array_agg(key) from command") == ["new"]
    assert (await api.poke({"number": 8}, key="new")).json() == {"heard": 2}, "what is kept is answered as before"


async def test_a_command_that_is_refused_keeps_nothing_and_can_be_sent_again(stored: Installation, api: Api) -> None:
    for _ in range(2):
        answer = await api.poke({"number": 13})
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/unlucky")
    for table in ("heard", "outbox", "audit", "command"):
        assert await stored.one(f"select count(*) from {table}") == 0
    assert (await api.poke({"number": 12})).status_code == 201


async def test_a_command_without_a_key_is_refused(stored: Installation, api: Api) -> None:
    for key in (None, ""):
        answer = await api.poke({"number": 7}, key=key)
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency_key")
    assert (await api.poke({"number": 7}, key="x" * 201)).status_code == 422
    assert await stored.one(DONE) == 0


async def test_a_wrong_body_is_refused_field_by_field_without_repeating_it(stored: Installation, api: Api) -> None:
    answer = await api.poke({"number": "Mx9Qz", "reason": "Mx9Qz" * 200})
    assert answer.status_code == 422
    assert {p["field"] for p in answer.json()["problems"]} == {"body.number", "body.reason"}
    assert "Mx9Qz" not in answer.text
    answer = await api.poke({"number": 7, "reason": "a\x00b"})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/invalid_input")
    assert await stored.one(DONE) == 0


async def test_nobody_does_anything_without_a_token_that_holds_and_the_scope(stored: Installation, api: Api) -> None:
    key = {"Idempotency-Key": "k"}
    expired = {"Authorization": f"Bearer {stored.issuer.token(scope='echo:write', lasts=-60)}"}
    forged = {"Authorization": f"Bearer {Issuer().token(scope='echo:write')}"}
    for headers, status, rule in (
        ({}, 401, "no_token"),
        ({"Authorization": "Basic eDp5"}, 401, "no_token"),
        ({"Authorization": "Bearer nonsense"}, 401, "token"),
        (expired, 401, "token"),
        (forged, 401, "token"),
        (stored.issuer.bearer("echo:read echo"), 403, "scope"),
    ):
        answer = await api.client.post("/things/t/pokes", json={"number": 1}, headers={**key, **headers})
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{rule}")
        assert ("www-authenticate" in answer.headers) == (status == 401)
    for path in ("/things/t", "/parked"):
        assert (await api.client.get(path)).status_code == 401
    for path in ("/parked/1/replay", "/parked/1/discard"):
        assert (await api.client.post(path, headers=key)).status_code == 401
        assert (await api.client.post(path, headers={**key, **stored.issuer.bearer("parked:read")})).status_code == 403
    assert await stored.one(DONE) == 0


async def test_the_reason_is_kept_with_the_actor_of_the_token(stored: Installation, parts: Parts, api: Api) -> None:
    await api.poke({"number": 7, "reason": "they asked"}, sub="adviser-5")
    [entry] = await parts.database.once(lambda db: audit.about(db, "t"))
    assert (entry.actor, entry.action, entry.reason) == ("adviser-5", "poke", "they asked")


async def test_the_audit_is_read_by_whoever_holds_its_scope(stored: Installation, api: Api) -> None:
    await api.poke({"number": 7, "reason": "they asked"}, sub="adviser-5")
    assert (await api.client.get("/audit", headers=stored.issuer.bearer("echo:write"))).status_code == 403
    answer = await api.client.get("/audit", params={"actor": "adviser-5"}, headers=stored.issuer.bearer("audit:read"))
    [entry] = answer.json()["entries"]
    assert (entry["action"], entry["subject"], entry["reason"]) == ("poke", "t", "they asked")


async def test_while_the_database_is_away_a_command_is_answered_within_seconds_and_can_be_sent_again(stored: Installation) -> None:
    async with stored.parts(database_url="postgresql://a:b@127.0.0.1:9/c") as parts, api_of(stored, parts) as api:
        answer = await asyncio.wait_for(api.poke({"number": 7}), 8)
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/away")
        assert answer.headers["retry-after"]
        assert (await api.client.get("/healthz")).status_code == 200
        ready = await api.client.get("/readyz")
        assert ready.status_code == 503
        assert "PostgreSQL does not answer" in " ".join(ready.json()["missing"])
        metrics = await api.client.get("/metrics")
        assert "manyhands_outbox_waiting NaN" in metrics.text
    async with stored.parts() as parts, api_of(stored, parts) as api:
        assert (await api.poke({"number": 7})).status_code == 201


async def test_a_person_lists_replays_and_discards_what_is_parked(stored: Installation, parts: Parts, api: Api) -> None:
    await stored.sql("insert into trouble values ('bad', 2)")
    await parts.batch(Raw(b"CONTENT", b"worse", (), 0, 1), *(pinged("bad", n) for n in range(2, 5)))
    read, write = stored.issuer.bearer("parked:read", "op"), {**stored.issuer.bearer("parked:write", "op"), "Idempotency-Key": "r1"}
    listed = (await api.client.get("/parked", headers=read)).json()["parked"]
    assert [(row["subject"], row["offset"], row["rule"]) for row in listed] == [
        ("worse", 1, "not_cloudevents"),
        ("bad", 2, "handler_failed"),
        ("bad", 3, "behind_parked_subject"),
        ("bad", 4, "behind_parked_subject"),
    ]
    page = (await api.client.get("/parked", params={"after": listed[0]["id"], "limit": 2}, headers=read)).json()["parked"]
    assert [row["offset"] for row in page] == [2, 3]
    assert "CONTENT" not in str(listed)
    worse, bad = listed[0]["id"], listed[1]["id"]

    answer = await api.client.post(f"/parked/{bad}/replay", json={"reason": "mended"}, headers=write)
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/still_broken")
    await stored.sql("delete from trouble")
    mended = {"reason": "mended"}
    for _ in range(2):
        answer = await api.client.post(f"/parked/{bad}/replay", json=mended, headers=write)
        assert answer.json() == {"settled": [bad, bad + 1, bad + 2]}
    another = {**write, "Idempotency-Key": "another"}
    assert (await api.client.post(f"/parked/{bad}/replay", json=mended, headers=another)).status_code == 404
    [entry] = await parts.database.once(lambda db: audit.about(db, str(bad)))
    assert (entry.action, entry.actor) == ("parked.replay", "op")

    why = {"reason": "not ours"}
    for _ in range(2):
        answer = await api.client.post(f"/parked/{worse}/discard", json=why, headers={**write, "Idempotency-Key": "d1"})
        assert (answer.status_code, answer.json()) == (200, {"settled": [worse]})
    assert (await api.client.post(f"/parked/{worse}/discard", json=why, headers={**write, "Idempotency-Key": "d2"})).status_code == 404
    [entry] = await parts.database.once(lambda db: audit.about(db, str(worse)))
    assert (entry.actor, entry.action, entry.reason) == ("op", "parked.discard", "not ours")
    assert (await api.client.get("/parked", headers=read)).json() == {"parked": []}
    settled = (await api.client.get("/parked", params={"state": "discarded"}, headers=read)).json()["parked"]
    assert [row["id"] for row in settled] == [worse]


async def test_metrics_name_routes_and_never_what_was_asked_for(stored: Installation, api: Api) -> None:
    await api.poke({"number": 7}, thing="Mx9Qz")
    metrics = (await api.client.get("/metrics")).text
    assert 'manyhands_commands_total{path="POST /things/{thing}/pokes",status="201"}' in metrics
    assert "Mx9Qz" not in metrics


async def test_the_service_describes_itself(api: Api) -> None:
    document = (await api.client.get("/openapi.json")).json()
    assert document["info"]["title"] == "Manyhands echo"
    assert {"/things/{thing}/pokes", "/parked", "/parked/{number}/replay", "/healthz", "/readyz", "/metrics"} <= set(document["paths"])
