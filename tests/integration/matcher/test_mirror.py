"""What a replica of the matcher knows, on a real PostgreSQL: nothing twice, nothing lost, and every ranking can be replayed."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pytest

from schemas.registry import CouncilState, Offer, PeerState, Post
from services.kit.database import KIT_MIGRATIONS, Connection, Database
from services.matcher import store
from services.matcher.mirror import Mirror, replay, weights
from services.matcher.ranking import Ask
from services.onebox.databases import Databases

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
MIGRATIONS = [KIT_MIGRATIONS, Path(__file__).parents[3] / "services" / "matcher" / "migrations"]
YEAR = {"starts": date(2026, 1, 1), "ends": date(2027, 12, 31)}
DONORS = ("202", "383", "810", "881", "330", "301")


def register() -> Sequence[tuple[str, int, int, str]]:
    rows: list[tuple[str, int, int, str]] = []
    for council in DONORS:
        offer = Offer(offer=f"c{council}", days=100, **YEAR)
        state = CouncilState(version=1, council=council, name=council, region="London", kind="unitary", willing=True, offers=(offer,))
        rows.append((f"council:{council}", 1, len(rows), state.model_dump_json()))
        for n in (1, 2):
            peer = f"p{council}{n}"
            person = PeerState(
                version=1,
                peer=peer,
                kind="officer",
                council=council,
                themes=("send",),
                posts=(Post(role="director_of_childrens_services", council=council, starts=date(2020, 1, 1)),),
                offers=(Offer(offer=peer, days=10, **YEAR),),
            )
            rows.append((f"peer:{peer}", 1, len(rows), person.model_dump_json()))
    return rows


def ask(request: str) -> Ask:
    return Ask(
        request=request,
        host="840",
        kind="bespoke",
        priority="other",
        themes=("send",),
        places=(("dcs-1", "director_of_childrens_services"),),
        starts=date(2026, 12, 7),
        ends=date(2027, 1, 31),
        days=2,
    )


async def rank(mirror: Mirror, database: Database, *requests: str) -> list[list[str]]:
    """Rank in a transaction of its own and write the load that it opens; the proposed peers of each request."""

    async def work(db: Connection) -> list[list[str]]:
        ranked, _ = await mirror.rank(db, [ask(request) for request in requests], NOW)
        await store.add_open(db, [change for each in ranked for change in weights(each.suggestions)])
        return [[c.peer for place in each.suggestions for c in place.candidates] for each in ranked]

    return await database.once(work)


async def load(mirror: Mirror, database: Database) -> bytes:
    await database.once(mirror.refresh)
    return mirror.register.load_vector(NOW.date())


async def test_two_replicas_that_take_turns_spread_as_one_does(database: Database, postgres: Databases, fresh_name: str) -> None:
    one, other = Mirror(), Mirror()
    taken = [(await rank(mirror, database, f"r{n}"))[0] for n, mirror in enumerate((one, other, one, other))]
    assert await load(one, database) == await load(other, database)
    assert taken[0] != taken[1], "what the first proposed weighs on the second"

    alone = Mirror()
    assert await load(alone, database) == await load(one, database), "a replica that starts anew knows the same"


async def test_a_ranking_that_is_rolled_back_leaves_nothing_behind(database: Database) -> None:
    mirror = Mirror()
    before = await load(mirror, database)

    class Lost(Exception):
        pass

    async def fails(db: Connection) -> None:
        ranked, _ = await mirror.rank(db, [ask("r1"), ask("r2")], NOW)
        await store.add_open(db, [change for each in ranked for change in weights(each.suggestions)])
        raise Lost

    with pytest.raises(Lost):
        await database.once(fails)
    assert await load(mirror, database) == before
    assert await rank(mirror, database, "r1") == await rank_fresh(database)


async def rank_fresh(database: Database) -> list[list[str]]:
    """What a new replica would propose if the last ranking had not been."""

    async def work(db: Connection) -> list[list[str]]:
        await db.execute("delete from load_change")
        ranked, _ = await Mirror().rank(db, [ask("r1")], NOW)
        return [[c.peer for place in each.suggestions for c in place.candidates] for each in ranked]

    return await database.once(work)


async def test_load_that_commits_late_is_counted_once_and_never_lost(database: Database) -> None:
    mirror = Mirror()
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(db: Connection) -> None:
        await store.add_open(db, [("p2021", 1.0)])
        begun.set()
        await go.wait()

    late = asyncio.create_task(database.once(slow))
    await begun.wait()
    for n in range(3):  # others commit after it began and before it ends
        await database.once(partial(store.add_open, changes=[(f"p{DONORS[n + 1]}1", 0.5)]))
        await database.once(mirror.refresh)
    go.set()
    await late
    for _ in range(3):
        await database.once(mirror.refresh)
    assert await load(mirror, database) == await load(Mirror(), database)


async def test_a_stored_ranking_is_replayed_to_the_same_suggestions(database: Database) -> None:
    mirror = Mirror()
    await rank(mirror, database, "warm", "up")

    async def work(db: Connection) -> tuple[object, str]:
        ranked, inputs = await mirror.rank(db, [ask(f"r{n}") for n in range(5)], NOW)
        return ranked, inputs.ranking

    ranked, ident = await database.once(work)
    later = CouncilState(version=2, council="202", name="202", region="London", kind="unitary", willing=False)
    await database.once(lambda db: store.keep_records(db, [("council:202", 2, 500, later.model_dump_json())]))
    await rank(mirror, database, "after", "it")
    assert await database.once(lambda db: replay(db, ident)) == ranked


async def test_a_replica_with_an_older_record_does_not_go_back(database: Database) -> None:
    mirror = Mirror()
    later = CouncilState(version=3, council="202", name="202", region="London", kind="unitary", willing=False)
    older = later.model_copy(update={"version": 2, "willing": True})
    await database.once(lambda db: store.keep_records(db, [("council:202", 3, 100, later.model_dump_json())]))
    await database.once(lambda db: store.keep_records(db, [("council:202", 2, 101, older.model_dump_json())]))
    assert not any(peer.startswith("p202") for peers in await rank(mirror, database, "r1") for peer in peers)
