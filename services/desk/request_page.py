"""The page of one request: what was asked, who could help and why, who must agree, what has happened; and somebody else looked up."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from services.desk import doubts, somebody, when, wording
from services.desk.backends import Backends
from services.desk.forms import Errors
from services.desk.guard import Own, needs, room
from services.desk.paper import page
from services.desk.person import Person
from services.desk.seen import Seen, look
from services.desk.somebody import Asked
from services.kit.database import Database
from services.vocabulary.councils import council_regions

router = room()
Adviser = Annotated[Person, Depends(needs("matches:decide"))]


def backends_of(request: Request) -> Backends:
    """A dependency: the services."""
    found: Backends = request.app.state.backends
    return found


Services = Annotated[Backends, Depends(backends_of)]
Peer = Annotated[str, Query(max_length=64)]


@router.get("/requests/{ident}")
async def show(
    request: Request,
    ident: str,
    person: Adviser,
    own: Own,
    services: Services,
    place: Peer = "",
    who: Annotated[str, Query(max_length=200)] = "",
    peer: Peer = "",
) -> Response:
    """The page; with `who` also those whom the register finds by these words, with `peer` what choosing that peer for `place` costs."""
    return await draw(request, ident, person, own, services, asked=Asked(place, who.strip(), peer.strip()))


@router.get("/requests/{ident}/calls")
async def calls(request: Request, ident: str, person: Adviser, own: Own, services: Services) -> Response:
    """The call sheet: for each place three good choices, what to say and what to mind; made to be printed."""
    seen = await look(own, services, person, ident, _today(request))
    return page(request, person, "calls.html", seen=seen, case=seen.case, words=wording, regions_of=council_regions())


async def draw(
    request: Request,
    ident: str,
    person: Person,
    own: Database,
    services: Backends,
    *,
    status: int = 200,
    errors: Errors | None = None,
    typed: dict[str, str] | None = None,
    asked: Asked = somebody.NOBODY,
    chosen: list[str] | None = None,
) -> Response:
    """The page as it is now; after an order that went wrong, with what is wrong and what was typed."""
    seen = await look(own, services, person, ident, _today(request))
    other = await somebody.look_for(own, services, person, seen.case, asked, _today(request))
    return page(
        request, person, "request.html", status, seen=seen, case=seen.case, words=wording, errors=errors or Errors(), typed=typed or {},
        chosen_leads=[lead["person"] for lead in seen.leads] if chosen is None else chosen,
        other=other, today=_today(request), unclear=_unclear(seen),
    )  # fmt: skip


def _unclear(seen: Seen) -> doubts.Unclear | None:
    doubt, words = seen.case.doubt, seen.words.value or {}
    if doubt is None or doubt.service != "requests":
        return None
    return doubts.unclear(doubt.about, doubt.candidates, words.get("words") or {})


def _today(request: Request) -> Any:
    return when.here(request.app.state.kitchen.clock.now()).date()
