"""What readers ask of the register: pages of its entries in the order of their keys, accounts and holds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.kit.database import Connection
from services.registry.register import DATED, ENTRIES, DatedEntry, Entry, Kind, PostEntry

_COUNCILS = """select la_code, coalesce(gss_code, '') as gss_code, name, region, type, aliases, linked, willing, version from council
               where ($1::text is null or la_code = $1) and la_code > $2 order by la_code limit $3"""
_PEERS = """select peer, kind, council, name, party, themes, email, active, languages, travel, day_rate, version from peer p
            where ($1::text is null or peer = $1) and ($2::text is null or council = $2) and ($4::text is null or $4 = any(themes))
              and ($3::text is null or exists (select from post where post.peer = p.peer and role = $3 and starts <= $5
                                                                  and (ends is null or ends >= $5)))
              and peer > $6
              and ($8::text[] is null or exists (select from council c where c.la_code = p.council and c.region = any($8::text[])))
            order by peer limit $7"""
_WORK = """select l.match, h.request, l.role, l.peer, l.council, l.days, l.starts as from_, l.state, l.visit
           from hold_line l join hold h using (match) {home}
           where l.state <> 'free' and l.{kind} = $1 and ($2::text[] is null or c.region = any($2::text[]))
           order by l.starts desc, l.match, l.line limit $3"""
_WORK_OF = {
    "peer": _WORK.format(kind="peer", home="join peer p on p.peer = l.peer join council c on c.la_code = p.council"),
    "council": _WORK.format(kind="council", home="join council c on c.la_code = l.council"),
}
_NAMES = "select peer, name from peer where peer = any($1::text[]) order by peer"
_ACCOUNTS = """select offer, owner, starts, ends, offered, held, placed, kinds from offer
               where ($1::text is null or owner = $1) and offer > $2 order by offer limit $3"""
_HOLD = "select match, request, state, expires_at, cohort from hold where match = $1"
_LINES = "select * from hold_line where match = $1 order by line"
_DATED = """select owner as of, item, starts, ends, value from dated
            where kind = $3 and ($1 = '' or (owner, item, starts) > ($1, $4, $5::date)) order by owner, item, starts limit $2"""
_PAGE: dict[Kind, str] = {
    "councils": """select la_code, coalesce(gss_code, '') as gss_code, name, region, type, aliases, linked, willing from council
                   where ($1 = '' or la_code > $1) order by la_code limit $2""",
    "peers": """select peer, kind, council, name, party, themes, email, active, languages, travel, day_rate from peer
                where ($1 = '' or peer > $1) order by peer limit $2""",
    "posts": """select peer, council, role, starts, ends from post
                where ($1 = '' or (peer, council, role, starts) > ($1, $3, $4, $5::date)) order by peer, council, role, starts limit $2""",
    "offers": """select offer, owner as of, offered as half_days, starts, ends, kinds from offer
                 where ($1 = '' or offer > $1) order by offer limit $2""",
    "cohorts": """select cohort, course, offered_by, starts, ask_by, places from cohort
                  where ($1 = '' or cohort > $1) order by cohort limit $2""",
}


async def councils(db: Connection, la_code: str | None, after: str, most: int) -> list[Any]:
    """Councils by code, with the versions of their records."""
    return await db.fetch(_COUNCILS, la_code, after, most)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which peers are asked for: of `regions` (None: all) by their own council; of `role` are those who hold it on the day."""

    day: date
    regions: Collection[str] | None
    peer: str | None = None
    council: str | None = None
    role: str | None = None
    theme: str | None = None


async def peers(db: Connection, wanted: Wanted, after: str = "", most: int = 1) -> list[Any]:
    """Peers by identifier, with the versions of their records."""
    regions = None if wanted.regions is None else list(wanted.regions)
    return await db.fetch(_PEERS, wanted.peer, wanted.council, wanted.role, wanted.theme, wanted.day, after, most, regions)


async def work_of(db: Connection, owner: str, regions: Collection[str] | None, most: int) -> list[Any]:
    """What is held and placed with a peer or council, the latest first; nothing when their council is of another region."""
    kind, _, name = owner.partition(":")
    return await db.fetch(_WORK_OF[kind], name, None if regions is None else list(regions), most)


async def names(db: Connection, peers: Collection[str]) -> list[Any]:
    """What these peers are called."""
    return await db.fetch(_NAMES, peers)


async def accounts(db: Connection, owner: str | None, after: str, most: int) -> list[Any]:
    """Offers by identifier, with the half-days of each that are held and placed."""
    return await db.fetch(_ACCOUNTS, owner, after, most)


async def hold(db: Connection, match: str) -> tuple[Any, Collection[Any]] | None:
    """What is or was set aside for a match, and its lines; None when nothing ever was."""
    row = await db.fetchrow(_HOLD, match)
    return (row, await db.fetch(_LINES, match)) if row else None


async def page(db: Connection, kind: Kind, last: Entry | None, most: int) -> list[Entry]:
    """The entries that follow on `last` in the order of their keys; from the first on without it."""
    if kind in DATED:
        behind = (last.of, most, kind, last.item, last.starts) if isinstance(last, DatedEntry) else ("", most, kind, "", None)
        return [ENTRIES[kind](**dict(row)) for row in await db.fetch(_DATED, *behind)]
    match last:
        case PostEntry():
            place: tuple[object, ...] = (last.peer, most, last.council, last.role, last.starts)
        case None:
            place = ("", most, "", "", None) if kind == "posts" else ("", most)
        case _:
            place = (last.key(), most)
    return [ENTRIES[kind](**dict(row)) for row in await db.fetch(_PAGE[kind], *place)]
