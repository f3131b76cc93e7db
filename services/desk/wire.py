"""Who is told when requests change: one connection of a process listens to the database and tells every open page."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import structlog

from services.desk.case_store import CHANNEL
from services.kit.database import Database

log = structlog.get_logger()
_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Change:
    """Which regions and requests have changed; no requests stand here when there were many, or when nobody knows."""

    regions: frozenset[str]
    requests: frozenset[str]
    unknown: bool = False

    def touches(self, regions: list[str] | None) -> bool:
        """Whether somebody who sees these regions (None: all) may see a difference."""
        return self.unknown or regions is None or not self.regions.isdisjoint(regions)

    def may_be(self, request: str) -> bool:
        """Whether this request may have changed."""
        return not self.requests or request in self.requests


_ANYTHING = Change(frozenset(), frozenset(), unknown=True)


class Wire:
    """Listens while it is open. After an outage everybody is told that anything may have changed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ears: set[asyncio.Queue[Change]] = set()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Listen until it is left."""
        task = asyncio.create_task(self._listen())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @contextlib.contextmanager
    def hearing(self) -> Iterator[asyncio.Queue[Change]]:
        """A queue of the changes from now on; whoever is slow loses what is between, and is told that anything may have changed."""
        ear: asyncio.Queue[Change] = asyncio.Queue(100)
        self._ears.add(ear)
        try:
            yield ear
        finally:
            self._ears.discard(ear)

    async def _listen(self) -> None:
        while True:
            try:
                connection, gone = await self._database.connect(), asyncio.Event()
                connection.add_termination_listener(lambda _, gone=gone: gone.set())
                try:
                    await connection.add_listener(CHANNEL, lambda *told: self._pass_on(_change(str(told[-1]))))
                    self._pass_on(_ANYTHING)
                    await gone.wait()
                finally:
                    await connection.close(timeout=1)
            except Exception as error:
                log.warning("not_listening", error=type(error).__name__)
            await asyncio.sleep(_PAUSE)

    def _pass_on(self, change: Change) -> None:
        for ear in self._ears:
            if ear.full():
                while not ear.empty():
                    ear.get_nowait()
                ear.put_nowait(_ANYTHING)
            else:
                ear.put_nowait(change)


def _change(told: str) -> Change:
    said = json.loads(told)
    return Change(frozenset(said["regions"]), frozenset(said["requests"]))
