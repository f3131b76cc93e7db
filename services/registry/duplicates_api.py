"""Probable duplicates over HTTP: who may be in the register twice; each reading is noted in the audit, and nothing is ever merged here."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.kit.access import EVERYWHERE, Actor
from services.kit.database import Connection
from services.kit.web import Kitchen, kitchen, needs
from services.kit.work import Work
from services.registry import search_store, views
from services.registry.duplicates import twins

ROUTER = APIRouter(tags=["register"])


@ROUTER.get("/duplicates")
async def duplicates(
    host: Annotated[Kitchen, Depends(kitchen)],
    actor: Annotated[Actor, Depends(needs("registry:read"))],
    because: Annotated[str, Query(pattern="^[a-z_]{3,64}$", description="a code, kept in the audit")],
    most: Annotated[int, Query(ge=1, le=500)] = 100,
) -> views.Duplicates:
    """Pairs of peers of your regions who may be one person, the likeliest first, with what makes us think so."""
    regions = None if EVERYWHERE in actor.regions else sorted(actor.regions)
    entries = await host.database.once(lambda db: search_store.entries(db, regions))
    found = await asyncio.to_thread(twins, entries)
    people = {entry.peer: entry for entry in entries}
    shown = found[:most]

    async def noted(db: Connection) -> None:
        work = Work(db, host.clock.now())
        work.note(actor.id, "registry.duplicates", because, ", ".join(sorted({name for pair in shown for name in (pair.one, pair.other)})))
        await work.flush()

    await host.database.once(noted)
    return views.Duplicates(
        pairs=[
            views.Duplicate(
                peers=[
                    views.Twin(peer=name, name=people[name].name, councils=sorted(people[name].councils)) for name in (pair.one, pair.other)
                ],
                likeness=pair.likeness,
                because=list(pair.because),
            )
            for pair in shown
        ],
        found=len(found),
    )
