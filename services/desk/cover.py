"""Cover: who covers which region from when to when, and a caseload handed over to somebody else."""

from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from services.desk import page_store, when
from services.desk.forms import Errors, Form
from services.desk.guard import Own, Sent, needs, room
from services.desk.paper import back, page
from services.desk.person import Person
from services.kit.database import Connection, Database
from services.kit.problems import not_found
from services.kit.work import Work
from services.vocabulary.councils import REGIONS

router = room()
Adviser = Annotated[Person, Depends(needs("matches:decide"))]
ROLES = {
    "principal_adviser": "Principal Adviser",
    "improvement_adviser": "Children’s Improvement Adviser",
    "prime_associate": "Prime associate",
    "lead_member": "Regional lead member",
    "lead_director": "Regional lead director",
    "lead_chief_executive": "Regional lead chief executive",
}


@router.get("/cover")
async def show(request: Request, person: Adviser, own: Own) -> Response:
    """Who covers the person's regions, and forms to add somebody and to hand a caseload over."""
    return await _draw(request, person, own)


@router.post("/cover")
async def add(request: Request, person: Adviser, own: Own, form: Sent) -> Response:
    """Somebody covers a region from a day on."""
    errors = Errors()
    who = errors.need(form, "person", "Enter the name they sign in with.")[:128]
    name = errors.need(form, "name", "Enter their name.")[:200]
    if form["region"] not in _regions(person):
        errors.add("region", "Select a region of yours.")
    if form["role"] not in ROLES:
        errors.add("role", "Select what they are.")
    starts, ends = _day(form, errors, "starts", "Enter the first day."), _day(form, errors, "ends", "")
    if starts and ends and ends < starts:
        errors.add("ends", "The last day must not be before the first.")
    if errors or starts is None:
        return await _draw(request, person, own, errors, form, 422)

    async def do(work: Work) -> None:
        await page_store.add_cover(work.db, who, name, form["region"], form["role"], starts, ends)
        work.note(person.id, "cover.add", f"{who}: {form['role']} of {form['region']} from {starts}")

    await _transact(request, own, do)
    return back(request, person, "/cover", f"{name} covers {form['region']} from {when.day(starts)}.")


@router.post("/cover/{ident}/end")
async def end(request: Request, ident: int, person: Adviser, own: Own) -> Response:
    """Today is the last day of this cover."""
    today, found = when.here(request.app.state.kitchen.clock.now()).date(), []

    async def do(work: Work) -> None:
        if await page_store.end_cover(work.db, ident, today, person.own_regions):
            found.append(ident)
            work.note(person.id, "cover.end", str(ident))

    await _transact(request, own, do)
    if not found:
        raise not_found("cover", str(ident))
    return back(request, person, "/cover", "Today is the last day of that cover.")


@router.post("/cover/hand-over")
async def hand_over(request: Request, person: Adviser, own: Own, form: Sent) -> Response:
    """Everything that is one person's becomes another's."""
    errors = Errors()
    owner = errors.need(form, "from", "Select whose requests are handed over.")
    to = errors.need(form, "to", "Select who takes them.")
    if owner and owner == to:
        errors.add("to", "Select somebody else.")
    if to and to not in await own.once(lambda db: _people(db, person)):
        errors.add("to", "Select somebody who covers a region of yours.")
    reason = errors.reason(form, "reason")
    if errors:
        return await _draw(request, person, own, errors, form, 422)
    moved: list[str] = []

    async def do(work: Work) -> None:
        moved.extend(await page_store.hand_over(work.db, owner, to, work.now, person.own_regions))
        work.note(person.id, "caseload.hand_over", f"{owner} to {to}: {len(moved)}", reason)

    await _transact(request, own, do)
    return back(request, person, "/cover", f"{len(moved)} request{'' if len(moved) == 1 else 's'} handed over.")


async def _draw(
    request: Request, person: Person, own: Database, errors: Errors | None = None, form: Form | None = None, status: int = 200
) -> Response:
    today = when.here(request.app.state.kitchen.clock.now()).date()

    async def read(db: Connection) -> tuple[list[Any], dict[str, str], dict[str, int]]:
        return (
            await page_store.cover(db, person.own_regions, today),
            await _people(db, person),
            await page_store.caseloads(db, person.own_regions),
        )

    rows, people, caseloads = await own.once(read)
    return page(
        request, person, "cover.html", status, rows=rows, people=people, caseloads=caseloads, regions=_regions(person), roles=ROLES,
        errors=errors or Errors(), typed=form.typed() if form else {}, today=today,
    )  # fmt: skip


async def _people(db: Connection, person: Person) -> dict[str, str]:
    """Who may take requests: whoever covers a region of the person's, and the person."""
    rows = await page_store.cover(db, person.own_regions, None)
    return {person.id: person.name} | {row["person"]: row["name"] for row in rows}


def _regions(person: Person) -> list[str]:
    return list(REGIONS) if person.own_regions is None else person.own_regions


def _day(form: Form, errors: Errors, name: str, missing: str) -> date | None:
    if not form[name]:
        if missing:
            errors.add(name, missing)
        return None
    try:
        return date.fromisoformat(form[name])
    except ValueError:
        errors.add(name, "Enter a date, for example 2026-12-01.")
        return None


async def _transact(request: Request, own: Database, do: Any) -> None:
    async def once(db: Connection) -> None:
        work = Work(db, request.app.state.kitchen.clock.now())
        await do(work)
        await work.flush()

    await own.once(once)
