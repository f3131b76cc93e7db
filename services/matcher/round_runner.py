"""Who runs the rounds: one replica at a time, on one cut of the state, and then suggestion by suggestion, each a transaction of its own."""

import asyncio
import hashlib
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import structlog

from schemas.rounds import RoundChange, RoundCompleted, RoundShortage
from services.kit.clock import Clock
from services.kit.database import Connection, Database, is_outage
from services.kit.due import Due
from services.kit.stopping import Stopping
from services.kit.work import Work
from services.matcher import futures, handlers, round_store, store
from services.matcher.futures import Dice
from services.matcher.mirror import ASKS, Mirror
from services.matcher.ranking import Ask
from services.matcher.round_store import Round
from services.matcher.rounds import OPEN, Change, Outcome, decide, proposed_again
from services.matcher.scarcity import latest
from services.matcher.steps import Step
from services.matcher.story import Story

log = structlog.get_logger()

_EVERY = 0.5  # seconds between two looks for a round that was asked for
_TRIES = 3
_SECONDS = 300  # for a round that nobody waits for
_YEAR, _AHEAD = timedelta(days=365), timedelta(days=182)


class _Over(Exception):
    """The round is not ours any more: cancelled, or taken over by another replica."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """What a round looks at, all of one moment. rest: what was asked in the half year that began a year ago. asked: all of two years, where
    the policy has futures drawn from it."""

    stories: Sequence[Story]
    rest: Sequence[Ask]
    asked: Sequence[Ask]
    registry_version: int
    policy_version: int


@handlers.diary.when_due("round")
async def ask_when_due(dues: Sequence[Due], work: Work) -> None:
    """Ask for the round that the active policy wants every so many days. A row of a policy that ranks no more is the last of its kind."""
    await handlers.mirror.refresh(work.db)
    policy = handlers.mirror.policy
    if policy.rounds_every_days and any(due.subject == str(policy.version) for due in dues):
        why = f"every {policy.rounds_every_days} days, as policy {policy.version} says"
        await round_store.ask(work.db, str(uuid.uuid4()), "matcher", work.now, why, _SECONDS)
        work.later("round", str(policy.version), work.now + timedelta(days=policy.rounds_every_days))


async def run_rounds(database: Database, clock: Clock) -> None:
    """Until the service stops: run what was asked for, and take over what a replica left when it went away."""
    runner = Runner(database, clock)
    try:
        while True:
            try:
                if await database.transact(round_store.under_way) is not None:
                    await runner.lead()
            except Exception as error:
                if not is_outage(error):
                    raise
                log.warning("round_paused", error=type(error).__name__)
            await database.wait(_EVERY)
    except Stopping:
        return


class Runner:
    """Runs rounds with a copy of the register that nobody else uses, for a thread works on it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock, self._mirror = database, clock, Mirror()

    async def lead(self) -> None:
        """Run the round that is under way, unless another replica does."""
        connection = await self._database.connect()
        try:
            if await round_store.only_runner(connection):
                found = await self._database.transact(round_store.under_way)
                if found is not None:
                    await self._run(found, connection)
        finally:
            await connection.close()

    async def _run(self, found: Round, lock: Connection) -> None:
        tries = await self._database.transact(lambda db: round_store.begin(db, found.id, self._clock.now()))
        if tries is None:
            return
        try:
            if tries > _TRIES:
                await self._end(found, tries, "failed", f"given up after {_TRIES} tries")
                return
            await self._solve_and_propose(found, tries, lock)
        except _Over:
            await self._end(found, tries, "cancelled", "cancelled")
        except Stopping:
            raise
        except Exception as error:
            if is_outage(error):
                raise
            log.exception("round_failed", round=found.id)
            await self._end(found, tries, "failed", f"failed: {type(error).__name__}")

    async def _solve_and_propose(self, found: Round, tries: int, lock: Connection) -> None:
        until = time.monotonic() + found.seconds
        cut = await self._database.transact(self._cut)
        await self._say(found, tries, "matching", 0, len(cut.stories))
        now, policy = self._clock.now(), self._mirror.policy
        ahead = futures.of(policy.forecast, cut.rest, cut.asked, dice_of(found.id))
        solving = asyncio.to_thread(decide, self._mirror.register, cut.stories, ahead, policy, now)
        try:
            outcome = await asyncio.wait_for(solving, found.seconds)
        except TimeoutError:
            self._mirror = Mirror()  # the thread goes on with the old one until its end
            await self._end(found, tries, "failed", f"no answer within {found.seconds} seconds; nothing was changed")
            return
        wanted = outcome.changes[: policy.churn]
        overtaken = looked_at = 0
        for change in wanted:
            if time.monotonic() > until or lock.is_closed():
                break
            looked_at += 1
            overtaken += not await self._propose(found, tries, change, looked_at, len(wanted))
        await self._complete(found, tries, cut, outcome, overtaken, len(outcome.changes) - looked_at)

    async def _cut(self, db: Connection) -> _Cut:
        await round_store.one_cut(db)
        await self._mirror.refresh(db)
        now, wanted = self._clock.now(), self._mirror.policy.forecast
        rest = await _asked(db, now - _YEAR, now - _YEAR + _AHEAD) if wanted != "none" else []
        known = await _asked(db, now - 2 * _YEAR, now) if wanted == "drawn" else []
        stories = [Story.model_validate_json(doc) for doc in await store.docs_in(db, OPEN)]
        return _Cut(stories, rest, known, self._mirror.register.version, self._mirror.policy.version)

    async def _say(self, found: Round, tries: int, stage: str, done: int, total: int) -> None:
        """Errors: _Over."""
        if not await self._database.transact(lambda db: round_store.go_on(db, found.id, tries, stage, done, total)):
            raise _Over

    async def _propose(self, found: Round, tries: int, change: Change, done: int, total: int) -> bool:
        """One suggestion, in a transaction of its own; False where the request has gone on since. Errors: _Over."""

        async def once(db: Connection) -> bool:
            if not await round_store.go_on(db, found.id, tries, "proposing", done, total):
                raise _Over
            work, applied = Work(db, self._clock.now()), []

            def step(story: Story | None, _: Change) -> Step | None:
                taken = proposed_again(story, change, work.now) if story else None
                applied.append(taken is not None)
                return taken

            await handlers.decide(work, [change], lambda each: each.request, step, dict(change.first))
            if any(applied):
                await round_store.changed(db, found.id, change.request, [place.model_dump_json() for place in change.places])
            await work.flush()
            return any(applied)

        return await self._database.transact(once)

    async def _complete(self, found: Round, tries: int, cut: _Cut, outcome: Outcome, overtaken: int, left: int) -> None:
        async def once(db: Connection) -> None:
            work = Work(db, self._clock.now())
            short = outcome.short
            fact = RoundCompleted.model_validate(
                {
                    "round": found.id,
                    "actor": found.asked_by,
                    "considered": outcome.considered,
                    "changed": [RoundChange.model_validate_json(doc) for doc in await round_store.changes(db, found.id)],
                    "overtaken": overtaken,
                    "left": left,
                    "unmet": outcome.unmet,
                    "in_the_way": RoundShortage(requests=short.requests, roles=short.roles, peers=short.peers, councils=short.councils),
                    "forecast": len(cut.rest),
                    "registry_version": cut.registry_version,
                    "policy_version": cut.policy_version,
                }
            )
            if not await round_store.end(db, found.id, tries, "done", "done", work.now, fact.model_dump_json()):
                raise _Over
            work.say(fact, found.id)
            work.note(found.asked_by, "round.complete", f"round:{found.id}", found.reason)
            await work.flush()

        await self._database.transact(once)

    async def _end(self, found: Round, tries: int, state: str, stage: str) -> None:
        now: datetime = self._clock.now()
        await self._database.transact(lambda db: round_store.end(db, found.id, tries, state, stage, now, None))


def dice_of(name: str) -> Dice:
    """Dice whose throws hang on a round's name alone: the same on every replica, and whenever that round is run again."""
    thrown = np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]))
    return lambda sides: int(thrown.integers(sides))


async def _asked(db: Connection, since: datetime, until: datetime) -> list[Ask]:
    """What was asked after a moment and up to another, each request once."""
    return latest(ask for each in await store.asked(db, since, until) for ask in ASKS.validate_json(each))
