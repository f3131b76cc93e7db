"""My desk: what waits for the person now, by priority; filters that live in the address; and the stream that keeps it up to date."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from services.desk import doubts, page_store, when, wording
from services.desk.case import from_json
from services.desk.guard import Own, needs, room
from services.desk.page_store import Filter
from services.desk.paper import page
from services.desk.person import Person
from services.desk.wire import Wire
from services.kit.database import Connection
from services.vocabulary.councils import REGIONS
from services.vocabulary.priorities import PRIORITIES

router = room()
Adviser = Annotated[Person, Depends(needs("matches:decide"))]
_SHORT, _LONG = 10, 50
_STREAM_SECONDS = 240.0  # then the browser asks anew, and is looked at anew
_BEAT_SECONDS = 15.0
_PAUSE_SECONDS = 0.15  # a batch of changes is looked at once


def chosen(
    request: Request,
    person: Adviser,
    of: Annotated[str, Query(pattern="^(everybody|me|nobody)?$")] = "everybody",
    region: Annotated[str, Query(max_length=40)] = "",
    priority: Annotated[str, Query(max_length=40)] = "",
) -> Filter:
    """A dependency: the filter that the address names."""
    owner = {"me": person.id, "nobody": ""}.get(of)
    today = when.here(request.app.state.kitchen.clock.now()).date()
    return Filter(person.own_regions, region or None, priority or None, owner, today)


Chosen = Annotated[Filter, Depends(chosen)]


@router.get("/desk")
async def my_desk(
    request: Request,
    person: Adviser,
    own: Own,
    wanted: Chosen,
    only: Annotated[str, Query(alias="for", pattern=f"^({'|'.join(wording.WANTED)})?$")] = "",
    at: Annotated[int, Query(alias="page", ge=1, le=10_000)] = 1,
) -> Response:
    """What waits, in sections; one section alone, page by page, when the address says so."""
    most = _LONG if only else _SHORT

    async def read(db: Connection) -> tuple[list[Any], int]:
        passed = (at - 1) * most if only else 0
        return await page_store.waiting(db, wanted, only or None, passed, most), await page_store.heads_ups(db, person.own_regions)

    rows, heads_ups = await own.once(read)
    counts = {row["wanted"]: row["n"] for row in rows}
    sections = [
        {"code": code, "title": title, "count": counts.get(code, 0), "rows": [row for row in rows if row["wanted"] == code]}
        for code, title in wording.WANTED.items()
        if only in ("", code)
    ]
    filters = {name: value for name in ("of", "region", "priority") if (value := request.query_params.get(name, ""))}
    return page(
        request, person, "my_desk.html", sections=sections, counts=counts, total=sum(counts.values()), only=only, at=at, most=most,
        filters=filters, regions=person.own_regions or list(REGIONS), priorities=PRIORITIES, words=wording, heads_ups=heads_ups,
        doubt=_doubt,
    )  # fmt: skip


def _doubt(row: Mapping[str, Any]) -> str:
    """What is not clear about a request of which no more is known, with what it may mean."""
    doubt = from_json(row["unclear"]).doubt if row["unclear"] else None
    return doubts.briefly(doubt.about, doubt.candidates) if doubt else wording.kind(None)


@router.get("/live")
async def live(request: Request, person: Adviser, own: Own, wanted: Chosen, watch: Annotated[str, Query(max_length=64)] = "") -> Response:
    """Server-sent events: the counts of my desk whenever something of the person's regions has changed; whether `watch`, a request, has."""
    wire: Wire = request.app.state.wire

    async def events() -> AsyncIterator[str]:
        with wire.hearing() as ear:
            loop = asyncio.get_running_loop()
            end, known = loop.time() + _STREAM_SECONDS, await own.once(lambda db: page_store.counts(db, wanted))
            yield _event("counts", known)
            while (left := end - loop.time()) > 0:
                try:
                    change = await asyncio.wait_for(ear.get(), min(left, _BEAT_SECONDS))
                except TimeoutError:
                    yield ": still here\n\n"
                    continue
                if not change.touches(person.own_regions):
                    continue
                watched = change.may_be(watch)
                await asyncio.sleep(_PAUSE_SECONDS)
                while not ear.empty():
                    watched |= ear.get_nowait().may_be(watch)
                yield _event("counts", await own.once(lambda db: page_store.counts(db, wanted)))
                yield _event("changed", {"watched": watched})

    return StreamingResponse(events(), media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"})


def _event(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
