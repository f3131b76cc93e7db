"""A file on its way into the register: a temporary table of its rows, so that memory does not grow with the file."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.kit.database import Connection

# keys in one order everywhere, whatever the database's own
_CREATE = """create temporary table staged (key text collate "C" not null, owner text collate "C" not null, number integer not null,
                                            outcome text not null, entry text) on commit drop"""
_INDEX = "create index on staged (owner, key)"
_ANALYSE = "analyze staged"
_TWICE = """select key, number, first from (select key, number, min(number) over (partition by key) as first from staged) as s
            where number <> first order by number"""
# what is the same as before has no entry of its own here and stands in the register
_OVERLAPS = """with new as (select number, key, e.* from staged, jsonb_to_record(entry::jsonb)
                                         as e(peer text, council text, role text, starts date, ends date) where outcome <> 'same'),
                    everything as (select peer, council, role, starts, ends from new
                                   union all select p.peer, p.council, p.role, p.starts, p.ends from post p
                                   where p.peer in (select peer from new)
                                     and not exists (select from new n where (n.peer, n.council, n.role, n.starts)
                                                                           = (p.peer, p.council, p.role, p.starts)))
               select n.number, n.starts, e.starts as other from new n join everything e using (peer, council, role)
               where e.starts < n.starts and (e.ends is null or e.ends >= n.starts)
                  or e.starts > n.starts and (n.ends is null or n.ends >= e.starts) order by n.number"""
_COUNT = "select outcome, count(*) as rows from staged group by outcome"
_LOCK_OFFERS = """select count(*) from (select 1 from offer o join staged s on s.key = o.offer where s.outcome = 'changed'
                                        order by o.offer for update of o) as locked"""
_NEXT = """select key, owner, number, entry from staged where outcome <> 'same' and (owner, key) > ($1, $2)
           order by owner, key limit $3"""


@dataclass(frozen=True, slots=True)
class Staged:
    """An entry as JSON, whose record it is part of, the number of its row, and what entering it would be: new, changed or same."""

    key: str
    owner: str
    number: int
    outcome: str
    entry: str


async def prepare(db: Connection) -> None:
    """Make the table; it is gone when the transaction ends."""
    await db.execute(_CREATE)


async def stage(db: Connection, chunk: Sequence[Staged]) -> None:
    """Add entries."""
    records = [(s.key, s.owner, s.number, s.outcome, None if s.outcome == "same" else s.entry) for s in chunk]
    await db.copy_records_to_table("staged", records=records)


async def twice(db: Connection) -> AsyncIterator[tuple[str, int, int]]:
    """(key, number, first) of every row whose key an earlier row, the first, had."""
    async for row in db.cursor(_TWICE):
        yield row["key"], row["number"], row["first"]


async def overlaps(db: Connection) -> AsyncIterator[tuple[int, date, date]]:
    """(number, first day, first day of the other) of every post that a peer would hold twice at once: same council, same role."""
    async for row in db.cursor(_OVERLAPS):
        yield row["number"], row["starts"], row["other"]


async def counts(db: Connection) -> dict[str, int]:
    """How many entries are new, changed, same."""
    return {row["outcome"]: row["rows"] for row in await db.fetch(_COUNT)}


async def sort(db: Connection) -> None:
    """Get ready to read by owner."""
    await db.execute(_INDEX)
    await db.execute(_ANALYSE)


async def lock_offers(db: Connection) -> None:
    """Lock the offers that will change, in the order in which holds lock them, before any of them is written."""
    await db.fetchval(_LOCK_OFFERS)


async def after(db: Connection, owner: str, key: str, most: int) -> list[tuple[str, str, int, str]]:
    """(key, owner, number, entry) of what is new or changed, by owner, from behind the one named."""
    return [tuple(row) for row in await db.fetch(_NEXT, owner, key, most)]
