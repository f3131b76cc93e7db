"""Who may be in the register twice: pairs with what speaks for and against, and what a person says of them. Nothing is ever merged."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from services.desk import page_store, wording
from services.desk.backends import Away, Backends, Calls, Refusal
from services.desk.forms import Errors, Form
from services.desk.guard import Own, Sent, needs, room
from services.desk.paper import back, page
from services.desk.person import Person
from services.kit.database import Database

router = room()
_SHOWN, _WHY, _DECIDE = 50, "to_mend_the_register", "matches:decide"


@router.get("/register/twice")
async def show(request: Request, person: Annotated[Person, Depends(needs("registry:read"))], own: Own, calls: Calls) -> Response:
    """The likeliest pairs of the person's regions; those that were looked at stand below."""
    return await _draw(request, person, own, calls)


@router.post("/register/twice")
async def say(request: Request, person: Annotated[Person, Depends(needs(_DECIDE))], own: Own, calls: Calls, form: Sent) -> Response:
    """These two are two people, or that is taken back."""
    errors, apart = Errors(), form["apart"] != "no"
    peers = [form["one"][:64], form["other"][:64]]
    field = f"why-{form['at'][:4]}"
    errors.reason(form, "why", "Say how you know, in ten characters or more. It is kept in the audit.", field)
    if errors:
        return await _draw(request, person, own, calls, 422, errors, form)
    try:
        await calls.post(person, "registry", "/duplicates/apart", {"peers": peers, "apart": apart, "reason": form["why"][:2000]}, form.once)
    except (Away, Refusal) as no:
        if isinstance(no, Refusal) and no.status in (403, 404):
            raise
        errors.add(field, no.words if isinstance(no, Away) else no.detail)
        return await _draw(request, person, own, calls, 503 if isinstance(no, Away) else no.status, errors, form)
    done = "Kept: they are two people. This pair is not shown again." if apart else "Taken back. The pair is looked at anew."
    return back(request, person, "/register/twice", done)


async def _draw(
    request: Request, person: Person, own: Database, calls: Backends, status: int = 200, errors: Errors | None = None,
    form: Form | None = None,
) -> Response:  # fmt: skip
    found = await calls.part(calls.get(person, "registry", "/duplicates", because=_WHY, most=_SHOWN))
    said: dict[str, Any] = found.value or {"pairs": [], "found": 0, "apart": []}
    called = await own.once(lambda db: page_store.called(db, {each["decided_by"] for each in said["apart"]}))
    return page(
        request, person, "register_twice.html", status, said=said, away=found.away, words=wording, called=called, errors=errors or Errors(),
        typed=form.typed() if form else {}, decides=person.may(_DECIDE), shown=_SHOWN,
    )  # fmt: skip
