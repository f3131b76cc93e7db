"""What requests' API takes and gives: commands, requests as an adviser sees them, stories in sentences."""

import json
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from schemas.fact import Problem
from schemas.intake import SupportRequested
from schemas.requests import RequestContent
from services.requests.domain import Step
from services.requests.history import Event, sentence
from services.requests.request import Offer, Question, Request
from services.requests.store import Words

Reason = Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$", description="kept in the audit, where it can be erased")]
Version = Annotated[int, Field(ge=1, description="the version that you have seen; another one is answered with 409")]


class Posted(RootModel[dict[str, Any]]):
    """A request as the intake event has it; read and decided by the same rules."""

    @classmethod
    def __get_pydantic_json_schema__(cls, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(SupportRequested.__pydantic_core_schema__)


class Amend(BaseModel):
    """Some fields anew, as the intake event has them; null takes one out. `reference` and `revision` cannot be changed."""

    changes: Annotated[dict[str, Any], Field(min_length=1, max_length=20)]
    expected_version: Version
    reason: Reason = ""


class Withdraw(BaseModel):
    """Take a request back. `reason_code` goes into the facts, `reason` into the audit."""

    reason_code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="for example by_host, duplicate, entered_in_error")]
    expected_version: Version
    reason: Reason = ""


class Answer(BaseModel):
    """The answer to a question: one of its candidates, or another code that the field can hold; `none` leaves a theme out."""

    answer: Annotated[str, Field(min_length=1, max_length=64)]
    expected_version: Version
    reason: Reason = ""


class AnswerOffer(BaseModel):
    """What a council said to an adviser's offer, as it was told: by whom of the council, how, and when (left out: today)."""

    accepted: bool
    by: Annotated[Literal["host_dcs", "host_lead_member", "host_chief_executive", "host"], Field(description="who of the council said so")]
    channel: Annotated[Literal["desk", "telephone", "email", "meeting"], Field(description="how they said it")] = "telephone"
    answered_on: date | None = None
    because: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", description="why not, a code that is kept in the event")] = "not_said"
    expected_version: Version
    reason: Reason = ""


class Outcome(BaseModel):
    """What a command led to: opened, amended, offered, rejected, question, same, withdrawn, accepted or offer_refused; with problems,
    warnings or a question."""

    request: str
    outcome: str
    version: int
    state: str
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    question: Question | None = None


class Line(BaseModel):
    """A request in a list."""

    request: str
    reference: str
    state: str
    version: int
    host: str | None
    kind: str | None
    regions: tuple[str, ...]
    priority: str | None
    starts: date | None
    ends: date | None
    received_at: datetime
    changed_at: datetime


class Listed(BaseModel):
    """Requests in the order that was asked for. `next` goes into `after` for more; null at the end."""

    requests: list[Line]
    next: str | None


class Whole(Line):
    """A request with its content in codes, its words as submitted and amended, and what is wrong or to be asked about it.

    `offer` is an adviser's offer with what became of it; nobody is proposed before it is accepted. `content` is what others know of the
    request: while a newer revision is in question, that of the one before. `contact` is null without the scope requests:read_contact.
    `words` is null where there are none.
    """

    source: str
    origin: str
    offer: Offer | None
    intake: str
    revision: int
    match: str | None
    changed_by: str
    content: RequestContent | None
    problems: tuple[Problem, ...]
    question: Question | None
    words: dict[str, Any] | None
    amended: list[str]
    contact: dict[str, Any] | None


class Told(BaseModel):
    """One event of a story; `sentence` says it in words."""

    at: datetime
    service: str
    type: str
    sequence: int
    actor: str
    detail: dict[str, Any]
    sentence: str


class Story(BaseModel):
    """Everything that was said about a request, in order of time."""

    request: str
    events: list[Told]


def outcome(step: Step) -> Outcome:
    """A step as the answer to a command."""
    request = step.request
    opened = request.standing == "open" and request.content is not None
    return Outcome(
        request=request.id,
        outcome=step.outcome,
        version=request.version,
        state=request.state,
        problems=request.problems,
        warnings=request.content.warnings if opened and request.content else (),
        question=request.question,
    )


def line(request: Request) -> Line:
    """A request for a list."""
    return Line(**_line(request))


def _line(request: Request) -> dict[str, Any]:
    content = request.content
    return {
        "request": request.id,
        "reference": request.reference,
        "state": request.state,
        "version": request.version,
        "host": request.host,
        "kind": request.kind,
        "regions": request.regions,
        "priority": content.priority if content else None,
        "starts": content.starts if content else None,
        "ends": content.ends if content else None,
        "received_at": request.received_at,
        "changed_at": request.changed_at,
    }


def whole(request: Request, words: Words | None, *, with_contact: bool) -> Whole:
    """A request on its own. Of its words only those that the contract knows are shown."""
    shown = SupportRequested.model_validate(words.now).model_dump(mode="json", by_alias=True) if words else None
    contact = shown.pop("contact") if shown else None
    return Whole(
        **_line(request),
        source=request.source,
        origin=request.origin,
        offer=request.offer,
        intake=request.intake,
        revision=request.revision,
        match=request.progress.match,
        changed_by=request.changed_by,
        content=request.content,
        problems=request.problems,
        question=request.question,
        words=shown,
        amended=sorted(words.changes) if words else [],
        contact=contact if with_contact else None,
    )


def story(request: str, events: list[Event]) -> Story:
    """A story in sentences."""
    return Story(request=request, events=[_told(event) for event in events])


def _told(event: Event) -> Told:
    detail = json.loads(event.detail)
    return Told(
        at=event.at,
        service=event.service,
        type=event.type,
        sequence=event.sequence,
        actor=event.actor,
        detail=detail,
        sentence=sentence(event.type, detail),
    )
