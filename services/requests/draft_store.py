"""SQL of drafts: whose a draft is stands in every statement, so that nobody meets another's."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.kit.database import Connection

_COLUMNS = "id, purpose, fields, version, begun_at, changed_at, expires_at"
_ADD = (
    """insert into draft (id, owner, purpose, fields, version, begun_at, changed_at, expires_at) values ($1, $2, $3, $4, 1, $5, $5, $6)"""
)
_COUNT = "select count(*) from draft where owner = $1"
_MINE = f"select {_COLUMNS} from draft where owner = $1 order by changed_at desc, id"  # noqa: S608
_ONE = f"select {_COLUMNS} from draft where id = $1 and owner = $2"  # noqa: S608
_LOCK = f"{_ONE} for update"
_SAVE = "update draft set fields = $3, version = version + 1, changed_at = $4, expires_at = $5 where id = $1 and owner = $2"
_DELETE = "delete from draft where id = $1 and owner = $2 returning id"
_STILL_TO_COME = "select id, expires_at from draft where id = any($1::text[]) and expires_at > $2"
_FORGET = "delete from draft where id = any($1::text[]) and expires_at <= $2"

Fields = Mapping[str, Sequence[str]]
"""What was typed, by the name of its field; several of what can be chosen several times."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody has begun to write. purpose: what it is to become."""

    id: str
    purpose: str
    fields: Fields
    version: int
    begun_at: datetime
    changed_at: datetime
    expires_at: datetime


async def add(db: Connection, ident: str, owner: str, purpose: str, fields: Fields, now: datetime, expires_at: datetime) -> None:
    """Keep a new draft."""
    await db.execute(_ADD, ident, owner, purpose, _bytes(fields), now, expires_at)


async def count(db: Connection, owner: str) -> int:
    """How many drafts somebody has."""
    return int(await db.fetchval(_COUNT, owner))


async def mine(db: Connection, owner: str) -> list[Draft]:
    """Somebody's drafts, the last changed first."""
    return [_draft(row) for row in await db.fetch(_MINE, owner)]


async def find(db: Connection, ident: str, owner: str) -> Draft | None:
    """One of somebody's drafts."""
    row = await db.fetchrow(_ONE, ident, owner)
    return _draft(row) if row else None


async def lock(db: Connection, ident: str, owner: str) -> Draft | None:
    """The same, held until the transaction ends."""
    row = await db.fetchrow(_LOCK, ident, owner)
    return _draft(row) if row else None


async def save(db: Connection, ident: str, owner: str, fields: Fields, now: datetime, expires_at: datetime) -> None:
    """Keep a draft that is locked, with the next version."""
    await db.execute(_SAVE, ident, owner, _bytes(fields), now, expires_at)


async def delete(db: Connection, ident: str, owner: str) -> bool:
    """Throw a draft away. False when it was not there."""
    return await db.fetchval(_DELETE, ident, owner) is not None


async def still_to_come(db: Connection, idents: Iterable[str], now: datetime) -> dict[str, datetime]:
    """Of these drafts, when those expire that have been changed since."""
    return {row["id"]: row["expires_at"] for row in await db.fetch(_STILL_TO_COME, sorted(set(idents)), now)}


async def forget(db: Connection, idents: Iterable[str], now: datetime) -> None:
    """Delete those of these drafts that have expired."""
    await db.execute(_FORGET, sorted(set(idents)), now)


def _bytes(fields: Fields) -> bytes:
    return json.dumps({name: list(values) for name, values in fields.items()}).encode()


def _draft(row: Any) -> Draft:
    return Draft(**{**dict(row), "fields": json.loads(row["fields"])})
