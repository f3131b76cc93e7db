"""Load, decide, save, say: what becomes of records from anywhere, a batch from Kafka or one call of the API."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schemas.envelope import Envelope
from schemas.fact import Problem
from schemas.requests import IntakeRefused, RequestsFact, SupportOffered
from services.kit.work import Work
from services.requests import domain, history, store
from services.requests.deciding import Decision, decide
from services.requests.domain import Step
from services.requests.reading import Submission
from services.requests.request import Request

OFFER_LAPSES = "offer_lapses"
"""The council has had its time to answer an adviser's offer."""


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that came in: its intake id, what was read of it, the whole as it was submitted, and its envelope (None: a call)."""

    intake: str
    read: Submission | tuple[Problem, ...]
    data: dict[str, Any]
    because: Envelope | None = None


@dataclass(slots=True)
class _Effects:
    """What a batch leaves behind, collected to be written at once."""

    work: Work
    words: dict[str, bytes] = field(default_factory=dict)
    events: list[history.Event] = field(default_factory=list)
    outcomes: list[tuple[str, str, str | None]] = field(default_factory=list)
    changed: dict[str, Request] = field(default_factory=dict)

    def refuse(self, record: Record, problems: tuple[Problem, ...]) -> None:
        self.work.say(IntakeRefused(intake=record.intake, problems=problems), record.intake, record.because)
        self.outcomes.append((record.intake, "refused", None))

    def settle(self, record: Record, step: Step) -> None:
        request = step.request
        say(self.work, self.events, step.facts, request.id, request.source, record.because)
        self.outcomes.append((record.intake, step.outcome, request.id))
        if step.outcome not in ("same", "refused"):
            self.words[request.id] = json.dumps(record.data).encode()

    async def write(self) -> None:
        db = self.work.db
        if self.changed:
            await store.save(db, self.changed.values())
        if self.words:
            await store.keep_words(db, self.words)
        if self.events:
            await store.tell(db, self.events)
        await store.keep_outcomes(db, self.outcomes, self.work.now)


async def receive(records: Sequence[Record], work: Work) -> list[Step | None]:
    """Take records in order; for each the step that followed, None where it was refused unread.

    References that are new are decided first and claimed with one insert; where that finds them known, or a reference comes more than
    once, the record is taken against the locked row as it then stands. So two replicas never decide about one reference at once.
    """
    effects = _Effects(work)
    decisions = [_decide(record, work.now) for record in records]
    firsts = _firsts(records, decisions, work.now)
    new = await store.claim(work.db, [firsts[ident].request for ident in sorted(firsts)]) if firsts else set()
    known = await store.lock(work.db, firsts.keys() - new) if len(new) < len(firsts) else {}
    steps: list[Step | None] = []
    for record, decision in zip(records, decisions, strict=True):
        if isinstance(record.read, tuple):
            effects.refuse(record, record.read)
            steps.append(None)
            continue
        assert decision is not None
        ident = record.read.request
        if ident in new and ident not in known:
            step = firsts[ident]
        else:
            step = domain.take(known[ident], record.read, record.intake, decision, work.now)
            if step.request is not known[ident]:
                effects.changed[ident] = step.request
        known[ident] = step.request
        effects.settle(record, step)
        steps.append(step)
    await effects.write()
    return steps


def _decide(record: Record, now: datetime) -> Decision | None:
    return decide(record.read.asked, now.date(), now.date(), {}) if isinstance(record.read, Submission) else None


def _firsts(records: Sequence[Record], decisions: Sequence[Decision | None], now: datetime) -> dict[str, Step]:
    """For each reference of the batch, what follows if its first record is the first ever."""
    firsts: dict[str, Step] = {}
    for record, decision in zip(records, decisions, strict=True):
        if isinstance(record.read, Submission) and decision is not None and record.read.request not in firsts:
            firsts[record.read.request] = domain.begin(record.read, record.intake, decision, now)
    return firsts


def say(
    work: Work, events: list[history.Event], facts: Iterable[RequestsFact], request: str, actor: str, because: Envelope | None = None
) -> None:
    """Say facts about a request, and note them for its story. A refusal is said about its own intake id, and told in the story too.

    An offer that is said comes back when the council's time to answer it is up.
    """
    for fact in facts:
        work.say(fact, fact.intake if isinstance(fact, IntakeRefused) else request, because)
        events.append(history.told(fact, request, work.now, actor))
        if isinstance(fact, SupportOffered):
            work.later(OFFER_LAPSES, request, fact.answer_by)
