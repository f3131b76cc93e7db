"""What people ask of requests: post, amend, withdraw, answer. Load, decide, save, say; the decision and its reason are noted."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from schemas.fact import Problem
from schemas.intake import SupportRequested
from schemas.requests import IntakeRefused
from services.kit import problems
from services.kit.access import EVERYWHERE, Actor
from services.kit.problems import Refused
from services.kit.work import Work
from services.requests import domain, history, intake, offers, reading, store
from services.requests.deciding import decide
from services.requests.domain import Broken, Step
from services.requests.offers import Reply
from services.requests.request import Request
from services.requests.wording import problem

_FIXED = frozenset({"reference", "revision"})
_DATES = frozenset({"from", "to"})


def source_of(actor: Actor) -> str:
    """The source of what somebody posts through the API."""
    return f"/api/{actor.id}"


def may_see(actor: Actor, request: Request) -> bool:
    """True for requests of the actor's regions, and for what the actor has posted, wherever it turns out to belong."""
    own = request.source == source_of(actor)
    return own or EVERYWHERE in actor.regions or any(actor.covers(region) for region in request.regions)


def draft_id(actor: Actor, key: str) -> str:
    """The id of a draft that is begun by a command: the same when the command is sent again, and nobody else's."""
    return reading.request_id(source_of(actor), f"draft {key}")


async def load(work: Work, ident: str, actor: Actor, expected: int) -> Request:
    """The request, locked, if the actor may see it and has seen its latest version. Errors: Refused 404, 409."""
    request = (await store.lock(work.db, [ident])).get(ident)
    if request is None or not may_see(actor, request):
        raise problems.not_found("request", ident)
    if request.version != expected:
        raise problems.stale(expected, request.version, request.changed_by, request.changed_at.isoformat())
    return request


def read(actor: Actor, data: Mapping[str, Any]) -> reading.Submission:
    """What somebody posted. Errors: Refused 422 naming the fields."""
    found = reading.read(source_of(actor), data)
    if isinstance(found, tuple):
        raise _unreadable(found)
    return found


async def post(work: Work, actor: Actor, submission: reading.Submission, data: dict[str, Any], key: str) -> Step:
    """Take a posted request as an intake record is taken. Errors: Refused 422 where a record would be refused, 403 for another region."""
    (step,) = await intake.receive([intake.Record(f"api-{key}", submission, data)], work)
    if step is None or step.outcome == "refused":
        refusal = step.facts[0].problems if step and isinstance(step.facts[0], IntakeRefused) else ()
        raise _unreadable(refusal)
    _in_region(actor, step.request)
    work.note(actor.id, "request.post", step.request.id)
    return step


def check_changes(changes: Mapping[str, Any]) -> None:
    """Look at changes before anything is loaded. Errors: Refused 422."""
    if not changes.keys() <= reading.FIELDS - _FIXED:
        known = ", ".join(sorted(reading.FIELDS - _FIXED))
        raise _unreadable((problem("changes", "unknown_field", "A field is named that cannot be changed.", f"Change only: {known}."),))
    found = reading.validate({"reference": "-", "authority": "-", "kind": "-"} | store.Words({}, dict(changes)).now)
    if not _unicode(changes):
        found = (problem("changes", "not_text", "Something in this is not readable text.", "Write it in Unicode."),)
    if isinstance(found, tuple):
        raise _unreadable(found)


async def amend(work: Work, actor: Actor, request: Request, changes: Mapping[str, Any], reason: str) -> Step:
    """Change some fields of a request. Errors: Broken; Refused 409 without words to change, 403 for another region."""
    words = await store.words(work.db, request.id)
    if words is None:
        raise Broken("no_words", "The words of this request are not kept, so no field of them can be changed. Send a new request.")
    merged = {**words.changes, **changes}
    asked = _asked(store.Words(words.submitted, merged))
    answers = domain.still_said(request.answers, changes)
    received = request.revised_at.date()
    decision = decide(asked, received, work.now.date() if changes.keys() & _DATES else received, answers)
    step = domain.amend(request, decision, actor.id, frozenset(changes), work.now)
    _in_region(actor, step.request)
    await store.keep_changes(work.db, request.id, merged)
    return await _keep(work, actor, step, "request.amend", reason)


async def withdraw(work: Work, actor: Actor, request: Request, because: str, reason: str) -> Step:
    """Take a request back. Errors: Broken."""
    return await _keep(work, actor, domain.withdraw(request, actor.id, because, work.now), "request.withdraw", reason)


async def answer(work: Work, actor: Actor, request: Request, question: str, code: str, reason: str) -> Step:
    """Answer a question; the request is decided anew with it. Errors: Broken; Refused 403 when the answer is a council elsewhere."""
    told = domain.answer(request, question, code, actor.id, work.now)
    words = await store.words(work.db, request.id)
    if words is None:
        raise Broken("no_words", "The words of this request are not kept, so it cannot be decided. Send a new request.")
    received: date = request.revised_at.date()
    step = domain.answered(told, code, decide(_asked(words), received, received, told.answers), actor.id)
    _in_region(actor, step.request)
    return await _keep(work, actor, step, "question.answer", reason)


async def answer_offer(work: Work, actor: Actor, request: Request, reply: Reply, reason: str) -> Step:
    """Write down what a council said to an offer. Errors: Broken."""
    return await _keep(work, actor, offers.answer(request, reply, actor.id, work.now), "offer.answer", reason)


async def _keep(work: Work, actor: Actor, step: Step, action: str, reason: str) -> Step:
    events: list[history.Event] = []
    intake.say(work, events, step.facts, step.request.id, actor.id)
    await store.save(work.db, [step.request])
    await store.tell(work.db, events)
    work.note(actor.id, action, step.request.id, reason)
    return step


def _asked(words: store.Words) -> SupportRequested:
    found = reading.validate(words.now)
    if isinstance(found, tuple):
        raise _unreadable(found)
    return found


def _unicode(data: Any) -> bool:
    """False for what JSON can spell and nobody can write: half a character."""
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _in_region(actor: Actor, request: Request) -> None:
    """Nobody opens or moves a request where they may not see it. What has no region yet may be posted by anybody."""
    if EVERYWHERE not in actor.regions and request.regions and not any(actor.covers(region) for region in request.regions):
        raise Refused(403, "region", "This council is in a region that you do not cover. Ask an adviser of that region.")


def _unreadable(found: tuple[Problem, ...]) -> Refused:
    return Refused(422, "not_accepted", "Some fields are missing or wrong, or the request cannot be taken; see problems.", found)
