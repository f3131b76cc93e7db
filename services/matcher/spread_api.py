"""The ledger of spread over HTTP: who gave what against what was offered, how evenly, and beside it the best fit always taken."""

import asyncio
import csv
import io
from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.kit.access import Actor
from services.kit.database import Connection
from services.kit.problems import Refused
from services.kit.web import Kitchen, kitchen, needs
from services.matcher import store
from services.matcher.columns import Columns
from services.matcher.giving import Deployment, Giver, Period, Spread, spread
from services.matcher.handlers import mirror
from services.matcher.views import GiverView, SpreadView

router = APIRouter(prefix="/spread", tags=["spread"])

COLUMNS = ("owner", "given", "days", "offered", "received", "balance")


@router.get("", response_model=SpreadView)
async def ledger(
    host: Annotated[Kitchen, Depends(kitchen)],
    actor: Annotated[Actor, Depends(needs("matches:read"))],
    since: Annotated[date, Query(alias="from", description="the first day on which the work begins")],
    until: Annotated[date, Query(alias="to", description="the last")],
    region: Annotated[str | None, Query(max_length=40, description="of the councils that asked")] = None,
    kind: Annotated[str | None, Query(max_length=64)] = None,
    peers: Annotated[
        int | None, Query(ge=0, description="how many peers to list, those who gave most first; all when it is left out")
    ] = None,
    format_: Annotated[str, Query(alias="format", pattern="^(json|csv)$")] = "json",
) -> SpreadView | Response:
    """Places and days by council and peer in a period. As CSV: the councils, then the peers. Received: for your regions."""
    if since > until:
        raise Refused(422, "dates", "The period ends before it begins. Correct from or to.")
    period = Period(since, until, region, kind)
    gave, columns = await host.database.once(lambda db: _read(db, period))
    found = await asyncio.to_thread(spread, gave, columns, period, actor.covers, peers)
    if format_ == "csv":
        return Response(_csv(found), media_type="text/csv; charset=utf-8")
    givers = {"councils": [_view(giver) for giver in found.councils], "peers": [_view(giver) for giver in found.peers]}
    return SpreadView.model_validate(asdict(found) | givers)


async def _read(db: Connection, period: Period) -> tuple[list[Deployment], Columns]:
    """What the ledger takes of the columns stays as it is, so that a thread may read them while ranking goes on."""
    await mirror.refresh(db)
    return await store.given(db, period), mirror.register.columns()


def _view(giver: Giver) -> GiverView:
    return GiverView(**asdict(giver), balance=giver.balance)


def _csv(found: Spread) -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for kind, givers in (("council", found.councils), ("peer", found.peers)):
        for giver in givers:
            view = _view(giver).model_dump() | {"owner": f"{kind}:{giver.owner}"}
            rows.writerow([view[name] for name in COLUMNS])
    return text.getvalue()
