"""What is due later: rows claimed with SKIP LOCKED in the transaction of their effect, so that any number of replicas share them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from services.kit.database import Connection

if TYPE_CHECKING:
    from services.kit.work import Work

_ADD = "insert into due (kind, subject, due_at) select * from unnest($1::text[], $2::text[], $3::timestamptz[])"
_NEXT = "select min(due_at) from due where kind = $1 and subject = $2"
_COUNT = "select count(*) from due where due_at <= $1"


@dataclass(frozen=True, slots=True)
class Due:
    """Something to do about `subject` when `due_at` has come."""

    kind: str
    subject: str
    due_at: datetime


Handler = Callable[[Sequence[Due], "Work"], Awaitable[None]]


class Diary:
    """The kinds of due rows that a service knows, each with its handler."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}

    def when_due(self, kind: str) -> Callable[[Handler], Handler]:
        """Register the handler of a kind: it gets the rows that have come due and the unit of work."""

        def register(handler: Handler) -> Handler:
            self.handlers[kind] = handler
            return handler

        return register


async def add(db: Connection, rows: Sequence[Due]) -> None:
    """Write due rows."""
    await db.execute(_ADD, [r.kind for r in rows], [r.subject for r in rows], [r.due_at for r in rows])


async def next_of(db: Connection, kind: str, subject: str) -> datetime | None:
    """When something is due next about a subject; None where nothing is."""
    at: datetime | None = await db.fetchval(_NEXT, kind, subject)
    return at


async def overdue(db: Connection, now: datetime) -> int:
    """How many rows have come due and wait."""
    return int(await db.fetchval(_COUNT, now))
