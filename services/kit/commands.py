"""Commands that may be sent twice: carried out once in one transaction, kept with their answer, and answered as before."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime

from fastapi import Response
from pydantic import BaseModel

from services.kit import observe
from services.kit.access import Actor
from services.kit.clock import Clock
from services.kit.database import Connection, Database
from services.kit.problems import Refused
from services.kit.work import Work

_CLAIM = """insert into command (key, actor, fingerprint, status, reply, at) values ($1, $2, $3, 0, '', $4)
            on conflict do nothing returning true"""
_KNOWN = "select fingerprint, status, reply from command where key = $1 and actor = $2"
_ANSWERED = "update command set status = $3, reply = $4 where key = $1 and actor = $2"
_FORGET = "delete from command where at < $1"

_PATIENCE = 5.0  # seconds in which a caller waits for an outage to end

Do = Callable[[Work], Awaitable[BaseModel]]


class Command:
    """One command of one caller. Sent again with the same Idempotency-Key it is answered as before and done once."""

    def __init__(self, database: Database, clock: Clock, actor: Actor, key: str, path: str, route: str) -> None:
        self._database, self._clock = database, clock
        self.actor, self.key, self._path, self._route = actor, key, path, route

    async def __call__(self, body: BaseModel, do: Do, status: int = 200) -> Response:
        """Do it in one transaction with everything it says and its answer, or answer as before.

        Errors: Refused 422 when the key was used for another body; whatever `do` refuses, and then nothing is kept; an outage that lasts.
        """
        fingerprint = hashlib.sha256(f"{self._path}\n{body.model_dump_json()}".encode()).digest()

        async def once(db: Connection) -> tuple[int, str]:
            now = self._clock.now()
            if not await db.fetchval(_CLAIM, self.key, self.actor.id, fingerprint, now):
                known = await db.fetchrow(_KNOWN, self.key, self.actor.id)
                if known is None or bytes(known["fingerprint"]) != fingerprint:
                    raise Refused(
                        422, "idempotency_key", "This Idempotency-Key was used for another command. Use a new one for each command."
                    )
                return known["status"], known["reply"]
            work = Work(db, now)
            reply = (await do(work)).model_dump_json(by_alias=True)
            await work.flush()
            await db.execute(_ANSWERED, self.key, self.actor.id, status, reply)
            return status, reply

        code, reply = await self._database.transact(once, patience=_PATIENCE)
        observe.COMMANDS.labels(self._route, str(code)).inc()
        return Response(reply, code, media_type="application/json")


async def forget(db: Connection, before: datetime) -> None:
    """Forget the commands from before a moment: one that is sent again after that is done again."""
    await db.execute(_FORGET, before)
