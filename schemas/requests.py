"""requests: the facts of the service that holds what councils ask for. Keyed by request id; a refusal by its own intake id."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from schemas.fact import ActorId, Code, Days, Fact, LaCode, PeerId, Problem, Region, RequestId, Value


class RequestsFact(Fact):
    """Said by requests alone."""

    topic: ClassVar[str] = "requests.events.v1"


class Place(Value):
    """One seat to fill: `place` is its name within the request, `role` the role asked for."""

    place: Code
    role: Code


class Wishes(Value):
    """What the host would like: the region of the donor against its own, the party of the peer, councils to avoid, a peer by name.

    one_outside_region: of the team at least one must come from outside the host's region.
    """

    region: Region = "any"
    party: Code | None = None
    avoid: tuple[LaCode, ...] = ()
    named_peer: PeerId | None = None
    one_outside_region: bool = False


class RequestContent(RequestsFact):
    """Everything a matcher needs to know of a request, in codes; words stay with the requests service.

    origin: how it came about: council, adviser_offer, commissioned; `commissioned_by` says by whom (a funder's code).
    """

    request: RequestId
    version: Annotated[int, Field(ge=1)]
    reference: str
    revision: Annotated[int, Field(ge=1)]
    host: LaCode
    kind: Code
    origin: Code = "council"
    priority: Code
    themes: tuple[Code, ...]
    places: tuple[Place, ...] = Field(min_length=1)
    starts: date
    ends: date
    days: Days
    wishes: Wishes = Wishes()
    cost_basis: Code
    funder: Code
    warnings: tuple[Problem, ...] = ()
    received_at: AwareDatetime  # age raises priority
    commissioned_by: Code | None = None


class RequestOpened(RequestContent, type="manyhands.requests.request-opened.v1"):
    """A request is valid, its names are resolved, its gaps are filled by kind; it may be matched from now on."""


class RequestAmended(RequestContent, type="manyhands.requests.request-amended.v1"):
    """The whole content anew after a newer revision or an adviser's change; `changed` names the fields."""

    changed: tuple[Code, ...]


class SupportOffered(RequestContent, type="manyhands.requests.support-offered.v1"):
    """An adviser offers support to the host, who has until `answer_by` to answer; said anew when the offer changes.

    Nobody is proposed for it before OfferAccepted, which RequestOpened follows.
    """

    answer_by: AwareDatetime


class OfferAnswer(RequestsFact):
    """What the host said to an offer on `answered_on`: `by` whom there (a party's code), how (`channel`), written down by `actor`."""

    request: RequestId
    version: Annotated[int, Field(ge=1)]
    by: Code
    channel: Code
    answered_on: date
    actor: ActorId


class OfferAccepted(OfferAnswer, type="manyhands.requests.offer-accepted.v1"):
    """The host takes the offer; the request is opened next."""


class OfferRefused(OfferAnswer, type="manyhands.requests.offer-refused.v1"):
    """The host does not want what was offered: the request has ended. It counts against nobody."""

    because: Code


class OfferLapsed(RequestsFact, type="manyhands.requests.offer-lapsed.v1"):
    """The host has said nothing to an offer until `answer_by`: the request has ended. It counts against nobody."""

    request: RequestId
    version: Annotated[int, Field(ge=1)]
    answer_by: AwareDatetime


class IntakeRefused(RequestsFact, type="manyhands.requests.intake-refused.v1"):
    """An intake record was read but cannot be taken as a request. `intake` is its place in the topic or the id of the call."""

    intake: str
    request: RequestId | None = None
    problems: tuple[Problem, ...] = Field(min_length=1)


class RequestRejected(RequestsFact, type="manyhands.requests.request-rejected.v1"):
    """A request is known by its reference but cannot be opened as it stands; a newer revision may mend it."""

    request: RequestId
    version: Annotated[int, Field(ge=1)]
    reference: str
    revision: Annotated[int, Field(ge=1)]
    problems: tuple[Problem, ...] = Field(min_length=1)


class QuestionRaised(RequestsFact, type="manyhands.requests.question-raised.v1"):
    """A request waits for a person: `field` can be read in more than one way, `candidates` are the codes that are likeliest.

    field: authority, kind, team.0.role, themes.0 and so on. host: who asks, where that is clear.
    """

    request: RequestId
    version: Annotated[int, Field(ge=1)]
    question: str
    field: str
    rule: Code
    candidates: tuple[Code, ...]
    host: LaCode | None = None


class QuestionAnswered(RequestsFact, type="manyhands.requests.question-answered.v1"):
    """An adviser has chosen `answer` for the question; what follows (opened, rejected) is said after it."""

    request: RequestId
    version: Annotated[int, Field(ge=1)]
    question: str
    field: str
    answer: Code
    actor: ActorId


class RequestWithdrawn(RequestsFact, type="manyhands.requests.request-withdrawn.v1"):
    """The host or an adviser has taken the request back; whatever was held for it is to be let go."""

    request: RequestId
    version: Annotated[int, Field(ge=1)]
    actor: ActorId
    because: Code


class RequestNoted(RequestsFact, type="manyhands.requests.request-noted.v1"):
    """An adviser has written a note about the request; its words stay with the requests service. It leaves the version as it was.

    audience: who may read it beside its author: region (whoever may see the request), national (who covers every region), author.
    """

    request: RequestId
    version: Annotated[int, Field(ge=1)]
    entry: Annotated[str, Field(min_length=1, max_length=64, description="the note's id")]
    audience: Code
    actor: ActorId


class RequestEscalated(RequestsFact, type="manyhands.requests.request-escalated.v1"):
    """An adviser hands the request to those who lead its region, `to`, who are told; it waits for them until it is settled."""

    request: RequestId
    version: Annotated[int, Field(ge=1)]
    because: Code
    to: tuple[ActorId, ...] = Field(min_length=1)
    actor: ActorId


class EscalationSettled(RequestsFact, type="manyhands.requests.escalation-settled.v1"):
    """What was escalated has been looked at; the request goes on as it is."""

    request: RequestId
    version: Annotated[int, Field(ge=1)]
    actor: ActorId
