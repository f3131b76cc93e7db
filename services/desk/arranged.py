"""What was agreed by telephone, entered afterwards: what, with whom, who has agreed; then recorded by the matcher."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from services.desk import agreed, asking, drafts, wording
from services.desk.agreed import Line, Party
from services.desk.asking import Step
from services.desk.backends import Away, Backends, Refusal
from services.desk.drafts import Draft
from services.desk.forms import Errors, Form
from services.desk.guard import Own, Sent, needs, room
from services.desk.names import names
from services.desk.owning import take
from services.desk.paper import back, page
from services.desk.person import Person
from services.desk.request_page import Services
from services.desk.seen import caught_up
from services.kit.problems import not_found
from services.vocabulary.roles import ROLES

router = room()
Adviser = Annotated[Person, Depends(needs("matches:decide"))]
PURPOSE = "arrangement"
FIRST = "/new/arranged/{}/what"


@router.get("/new/arranged/{ident}/check")
async def check(request: Request, ident: str, person: Adviser, services: Services) -> Response:
    """Everything that was typed, before it is recorded."""
    return await _check(request, person, services, await drafts.find(services, person, ident))


@router.post("/new/arranged/{ident}/check")
async def record(request: Request, ident: str, person: Adviser, services: Services, own: Own, form: Sent) -> Response:
    """Record it, and throw the draft away."""
    draft, errors = await drafts.find(services, person, ident), Errors()
    if drafts.version_of(form) != draft.version:
        errors.add("send", "You changed this elsewhere. Nothing was recorded: read what stands here now, then record it.")
        return await _check(request, person, services, draft, errors, 409)
    try:
        meaning = await _meaning(services, person, draft, Errors())
        who = await _parties(services, person, draft)
        if meaning is None or agreed.days_wrong(draft.fields) or agreed.people_wrong(agreed.lines(draft.fields)):
            return await _check(request, person, services, draft, errors, 422)
        body = {
            "host": meaning["host"],
            "kind": meaning["kind"],
            "lines": agreed.team(agreed.lines(draft.fields)),
            "starts": agreed.day(draft.fields, "from"),
            "ends": agreed.day(draft.fields, "to"),
            "agreed_on": agreed.day(draft.fields, "agreed_on"),
            "agreements": agreed.agreements(draft.fields, who),
        }
        story = await services.post(person, "matcher", "/matches", body, f"arranged-{ident}")
    except Away as away:
        errors.add("send", f"{away.words} Nothing was recorded; what you typed is kept.")
        return await _check(request, person, services, draft, errors, 503)
    except Refusal as refusal:
        errors.add("send", refusal.detail)
        return await _check(request, person, services, draft, errors, refusal.status)
    await services.part(drafts.drop(services, person, draft, form))  # else it goes by itself, and cannot be recorded twice
    await caught_up(own, story["request"], match_version=story["version"])
    await take(own, request.app.state.kitchen.clock.now(), person, story["request"])
    return back(request, person, f"/requests/{story['request']}", "What was agreed is recorded and is yours.")


@router.get("/new/arranged/{ident}/{name}")
async def show(request: Request, ident: str, name: str, person: Adviser, services: Services) -> Response:
    """A step, with what was typed there before."""
    return await _draw(request, person, services, _step(name), await drafts.find(services, person, ident))


@router.post("/new/arranged/{ident}/{name}")
async def save(request: Request, ident: str, name: str, person: Adviser, services: Services, form: Sent) -> Response:
    """Save a step; then look somebody up, add or take away somebody, or go on."""
    step, errors, found = _step(name), Errors(), None
    change = _change(form)
    kept = Form({**form.fields, **change}, form.once)
    fields = (*(step.fields or agreed.consent_fields(form.fields)), *change)
    draft, status = await drafts.save(services, person, ident, kept, fields, errors, PURPOSE)
    if errors:
        return await _draw(request, person, services, step, draft, errors, status=status)
    do = form["do"].partition(":")[0]
    try:
        if do == "find":
            found = await _found(services, person, ident, form["name"], errors)
        elif not do:
            await _judge(services, person, step, draft, errors)
    except Away as away:
        errors.add(step.name, f"{away.words} What you typed is saved. Try again.")
        return await _draw(request, person, services, step, draft, errors, status=503)
    if do or errors:
        return await _draw(request, person, services, step, draft, errors, found, form["name"], 422 if errors else 200)
    return back(request, person, f"/new/arranged/{ident}/{agreed.neighbours(step.name)[1]}")


def _change(form: Form) -> dict[str, list[str]]:
    """The fields that adding somebody, or taking somebody out, changes."""
    do, _, what = form["do"].partition(":")
    if do == "remove":
        return agreed.removed(what)
    peer, _, role = what.partition(":")
    return (agreed.added(form.fields, peer, role) or {}) if do == "add" else {}


async def _judge(services: Backends, person: Person, step: Step, draft: Draft, errors: Errors) -> None:
    if step.name == "what":
        await _meaning(services, person, draft, errors)
        for field, words in agreed.days_wrong(draft.fields):
            errors.add(field, words)
    elif step.name == "people":
        for field, words in agreed.people_wrong(agreed.lines(draft.fields)):
            errors.add(field, words)
    else:
        for each in await _parties(services, person, draft):
            on = agreed.day(draft.fields, f"on.{each.stem}")
            if on and agreed.day_wrong(on):
                errors.add(f"on.{each.stem}-day", "This must be a real date, for example 19 11 2026.")


async def _meaning(services: Backends, person: Person, draft: Draft, errors: Errors) -> Any:
    """Council, kind and dates as the service that opens requests reads them; None with errors where it cannot."""
    verdict = await services.ask(person, "requests", "/requests/check", agreed.question(draft.fields))
    for field, words in asking.faults(verdict["problems"], {}):
        errors.add(field, words)
    if verdict["unclear"]:
        errors.add(*asking.unclear(verdict["unclear"], {}))
    return verdict["meaning"]


async def _parties(services: Backends, person: Person, draft: Draft) -> list[Party]:
    """Everybody who must agree; nobody while it is not clear who will help."""
    found = agreed.lines(draft.fields)
    kind = asking.one(draft.fields, "kind")
    if not kind or agreed.people_wrong(found):
        return []
    said = await services.ask(person, "matcher", "/matches/parties", {"kind": kind, "lines": agreed.team(found)})
    return agreed.parties(said["parties"], found)


async def _found(services: Backends, person: Person, ident: str, words: str, errors: Errors) -> Any:
    """Peers whose name, council or role fits what was typed."""
    if not words:
        errors.add("name", "Enter a name, a council or a role.")
        return None
    return await services.get(
        person, "registry", "/search", words=words[:200], because="to_record_an_arrangement", match=f"draft-{ident}"[:64], limit=8
    )


async def _draw(
    request: Request,
    person: Person,
    services: Backends,
    step: Step,
    draft: Draft,
    errors: Errors | None = None,
    found: Any = None,
    name: str = "",
    status: int = 200,
) -> Response:
    errors, lines = errors or Errors(), agreed.lines(draft.fields)
    who: list[Party] = []
    if step.name == "consents":
        part = await services.part(_parties(services, person, draft))
        who = part.value or []
        if part.away and not errors:
            errors.add("consents", part.away)
    called = await _called(services, person, lines)
    before, _ = agreed.neighbours(step.name)
    return page(
        request, person, f"arranged_{step.name}.html", status, step=step, number=agreed.STEPS.index(step) + 1, total=len(agreed.STEPS),
        draft=draft, value=lambda key: asking.one(draft.fields, key), errors=errors,
        back_to=f"/new/arranged/{draft.id}/{before}" if before else "/new",
        kinds=asking.kinds_offered(), councils=asking.councils_offered(person.own_regions),
        lines=lines, called=called, found=found, name=name, roles=ROLES, words=wording, who=who, party_words=agreed.party_words,
    )  # fmt: skip


async def _check(
    request: Request, person: Person, services: Backends, draft: Draft, errors: Errors | None = None, status: int = 200
) -> Response:
    """The last page; problems lead to the steps that their fields stand on."""
    errors, wrong, lines = errors or Errors(), Errors(), agreed.lines(draft.fields)
    part = await services.part(_meaning(services, person, draft, wrong))
    parties = await services.part(_parties(services, person, draft))
    found = [("what", *each) for each in (*wrong.found, *agreed.days_wrong(draft.fields))]
    found += [("people", *each) for each in agreed.people_wrong(lines)]
    for step, field, words in found:
        errors.add(field, words, f"/new/arranged/{draft.id}/{step}#{field}")
    return page(
        request, person, "arranged_check.html", status, draft=draft, meaning=part.value, errors=errors, lines=lines, words=wording,
        called=await _called(services, person, lines), not_checked=part.away or parties.away, who=parties.value or [], roles=ROLES,
        party_words=agreed.party_words, value=lambda key: asking.one(draft.fields, key), day_of=lambda key: _day(draft.fields, key),
    )  # fmt: skip


def _day(fields: Mapping[str, Sequence[str]], name: str) -> str:
    """A date that was typed; "" where none was, or no date."""
    found = agreed.day(fields, name)
    return "" if agreed.day_wrong(found) else found


async def _called(services: Backends, person: Person, lines: Sequence[Line]) -> dict[str, str]:
    """What those who will help are called; their numbers while the register is away."""
    part = await services.part(names(services, person, [line.peer for line in lines], "to_record_an_arrangement"))
    return part.value or {}


def _step(name: str) -> Step:
    step = agreed.step_at(name)
    if step is None:
        raise not_found("step")
    return step
