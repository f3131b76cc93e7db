"""The read model made anew from the topics, in one transaction: until it is committed the pages show what was there before."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from services.desk import case_store
from services.desk.case import Case
from services.desk.handlers import Taken, ears, event, follow, keep_state, keep_taken
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.ears import Handler
from services.kit.reading import Item, sort
from services.kit.rereading import everything
from services.kit.settings import Settings
from services.kit.work import Heard, Work

TOPICS = tuple(sorted(ears.topics()))
_AT_ONCE = 1_000  # cases that are written in one statement


@dataclass(frozen=True, slots=True)
class Step:
    """How far it has come: records passed of all there were, and how many of them could not be read (they are parked)."""

    done: int
    total: int
    unread: int


class _Cases(dict[str, Case]):
    """Every case of the read model, from the first fact about it."""

    def __missing__(self, request: str) -> Case:
        return self.setdefault(request, Case(request=request))


async def rebuild(database: Database, settings: Settings, clock: Clock) -> AsyncIterator[Step]:
    """Empty the read model and hear everything again. Consumers wait until it is committed, then go on where they were.

    What they hear again is known by its sequence; what they have not heard stands after everything that is folded in here.
    Cases are in memory until the end (some kilobytes each), and are written once. Errors: outages; then everything is as it was.
    """
    db = await database.connect()
    try:
        async with db.transaction():
            await case_store.empty(db)
            hearing, step, cases, whole = None, Step(0, 0, 0), _Cases(), Taken()
            async for piece in everything(settings.login, TOPICS, settings.topic_prefix):
                items = [item for record in piece.records if (item := sort(ears, piece.topic, record, settings.largest_record)) is not None]
                if hearing is not None:
                    await hearing
                hearing = asyncio.create_task(_hear(Work(db, clock.now()), items, whole, cases))  # PostgreSQL works while the next is read
                step = Step(piece.done, piece.total, step.unread + sum(1 for item in items if item.rule))
                yield step
            if hearing is not None:
                await hearing
            await _keep(Work(db, clock.now()), whole)
        yield step
    finally:
        await db.close()


async def _hear(work: Work, items: Sequence[Item], whole: Taken, cases: _Cases) -> None:
    """Fold what could be read into the cases. Each service says its facts about a request in order: one that a case has is a repeat."""
    by_handler: dict[Handler, list[Heard[Any]]] = {follow: [], keep_state: []}
    for item in items:
        if item.route and item.heard:
            by_handler[item.route.handler].append(item.heard)
    if by_handler[keep_state]:
        await keep_state(by_handler[keep_state], work)
    whole.take(by_handler[follow], cases)
    if whole.new:
        await case_store.tell_anew(work.db, [event(heard) for heard in whole.new])
    whole.new.clear()


async def _keep(work: Work, whole: Taken) -> None:
    for first in range(0, len(whole.cases), _AT_ONCE):
        cases = dict(islice(whole.cases.items(), first, first + _AT_ONCE))
        await case_store.lock(work.db, cases, work.now)
        suggestions = {request: whole.suggestions[request] for request in cases.keys() & whole.suggestions.keys()}
        await keep_taken(Taken(cases, suggestions, []), work)
    await case_store.heads_ups(work.db, whole.words)
