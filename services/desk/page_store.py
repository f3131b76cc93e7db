"""SQL of the pages. Whose requests a person may see is part of every statement: what belongs to another region is not there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.desk import wording
from services.kit.database import Connection

_WANTED = """(
    select r.request, r.regions, r.host, r.kind, r.priority, r.urgency, r.pressing_since, r.state, r.deadline, r.received_at, o.owner,
           r.ends, case when r.waiting = 'question' and r.kind is null then r.doc else '' end as unclear,
           case when r.waiting <> '' then r.waiting else 'finish' end as wanted, coalesce(r.waiting_since, r.changed_at) as since
    from request r left join owner o using (request)
    where (r.waiting <> '' or (r.state = 'placed' and r.ends < $5)) and ($1::text[] is null or r.regions && $1)
      and ($2::text is null or $2 = any(r.regions)) and ($3::text is null or r.priority = $3)
      and ($4::text is null or case $4 when '' then o.owner is null else o.owner = $4 end)
) as w"""
_COUNTS = f"select wanted, count(*) as n from {_WANTED} group by wanted"  # noqa: S608
# consents by priority and by when an answer is due; what waits for a decision or a peer as the matcher puts it in order
_ORDER = """case when wanted = 'consent' then null else pressing_since end nulls last, urgency, deadline nulls last, since, request"""
_LIST = f"""
select * from (select w.*, row_number() over (partition by wanted order by {_ORDER}) as at,
                      count(*) over (partition by wanted) as n from {_WANTED}) as numbered
where ($6::text is null or wanted = $6) and at > $7 and at <= $7 + $8 order by wanted, at"""  # noqa: S608
_ONE = """select r.doc, coalesce(s.doc, '') as suggestion, o.owner
          from request r left join suggestion s using (request) left join owner o using (request)
          where r.request = $1 and ($2::text[] is null or r.regions && $2)"""
_HELPED = """select doc from request where host = $1 and ($2::text[] is null or regions && $2) and state = any($3::text[])
             order by ends desc, request limit $4"""
_VERSIONS = "select doc from request where request = $1"
_TIMELINE = "select at, type, actor, detail from told where request = $1 order by at desc, service, sequence desc limit $2"
_RECORDS = "select key, doc from record where key = any($1::text[])"
_BRIEF = """select request, host, kind from request where request = any($1::text[]) and ($2::text[] is null or regions && $2)"""
_TAKE = """insert into owner (request, owner, since) select request, $2, $3 from request
           where request = $1 and ($4::text[] is null or regions && $4)
           on conflict (request) do update set owner = excluded.owner, since = excluded.since returning request"""
_HAND_OVER = """update owner o set owner = $2, since = $3 from request r
                where r.request = o.request and o.owner = $1 and ($4::text[] is null or r.regions && $4) returning o.request"""
_COVER = """select id, person, name, region, role, starts, ends from cover where ($1::text[] is null or region = any($1))
            and ($2::date is null or ends is null or ends >= $2) order by region, role, starts, name"""
_ADD_COVER = "insert into cover (person, name, region, role, starts, ends) values ($1, $2, $3, $4, $5, $6)"
_END_COVER = "update cover set ends = $2 where id = $1 and starts <= $2 and ($3::text[] is null or region = any($3)) returning id"
_CASELOADS = """select o.owner, count(*) as n from owner o join request r using (request) where $1::text[] is null or r.regions && $1
                group by o.owner order by o.owner"""
_LEADS = """select distinct on (person) person, name, role from cover
            where region = any($1::text[]) and role = any($2::text[]) and starts <= $3 and (ends is null or ends >= $3)
            order by person, role"""
_HEADS_UPS = "select count(*) from heads_up where not answered and ($1::text[] is null or region = any($1))"
_CALLED = "select person, name from cover where person = any($1::text[]) order by starts"


@dataclass(frozen=True, slots=True)
class Filter:
    """What my desk shows. regions: those of the person (None: all). owner: somebody's id, "" for nobody's, None for everybody's."""

    regions: list[str] | None
    region: str | None
    priority: str | None
    owner: str | None
    today: date

    @property
    def values(self) -> tuple[object, ...]:
        return self.regions, self.region, self.priority, self.owner, self.today


async def counts(db: Connection, wanted: Filter) -> dict[str, int]:
    """How many requests want a person, by for what."""
    return {row["wanted"]: row["n"] for row in await db.fetch(_COUNTS, *wanted.values)}


async def waiting(db: Connection, wanted: Filter, only: str | None, passed: int, most: int) -> list[Any]:
    """Requests that want a person, the most pressing first; of each sort at most so many, with `n` of them in all."""
    return await db.fetch(_LIST, *wanted.values, only, passed, most)


async def one(db: Connection, request: str, regions: Collection[str] | None) -> Any | None:
    """A request's doc, suggestion and owner; None when it is not there for this person."""
    return await db.fetchrow(_ONE, request, regions)


async def doc(db: Connection, request: str) -> str | None:
    """What is known of a request, whoever asks."""
    found: str | None = await db.fetchval(_VERSIONS, request)
    return found


async def timeline(db: Connection, request: str, most: int) -> list[Any]:
    """What was said about a request, the latest first."""
    return await db.fetch(_TIMELINE, request, most)


async def records(db: Connection, keys: Sequence[str]) -> dict[str, str]:
    """The registry's records by key."""
    return {row["key"]: row["doc"] for row in await db.fetch(_RECORDS, keys)}


async def brief(db: Connection, requests: Sequence[str], regions: Collection[str] | None) -> dict[str, tuple[str, str]]:
    """Of requests that are there for this person: which council asks, and for what, in words."""
    rows = await db.fetch(_BRIEF, requests, regions)
    return {row["request"]: (wording.council(row["host"]), wording.kind(row["kind"])) for row in rows}


async def helped(db: Connection, council: str, regions: Collection[str] | None, most: int) -> list[str]:
    """The docs of a council's requests that were placed, the latest first, as far as they are there for this person."""
    return [row["doc"] for row in await db.fetch(_HELPED, council, regions, ["placed", "completed"], most)]


async def take(db: Connection, request: str, owner: str, now: datetime, regions: Collection[str] | None) -> bool:
    """Make a request somebody's. False when it is not there for this person."""
    return await db.fetchval(_TAKE, request, owner, now, regions) is not None


async def hand_over(db: Connection, owner: str, to: str, now: datetime, regions: Collection[str] | None) -> list[str]:
    """Everything that is one person's becomes another's, in these regions; returns the requests."""
    return [row["request"] for row in await db.fetch(_HAND_OVER, owner, to, now, regions)]


async def cover(db: Connection, regions: Collection[str] | None, since: date | None) -> list[Any]:
    """Who covers which region; of those alone whose cover has not ended before `since`."""
    return await db.fetch(_COVER, regions, since)


async def caseloads(db: Connection, regions: Collection[str] | None) -> dict[str, int]:
    """How many requests are whose, by owner."""
    return {row["owner"]: row["n"] for row in await db.fetch(_CASELOADS, regions)}


async def leads(db: Connection, regions: Collection[str], roles: Collection[str], today: date) -> list[Any]:
    """Who leads these regions today: person, name and role, each person once."""
    return await db.fetch(_LEADS, list(regions), list(roles), today)


async def heads_ups(db: Connection, regions: Collection[str] | None) -> int:
    """How many heads-ups wait for an answer from these regions."""
    return int(await db.fetchval(_HEADS_UPS, regions))


async def add_cover(db: Connection, person: str, name: str, region: str, role: str, starts: date, ends: date | None) -> None:
    """Somebody covers a region from a day on, until a last day if there is one."""
    await db.execute(_ADD_COVER, person, name, region, role, starts, ends)


async def end_cover(db: Connection, ident: int, last: date, regions: Collection[str] | None) -> bool:
    """Set the last day of a cover. False when it is not there for this person, or begins later."""
    return await db.fetchval(_END_COVER, ident, last, regions) is not None


async def called(db: Connection, people: Collection[str]) -> dict[str, str]:
    """What advisers are called, by id, as far as somebody has entered it."""
    return {row["person"]: row["name"] for row in await db.fetch(_CALLED, list(people))}
