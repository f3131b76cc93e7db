"""SQL of who is signed in and how often somebody has tried."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.desk.person import Person
from services.kit.database import Connection

_ADD = """insert into session (id, subject, name, roles, scopes, regions, groups, sealed, seen_at, ends_at)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"""
_FIND = """select subject, name, roles, scopes, regions, groups, seen_at from session where id = $1 and ends_at > $2 and seen_at > $3"""
_SEEN = "update session set seen_at = $2 where id = $1"
_LOCK = "select sealed from session where id = $1 for update"
_RESEAL = "update session set sealed = $2 where id = $1"
_END = "delete from session where id = $1 returning sealed"
_CLEAR = "delete from session where ends_at <= $1 or seen_at <= $2"
_SUBJECT = "select subject from session where id = $1"
_COUNT = """insert into sign_in (address, since, times) values ($1, $2, 1)
            on conflict (address, since) do update set times = sign_in.times + 1 returning times"""
_CLEAR_COUNTS = "delete from sign_in where since < $1"
_WINDOW = timedelta(minutes=5)
_SEEN_EVERY = timedelta(minutes=1)
_REMEMBERED = timedelta(days=1)  # after its end, so that whoever signs in anew can send what they had typed


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts: from its beginning, and without a call."""

    whole: timedelta
    idle: timedelta


async def add(db: Connection, key: bytes, person: Person, sealed: str, now: datetime, limits: Limits) -> None:
    """Keep a new session, and forget those that ended a day ago."""
    await db.execute(_CLEAR, now - _REMEMBERED, now - limits.idle - _REMEMBERED)
    words = (sorted(each) for each in (person.roles, person.scopes, person.regions, person.groups))
    await db.execute(_ADD, key, person.id, person.name, *words, sealed, now, now + limits.whole)


async def find(db: Connection, key: bytes, secret: str, now: datetime, limits: Limits) -> Person | None:
    """Whose session this is; None when it has ended or never was."""
    row = await db.fetchrow(_FIND, key, now, now - limits.idle)
    if row is None:
        return None
    if now - row["seen_at"] > _SEEN_EVERY:
        await db.execute(_SEEN, key, now)
    roles, scopes, regions, groups = (frozenset(row[name]) for name in ("roles", "scopes", "regions", "groups"))
    return Person(row["subject"], row["name"], roles, scopes, regions, groups, secret)


async def subject(db: Connection, key: bytes) -> str | None:
    """Whose session this is or was."""
    found: str | None = await db.fetchval(_SUBJECT, key)
    return found


async def lock(db: Connection, key: bytes) -> str | None:
    """The sealed tokens, held until the transaction ends; None when the session is gone."""
    sealed: str | None = await db.fetchval(_LOCK, key)
    return sealed


async def reseal(db: Connection, key: bytes, sealed: str) -> None:
    """Keep renewed tokens."""
    await db.execute(_RESEAL, key, sealed)


async def end(db: Connection, key: bytes) -> str | None:
    """Forget a session; returns its sealed tokens, None when there was none."""
    sealed: str | None = await db.fetchval(_END, key)
    return sealed


async def count(db: Connection, address: bytes, now: datetime) -> int:
    """How often this address has begun to sign in within the running five minutes, this time included."""
    since = now - timedelta(minutes=now.minute % 5, seconds=now.second, microseconds=now.microsecond)
    await db.execute(_CLEAR_COUNTS, now - 2 * _WINDOW)
    times: int = await db.fetchval(_COUNT, address, since)
    return times
