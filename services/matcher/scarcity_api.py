"""Scarcity prices over HTTP: read those that rank, and work them out anew from the requests of the last twelve months."""

import asyncio
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from services.kit.access import Actor
from services.kit.commands import Command
from services.kit.database import Connection
from services.kit.problems import Refused, not_found
from services.kit.web import Kitchen, command, kitchen, needs
from services.kit.work import Work
from services.matcher import scarcity_store, store
from services.matcher.columns import Register
from services.matcher.handlers import mirror
from services.matcher.mirror import ASKS
from services.matcher.policy import Policy
from services.matcher.policy_views import ScarcityView, WorkOut
from services.matcher.scarcity import Scarcity, latest, scarcity, unloaded
from services.matcher.scarcity_store import Kept

router = APIRouter(prefix="/scarcity", tags=["policies"])

_YEAR = timedelta(days=365)
Host = Annotated[Kitchen, Depends(kitchen)]


def _view(kept: Kept) -> ScarcityView:
    found = kept.scarcity
    what = found.model_dump(exclude={"prices"})
    return ScarcityView(**what, priced=len(found.prices), **{name: value for name, value in asdict(kept).items() if name != "scarcity"})


@router.get("")
async def newest(host: Host, _: Annotated[Actor, Depends(needs("matches:read"))]) -> ScarcityView:
    """The scarcity prices that ranking uses now."""
    kept = await host.database.once(scarcity_store.newest)
    if kept is None:
        raise not_found("scarcity price")
    return _view(kept)


@router.post("", status_code=201)
async def work_out(body: WorkOut, order: Annotated[Command, Depends(command("policy:write"))], host: Host) -> Response:
    """Work them out from what was asked in the last twelve months; every ranking that begins after this answer uses them."""
    now = host.clock.now()
    register, policy, registry_version, stored = await host.database.once(lambda db: _inputs(db, now))
    found = await asyncio.to_thread(_solved, register, policy, stored, now)

    async def do(work: Work) -> ScarcityView:
        if not found.requests:
            raise Refused(
                409, "no_history", "Nothing was asked in the last twelve months, so nothing is known to be scarce. Ask again later."
            )
        version = await scarcity_store.next_version(work.db)
        kept = Kept(found.model_copy(update={"version": version}), order.actor.id, work.now, registry_version, policy.version, body.reason)
        await scarcity_store.write(work.db, kept)
        work.note(order.actor.id, "scarcity.write", f"scarcity:{version}", body.reason)
        return _view(kept)

    return await order(body, do, 201)


async def _inputs(db: Connection, now: datetime) -> tuple[Register, Policy, int, list[bytes]]:
    """One snapshot of everything that the prices hang on: the thread that works them out shares nothing with the ranking."""
    await mirror.refresh(db)
    return unloaded(mirror.register), mirror.policy, mirror.register.version, await store.asked(db, now - _YEAR, now)


def _solved(register: Register, policy: Policy, stored: list[bytes], now: datetime) -> Scarcity:
    asks = latest(ask for each in stored for ask in ASKS.validate_json(each))
    return scarcity(register, asks, policy, now.date())
