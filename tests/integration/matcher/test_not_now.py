"""An adviser's "not now" for a peer of their region: until its day no new ranking proposes the peer, on a real PostgreSQL."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.kit.clock import Clock
from services.kit.database import Connection
from services.kit.due import Due
from services.kit.work import Work
from services.matcher import handlers, heads_up_store
from services.matcher.heads_up_store import Asked
from services.vocabulary.calendar import begins
from tests.integration.matcher.house import House, key
from tests.integration.matcher.test_why import opens, why


async def proposed(house: House, request: str) -> list[str]:
    async with house.caller("adviser-1", "adviser", ["North East"]) as adviser:
        story = (await adviser.get(f"/matches/{request}")).json()
    return [each["peer"] for each in story["match"]["suggestion"]["places"][0]["candidates"]]


async def answers(house: House, request: str, peer: str, **said: Any) -> None:
    """The North East tells London of one of its peers, and London answers."""
    async with house.caller("adviser-1", "adviser", ["North East"]) as asks:
        told = await asks.post(f"/matches/{request}/heads-ups", json={"peer": peer}, headers=key())
        assert told.status_code == 200, told.text
    async with house.caller("adviser-2", "adviser", ["London"]) as london:
        waiting = (await london.get("/heads-ups")).json()["heads_ups"]
        ident = next(each["id"] for each in waiting if each["peer"] == peer and each["answer"] is None)
        said_so = await london.post(f"/heads-ups/{ident}/answer", json=said, headers=key())
        assert said_so.status_code == 200, said_so.text


async def comes_due(house: House, peers: Sequence[str], at: datetime) -> None:
    async def do(db: Connection) -> None:
        work = Work(db, at)
        await handlers.ask_again([Due(handlers.NOT_NOW_OVER, peer, at) for peer in peers], work)
        await work.flush()

    await house.database.once(do)


async def test_until_its_day_a_not_now_keeps_a_peer_out_of_new_rankings_and_takes_them_off_no_request(house: House) -> None:
    await opens(house)
    peer = next(each for each in await proposed(house, "r1") if each.startswith("p202"))
    until = Clock().now().date() + timedelta(days=90)
    await answers(house, "r1", peer, answer="not_now", until=str(until))
    assert peer in await proposed(house, "r1"), "whoever asks decides"

    await opens(house, "r2")
    assert peer not in await proposed(house, "r2")
    found = await why(house, peer, "r2")
    assert found["rule"] == "not_now"
    assert not found["grounds"][0]["absolute"]

    await comes_due(house, [peer], begins(until) - timedelta(seconds=1))
    assert (await why(house, peer, "r2"))["rule"] == "not_now"
    await comes_due(house, [peer], begins(until))
    assert (await why(house, peer, "r2"))["rule"] is None
    due = await house.database.once(lambda db: db.fetch("select kind, due_at from due where kind in ('not_now_over', 'reconsider')"))
    assert {(row["kind"], row["due_at"].astimezone(UTC)) for row in due} >= {("not_now_over", begins(until)), ("reconsider", begins(until))}


async def test_a_later_answer_of_the_same_region_lifts_an_earlier_not_now(house: House) -> None:
    await opens(house)
    await opens(house, "r2")
    peer = next(each for each in await proposed(house, "r1") if each.startswith("p202"))
    starts = Clock().now().date()

    async def told(db: Connection) -> None:
        asked = Asked("h2", "r2", peer, "202", "London", "bespoke", starts, starts, 2, "adviser-1", Clock().now())
        assert await heads_up_store.add(db, asked)

    await answers(house, "r1", peer, answer="not_now", until=str(starts + timedelta(days=90)))
    assert (await why(house, peer, "r2"))["rule"] == "not_now"
    await house.database.once(told)
    async with house.caller("adviser-2", "adviser", ["London"]) as london:
        assert (await london.post("/heads-ups/h2/answer", json={"answer": "fine"}, headers=key())).status_code == 200
    assert (await why(house, peer, "r2"))["rule"] is None
