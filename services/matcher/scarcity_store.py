"""The SQL of scarcity prices: written down once each, and the newest read by every replica in the snapshot of its ranking."""

from dataclasses import dataclass
from datetime import datetime

from services.kit.database import Connection
from services.matcher.scarcity import Scarcity

_LOCK = "select pg_advisory_xact_lock(7_201_302)"
_LAST = "select coalesce(max(version), 0) from scarcity"
_WRITE = """insert into scarcity (version, doc, author, written_at, registry_version, policy_version, reason)
            values ($1, $2, $3, $4, $5, $6, $7)"""
_ONE = "select doc from scarcity where version = $1"
_NEWEST = """select doc, author, written_at, registry_version, policy_version, reason
             from scarcity where version = (select max(version) from scarcity)"""


@dataclass(frozen=True, slots=True)
class Kept:
    """Scarcity prices as they were written down: from which versions of registry and policy, by whom, when and why."""

    scarcity: Scarcity
    author: str
    written_at: datetime
    registry_version: int
    policy_version: int
    reason: str


async def next_version(db: Connection) -> int:
    """The number of the next prices to be written down; nobody else writes any until this transaction ends."""
    await db.execute(_LOCK)
    return int(await db.fetchval(_LAST)) + 1


async def write(db: Connection, kept: Kept) -> None:
    """Write prices down: from the end of this transaction on, every ranking that begins uses them. Their version must be new."""
    doc = kept.scarcity.model_dump_json()
    written = kept.author, kept.written_at, kept.registry_version, kept.policy_version, kept.reason
    await db.execute(_WRITE, kept.scarcity.version, doc, *written)


async def known(db: Connection, version: int) -> Scarcity:
    """The prices of a version that there is."""
    return Scarcity.model_validate_json(await db.fetchval(_ONE, version))


async def newest(db: Connection) -> Kept | None:
    """The prices that ranking uses now."""
    row = await db.fetchrow(_NEWEST)
    return Kept(Scarcity.model_validate_json(row["doc"]), *(row[name] for name in Kept.__slots__[1:])) if row else None
