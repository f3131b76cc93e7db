"""SQL of notes and escalations. Who may read a note stands in the statement: what is not for the reader is not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.kit.database import Connection

_ADD = "insert into note (id, request, author, at, audience, words) values ($1, $2, $3, $4, $5, $6)"
_READ = """select id, author, at, audience, words from note
           where request = $1 and (author = $2 or audience = 'region' or (audience = 'national' and $3)) order by at desc, id"""
_ESCALATE = (
    "insert into escalation (request, actor, at, because, told) values ($1, $2, $3, $4, $5) on conflict do nothing returning request"
)
_ESCALATED = "select actor, at, because, told from escalation where request = $1"
_SETTLE = "delete from escalation where request = $1 returning request"


@dataclass(frozen=True, slots=True)
class Note:
    """What an adviser has written about a request; `words` is None when they were erased."""

    id: str
    author: str
    at: datetime
    audience: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Escalation:
    """A request that waits for a lead: by whom, since when, why (a code), and who was told."""

    actor: str
    at: datetime
    because: str
    told: tuple[str, ...]


async def add(db: Connection, request: str, note: Note) -> None:
    """Keep a note."""
    await db.execute(_ADD, note.id, request, note.author, note.at, note.audience, (note.words or "").encode())


async def notes(db: Connection, request: str, reader: str, everywhere: bool) -> list[Note]:
    """The notes about a request that somebody may read, the latest first; `everywhere`: they cover every region."""
    rows = await db.fetch(_READ, request, reader, everywhere)
    return [Note(**{**dict(row), "words": bytes(row["words"]).decode() if row["words"] is not None else None}) for row in rows]


async def escalate(db: Connection, request: str, by: str, now: datetime, because: str, told: Sequence[str]) -> bool:
    """Keep that a request waits for a lead. False when it does already."""
    return await db.fetchval(_ESCALATE, request, by, now, because, list(told)) is not None


async def escalated(db: Connection, request: str) -> Escalation | None:
    """The escalation that is open."""
    row = await db.fetchrow(_ESCALATED, request)
    return Escalation(row["actor"], row["at"], row["because"], tuple(row["told"])) if row else None


async def settle(db: Connection, request: str) -> bool:
    """The request no longer waits for a lead. False when it did not."""
    return await db.fetchval(_SETTLE, request) is not None
