"""What an adviser has begun to write and not yet sent, saved between its steps; and what would become of a request, without sending it."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.kit.access import Actor
from services.kit.commands import Command
from services.kit.problems import Refused, not_found, stale
from services.kit.web import Kitchen, command, kitchen, needs
from services.kit.work import Work
from services.requests import checking, commands, draft_store, draft_views, views
from services.requests.draft_store import Draft
from services.requests.draft_views import Begin, DraftList, DraftView, DropDraft, Dropped, SaveDraft, SendDraft, Verdict
from services.requests.handlers import DRAFT_EXPIRES
from services.requests.views import Outcome, Posted
from services.requests.wording import problem
from services.vocabulary.councils import council_regions

WRITE = "requests:write"
KEPT = timedelta(days=30)
_MOST = 50

Host = Annotated[Kitchen, Depends(kitchen)]
Writer = Annotated[Actor, Depends(needs(WRITE))]
Order = Annotated[Command, Depends(command(WRITE))]
router = APIRouter(tags=["drafts"])


@router.post("/requests/check")
async def check_request(posted: Posted, host: Host, actor: Writer) -> Verdict:
    """Everything that is wrong with a request, and what it would mean, by the rules of the intake event. Nothing is kept."""
    checked = checking.check(posted.root, host.clock.now().date())
    verdict = draft_views.verdict(checked)
    if not checked.councils or any(actor.covers(council_regions()[council]) for council in checked.councils):
        return verdict
    reason = "This council is in a region that you do not cover."
    elsewhere = problem("authority", "region", reason, "Check its name, or ask an adviser of that region.")
    return verdict.model_copy(update={"outcome": "refused", "problems": (*verdict.problems, elsewhere)})


@router.get("/drafts")
async def list_drafts(host: Host, actor: Writer) -> DraftList:
    """The caller's drafts."""
    found = await host.database.once(lambda db: draft_store.mine(db, actor.id))
    return DraftList(drafts=[draft_views.draft(each) for each in found])


@router.get("/drafts/{ident}")
async def read_draft(ident: str, host: Host, actor: Writer) -> DraftView:
    """One of the caller's drafts; anybody else's is not there."""
    found = await host.database.once(lambda db: draft_store.find(db, ident, actor.id))
    if found is None:
        raise not_found("draft", ident)
    return draft_views.draft(found)


@router.post("/drafts")
async def begin_draft(begin: Begin, order: Order) -> Response:
    """Begin a draft. It is kept until it is sent, thrown away, or has not been changed for thirty days."""

    async def do(work: Work) -> DraftView:
        if await draft_store.count(work.db, order.actor.id) >= _MOST:
            raise Refused(409, "too_many", f"You have {_MOST} drafts. Send some or throw them away, then begin a new one.")
        ident = commands.draft_id(order.actor, order.key)
        await draft_store.add(work.db, ident, order.actor.id, begin.purpose, begin.fields, work.now, work.now + KEPT)
        work.later(DRAFT_EXPIRES, ident, work.now + KEPT)
        return draft_views.draft(await _locked(work, ident, order.actor, 1))

    return await order(begin, do)


@router.post("/drafts/{ident}")
async def save_draft(ident: str, save: SaveDraft, order: Order) -> Response:
    """Keep what was typed, right or wrong."""

    async def do(work: Work) -> DraftView:
        known = await _locked(work, ident, order.actor, save.expected_version)
        await draft_store.save(work.db, ident, order.actor.id, {**known.fields, **save.fields}, work.now, work.now + KEPT)
        return draft_views.draft(await _locked(work, ident, order.actor, save.expected_version + 1))

    return await order(save, do)


@router.post("/drafts/{ident}/drop")
async def drop_draft(ident: str, drop: DropDraft, order: Order) -> Response:
    """Throw a draft away."""

    async def do(work: Work) -> Dropped:
        await _locked(work, ident, order.actor, drop.expected_version)
        await draft_store.delete(work.db, ident, order.actor.id)
        return Dropped(dropped=ident)

    return await order(drop, do)


@router.post("/drafts/{ident}/send")
async def send_draft(ident: str, send: SendDraft, order: Order) -> Response:
    """Post the request that a draft has become; the draft goes with that. What could not be opened is refused, and the draft stays."""
    submission = commands.read(order.actor, send.request)

    async def do(work: Work) -> Outcome:
        await _locked(work, ident, order.actor, send.expected_version)
        step = await commands.post(work, order.actor, submission, send.request, order.key)
        if step.outcome == "rejected":
            raise Refused(422, "not_accepted", "The request could not be opened; see problems.", step.request.problems)
        await draft_store.delete(work.db, ident, order.actor.id)
        return views.outcome(step)

    return await order(send, do)


async def _locked(work: Work, ident: str, actor: Actor, expected: int) -> Draft:
    known = await draft_store.lock(work.db, ident, actor.id)
    if known is None:
        raise not_found("draft", ident)
    if known.version != expected:
        raise stale(expected, known.version, actor.id, known.changed_at.isoformat())
    return known
