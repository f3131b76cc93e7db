"""The SQL of rounds: asked for one at a time in the whole cluster, followed, cancelled, and what each of them changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.kit.database import Connection

_RUNS = "select pg_try_advisory_lock(7_201_303)"
# the index lets one round be under way: who comes second writes nothing
_ASK = """insert into round (id, asked_by, asked_at, reason, seconds, state, stage) values ($1, $2, $3, $4, $5, 'asked', 'waiting')
          on conflict do nothing returning id"""
_FIELDS = "id, asked_by, asked_at, reason, seconds, state, stage, done, total, tries, started_at, ended_at, cancelled, outcome"
_UNDER_WAY = f"select {_FIELDS} from round where state in ('asked', 'running')"  # noqa: S608
_ONE = f"select {_FIELDS} from round where id = $1"  # noqa: S608
_NEWEST = f"select {_FIELDS} from round order by asked_at desc, id limit $1"  # noqa: S608
_BEGIN = """update round set state = 'running', tries = tries + 1, started_at = $2, stage = 'reading', done = 0, total = 0
            where id = $1 and state in ('asked', 'running') returning tries"""
# a runner that has lost its lock may still be at work: whoever runs now has a higher number of tries; the row is locked until the commit
_GO_ON = """update round set stage = $3, done = $4, total = $5
            where id = $1 and tries = $2 and state = 'running' and not cancelled returning id"""
_END = """update round set state = $3, stage = $4, ended_at = $5, outcome = $6
          where id = $1 and tries = $2 and state = 'running' returning id"""
_CANCEL = "update round set cancelled = true where id = $1 and state in ('asked', 'running') returning id"
_CHANGED = "insert into round_change (round, request, doc) values ($1, $2, $3)"
_CHANGES = "select doc from round_change where round = $1 order by n"
_ONE_CUT = "set transaction isolation level repeatable read"


@dataclass(frozen=True, slots=True)
class Round:
    """A round as it stands. state: asked, running, done, cancelled, failed. stage: in words. done of total: suggestions looked at.

    tries: how often somebody began it. outcome: the fact RoundCompleted as JSON, when it has ended.
    """

    id: str
    asked_by: str
    asked_at: datetime
    reason: str
    seconds: int
    state: str
    stage: str
    done: int
    total: int
    tries: int
    started_at: datetime | None
    ended_at: datetime | None
    cancelled: bool
    outcome: str | None


async def ask(db: Connection, ident: str, asked_by: str, now: datetime, reason: str, seconds: int) -> bool:
    """Ask for a round; False while another is asked for or runs."""
    return await db.fetchval(_ASK, ident, asked_by, now, reason, seconds) is not None


async def only_runner(connection: Connection) -> bool:
    """True for whoever runs rounds, for as long as the connection lasts; it must not belong to a pool."""
    return bool(await connection.fetchval(_RUNS))


async def under_way(db: Connection) -> Round | None:
    """The round that is asked for or runs."""
    row = await db.fetchrow(_UNDER_WAY)
    return Round(**row) if row else None


async def one(db: Connection, ident: str) -> Round | None:
    """A round by its id."""
    row = await db.fetchrow(_ONE, ident)
    return Round(**row) if row else None


async def newest(db: Connection, most: int) -> list[Round]:
    """The last rounds, the newest first."""
    return [Round(**row) for row in await db.fetch(_NEWEST, most)]


async def begin(db: Connection, ident: str, now: datetime) -> int | None:
    """Begin or take over; returns the number of this try, None when there is nothing to do any more."""
    tries: int | None = await db.fetchval(_BEGIN, ident, now)
    return tries


async def go_on(db: Connection, ident: str, tries: int, stage: str, done: int = 0, total: int = 0) -> bool:
    """Say how far it is. False when it was cancelled or somebody else has taken over: then do nothing more."""
    return await db.fetchval(_GO_ON, ident, tries, stage, done, total) is not None


async def end(db: Connection, ident: str, tries: int, state: str, stage: str, now: datetime, outcome: str | None) -> bool:
    """It is over; False when somebody else has taken over."""
    return await db.fetchval(_END, ident, tries, state, stage, now, outcome) is not None


async def cancel(db: Connection, ident: str) -> bool:
    """Cancel what is under way; False when it is over."""
    return await db.fetchval(_CANCEL, ident) is not None


async def changed(db: Connection, ident: str, request: str, docs: Iterable[str]) -> None:
    """Note what a round changed of a request, one document for each place."""
    await db.executemany(_CHANGED, [(ident, request, doc) for doc in docs])


async def changes(db: Connection, ident: str) -> list[str]:
    """Everything that a round changed, whoever ran it, in order."""
    return [row["doc"] for row in await db.fetch(_CHANGES, ident)]


async def one_cut(db: Connection) -> None:
    """Let this transaction, which has read nothing yet, see one moment in all its statements."""
    await db.execute(_ONE_CUT)
