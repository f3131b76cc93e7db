"""The edge: raw records in, one transaction a batch, offsets after it. Nobody below commits, publishes or catches."""

import asyncio
import functools
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from services.kit import inbox, observe, parked
from services.kit.clock import Clock
from services.kit.database import Connection, Database, is_outage
from services.kit.ears import Ears, waves
from services.kit.listener import Enough, Listener
from services.kit.parked import Record
from services.kit.reading import Item, sort
from services.kit.settings import Settings
from services.kit.stopping import Stopping, pauses
from services.kit.topics import Lookout
from services.kit.work import Work

log = structlog.get_logger()


class TooManyParked(Enough):
    """More records in a row could not be handled than the setting allows."""


class NotWaiting(LookupError):
    """There is no parked record of that number that waits."""


class StillBroken(RuntimeError):
    """A parked record still cannot be handled. The message names it and its rule."""


class _Culprits(Exception):
    """A handler failed, and it is not known for which records: the batch is to be taken again, with care."""


@dataclass(slots=True)
class _Home:
    """What became of a batch: how many in a row could not be handled at its end, and the figures to count once it is committed."""

    in_a_row: int
    repeated: int = 0
    handled: Counter[str] = field(default_factory=Counter)
    parked: Counter[str] = field(default_factory=Counter)


class Bus:
    """Listens to the topics of `ears` with one consumer group each and brings every batch home."""

    def __init__(self, service: str, settings: Settings, database: Database, clock: Clock, ears: Ears, stopping: asyncio.Event) -> None:
        self._service, self._settings, self._database = service, settings, database
        self._clock, self._ears, self._stopping = clock, ears, stopping
        self._in_a_row: Counter[str] = Counter()
        self._lookout = Lookout(settings.login)
        self._listeners = {
            topic: Listener(topic, f"{settings.topic_prefix}{service}.{topic}", settings, stopping, functools.partial(self.batch, topic))
            for topic in ears.topics()
        }
        self.stopped: dict[str, str] = {}
        """Topics whose consumer does not get on, with the reason."""

    async def run(self) -> None:
        """Listen from the moment that Kafka can be reached until the service stops, the batches in hand finished."""
        try:
            async with asyncio.TaskGroup() as group:
                for listener in self._listeners.values():
                    group.create_task(listener.run())
                await self._stopping.wait()
        finally:
            await self._lookout.close()

    async def missing(self) -> list[str]:
        """What keeps this service from hearing, for an operator; empty when Kafka answers and every consumer is in its group."""
        try:
            there = await self._lookout.there()
        except Exception:
            return ["Kafka does not answer: check the brokers and MANYHANDS_KAFKA; work goes on by itself when they are back."]
        prefix = self._settings.topic_prefix
        wanted = (name for topic in self._listeners for name in (f"{prefix}{topic}", f"{prefix}{topic}.parked"))
        found = [f"Kafka has no topic {name}: create the topics." for name in wanted if name not in there]
        found += [f"The consumer of {topic} does not get on: {reason}" for topic, reason in self.stopped.items()]
        late = (topic for topic, listener in self._listeners.items() if not listener.hearing and topic not in self.stopped)
        return found + [f"The consumer of {topic} has not joined its group yet." for topic in late]

    async def batch(self, topic: str, records: Sequence[Record]) -> None:
        """Bring one batch home. Returns when its transaction is committed; on an outage it waits and tries again, for as long as it lasts.

        Errors: Stopping, TooManyParked; then nothing is committed and the records will come again.
        """
        consumer, begun = f"{self._service}.{topic}", time.perf_counter()
        largest = self._settings.largest_record
        items = [item for item in (sort(self._ears, topic, record, largest) for record in records) if item is not None]
        if not items:
            return
        carry = functools.partial(self._carry, topic=topic, consumer=consumer, items=items)
        for pause in pauses(0.1):
            try:
                home = await self._database.transact(carry)
                break
            except _Culprits:
                carry = functools.partial(carry, careful=True)
            except TooManyParked as error:
                self.stopped[topic] = str(error)
                log.critical("consumer_stopped", topic=topic, reason=str(error))
                raise
            except Stopping:
                raise
            except Exception as error:  # no outage, and no record's fault, for those are parked: wait for whoever can mend it
                self.stopped[topic] = f"{type(error).__name__} outside the handlers. See the log; it goes on by itself when that is mended."
                log.error("batch_waits", topic=topic, records=len(items), pause=pause, exc_info=error)
                await self._database.wait(pause)
        self.stopped.pop(topic, None)
        self._in_a_row[topic] = home.in_a_row
        observe.BATCH.labels(consumer).observe(time.perf_counter() - begun)
        observe.REPEATED.labels(consumer).inc(home.repeated)
        for kind, count in home.handled.items():
            observe.HANDLED.labels(consumer, kind).inc(count)
        for rule, count in home.parked.items():
            observe.PARKED.labels(consumer, rule).inc(count)

    async def _carry(self, db: Connection, topic: str, consumer: str, items: list[Item], careful: bool = False) -> _Home:
        """One transaction: what is new is handled; what is broken, fails, or waits behind such a one, is parked in its order.

        At first without savepoints, which cost a small batch a tenth of its time; `careful` finds out whose fault a failure is.
        Errors: _Culprits, when not careful.
        """
        now = self._clock.now()
        new = await inbox.unseen(db, consumer, (item.event_id for item in items), now)
        fresh = _first_of_each(items, new)
        behind = await parked.blocked(db, consumer, (item.subject for item in fresh))
        free = _free(fresh, behind)
        failed = await self._attempt(db, consumer, free, set(), now) if careful else await _at_once(db, free, now)
        home, work = _Home(self._in_a_row[topic], len(items) - len(fresh)), Work(db, now)
        for item in fresh:
            rule = item.rule or ("handler_failed" if item.event_id in failed else "")
            if not rule and item.subject not in behind:
                home.in_a_row = 0
                home.handled[item.kind] += 1
                continue
            home.in_a_row += bool(rule)  # to wait behind another is no failure of its own
            if home.in_a_row > self._settings.park_in_a_row:
                raise TooManyParked(f"{home.in_a_row} records in a row could not be handled. Mend the cause, then start the service again.")
            rule = rule or parked.BEHIND
            home.parked[rule] += 1
            log.warning("record_parked", consumer=consumer, rule=rule, **item.words())
            await parked.park(work, consumer, topic, item.record, item.subject, item.kind, rule, item.fields, item.envelope)
            if item.subject:
                behind.add(item.subject)
        await work.flush()
        return home

    async def _attempt(self, db: Connection, consumer: str, items: list[Item], stuck: set[str], now: datetime) -> set[str]:
        """Handle items in one savepoint or, when that fails, by halves, until every culprit stands alone.

        Returns the culprits' event ids. Later items of a culprit's subject (`stuck`) are not attempted.
        """
        items = [item for item in items if item.subject not in stuck]
        if not items:
            return set()
        try:
            async with db.transaction():
                await _handle(db, items, now)
        except Exception as error:
            if is_outage(error):
                raise
            if len(items) == 1:
                log.error("handler_failed", consumer=consumer, **items[0].words(), exc_info=error)
                stuck.update({items[0].subject} - {""})
                return {items[0].event_id}
        else:
            return set()
        log.info("batch_split", consumer=consumer, records=len(items), first=items[0].place, last=items[-1].place)
        middle = len(items) // 2
        failed = await self._attempt(db, consumer, items[:middle], stuck, now)
        return failed | await self._attempt(db, consumer, items[middle:], stuck, now)

    async def replay(self, db: Connection, number: int, actor: str) -> list[int]:
        """Handle a parked record again, and what waits behind its subject, in order, in the caller's transaction; never republished.

        Returns the numbers that went well. Errors: NotWaiting (a LookupError) when the number does not wait; StillBroken (a RuntimeError)
        naming the number and rule when one still cannot be handled (then nothing of the transaction may be kept).
        """
        asked = await parked.take(db, number)
        if asked is None:
            raise NotWaiting(number)
        now = self._clock.now()
        numbers = await parked.same_subject(db, asked[0])
        for each in numbers:
            taken = await parked.take(db, each)
            if taken is None:
                continue
            row, record = taken
            item = sort(self._ears, row.consumer.removeprefix(f"{self._service}."), record, self._settings.largest_record)
            rule = item.rule if item else ""
            if item and not rule and await self._attempt(db, row.consumer, [item], set(), now):
                rule = "handler_failed"
            if rule:
                raise StillBroken(f"Parked record {each} still cannot be handled: {rule}. Mend the cause or discard it.")
            await parked.settle(db, each, "replayed", now, actor)
        return numbers


async def _at_once(db: Connection, items: list[Item], now: datetime) -> set[str]:
    """Handle all items; nobody fails. Errors: outages, and _Culprits for what anybody's record caused."""
    try:
        await _handle(db, items, now)
    except Exception as error:
        if is_outage(error):
            raise
        raise _Culprits from error
    return set()


async def _handle(db: Connection, items: Iterable[Item], now: datetime) -> None:
    work = Work(db, now)
    for handler, wave in waves([(i.subject, i.route.handler, i.heard) for i in items if i.route and i.heard]):
        await handler(wave, work)
    await work.flush()


def _first_of_each(items: Iterable[Item], new: set[str]) -> list[Item]:
    """The items whose ids are new, each id once."""
    left, fresh = set(new), []
    for item in items:
        if item.event_id in left:
            left.discard(item.event_id)
            fresh.append(item)
    return fresh


def _free(items: Iterable[Item], behind: set[str]) -> list[Item]:
    """The items that may be handled: not broken, and with nothing of their subject waiting before them."""
    blocked, free = set(behind), []
    for item in items:
        if item.rule:
            blocked.update({item.subject} - {""})
        elif item.subject not in blocked:
            free.append(item)
    return free
