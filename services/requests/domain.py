"""What becomes of a request: opened, amended, rejected, asked about, withdrawn. Pure: from what is known to what follows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from schemas.fact import Problem
from schemas.requests import (
    IntakeRefused,
    QuestionAnswered,
    QuestionRaised,
    RequestAmended,
    RequestContent,
    RequestOpened,
    RequestRejected,
    RequestsFact,
    RequestWithdrawn,
    SupportOffered,
)
from services.requests import defaults
from services.requests.deciding import Decision, Doubt, Ready, Rejection, may_answer, names_somebody
from services.requests.origins import COUNCIL, OFFER
from services.requests.reading import Submission
from services.requests.request import Offer, Question, Request, regions_of
from services.requests.wording import problem
from services.vocabulary.calendar import after_working_days

OFFER_ENDED = frozenset({"offer_refused", "offer_lapsed"})
"""How a request stands whose offer came to nothing."""
CONTENT = tuple(Ready.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Step:
    """What follows: the request after it, the facts to say in order, and the outcome in one word.

    Outcomes: opened, amended, offered, rejected, question, same, refused, withdrawn, accepted, offer_refused, offer_lapsed.
    `request` is unchanged when nothing is taken.
    """

    request: Request
    outcome: str
    facts: tuple[RequestsFact, ...] = ()


class Broken(Exception):
    """A command that a rule forbids: its code, what to do about it, and the fields it is about."""

    def __init__(self, rule: str, detail: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(detail)
        self.rule, self.detail, self.problems = rule, detail, problems


def begin(submission: Submission, intake: str, decision: Decision, now: datetime) -> Step:
    """The first record of a reference."""
    blank = Request(
        id=submission.request,
        source=submission.source,
        reference=submission.asked.reference,
        origin=COUNCIL,
        intake=intake,
        revision=submission.asked.revision,
        digest=submission.digest,
        received_at=now,
        revised_at=now,
        changed_at=now,
        changed_by=submission.source,
    )
    return _settle(blank, _as_it_stands(blank, decision))


def take(request: Request, submission: Submission, intake: str, decision: Decision, now: datetime) -> Step:
    """A later record of a known reference: the same again, a newer revision, or nothing that can be taken.

    A newer revision that cannot be opened is refused while the request is open, which goes on as it is; otherwise it is decided anew.
    """
    revision = submission.asked.revision
    if revision == request.revision and submission.digest == request.digest:
        return Step(request, "same")
    refusal = _not_taken(request, revision)
    decision = _as_it_stands(request, decision)
    if refusal is None and isinstance(decision, Rejection) and request.content is not None:
        return _refuse(request, intake, decision.problems)
    if refusal is not None:
        return _refuse(request, intake, (refusal,))
    fresh = replace(
        request,
        intake=intake,
        revision=revision,
        digest=submission.digest,
        answers={},
        revised_at=now,
        changed_at=now,
        changed_by=submission.source,
    )
    return _settle(fresh, decision)


def _not_taken(request: Request, revision: int) -> Problem | None:
    if revision < request.revision:
        return _SUPERSEDED
    if revision == request.revision:
        return _CHANGED
    if request.standing == "withdrawn":
        return _WITHDRAWN
    if request.standing in OFFER_ENDED:
        return _OFFER_ENDED
    return _COMPLETED if request.progress.state == "completed" else None


def _refuse(request: Request, intake: str, problems: tuple[Problem, ...]) -> Step:
    return Step(request, "refused", (IntakeRefused(intake=intake, request=request.id, problems=problems),))


def _as_it_stands(request: Request, decision: Decision) -> Decision:
    """The decision, unless how far the request has come forbids it: what is no offer becomes none, nor the other way round; and an offer
    that is not accepted names nobody."""
    if not isinstance(decision, Ready):
        return decision
    if request.content is not None and (decision.origin == OFFER) != (request.content.origin == OFFER):
        return Rejection((_ORIGIN_STAYS,))
    found = names_somebody(decision) if request.unopened else ()
    return Rejection(found) if found else decision


def _settle(request: Request, decision: Decision) -> Step:
    """The request with its next version and what a decision makes of it."""
    version = request.version + 1
    if isinstance(decision, Rejection):
        rejected = RequestRejected(
            request=request.id, version=version, reference=request.reference, revision=request.revision, problems=decision.problems
        )
        after = replace(request, version=version, standing="rejected", problems=decision.problems, question=None)
        return Step(after, "rejected", (rejected,))
    if isinstance(decision, Doubt):
        question = Question(question=f"{request.id}-{version}", field=decision.field, rule=decision.rule, candidates=decision.candidates)
        raised = QuestionRaised(request=request.id, version=version, host=decision.host, **dict(question))
        may_tell = (*request.regions, *regions_of((decision.host,) if decision.host else decision.candidates))
        after = replace(
            request,
            version=version,
            standing="question",
            problems=(),
            question=question,
            host=request.host or decision.host,
            regions=tuple(dict.fromkeys(may_tell)),
        )
        return Step(after, "question", (raised,))
    return _open(request, version, decision)


def _open(request: Request, version: int, ready: Ready) -> Step:
    said: dict[str, Any] = {
        "request": request.id,
        "version": version,
        "reference": request.reference,
        "revision": request.revision,
        "received_at": request.received_at,
        **{name: getattr(ready, name) for name in CONTENT},
    }
    before = request.content
    fact: RequestContent
    standing, offer, outcome = "open", request.offer, "amended"
    if request.unopened and ready.origin == OFFER:
        offer = Offer(answer_by=after_working_days(request.changed_at, defaults.OFFER_OPEN))
        standing = outcome = "offered"
        fact = SupportOffered(**said, answer_by=offer.answer_by)
    elif before is None:
        outcome = "opened"
        fact = RequestOpened(**said)
    else:
        fact = RequestAmended(**said, changed=tuple(name for name in CONTENT if getattr(before, name) != getattr(ready, name)))
    after = replace(
        request,
        version=version,
        standing=standing,
        content=fact,
        offer=offer,
        origin=ready.origin,
        problems=(),
        question=None,
        host=ready.host,
        kind=ready.kind,
        regions=regions_of((ready.host,)),
    )
    return Step(after, outcome, (fact,))


def amend(request: Request, decision: Decision, actor: str, changed: frozenset[str], now: datetime) -> Step:
    """An adviser changed some fields; an answer about one of them gives way.

    Errors: Broken withdrawn, offer_ended, completed, not_accepted.
    """
    alive(request)
    decision = _as_it_stands(request, decision)
    if isinstance(decision, Rejection):
        raise Broken("not_accepted", "With these changes the request could not be opened; see problems.", decision.problems)
    answers = still_said(request.answers, changed)
    return _settle(replace(request, answers=answers, changed_at=now, changed_by=actor), decision)


def still_said(answers: Mapping[str, str], changed: Collection[str]) -> dict[str, str]:
    """The answers that are not about fields that were changed since."""
    return {name: answer for name, answer in answers.items() if name.partition(".")[0] not in changed}


def answer(request: Request, question: str, code: str, actor: str, now: datetime) -> Request:
    """The request with an adviser's answer in it, to be decided anew. Errors: Broken no_question, not_a_candidate, or as `alive`."""
    alive(request)
    asked = request.question
    if asked is None or asked.question != question:
        raise Broken("no_question", "This question does not wait for an answer. Read the request again.")
    if not may_answer(asked.field, code):
        raise Broken(
            "not_a_candidate", f"Answer with one of: {', '.join(asked.candidates)}; or with another code that {asked.field} can hold."
        )
    return replace(request, version=request.version + 1, answers={**request.answers, asked.field: code}, changed_at=now, changed_by=actor)


def answered(request: Request, code: str, decision: Decision, actor: str) -> Step:
    """What follows from an answer: it is said first, then what it leads to. `request` is what `answer` returned."""
    assert request.question is not None
    decision = _as_it_stands(request, decision)
    if isinstance(decision, Rejection):
        raise Broken("not_accepted", "With this answer the request could not be opened; see problems.", decision.problems)
    said = QuestionAnswered(
        request=request.id,
        version=request.version,
        question=request.question.question,
        field=request.question.field,
        answer=code,
        actor=actor,
    )
    step = _settle(request, decision)
    return Step(step.request, step.outcome, (said, *step.facts))


def withdraw(request: Request, actor: str, because: str, now: datetime) -> Step:
    """The request is taken back; what is held for it will be let go. Errors: as `alive`."""
    alive(request)
    version = request.version + 1
    said = RequestWithdrawn(request=request.id, version=version, actor=actor, because=because)
    after = replace(request, version=version, standing="withdrawn", question=None, changed_at=now, changed_by=actor)
    return Step(after, "withdrawn", (said,))


def alive(request: Request) -> None:
    """Errors: Broken withdrawn, offer_ended, completed."""
    if request.standing in OFFER_ENDED:
        raise Broken("offer_ended", f"{_OFFER_ENDED.reason} {_OFFER_ENDED.remedy}")
    if request.standing == "withdrawn":
        raise Broken("withdrawn", "This request was withdrawn. Send a new one, with a reference of its own.")
    if request.progress.state == "completed":
        raise Broken("completed", "This request is completed. Send a new one, with a reference of its own.")


_SUPERSEDED = problem("revision", "superseded", "A newer revision of this reference is already known.", "Send your changes as a newer one.")
_CHANGED = problem(
    "revision",
    "changed_without_revision",
    "This revision is already known with other content; the known content stays.",
    "Send the changed content with the next revision number.",
)
_WITHDRAWN = problem("reference", "withdrawn", "This request was withdrawn.", "Send a new request, with a reference of its own.")
_OFFER_ENDED = problem(
    "reference",
    "offer_ended",
    "The council did not want this offer, or has not answered it in time.",
    "Make a new one, with a reference of its own.",
)
_ORIGIN_STAYS = problem(
    "origin",
    "origin_stays",
    "An offer stays an offer, and what was opened does not become one.",
    "Send a new request, with a reference of its own.",
)
_COMPLETED = problem("reference", "completed", "This request is completed.", "Send a new request, with a reference of its own.")
