"""The SQL of ranking policies: written down once each, adopted in turn, and read by every replica in the snapshot of its ranking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time

from services.kit.database import Connection
from services.matcher.policy import Policy

# whoever writes or adopts takes this first, so that versions count up and two adoptions never cross
_LOCK = "select pg_advisory_xact_lock(7_201_301)"
_LAST = "select coalesce(max(version), 0) from policy"
_WRITE = "insert into policy (version, doc, author, written_at, reason) values ($1, $2, $3, $4, $5)"
_ADOPT = "insert into adoption (version, approved_by, adopted_at, reason) values ($1, $2, $3, $4)"
_ALL = """select version, doc, author, written_at, p.reason, approved_by, adopted_at, a.reason as because,
                 a.id is not null and a.id = (select max(id) from adoption) as active
          from policy p left join adoption a using (version) where $1::bigint is null or version = $1 order by version"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A policy as it was written down, and its adoption if there was one; `active` is the one that ranks."""

    policy: Policy
    author: str
    written_at: datetime
    reason: str
    approved_by: str | None
    adopted_at: datetime | None
    because: str | None
    active: bool


async def lock(db: Connection) -> None:
    """Nobody else writes or adopts until this transaction ends."""
    await db.execute(_LOCK)


async def known(db: Connection, version: int | None = None) -> list[Kept]:
    """Every policy by version, or the one of this version."""
    return [
        Kept(Policy.model_validate_json(row["doc"]), *(row[name] for name in Kept.__slots__[1:])) for row in await db.fetch(_ALL, version)
    ]


def active(policies: Iterable[Kept]) -> Kept:
    """The one that ranks, of all that there are."""
    return next(kept for kept in policies if kept.active)


async def next_version(db: Connection) -> int:
    """The number of the next policy to be written down; call `lock` first."""
    return int(await db.fetchval(_LAST)) + 1


async def write(db: Connection, policy: Policy, now: datetime) -> None:
    """Write a policy down; its version must be new."""
    await db.execute(_WRITE, policy.version, policy.model_dump_json(), policy.author, now, policy.reason)


async def adopt(db: Connection, version: int, approved_by: str, now: datetime, reason: str) -> None:
    """From the end of this transaction on, this policy ranks."""
    await db.execute(_ADOPT, version, approved_by, now, reason)


async def begin(db: Connection, policy: Policy) -> Policy:
    """The active policy, after writing down and adopting this one, as of its own day, where an installation has none."""
    await lock(db)
    if await next_version(db) == 1:
        day = datetime.combine(policy.written_on, time(), UTC)
        await write(db, policy, day)
        await adopt(db, policy.version, policy.author, day, policy.reason)
    return active(await known(db)).policy
