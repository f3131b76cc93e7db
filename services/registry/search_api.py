"""Search over HTTP: peers and councils by name, however misspelt; each search is one reading in the audit, with its reason."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, FastAPI, Query, Request

from services.kit.access import EVERYWHERE, Actor
from services.kit.database import Connection
from services.kit.problems import Refused
from services.kit.settings import Settings
from services.kit.stopping import Stopping
from services.kit.web import Kitchen, kitchen, needs
from services.kit.work import Work
from services.registry import search_store, views
from services.registry.names import Sought
from services.registry.searching import Finder

log = structlog.get_logger()
ROUTER = APIRouter(tags=["register"])
DECIDE = "matches:decide"
_COUNCILS = 8

Because = Annotated[str, Query(pattern="^[a-z_]{3,64}$", description="a code, kept in the audit")]
Words = Annotated[str, Query(max_length=200, description="of a name, a council, a role or a theme, in any order; or an identifier")]
Code = Annotated[str | None, Query(max_length=64)]


def own_regions(actor: Actor) -> list[str] | None:
    """The regions whose peers a caller sees, for the `where` of a query; None: all of them."""
    return None if EVERYWHERE in actor.regions else sorted(actor.regions)


def finder(request: Request) -> Finder:
    """A dependency: the process's copy of the names; made at the first search where the service has not made it at its start."""
    state = request.app.state
    if not hasattr(state, "finder"):
        state.finder = Finder()
    found: Finder = state.finder
    return found


def furnish(app: FastAPI, host: Kitchen, _: Settings) -> contextlib.AbstractAsyncContextManager[None]:
    """Fill the copy when the service starts, so that nobody's search waits for it."""
    app.state.finder = Finder()

    async def fill() -> None:
        with contextlib.suppress(Stopping):
            await host.database.transact(app.state.finder.refresh)
            log.info("names_read", peers=len(app.state.finder.names))

    @contextlib.asynccontextmanager
    async def filling() -> AsyncIterator[None]:
        task = asyncio.create_task(fill())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    return filling()


@ROUTER.get("/search")
async def search(
    host: Annotated[Kitchen, Depends(kitchen)],
    actor: Annotated[Actor, Depends(needs("registry:read"))],
    found: Annotated[Finder, Depends(finder)],
    because: Because,
    words: Words = "",
    council: Annotated[str | None, Query(pattern="^[0-9]{3}$")] = None,
    role: Code = None,
    theme: Code = None,
    match: Annotated[str | None, Query(max_length=64, description="the request for which somebody is looked for")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> views.Found:
    """Peers of the caller's own regions and all councils, the best first; spelling mistakes and beginnings of words are understood.

    Who decides about a request (scope matches:decide) finds peers of every region when `match` names it: a match needs them.
    """
    if match is not None and DECIDE not in actor.scopes:
        raise Refused(403, "scope", f"To look for somebody for a request needs the scope {DECIDE!r}. Ask your administrator.")
    regions = None if match is not None else own_regions(actor)
    today = host.clock.now().date()
    sought = Sought(words, today, limit, regions, council, role, theme)

    async def read(db: Connection) -> views.Found:
        await found.refresh(db)
        ranked, more, councils = await found.search(sought, _COUNCILS)
        rows = await search_store.shown(db, [peer for peer, _ in ranked], regions)
        held = await search_store.held(db, list(rows), today)
        work = Work(db, host.clock.now())
        work.note(actor.id, "registry.search", because, ", ".join(([f"request {match}"] if match else []) + sorted(rows)))
        await work.flush()
        peers = [
            views.FoundPeer(**dict(rows[peer]), fits=fits, posts=[views.Post(**dict(post)) for post in held.get(peer, ())])
            for peer, fits in ranked
            if peer in rows
        ]
        told = [views.found_council(found.names.council(code), fits) for code, fits in councils]
        return views.Found(peers=peers, councils=told, more=more)

    return await host.database.once(read)
