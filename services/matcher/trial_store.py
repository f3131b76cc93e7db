"""The SQL of trials: prices of load that somebody asked to be tried, and what they came to."""

from dataclasses import dataclass
from datetime import datetime

from services.kit.database import Connection

_ASK = "insert into trial (id, asked_by, asked_at, changes, state) values ($1, $2, $3, $4, 'asked')"
_FIELDS = "id, asked_by, asked_at, changes, state, policy_version, outcome"
_ONE = f"select {_FIELDS} from trial where id = $1"  # noqa: S608
_NEWEST = f"select {_FIELDS} from trial order by asked_at desc, id limit $1"  # noqa: S608
_END = "update trial set state = $2, policy_version = $3, outcome = $4 where id = $1"


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial. changes: the numbers that differ from the policy that ranks, as JSON. state: asked, done, or nothing where there was
    nothing to try it on. policy_version: the policy that ranked then. outcome: `Tried` as JSON."""

    id: str
    asked_by: str
    asked_at: datetime
    changes: str
    state: str
    policy_version: int
    outcome: str | None


async def ask(db: Connection, ident: str, asked_by: str, now: datetime, changes: str) -> None:
    """Note that somebody wants these changes tried."""
    await db.execute(_ASK, ident, asked_by, now, changes)


async def one(db: Connection, ident: str) -> Trial | None:
    """A trial by its id."""
    row = await db.fetchrow(_ONE, ident)
    return Trial(**row) if row else None


async def newest(db: Connection, most: int) -> list[Trial]:
    """The last so many, the newest first."""
    return [Trial(**row) for row in await db.fetch(_NEWEST, most)]


async def end(db: Connection, ident: str, state: str, policy_version: int, outcome: str | None) -> None:
    """Note what it came to."""
    await db.execute(_END, ident, state, policy_version, outcome)
