"""Who decided what about whom, and why: append-only, each row hashed with the row before it; the words of a reason can be erased."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from services.kit.database import Connection

_END = "select id, hash from audit_end for update"
_MOVE_END = "update audit_end set id = $1, hash = $2"
_ADD = "insert into audit (id, at, actor, action, subject, commitment, previous, hash) values ($1, $2, $3, $4, $5, $6, $7, $8)"
_REASON = "insert into audit_reason (audit, salt, reason) values ($1, $2, $3)"
_THE_END = "select id, hash from audit_end"
_ALL = """select a.*, r.salt, r.reason from audit a left join audit_reason r on r.audit = a.id order by a.id"""
_ABOUT = """select a.id, a.at, a.actor, a.action, a.subject, r.reason from audit a left join audit_reason r on r.audit = a.id
            where a.subject = $1 order by a.id"""
_NEWEST = """select a.id, a.at, a.actor, a.action, a.subject, r.reason from audit a left join audit_reason r on r.audit = a.id
             where ($1::text is null or a.actor = $1) and ($2::text is null or a.action = $2) and ($3::text is null or a.subject = $3)
                 and ($4::bigint is null or a.id < $4) order by a.id desc limit $5"""


@dataclass(frozen=True, slots=True)
class Note:
    """A decision to be written down."""

    actor: str
    action: str
    subject: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision as it was written; `reason` is None when its words were erased."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    reason: str | None


async def append(db: Connection, notes: Sequence[Note], now: datetime) -> None:
    """Add notes to the chain. One transaction at a time holds the end of the chain."""
    end = await db.fetchrow(_END)
    assert end is not None
    number, previous = end["id"], bytes(end["hash"])
    links, reasons = [], []
    for note in notes:
        number += 1
        salt = os.urandom(16)
        commitment = hashlib.sha256(salt + note.reason.encode()).digest()
        link = _link(number, now, note.actor, note.action, note.subject, commitment, previous)
        links.append((number, now, note.actor, note.action, note.subject, commitment, previous, link))
        reasons.append((number, salt, note.reason))
        previous = link
    await db.executemany(_ADD, links)
    await db.executemany(_REASON, reasons)
    await db.execute(_MOVE_END, number, previous)


async def broken_links(db: Connection) -> list[int]:
    """Ids of rows that no longer fit their hash, the row before them, or their own reason. Empty when the chain is whole.

    Where rows are missing, it is the row after them; at the end of the chain, the number that was given out last.
    """
    broken, previous, expected = [], bytes(32), 1
    for row in await db.fetch(_ALL):
        link = _link(row["id"], row["at"], row["actor"], row["action"], row["subject"], bytes(row["commitment"]), previous)
        spoken = row["salt"] is None or hashlib.sha256(bytes(row["salt"]) + row["reason"].encode()).digest() == bytes(row["commitment"])
        if link != bytes(row["hash"]) or bytes(row["previous"]) != previous or row["id"] != expected or not spoken:
            broken.append(row["id"])
        previous, expected = bytes(row["hash"]), row["id"] + 1
    end = await db.fetchrow(_THE_END)
    if end is None or (end["id"], bytes(end["hash"])) != (expected - 1, previous):
        broken.append(end["id"] if end else 0)
    return broken


async def about(db: Connection, subject: str) -> list[Entry]:
    """The decisions about a subject, oldest first."""
    return [Entry(**dict(row)) for row in await db.fetch(_ABOUT, subject)]


async def newest(db: Connection, actor: str | None, action: str | None, subject: str | None, before: int | None, limit: int) -> list[Entry]:
    """The newest decisions first: of one actor, of one kind, about one subject, before an id; None asks for all."""
    return [Entry(**dict(row)) for row in await db.fetch(_NEWEST, actor, action, subject, before, limit)]


def _link(number: int, at: datetime, actor: str, action: str, subject: str, commitment: bytes, previous: bytes) -> bytes:
    # as JSON, so that no two rows read the same when a word moves from one column to the next
    parts = [number, at.astimezone(UTC).isoformat(), actor, action, subject, commitment.hex(), previous.hex()]
    return hashlib.sha256(json.dumps(parts).encode()).digest()
