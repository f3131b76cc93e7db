"""What advisers write about a request beside its content: notes, and an escalation to those who lead its region."""

import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from schemas.requests import EscalationSettled, RequestEscalated, RequestNoted, RequestsFact
from services.kit.access import EVERYWHERE, Actor
from services.kit.commands import Command
from services.kit.database import Connection
from services.kit.problems import Refused, not_found
from services.kit.web import Kitchen, command, kitchen, needs
from services.kit.work import Work
from services.requests import commands, history, intake, note_store, store
from services.requests.domain import OFFER_ENDED
from services.requests.note_store import Note
from services.requests.note_views import Escalate, Notes, NoteView, Settle, Standing, Write
from services.requests.request import Request

Host = Annotated[Kitchen, Depends(kitchen)]
Reader = Annotated[Actor, Depends(needs("requests:read"))]
Order = Annotated[Command, Depends(command("requests:write"))]
Ident = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
router = APIRouter(prefix="/requests", tags=["requests"])
_NAMES = uuid.UUID("9d0c6f0e-0d0a-5a35-8a53-7f1c3e5b2d44")


@router.get("/{ident}/notes")
async def read_notes(ident: Ident, host: Host, actor: Reader) -> Notes:
    """The notes about a request that are for the caller."""

    async def read(db: Connection) -> list[Note]:
        request = await store.find(db, ident)
        if request is None or not commands.may_see(actor, request):
            raise not_found("request", ident)
        return await note_store.notes(db, ident, actor.id, EVERYWHERE in actor.regions)

    found = await host.database.once(read)
    views = [NoteView(note=n.id, author=n.author, at=n.at, audience=n.audience, words=n.words) for n in found]
    return Notes(request=ident, notes=views)


@router.post("/{ident}/notes")
async def write_note(ident: Ident, write: Write, order: Order) -> Response:
    """Write a note. It takes nothing back from anybody: no version is expected, and none is counted."""

    async def do(work: Work) -> Standing:
        request = await _seen(work, ident, order.actor)
        note = await _note(work, request, order, write.words, write.audience)
        said = RequestNoted(request=ident, version=request.version, entry=note, audience=write.audience, actor=order.actor.id)
        await _say(work, request, order.actor, said, "request.note")
        return await _standing(work, request)

    return await order(write, do)


@router.post("/{ident}/escalate")
async def escalate(ident: Ident, body: Escalate, order: Order) -> Response:
    """Hand a request to those who lead its region, with a reason. Who was told is said, and stands on the request until it is settled."""

    async def do(work: Work) -> Standing:
        request = await commands.load(work, ident, order.actor, body.expected_version)
        if request.standing in OFFER_ENDED or request.standing == "withdrawn" or request.progress.state == "completed":
            raise Refused(409, "ended", "This request has ended; there is nothing to escalate.")
        if not await note_store.escalate(work.db, ident, order.actor.id, work.now, body.because, body.to):
            raise Refused(409, "escalated", "This request is escalated already. Write a note, or wait until it is settled.")
        await _note(work, request, order, body.words, "region")
        fact = RequestEscalated(request=ident, version=request.version, because=body.because, to=tuple(body.to), actor=order.actor.id)
        await _say(work, request, order.actor, fact, "request.escalate")
        return await _standing(work, request)

    return await order(body, do)


@router.post("/{ident}/escalation/settle")
async def settle(ident: Ident, body: Settle, order: Order) -> Response:
    """An escalated request has been looked at and goes on."""

    async def do(work: Work) -> Standing:
        request = await commands.load(work, ident, order.actor, body.expected_version)
        if not await note_store.settle(work.db, ident):
            raise Refused(409, "not_escalated", "This request is not escalated. Somebody may have settled it: read it again.")
        fact = EscalationSettled(request=ident, version=request.version, actor=order.actor.id)
        await _say(work, request, order.actor, fact, "request.settle", body.reason)
        return await _standing(work, request)

    return await order(body, do)


async def _seen(work: Work, ident: str, actor: Actor) -> Request:
    request = (await store.lock(work.db, [ident])).get(ident)
    if request is None or not commands.may_see(actor, request):
        raise not_found("request", ident)
    return request


async def _note(work: Work, request: Request, order: Command, words: str, audience: str) -> str:
    ident = str(uuid.uuid5(_NAMES, f"{request.id}/{order.actor.id}/{order.key}"))
    await note_store.add(work.db, request.id, Note(ident, order.actor.id, work.now, audience, words))
    return ident


async def _say(work: Work, request: Request, actor: Actor, fact: RequestsFact, action: str, reason: str = "") -> None:
    events: list[history.Event] = []
    intake.say(work, events, (fact,), request.id, actor.id)
    await store.tell(work.db, events)
    work.note(actor.id, action, request.id, reason)


async def _standing(work: Work, request: Request) -> Standing:
    return Standing(request=request.id, version=request.version, escalated=await note_store.escalated(work.db, request.id) is not None)
