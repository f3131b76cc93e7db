"""A word before a peer of one's own region is contacted: for what kind of work, never for whom; answered here."""

from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response

from services.desk import asking, wording
from services.desk.agreed import day_wrong
from services.desk.backends import Away, Backends, Refusal
from services.desk.forms import Errors, Form
from services.desk.guard import Sent, needs, room
from services.desk.names import names
from services.desk.paper import back, page
from services.desk.person import Person
from services.desk.request_page import Services

router = room()
Adviser = Annotated[Person, Depends(needs("matches:decide"))]


@router.get("/heads-ups")
async def show(request: Request, person: Adviser, services: Services) -> Response:
    """What waits for a word, and what was said lately."""
    return await _draw(request, person, services)


@router.post("/heads-ups/{ident}")
async def answer(request: Request, ident: Annotated[str, Path(max_length=64)], person: Adviser, services: Services, form: Sent) -> Response:
    """Answer: fine, speak to me, or not now until a day."""
    errors, said = Errors(), form["answer"]
    until = asking.date_of(form["until-day"], form["until-month"], form["until-year"])
    if said not in wording.WORDS:
        errors.add(f"answer-{ident}", "Select what you say.")
    if said == "not_now" and day_wrong(until):
        errors.add(f"until-{ident}", "Enter until which day, for example 31 1 2027.", f"#until-{ident}-day")
    if not errors:
        body = {"answer": said} | ({"until": until} if said == "not_now" else {})
        try:
            await services.post(person, "matcher", f"/heads-ups/{ident}/answer", body, form.once)
        except Away as away:
            errors.add(f"answer-{ident}", f"{away.words} Nothing was done; what you typed is still here.")
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            errors.add(f"until-{ident}" if refusal.rule == "until" else f"answer-{ident}", refusal.detail)
    if errors:
        return await _draw(request, person, services, ident, form, errors)
    return back(request, person, "/heads-ups", "Your answer is passed on to whoever asks.")


async def _draw(
    request: Request, person: Person, services: Backends, ident: str = "", form: Form | None = None, errors: Errors | None = None
) -> Response:
    part = await services.part(services.get(person, "matcher", "/heads-ups"))
    found: list[dict[str, Any]] = (part.value or {}).get("heads_ups", [])
    called = await services.part(names(services, person, [each["peer"] for each in found], "to_answer_a_heads_up"))
    if errors and not any(each["id"] == ident and not each["answer"] for each in found):
        errors = _elsewhere(errors)
    return page(
        request, person, "heads_ups.html", 422 if errors else 200, away_words=part.away or called.away, words=wording,
        waiting=[each for each in found if not each["answer"]], answered=[each for each in found if each["answer"]],
        called=called.value or {}, errors=errors or Errors(), typed=form.typed() if form else {}, at=ident,
    )  # fmt: skip


def _elsewhere(errors: Errors) -> Errors:
    """What is wrong with a form that is no longer on the page stands at its top."""
    found = Errors()
    for _, words in errors.found:
        found.add("top", words)
    return found
