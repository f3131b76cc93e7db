"""A new request on a council's behalf: a few pages, saved between them, checked by the service that opens requests, then sent."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response

from services.desk import answering, arranged, asking, drafts, when, wished, wording
from services.desk.asking import Step
from services.desk.backends import Away, Backends, Refusal
from services.desk.drafts import Draft
from services.desk.forms import Errors, Form
from services.desk.guard import Own, Sent, needs, room
from services.desk.owning import take
from services.desk.paper import back, page
from services.desk.person import Person
from services.desk.request_page import Services
from services.desk.seen import caught_up
from services.kit.problems import not_found
from services.vocabulary.parties import PARTIES
from services.vocabulary.priorities import PRIORITIES
from services.vocabulary.roles import ROLES
from services.vocabulary.themes import THEMES

router = room()
Writer = Annotated[Person, Depends(needs("requests:write"))]
REQUEST = "request"
FIRST = {REQUEST: f"/new/{{}}/{asking.STEPS[0].name}", arranged.PURPOSE: arranged.FIRST}
"""The first page of each purpose that a draft can have."""


@router.get("/new")
async def start(request: Request, person: Writer, services: Services) -> Response:
    """Where to begin; and what was begun and not sent."""
    return await _start(request, person, services)


@router.post("/new")
async def begin(request: Request, person: Writer, services: Services, form: Sent) -> Response:
    """Begin a draft of what was chosen."""
    errors, first = Errors(), FIRST.get(form["what"], "")
    if not first:
        errors.add("what", "Select what you want to enter.")
        return await _start(request, person, services, errors, 422)
    try:
        draft = await drafts.begin(services, person, form["what"], form)
    except (Away, Refusal) as no:
        errors.add("what", no.words if isinstance(no, Away) else no.detail)
        return await _start(request, person, services, errors, 503 if isinstance(no, Away) else no.status)
    return back(request, person, first.format(draft.id))


@router.post("/new/{ident}/drop")
async def drop(request: Request, ident: str, person: Writer, services: Services, form: Sent) -> Response:
    """Throw a draft away, whatever it was to become."""
    await drafts.drop(services, person, await drafts.find(services, person, ident), form)
    return back(request, person, "/new", "The draft is thrown away.")


@router.get("/new/{ident}/check")
async def check(request: Request, ident: str, person: Writer, services: Services) -> Response:
    """Everything that was typed, what it would mean, and what is wrong with it."""
    return await _check(request, person, services, await drafts.find(services, person, ident))


@router.post("/new/{ident}/check")
async def send(request: Request, ident: str, person: Writer, services: Services, own: Own, form: Sent) -> Response:
    """Send it. The draft is gone with that, and the request is the person's."""
    draft = await drafts.find(services, person, ident)
    data, _ = asking.event(draft.fields, _reference(ident))
    errors = Errors()
    body = {"request": data, "expected_version": drafts.version_of(form)}
    try:
        outcome = await services.post(person, "requests", f"/drafts/{ident}/send", body, form.once)
    except Away as away:
        errors.add("send", f"{away.words} Nothing was sent; what you typed is kept.")
        return await _check(request, person, services, draft, errors, 503)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        if refusal.stale:
            errors.add("send", "You changed this elsewhere. Nothing was sent: read what stands here now, then send it.")
        elif not refusal.problems:
            errors.add("send", refusal.detail)
        return await _check(request, person, services, draft, errors, refusal.status)
    await caught_up(own, outcome["request"], outcome["version"])
    await take(own, request.app.state.kitchen.clock.now(), person, outcome["request"])
    return back(request, person, f"/requests/{outcome['request']}", "The request is sent and is yours.")


@router.get("/new/{ident}/{name}")
async def show(request: Request, ident: str, name: str, person: Writer, services: Services) -> Response:
    """A step, with what was typed there before."""
    step = _step(name)
    return await _draw(request, person, services, step, await drafts.find(services, person, ident))


@router.post("/new/{ident}/{name}")
async def save(request: Request, ident: str, name: str, person: Writer, services: Services, form: Sent) -> Response:
    """Save a step and go on; or show it again with what is wrong and what was typed."""
    step, errors = _step(name), Errors()
    draft, status = await drafts.save(services, person, ident, form, step.fields, errors, REQUEST)
    then = "check" if form["then"] == "check" else asking.after(step)
    if errors:
        return await _draw(request, person, services, step, draft, errors, form["then"], status)
    try:
        await _judge(services, person, step, draft, errors)
    except Away as away:
        errors.add(step.fields[0], f"{away.words} What you typed is saved, but not checked. Choose Continue again.")
        return await _draw(request, person, services, step, draft, errors, form["then"], 503)
    if errors:
        return await _draw(request, person, services, step, draft, errors, form["then"], 422)
    if form["look"] and form["who"]:
        asked = urlencode({"who": form["who"][:200], "then": form["then"]})
        return back(request, person, f"/new/{ident}/{name}?{asked}#wished")
    return back(request, person, f"/new/{ident}/{then}")


async def _judge(services: Backends, person: Person, step: Step, draft: Draft, errors: Errors) -> None:
    """What the service that opens requests says of this step's fields."""
    data, home = asking.event(draft.fields, _reference(draft.id))
    verdict = await _verdict(services, person, data)
    for field, words in asking.faults(verdict["problems"], home):
        if field in step.fields:
            errors.add(field, words)
    if verdict["unclear"]:
        field, words = asking.unclear(verdict["unclear"], home)
        if field in step.fields:
            errors.add(field, words)


async def _verdict(services: Backends, person: Person, data: dict[str, Any]) -> Any:
    return await services.ask(person, "requests", "/requests/check", data)


async def _start(request: Request, person: Person, services: Backends, errors: Errors | None = None, status: int = 200) -> Response:
    known = await services.part(drafts.mine(services, person))
    return page(request, person, "new.html", status, drafts=known, words=wording, one=asking.one, first=FIRST, errors=errors or Errors())


async def _draw(
    request: Request, person: Person, services: Backends, step: Step, draft: Draft, errors: Errors | None = None, then: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    then = then or request.query_params.get("then", "")
    someone = None
    if asking.NAMED in step.fields:
        someone = await wished.look_for(services, person, _reference(draft.id), asking.one(draft.fields, asking.NAMED), _who(request))
    number = asking.STEPS.index(step) + 1
    return page(
        request, person, f"new_{step.name}.html", status, step=step, number=number, total=len(asking.STEPS), draft=draft,
        value=lambda name: asking.one(draft.fields, name), every=lambda name: draft.fields.get(name, ()), then=then,
        errors=errors or Errors(), back_to=_back(draft.id, step.name, then), words=wording,
        councils=asking.councils_offered(person.own_regions),
        kinds=asking.kinds_offered(), usual=asking.people_of(asking.one(draft.fields, "kind")), themes=THEMES, priorities=PRIORITIES,
        roles=ROLES, parties=PARTIES, region_wishes=answering.REGION_WISHES, same_group=answering.SAME_GROUP,
        wished=someone, cost_bases=wording.COST_BASES, funders=wording.FUNDERS, origins=wording.ORIGINS,
        commissioners=wording.COMMISSIONERS, example=when.example(request.app.state.kitchen.clock.now()),
    )  # fmt: skip


async def _check(
    request: Request, person: Person, services: Backends, draft: Draft, errors: Errors | None = None, status: int = 200
) -> Response:
    """The last page; problems lead to the steps that their fields stand on."""
    errors = errors or Errors()
    data, home = asking.event(draft.fields, _reference(draft.id))
    verdict = await services.part(_verdict(services, person, data))
    said = verdict.value or {"problems": [], "warnings": [], "unclear": None, "meaning": None}
    someone = await wished.look_for(services, person, _reference(draft.id), asking.one(draft.fields, asking.NAMED))
    found = asking.faults(said["problems"], home)
    if said["unclear"]:
        found.append(asking.unclear(said["unclear"], home))
    for field, words in found:
        errors.add(field, words, f"/new/{draft.id}/{asking.step_of(field).name}?then=check#{field}")
    return page(
        request, person, "new_check.html", 422 if found and status == 200 and request.method == "POST" else status, draft=draft,
        answers=answering.answers(draft.fields, said["meaning"], someone.name),
        warnings=asking.faults(said["warnings"], home), not_checked=verdict.away,
        errors=errors, offered=asking.one(draft.fields, "origin") == "adviser_offer",
        sendable=not found and not verdict.away, back_to=_back(draft.id, "check", ""),
    )  # fmt: skip


def _back(ident: str, name: str, then: str) -> str:
    if then == "check":
        return f"/new/{ident}/check"
    previous = asking.before(name)
    return f"/new/{ident}/{previous}" if previous else "/new"


def _who(request: Request) -> str:
    """Who is looked for: in the address, or in a form that was sent."""
    form: Form | None = getattr(request.state, "form", None)
    return (form["who"] if form else request.query_params.get("who", ""))[:200].strip()


def _step(name: str) -> Step:
    step = asking.step_at(name)
    if step is None:
        raise not_found("step")
    return step


def _reference(ident: str) -> str:
    """What the request is called between people: the same however often it is sent."""
    return f"DESK-{ident[:8].upper()}"
