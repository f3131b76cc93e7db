"""What requests hears: what outsiders ask for, and how far matcher and registry have come with it; and what comes due."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from schemas.intake import SupportRequested
from schemas.matcher import ArrangementRecorded
from services.kit.due import Diary, Due
from services.kit.ears import Ears, Route
from services.kit.work import Heard, Work
from services.requests import draft_store, history, intake, offers, reading, store
from services.requests.history import Followed
from services.requests.progress import FOLLOWED, Progress, follow, state_of
from services.requests.request import Request, arrangement

ears = Ears()
diary = Diary()
DRAFT_EXPIRES = "draft_expires"
"""A draft has not been changed for as long as one is kept."""


@ears.hears_foreign(SupportRequested)
async def take_in(posted: Sequence[Heard[dict[str, Any]]], work: Work) -> None:
    """Each record ends as opened, amended, rejected, refused or a question, or is the same again."""
    await intake.receive([_record(heard) for heard in posted], work)


def _record(heard: Heard[dict[str, Any]]) -> intake.Record:
    source = heard.envelope.source
    read = reading.reserved(source) or reading.read(source, heard.fact)
    return intake.Record(heard.place, read, heard.fact, heard.envelope)


async def follow_story(heard: Sequence[Heard[Followed]], work: Work) -> None:
    """Every fact about a request goes into its story; the matcher's move it on. An arrangement may be the first that is heard of one."""
    await store.tell(work.db, [history.heard(h.fact, h.envelope.type, h.envelope.time, h.envelope.sequence) for h in heard])
    arranged = {h.fact.request: h for h in heard if h.envelope.type == ArrangementRecorded.type}
    if arranged:
        await store.claim(work.db, [_arrangement(arranged[ident], work.now) for ident in sorted(arranged)])
    standing = await store.lock_progress(work.db, {h.fact.request for h in heard})
    after: dict[str, Progress] = {}
    for h in heard:
        ident = h.fact.request
        if ident in standing:
            before = after.get(ident, standing[ident].progress)
            after[ident] = follow(before, h.envelope.type, h.fact.match, h.envelope.sequence)
    moved = [
        (ident, progress, state_of(standing[ident].standing, standing[ident].origin, progress))
        for ident, progress in after.items()
        if progress != standing[ident].progress
    ]
    if moved:
        await store.save_progress(work.db, moved)


@diary.when_due(DRAFT_EXPIRES)
async def forget_drafts(dues: Sequence[Due], work: Work) -> None:
    """Delete what nobody has changed for so long; what somebody has changed is looked at again later."""
    drafts = {due.subject for due in dues}
    for draft, expires_at in (await draft_store.still_to_come(work.db, drafts, work.now)).items():
        work.later(DRAFT_EXPIRES, draft, expires_at)
    await draft_store.forget(work.db, drafts, work.now)


@diary.when_due(intake.OFFER_LAPSES)
async def let_offers_lapse(dues: Sequence[Due], work: Work) -> None:
    """An offer that nobody has answered in its time has ended; one that was answered, or changed and has more time, is left alone."""
    lapsed = []
    events: list[history.Event] = []
    for request in (await store.lock(work.db, {due.subject for due in dues})).values():
        if (step := offers.lapse(request, work.now)) is not None:
            intake.say(work, events, step.facts, request.id, request.source)
            lapsed.append(step.request)
    if lapsed:
        await store.save(work.db, lapsed)
        await store.tell(work.db, events)


def _arrangement(heard: Heard[Followed], now: datetime) -> Request:
    fact = heard.fact
    return arrangement(fact.request, heard.envelope.source, fact.host or "", fact.kind or "", now)


for _fact in FOLLOWED:
    # a story needs little of a fact: to read no more than that takes less than half the time
    ears.routes[_fact.type] = Route(_fact.topic, follow_story, Followed.model_validate_json)
