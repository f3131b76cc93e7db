"""Runs what has come due, in batches of one kind; a row that fails is tried again later, on its own, with growing distance."""

from datetime import timedelta
from typing import Any

import structlog

from services.kit.clock import Clock
from services.kit.database import Connection, Database, is_outage
from services.kit.due import Diary, Due
from services.kit.stopping import Stopping
from services.kit.work import Work

log = structlog.get_logger()

_ANY = "select exists (select from due where due_at <= $1)"
_CLAIM = """select id, kind, subject, due_at, attempts from due where due_at <= $1 and kind = $2 and (attempts > 0) = $3
            order by due_at, id limit $4 for update skip locked"""
_DONE = "delete from due where id = any($1::bigint[])"
_AGAIN = "update due set due_at = $2, attempts = attempts + 1, last_error = $3 where id = $1"


class Timekeeper:
    """A batch of one kind is one transaction, claimed and settled in it, so that N replicas never do the same row twice."""

    def __init__(self, database: Database, clock: Clock, diary: Diary, batch: int = 200, every: float = 0.2) -> None:
        self._database, self._clock, self._diary, self._batch, self._every = database, clock, diary, batch, every

    async def run(self) -> None:
        """Until the service stops."""
        try:
            while True:
                done = 0
                if await self._database.transact(lambda db: db.fetchval(_ANY, self._clock.now())):
                    for kind in self._diary.handlers:
                        done += await self._some(kind)
                await self._database.wait(0 if done else self._every)
        except Stopping:
            return

    async def _some(self, kind: str) -> int:
        try:
            done = await self._database.transact(lambda db: self._together(db, kind))
        except Stopping:
            raise
        except Exception as error:
            log.warning("due_split", kind=kind, error=type(error).__name__)
            done = await self._database.transact(lambda db: self._one_by_one(db, kind, failed_before=False))
        return done + await self._database.transact(lambda db: self._one_by_one(db, kind, failed_before=True))

    async def _together(self, db: Connection, kind: str) -> int:
        now = self._clock.now()
        rows = await db.fetch(_CLAIM, now, kind, False, self._batch)
        if rows:
            work = Work(db, now)
            await self._diary.handlers[kind]([_due(row) for row in rows], work)
            await work.flush()
            await db.execute(_DONE, [row["id"] for row in rows])
        return len(rows)

    async def _one_by_one(self, db: Connection, kind: str, failed_before: bool) -> int:
        now = self._clock.now()
        rows = await db.fetch(_CLAIM, now, kind, failed_before, self._batch)
        for row in rows:
            try:
                async with db.transaction():
                    work = Work(db, now)
                    await self._diary.handlers[kind]([_due(row)], work)
                    await work.flush()
                    await db.execute(_DONE, [row["id"]])
            except Exception as error:
                if is_outage(error):
                    raise
                log.exception("due_failed", kind=kind, subject=row["subject"], attempts=row["attempts"] + 1)
                wait = timedelta(seconds=min(3600, 2 ** min(row["attempts"], 11)))
                await db.execute(_AGAIN, row["id"], now + wait, type(error).__name__)
        return len(rows)


def _due(row: Any) -> Due:
    return Due(row["kind"], row["subject"], row["due_at"])
