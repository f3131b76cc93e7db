"""Calls and heads-ups over HTTP: what a call came to; the adviser of a peer's own region told, and their answer."""

import uuid
from datetime import date, timedelta
from typing import Any

from fastapi import APIRouter, Response

from services.kit.problems import Refused, not_found
from services.kit.work import Work
from services.matcher import contacts, handlers, heads_up_store, store
from services.matcher.contact_views import Answered, Called, HeadsUp, HeadsUpList, HeadsUpView, Said
from services.matcher.handlers import NOT_NOW_OVER, REGIONS, mirror
from services.matcher.heads_up_store import Asked
from services.matcher.orders import Host, Order, Reader, guarded, regions_of, seen
from services.matcher.steps import Step
from services.matcher.story import Story
from services.vocabulary import calendar

router = APIRouter(tags=["matches"])
_NAMES = uuid.UUID("b7c6a1de-6d40-5a8b-9f4e-51e3c2d0a977")
_SHOWN = timedelta(days=30)
"""How long an answered heads-up is shown to those who answered it."""


@router.post("/matches/{request}/calls")
async def record_call(request: str, body: Called, order: Order) -> Response:
    """Note what a call to a peer came to: a code. It decides nothing and makes no page stale."""

    async def do(work: Work) -> Said:
        await handlers.decide(
            work,
            [request],
            lambda r: r,
            lambda story, _: guarded(
                seen(story, request, order.actor), work, lambda s, __: contacts.called(s, body.peer, body.outcome, order.actor.id)
            ),
        )
        work.note(order.actor.id, f"call.{body.outcome}", request)
        story = await store.story(work.db, request)
        return Said(version=story.version if story else 0)

    return await order(body, do)


@router.post("/matches/{request}/heads-ups")
async def give_heads_up(request: str, body: HeadsUp, order: Order) -> Response:
    """Tell the adviser of the peer's own region that the peer may be contacted; they are not told for whom, nor by whom."""

    async def do(work: Work) -> Said:
        await mirror.refresh(work.db)
        known = mirror.register.records.peers.get(body.peer)
        if known is None:
            raise Refused(422, "unknown_peer", "That peer is not in the register. Check the identifier.")
        ident, region = str(uuid.uuid5(_NAMES, f"{request}/{body.peer}")), REGIONS.get(known.council, "")

        def step(story: Story | None, _: Any) -> Step:
            said = (ident, body.peer, known.council, region, order.actor.id)
            return guarded(seen(story, request, order.actor), work, lambda s, __: contacts.told(s, *said))

        await handlers.decide(work, [request], lambda r: r, step)
        story = await store.story(work.db, request)
        assert story is not None
        starts, ends, days = _extent(story)
        asked = Asked(ident, request, body.peer, known.council, region, story.kind, starts, ends, days, order.actor.id, work.now)
        if not await heads_up_store.add(work.db, asked):
            raise Refused(409, "told", "The adviser of this peer's region was told already. Their answer will stand on the request.")
        work.note(order.actor.id, "heads_up.give", request, body.reason)
        return Said(version=story.version)

    return await order(body, do)


@router.get("/heads-ups")
async def list_heads_ups(host: Host, actor: Reader) -> HeadsUpList:
    """Peers of your regions who may be contacted, and what was answered lately; never for whom."""
    since = host.clock.now() - _SHOWN
    found = await host.database.once(lambda db: heads_up_store.shown(db, regions_of(actor), since))
    return HeadsUpList(heads_ups=[HeadsUpView.model_validate(each) for each in found])


@router.post("/heads-ups/{ident}/answer")
async def answer_heads_up(ident: str, body: Answered, order: Order) -> Response:
    """Answer for a peer of your region: fine, speak_to_me, or not_now until a day.

    It takes nobody off a request on which they are proposed: whoever asks decides. Until the day, no new ranking proposes them (rule
    `not_now`, which may be waived).
    """

    async def do(work: Work) -> Said:
        asked = await heads_up_store.lock(work.db, ident, regions_of(order.actor))
        if asked is None:
            raise not_found("heads-up", ident)
        if asked.answer is not None:
            detail = f"{asked.answered_by} has answered this already. Speak to them if you think otherwise."
            raise Refused(409, "answered", detail, changed_by=asked.answered_by)

        def step(story: Story | None, _: Any) -> Step:
            assert story is not None
            said = (ident, asked.peer, body.answer, body.until, order.actor.id, work.now)
            return guarded(story, work, lambda s, __: contacts.answered(s, *said))

        await handlers.decide(work, [asked.request], lambda r: r, step)
        until = body.until if body.answer == "not_now" else None
        await heads_up_store.answer(work.db, ident, asked.peer, body.answer, until, order.actor.id, work.now)
        if until:
            work.later(NOT_NOW_OVER, asked.peer, calendar.begins(until))
        work.note(order.actor.id, f"heads_up.{body.answer}", ident, body.reason)
        return Said(version=0)  # whoever answers does not learn of the request

    return await order(body, do)


def _extent(story: Story) -> tuple[date, date, float]:
    if story.content is not None:
        return story.content.starts, story.content.ends, story.content.days
    return story.current.starts, story.current.ends, story.current.lines[0].days
