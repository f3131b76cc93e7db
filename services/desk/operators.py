"""For operators: which service is well, what waits, what is parked and what to do with it; and the audit, searchable."""

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from starlette.exceptions import HTTPException

from services.desk.backends import PARTS, Backends, Refusal
from services.desk.forms import Errors
from services.desk.guard import Sent, needs, room
from services.desk.paper import back, page
from services.desk.person import Person

router = room(prefix="/operators")

SERVICES = ("registry", "requests", "matcher", "desk")
_A_PAGE = 50

Machinist = Annotated[Person, Depends(needs("parked:read"))]
Settler = Annotated[Person, Depends(needs("parked:write"))]
Auditor = Annotated[Person, Depends(needs("audit:read"))]
Words = Annotated[str, Query(max_length=200)]


@router.get("")
async def overview(request: Request, person: Machinist) -> Response:
    """Each service: whether it is well, and how much waits in it."""
    backends: Backends = request.app.state.backends
    missing = await backends.missing()
    figures = await asyncio.gather(*(backends.part(backends.figures(service)) for service in SERVICES))
    services = [
        {"name": PARTS[service], "missing": missing[service], "figures": each.value}
        for service, each in zip(SERVICES, figures, strict=True)
    ]
    return page(request, person, "operators.html", services=services)


@router.get("/parked")
async def parked(request: Request, person: Machinist) -> Response:
    """What could not be handled, service by service."""
    backends: Backends = request.app.state.backends
    lists = await asyncio.gather(*(backends.part(backends.get(person, service, "/parked", limit=200)) for service in SERVICES))
    services = [
        {"service": service, "name": PARTS[service], "rows": found.value["parked"] if found.value else [], "away": found.away}
        for service, found in zip(SERVICES, lists, strict=True)
    ]
    return page(request, person, "parked.html", services=services)


@router.get("/parked/{service}/{number}")
async def one(request: Request, person: Machinist, service: str, number: int) -> Response:
    """One parked record: where it came from, why it is parked; and what to do with it."""
    row = await _waiting(request, person, service, number)
    return page(request, person, "parked_one.html", service=service, name=PARTS[service], row=row, typed={}, errors=None)


@router.post("/parked/{service}/{number}")
async def settle(request: Request, person: Settler, form: Sent, service: str, number: int) -> Response:
    """Handle it again, or give it up with a reason."""
    row = await _waiting(request, person, service, number)
    errors = Errors()
    what, reason = form["what"], form["reason"]
    if what not in ("replay", "discard"):
        errors.add("what", "Choose whether to handle it again or to discard it.")
    if what == "discard" and len(reason) < 10:
        errors.add("reason", "Say why it is discarded, in ten characters or more. The content is gone afterwards; the reason stays.")
    if not errors:
        backends: Backends = request.app.state.backends
        try:
            settled = await backends.post(person, service, f"/parked/{number}/{what}", {"reason": reason}, form.once)
        except Refusal as refusal:
            if refusal.rule != "still_broken":
                raise
            errors.add("what", refusal.detail)
        else:
            count = len(settled["settled"])
            done = f"{count} {'record was' if count == 1 else 'records were'} handled." if what == "replay" else "The record was discarded."
            return back(request, person, "/operators/parked", done)
    return page(request, person, "parked_one.html", 422, service=service, name=PARTS[service], row=row, typed=form.typed(), errors=errors)


@router.get("/audit")
async def audit(
    request: Request,
    person: Auditor,
    service: Words = "matcher",
    actor: Words = "",
    action: Words = "",
    subject: Words = "",
    before: int | None = None,
) -> Response:
    """Who decided or read what, the newest first; the search is in the address."""
    if service not in SERVICES:
        raise HTTPException(404)
    backends: Backends = request.app.state.backends
    asked = {"actor": actor.strip() or None, "action": action.strip() or None, "subject": subject.strip() or None}
    found = await backends.part(backends.get(person, service, "/audit", **asked, before=before, limit=_A_PAGE))
    entries = found.value["entries"] if found.value else []
    older = entries[-1]["id"] if len(entries) == _A_PAGE else None
    services = [{"value": each, "text": PARTS[each].removeprefix("the ").capitalize(), "selected": each == service} for each in SERVICES]
    return page(request, person, "audit.html", services=services, service=service, asked=asked, found=entries, older=older, away=found.away)


async def _waiting(request: Request, person: Person, service: str, number: int) -> dict[str, Any]:
    """The record, while it waits. Errors: HTTPException 404."""
    if service not in SERVICES:
        raise HTTPException(404)
    backends: Backends = request.app.state.backends
    rows: list[dict[str, Any]] = (await backends.get(person, service, "/parked", after=number - 1, limit=1))["parked"]
    if not rows or rows[0]["id"] != number:
        raise HTTPException(404)
    return rows[0]
