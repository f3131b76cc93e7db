"""The read model made anew from the topics, in one transaction: until it is committed the pages show what was there before."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from services.desk import case_store
from services.desk.handlers import ears
from services.kit.clock import Clock
from services.kit.database import Connection, Database
from services.kit.ears import waves
from services.kit.reading import Item, sort
from services.kit.rereading import everything
from services.kit.settings import Settings
from services.kit.work import Work

TOPICS = tuple(sorted(ears.topics()))


@dataclass(frozen=True, slots=True)
class Step:
    """How far it has come: records passed of all there were, and how many of them could not be read (they are parked)."""

    done: int
    total: int
    unread: int


async def rebuild(database: Database, settings: Settings, clock: Clock) -> AsyncIterator[Step]:
    """Empty the read model and hear everything again. Consumers wait until it is committed, then go on where they were.

    What they hear again is known by its sequence; what they have not heard stands after everything that is folded in here.
    Errors: outages; then everything is as it was.
    """
    db = await database.connect()
    try:
        async with db.transaction():
            await case_store.empty(db)
            hearing, step = None, Step(0, 0, 0)
            async for piece in everything(settings.login, TOPICS, settings.topic_prefix):
                items = [item for record in piece.records if (item := sort(ears, piece.topic, record, settings.largest_record)) is not None]
                if hearing is not None:
                    await hearing
                hearing = asyncio.create_task(hear(db, items, clock))  # the database works while the next piece is read
                step = Step(piece.done, piece.total, step.unread + sum(1 for item in items if item.rule))
                yield step
            if hearing is not None:
                await hearing
        yield step
    finally:
        await db.close()


async def hear(db: Connection, items: Sequence[Item], clock: Clock) -> None:
    """Hand what could be read to its handlers."""
    work = Work(db, clock.now())
    for handler, wave in waves([(item.subject, item.route.handler, item.heard) for item in items if item.route and item.heard]):
        await handler(wave, work)
