"""Exact rounds over HTTP: ask for one, see how far it is, cancel it."""

import uuid
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from schemas.rounds import RoundCompleted
from services.kit.access import Actor
from services.kit.commands import Command
from services.kit.problems import Refused, not_found
from services.kit.web import Kitchen, command, kitchen, needs
from services.kit.work import Work
from services.matcher import round_store
from services.matcher.round_store import Round
from services.matcher.views import AskRound, CancelRound, RoundList, RoundView

router = APIRouter(prefix="/rounds", tags=["rounds"])

Host = Annotated[Kitchen, Depends(kitchen)]
Reader = Annotated[Actor, Depends(needs("matches:read"))]
Order = Annotated[Command, Depends(command("matches:rounds"))]


def _view(found: Round) -> RoundView:
    outcome = RoundCompleted.model_validate_json(found.outcome) if found.outcome else None
    kept = {name: getattr(found, name) for name in RoundView.model_fields if name != "outcome"}
    return RoundView(**kept, outcome=outcome)


def _one(found: Round | None, ident: str) -> Round:
    if found is None:
        raise not_found("round", ident)
    return found


@router.get("")
async def newest(host: Host, _: Reader, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> RoundList:
    """The last rounds, the newest first."""
    return RoundList(rounds=[_view(each) for each in await host.database.once(lambda db: round_store.newest(db, limit))])


@router.get("/{ident}")
async def one(ident: str, host: Host, _: Reader) -> RoundView:
    """How far a round is, and when it has ended, what it changed and why."""
    return _view(_one(await host.database.once(lambda db: round_store.one(db, ident)), ident))


@router.post("", status_code=202)
async def ask(body: AskRound, order: Order) -> Response:
    """Ask for a round over all open requests. One is under way at a time; who comes second is told who runs it since when."""

    async def do(work: Work) -> RoundView:
        ident = str(uuid.uuid4())
        if not await round_store.ask(work.db, ident, order.actor.id, work.now, body.reason, body.seconds):
            running = await round_store.under_way(work.db)
            raise _already(running.id, running.asked_by, running.asked_at) if running else _just_ended()
        work.note(order.actor.id, "round.ask", f"round:{ident}", body.reason)
        return _view(_one(await round_store.one(work.db, ident), ident))

    return await order(body, do, 202)


def _already(ident: str, asked_by: str, asked_at: datetime) -> Refused:
    detail = f"{asked_by} has had a round under way since {asked_at.isoformat()}. Follow that one, or cancel it; then ask again."
    return Refused(409, "round_under_way", detail, round=ident, asked_by=asked_by, asked_at=asked_at.isoformat())


def _just_ended() -> Refused:
    return Refused(409, "round_under_way", "Another round has ended this moment. Ask again.")


@router.post("/{ident}/cancel")
async def cancel(ident: str, order: Order) -> Response:
    """Cancel a round that is under way. What it has changed by then stays; nothing more is changed."""

    async def do(work: Work) -> RoundView:
        _one(await round_store.one(work.db, ident), ident)
        if not await round_store.cancel(work.db, ident):
            raise Refused(409, "round_over", "This round is over. There is nothing to cancel.")
        work.note(order.actor.id, "round.cancel", f"round:{ident}")
        return _view(_one(await round_store.one(work.db, ident), ident))

    return await order(CancelRound(), do)
