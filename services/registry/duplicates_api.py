"""Probable duplicates over HTTP: who may be in the register twice, and who is not; readings are in the audit, nothing is ever merged."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.kit.access import EVERYWHERE, Actor
from services.kit.commands import Command
from services.kit.database import Connection
from services.kit.problems import Refused, not_found
from services.kit.web import Kitchen, command, kitchen, needs
from services.kit.work import Work
from services.registry import search_store
from services.registry.duplicates import Entry, against, twins
from services.registry.duplicates_views import Done, Duplicate, Duplicates, Part, Parted, Twin

ROUTER = APIRouter(tags=["register"])
_MOST_APART = 100


@ROUTER.get("/duplicates")
async def duplicates(
    host: Annotated[Kitchen, Depends(kitchen)],
    actor: Annotated[Actor, Depends(needs("registry:read"))],
    because: Annotated[str, Query(pattern="^[a-z_]{3,64}$", description="a code, kept in the audit")],
    most: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Duplicates:
    """Pairs of peers of your regions who may be one person, with what speaks for and against it; those that least speaks against first."""
    regions = None if EVERYWHERE in actor.regions else sorted(actor.regions)
    entries = await host.database.once(lambda db: search_store.entries(db, regions))
    parted = await host.database.once(search_store.parted)
    people = {entry.peer: entry for entry in entries}
    known = {(row["one"], row["other"]) for row in parted}
    pairs = [pair for pair in await asyncio.to_thread(twins, entries) if (pair.one, pair.other) not in known]
    found = sorted(pairs, key=lambda pair: len(against(people[pair.one], people[pair.other])))
    shown = found[:most]
    apart = [row for row in parted if row["one"] in people and row["other"] in people][:_MOST_APART]

    async def noted(db: Connection) -> None:
        named = {name for pair in shown for name in (pair.one, pair.other)} | {name for row in apart for name in (row["one"], row["other"])}
        work = Work(db, host.clock.now())
        work.note(actor.id, "registry.duplicates", because, ", ".join(sorted(named)))
        await work.flush()

    await host.database.once(noted)
    return Duplicates(
        pairs=[
            Duplicate(
                peers=_both(people, pair.one, pair.other),
                likeness=pair.likeness,
                because=list(pair.because),
                against=list(against(people[pair.one], people[pair.other])),
            )
            for pair in shown
        ],
        found=len(found),
        apart=[
            Parted(peers=_both(people, row["one"], row["other"]), decided_by=row["decided_by"], decided_at=row["decided_at"])
            for row in apart
        ],
    )


@ROUTER.post("/duplicates/apart")
async def part(body: Part, order: Annotated[Command, Depends(command("matches:decide"))]) -> Response:
    """Say that two peers of your regions are two people, so that they are not shown again; or take that back. Neither entry changes."""
    one, other = sorted(body.peers)
    if one == other:
        raise Refused(422, "one_peer", "These are one entry. Name two.")

    async def do(work: Work) -> Done:
        regions = None if EVERYWHERE in order.actor.regions else sorted(order.actor.regions)
        there = await search_store.shown(work.db, [one, other], regions)
        for name in (one, other):
            if name not in there:
                raise not_found("peer", name)
        if body.apart:
            await search_store.part(work.db, one, other, order.actor.id, work.now)
        else:
            await search_store.rejoin(work.db, one, other)
        work.note(order.actor.id, f"registry.{'apart' if body.apart else 'not_apart'}", f"{one}, {other}", body.reason)
        return Done(peers=[one, other], apart=body.apart)

    return await order(body, do)


def _both(people: Mapping[str, Entry], one: str, other: str) -> list[Twin]:
    return [
        Twin(peer=entry.peer, name=entry.name, councils=sorted(entry.councils), kind=entry.kind, active=entry.active)
        for entry in (people[one], people[other])
    ]
