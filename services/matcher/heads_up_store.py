"""SQL of heads-ups. Which region's adviser may see one stands in the statement; the request and its host are not selected for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.kit.database import Connection

_ADD = """insert into heads_up (id, request, peer, council, region, kind, starts, ends, days, asked_by, asked_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning id"""
_SEEN = "id, peer, council, region, kind, starts, ends, days, asked_at, answer, until, answered_by, answered_at"
_LIST = f"""select {_SEEN} from heads_up where ($1::text[] is null or region = any($1)) and (answer is null or answered_at > $2)
            order by answer is not null, asked_at, id limit 200"""  # noqa: S608
_LOCK = """select request, peer, answer, answered_by from heads_up
           where id = $1 and ($2::text[] is null or region = any($2)) for update"""
_NOT_NOW = "insert into not_now (peer, until) values ($1, $2) on conflict (peer) do update set until = excluded.until"
_AGAIN = "delete from not_now where peer = $1"
_OVER = "delete from not_now where peer = any($1::text[]) and until <= $2 returning peer"
_ANSWER = "update heads_up set answer = $2, until = $3, answered_by = $4, answered_at = $5 where id = $1"


@dataclass(frozen=True, slots=True)
class Asked:
    """A heads-up before it is answered."""

    id: str
    request: str
    peer: str
    council: str
    region: str
    kind: str
    starts: date
    ends: date
    days: float
    asked_by: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A heads-up as the peer's own region sees it."""

    id: str
    peer: str
    council: str
    region: str
    kind: str
    starts: date
    ends: date
    days: float
    asked_at: datetime
    answer: str | None
    until: date | None
    answered_by: str | None
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Locked:
    """As much of a heads-up as its answer needs."""

    request: str
    peer: str
    answer: str | None
    answered_by: str | None


async def add(db: Connection, asked: Asked) -> bool:
    """Keep a heads-up. False when this peer's region was told of this request before."""
    a = asked
    row = (a.id, a.request, a.peer, a.council, a.region, a.kind, a.starts, a.ends, a.days, a.asked_by, a.asked_at)
    return await db.fetchval(_ADD, *row) is not None


async def shown(db: Connection, regions: list[str] | None, answered_since: datetime) -> list[Shown]:
    """Those of these regions (None: all) that wait, the oldest first, then those that were answered since."""
    return [Shown(**dict(row)) for row in await db.fetch(_LIST, regions, answered_since)]


async def lock(db: Connection, ident: str, regions: list[str] | None) -> Locked | None:
    """A heads-up of these regions, held until the transaction ends."""
    row = await db.fetchrow(_LOCK, ident, regions)
    return Locked(**dict(row)) if row else None


async def answer(db: Connection, ident: str, peer: str, said: str, until: date | None, by: str, now: datetime) -> None:
    """Keep the answer to a heads-up that is locked. Until that day, or the next answer about them, the peer is not to be asked."""
    await db.execute(_ANSWER, ident, said, until, by, now)
    await (db.execute(_NOT_NOW, peer, until) if until else db.execute(_AGAIN, peer))


async def over(db: Connection, peers: Sequence[str], today: date) -> list[str]:
    """Those of these peers whose day has come: they may be asked again."""
    return [row["peer"] for row in await db.fetch(_OVER, sorted(peers), today)]
