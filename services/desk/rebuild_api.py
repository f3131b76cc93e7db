"""The read model made anew on an operator's order, with how far it has come as JSON lines."""

import json
from collections.abc import AsyncIterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from services.desk.rebuilding import rebuild
from services.kit.access import Actor
from services.kit.web import Kitchen, kitchen, needs
from services.kit.work import Work

log = structlog.get_logger()
router = APIRouter(prefix="/read-model", tags=["operation"])
SCOPE = "desk:rebuild"


@router.post("/rebuild")
async def make_anew(
    request: Request, host: Annotated[Kitchen, Depends(kitchen)], actor: Annotated[Actor, Depends(needs(SCOPE))]
) -> StreamingResponse:
    """Hear every topic again, in one transaction; until its end the pages show what was there before. JSON lines say how far it is."""

    async def note(work: Work) -> None:
        work.note(actor.id, "desk.rebuild", "read model")
        await work.flush()

    async def lines() -> AsyncIterator[str]:
        await host.database.once(lambda db: note(Work(db, host.clock.now())))
        try:
            async for step in rebuild(host.database, request.app.state.settings, host.clock):
                yield json.dumps({"progress": step.done, "total": step.total}) + "\n"
            yield json.dumps({"done": True, "records": step.total, "unread": step.unread}) + "\n"
        except Exception as error:  # the answer has begun: its last line says that nothing was changed
            log.error("rebuild_failed", exc_info=error)
            yield json.dumps({"done": False, "error": type(error).__name__}) + "\n"

    return StreamingResponse(lines(), media_type="application/jsonl")
