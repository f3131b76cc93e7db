"""SQL of the search: what has changed since a copy in memory was filled, and the rows that are shown, behind the wall of regions."""

from collections.abc import AsyncIterator, Collection
from datetime import date, datetime
from typing import Any

from services.kit.database import Connection
from services.registry.duplicates import Entry
from services.registry.names import Held, Person
from services.registry.register import CouncilEntry

_COUNCILS = """select change, la_code, coalesce(gss_code, '') as gss_code, name, region, type, aliases, linked, willing from council
               where change > $1 order by change"""
_PEERS = "select change, peer, name, council, themes from peer where change > $1 order by change limit $2"
_POSTS = "select peer, role, starts, ends from post where peer = any($1::text[]) order by peer, starts"
_SHOWN = """select p.peer, p.kind, p.council, p.name, p.party, p.themes, p.active, c.region
            from peer p join council c on c.la_code = p.council
            where p.peer = any($1::text[]) and ($2::text[] is null or c.region = any($2::text[]))"""
_HELD = """select peer, council, role, starts as from_, ends as to from post
           where peer = any($1::text[]) and (ends is null or ends >= $2) order by peer, starts"""
_ENTRIES = """select p.peer, p.name, p.email, p.kind, p.party, p.active, p.council,
                     array(select distinct o.council from post o where o.peer = p.peer) as others
              from peer p join council c on c.la_code = p.council
              where $1::text[] is null or c.region = any($1::text[]) order by p.peer"""
_PARTED = "select one, other, decided_by, decided_at from apart order by decided_at desc, one, other"
_PART = """insert into apart (one, other, decided_by, decided_at) values ($1, $2, $3, $4)
           on conflict (one, other) do update set decided_by = excluded.decided_by, decided_at = excluded.decided_at"""
_REJOIN = "delete from apart where one = $1 and other = $2"
_PAGE = 2_000


async def councils_since(db: Connection, change: int) -> tuple[int, list[CouncilEntry]]:
    """Councils that are new or have changed, and the number of the last change among them."""
    rows = [dict(row) for row in await db.fetch(_COUNCILS, change)]
    last = max((row.pop("change") for row in rows), default=change)
    return last, [CouncilEntry(**row) for row in rows]


async def people_since(db: Connection, change: int) -> AsyncIterator[tuple[int, list[Person]]]:
    """Peers who are new or have changed, in parts, each with the number of its last change."""
    while rows := await db.fetch(_PEERS, change, _PAGE):
        held: dict[str, list[Held]] = {}
        for peer, role, starts, ends in await db.fetch(_POSTS, [row["peer"] for row in rows]):
            held.setdefault(peer, []).append(Held(role, starts, ends))
        change = rows[-1]["change"]
        yield (
            change,
            [Person(r["peer"], r["name"], r["council"], tuple(r["themes"]), tuple(held.get(r["peer"], ()))) for r in rows],
        )


async def shown(db: Connection, peers: Collection[str], regions: Collection[str] | None) -> dict[str, Any]:
    """Those of the peers whose own council is in these regions (None: all), by identifier."""
    return {row["peer"]: row for row in await db.fetch(_SHOWN, list(peers), None if regions is None else list(regions))}


async def held(db: Connection, peers: Collection[str], on: date) -> dict[str, list[Any]]:
    """By peer the posts that have not ended by a day."""
    found: dict[str, list[Any]] = {}
    for row in await db.fetch(_HELD, list(peers), on):
        found.setdefault(row["peer"], []).append(row)
    return found


async def entries(db: Connection, regions: Collection[str] | None) -> list[Entry]:
    """Every peer whose own council is in these regions (None: all), as far as a look for duplicates needs them."""
    rows = await db.fetch(_ENTRIES, None if regions is None else list(regions))
    return [
        Entry(r["peer"], r["name"], r["email"], frozenset({r["council"], *r["others"]}), r["kind"], r["party"] or "", r["active"])
        for r in rows
    ]


async def parted(db: Connection) -> list[Any]:
    """The pairs of whom somebody has said that they are two people: one, other, by whom and when, the last first."""
    return await db.fetch(_PARTED)


async def part(db: Connection, one: str, other: str, by: str, now: datetime) -> None:
    """These are two people; `one` sorts first."""
    await db.execute(_PART, one, other, by, now)


async def rejoin(db: Connection, one: str, other: str) -> None:
    """Nobody says so any more."""
    await db.execute(_REJOIN, one, other)
