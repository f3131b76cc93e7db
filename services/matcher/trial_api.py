"""Trials over HTTP: ask for a price of load to be tried on the last year's requests, and see what it would have come to."""

import json
import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import ValidationError

from services.kit.access import Actor
from services.kit.commands import Command
from services.kit.problems import Refused, not_found
from services.kit.web import Kitchen, command, kitchen, needs
from services.kit.work import Work
from services.matcher import trial_store
from services.matcher.handlers import mirror
from services.matcher.policy import Policy, what_is_wrong
from services.matcher.policy_views import AskTrial, TrialList, TrialView
from services.matcher.trial_store import Trial
from services.matcher.trying import TRIABLE, Tried

router = APIRouter(prefix="/trials", tags=["policies"])

Host = Annotated[Kitchen, Depends(kitchen)]
Reader = Annotated[Actor, Depends(needs("matches:read"))]


def _view(found: Trial) -> TrialView:
    outcome = Tried.model_validate_json(found.outcome) if found.outcome else None
    said = {name: getattr(found, name) for name in TrialView.model_fields if name not in ("outcome", "changes")}
    return TrialView(**said, changes=json.loads(found.changes), outcome=outcome)


def _one(found: Trial | None, ident: str) -> Trial:
    if found is None:
        raise not_found("trial", ident)
    return found


@router.get("")
async def newest(host: Host, _: Reader, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> TrialList:
    """The last trials, the newest first."""
    return TrialList(trials=[_view(each) for each in await host.database.once(lambda db: trial_store.newest(db, limit))])


@router.get("/{ident}")
async def one(ident: str, host: Host, _: Reader) -> TrialView:
    """What a trial came to, when its state is `done`; `nothing`: nobody had asked for anything in the last twelve months."""
    return _view(_one(await host.database.once(lambda db: trial_store.one(db, ident)), ident))


@router.post("", status_code=202)
async def ask(body: AskTrial, order: Annotated[Command, Depends(command("policy:write"))]) -> Response:
    """Have a price tried on the requests of the last twelve months, beside the one that ranks. It takes seconds and changes nothing."""

    async def do(work: Work) -> TrialView:
        if unknown := sorted(set(body.changes) - TRIABLE):
            raise Refused(
                422,
                "trial",
                f"{', '.join(unknown)} cannot be tried on what was asked, for it changes who fits. Try it on simulated years: "
                f"manyhands simulate --policy. Here the price of load is tried: {', '.join(sorted(TRIABLE))}.",
            )
        await mirror.refresh(work.db)
        try:
            Policy.model_validate({**mirror.policy.model_dump(), **body.changes})
        except ValidationError as error:
            raise Refused(422, "trial", f"This cannot be a policy. {what_is_wrong(error)}. Correct it and send it again.") from None
        ident = str(uuid.uuid4())
        await trial_store.ask(work.db, ident, order.actor.id, work.now, json.dumps(body.changes))
        work.later("trial", ident, work.now)
        work.note(order.actor.id, "policy.try", f"trial:{ident}")
        return _view(_one(await trial_store.one(work.db, ident), ident))

    return await order(body, do, 202)
