"""The price of load: which policy ranks, what another price would have come to on the last year's requests, and a second person's yes."""

import asyncio
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Query, Request, Response
from starlette.exceptions import HTTPException

from services.desk import price_sheets
from services.desk.backends import Backends, Calls, Refusal
from services.desk.forms import Errors, Form
from services.desk.guard import Sent, needs, room
from services.desk.paper import back, page, saved
from services.desk.person import Person
from services.desk.price_sheets import Version

router = room(prefix="/spread/price")
Reader = Annotated[Person, Depends(needs("matches:read"))]
Writer = Annotated[Person, Depends(needs("policy:write"))]
Adopter = Annotated[Person, Depends(needs("policy:adopt"))]
Ident = Annotated[str, Query(max_length=64)]
_HIGHEST = 10.0
_PATIENCE_SECONDS, _LOOK_SECONDS = 8.0, 0.1


@router.get("")
async def show(request: Request, person: Reader, calls: Calls, trial: Ident = "") -> Response:
    """The policy that ranks, the newest trial or the one in the address, and every version."""
    return await _draw(request, person, calls, trial)


@router.get("/curve.csv")
async def file(person: Reader, calls: Calls, trial: Ident) -> Response:
    """A trial's curve as a file."""
    found = await calls.get(person, "matcher", f"/trials/{quote(trial, safe='')}")
    if not found["outcome"]:
        raise HTTPException(404)
    return saved(price_sheets.curve(found), "price-of-load")


@router.post("/try")
async def try_(request: Request, person: Writer, calls: Calls, form: Sent) -> Response:
    """Have a price tried, and wait a little for what it comes to."""
    errors = Errors()
    mu = _price(form, errors)
    if errors or mu is None:
        return await _draw(request, person, calls, "", errors, form)
    asked = await calls.post(person, "matcher", "/trials", {"changes": {"mu": mu}}, form.once)
    for _ in range(round(_PATIENCE_SECONDS / _LOOK_SECONDS)):
        if asked["state"] != "asked":
            break
        await asyncio.sleep(_LOOK_SECONDS)
        asked = await calls.get(person, "matcher", f"/trials/{asked['id']}")
    return back(request, person, f"/spread/price?trial={asked['id']}")


@router.post("/write")
async def write(request: Request, person: Writer, calls: Calls, form: Sent) -> Response:
    """Write a policy with this price down, for somebody else to adopt."""
    errors = Errors()
    mu, reason = _price(form, errors), _reason(form, errors, "reason")
    if errors or mu is None:
        return await _draw(request, person, calls, form["trial"], errors, form)
    active = price_sheets.in_force((await calls.get(person, "matcher", "/policies"))["policies"])
    order = {"like": active["version"], "changes": price_sheets.rounds_too(active["policy"], mu), "reason": reason}
    try:
        kept = await calls.post(person, "matcher", "/policies", order, form.once)
    except Refusal as no:
        errors.add("reason", no.detail)
        return await _draw(request, person, calls, form["trial"], errors, form)
    return back(request, person, "/spread/price", f"Policy {kept['version']} is written down. It ranks once somebody else adopts it.")


@router.post("/{version}/adopt")
async def adopt(request: Request, person: Adopter, calls: Calls, form: Sent, version: int) -> Response:
    """Let a policy that somebody else wrote rank from now on."""
    errors = Errors()
    reason = _reason(form, errors, f"reason-{version}")
    if not form["active"].isdigit():
        errors.add(f"reason-{version}", "Load the page again: it no longer says which policy ranks.")
    if errors:
        return await _draw(request, person, calls, "", errors, form)
    try:
        order = {"expected_active": int(form["active"]), "reason": reason}
        await calls.post(person, "matcher", f"/policies/{version}/adopt", order, form.once)
    except Refusal as no:
        if no.status == 404:
            raise
        errors.add(f"reason-{version}", no.detail)
        return await _draw(request, person, calls, "", errors, form)
    return back(request, person, "/spread/price", f"Policy {version} ranks from now on.")


async def _draw(
    request: Request, person: Person, calls: Backends, trial: str, errors: Errors | None = None, form: Form | None = None
) -> Response:
    policies, trials = await asyncio.gather(
        calls.part(calls.get(person, "matcher", "/policies")), calls.part(calls.get(person, "matcher", "/trials", limit=100))
    )
    known: dict[str, Any] = {"active": None, "versions": [], "shown": None, "running": False, "nothing": False, "tried_for": {}}
    if policies.value and trials.value:
        tried, kept = trials.value["trials"], policies.value["policies"]
        named = next((each for each in tried if each["id"] == trial), None)
        shown = named if trial else next((each for each in tried if each["outcome"]), None)
        versions, active = price_sheets.versions(kept), price_sheets.in_force(kept)
        known |= {
            "active": active, "versions": versions, "tried_for": _trials(versions, tried, active["version"]),
            "shown": shown if shown and shown["outcome"] else None,
            "running": bool(named and named["state"] == "asked"), "nothing": bool(named and named["state"] == "nothing"),
        }  # fmt: skip
    return page(
        request, person, "price.html", 422 if errors else 200, **known, away=policies.away or trials.away, errors=errors or Errors(),
        typed=form.typed() if form else {}, sheets=price_sheets, trial=trial,
    )  # fmt: skip


def _trials(versions: list[Version], tried: list[dict[str, Any]], active: int) -> dict[int, Any]:
    found = {each.number: price_sheets.trial_of(each, tried, active) for each in versions if each.waits}
    return {number: price_sheets.compared(each, number) for number, each in found.items() if each}


def _price(form: Form, errors: Errors) -> float | None:
    try:
        mu = float(form["mu"])
    except ValueError:
        mu = -1.0
    if not 0 <= mu <= _HIGHEST:
        errors.add("mu", "Enter a price from 0 to 10, for example 0.15.")
        return None
    return mu


def _reason(form: Form, errors: Errors, field: str) -> str:
    return errors.reason(form, "reason", "Say why, in ten characters or more. It is kept with the policy.", field)
