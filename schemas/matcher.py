"""matcher: the facts of the service that proposes and follows through. Keyed by request id, so that a request's story stays in order."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from schemas.fact import ActorId, Agreed, Code, Days, Fact, LaCode, Line, MatchId, PeerId, RequestId, Value


class MatcherFact(Fact):
    """Said by matcher alone. `version` counts what the matcher has said about the request; a newer one wins."""

    topic: ClassVar[str] = "matcher.events.v1"

    match: MatchId
    request: RequestId
    version: Annotated[int, Field(ge=1)]


class Candidate(Value):
    """A peer proposed for a place, with the whole arithmetic: `fit` is the weighted sum of `terms`, `value` is fit less `price`.

    terms: each in [0, 1], by name. weights: as applied, summing to 1; `border` is a further, negative weight, there only where it applies.
    price: parts by name, positive costs and negative bonuses.
    """

    peer: PeerId
    council: LaCode
    rank: Annotated[int, Field(ge=1)]
    fit: float
    value: float
    terms: dict[str, float]
    weights: dict[str, float]
    price: dict[str, float]


class PlaceSuggestion(Value):
    """The best few for one place, and how many were left out: by which rule (the first that applied), or `below_floor` of the fit."""

    place: Code
    role: Code
    considered: Annotated[int, Field(ge=0)]
    excluded: dict[str, int]
    candidates: tuple[Candidate, ...] = Field(min_length=1)


class MatchSuggested(MatcherFact, type="manyhands.matcher.match-suggested.v1"):
    """Peers are proposed for a request; an adviser decides. `ranking` names the stored inputs from which the ranking can be replayed.

    scarcity_version: the scarcity prices that were applied, 0 where none were known. pressing_since: since when the request counts as
    waiting, by priority, age and first day: the earlier, the more pressing. cohort: of a course, in which there is a place.
    """

    host: LaCode
    kind: Code
    days: Days
    starts: date
    ends: date
    places: tuple[PlaceSuggestion, ...] = Field(min_length=1)
    registry_version: Annotated[int, Field(ge=-1)]
    policy_version: Annotated[int, Field(ge=1)]
    as_of: date
    ranking: str
    scarcity_version: Annotated[int, Field(ge=0)] = 0
    pressing_since: AwareDatetime | None = None
    cohort: Code | None = None


class SuggestionDeclined(MatcherFact, type="manyhands.matcher.suggestion-declined.v1"):
    """An adviser turned down `peers` for this request; a fresh suggestion without them follows, or the request is unmet."""

    peers: tuple[PeerId, ...] = Field(min_length=1)
    because: Code
    actor: ActorId


class MatchSelected(MatcherFact, type="manyhands.matcher.match-selected.v1"):
    """An adviser chose these peers; capacity, and a place in `cohort`, is to be held until `expires_at`. override: not the first one."""

    host: LaCode
    lines: tuple[Line, ...] = Field(min_length=1)
    starts: date
    ends: date
    expires_at: AwareDatetime
    override: bool = False
    because: Code
    actor: ActorId
    kind: Code | None = None
    cohort: Code | None = None


class ConsentAsked(MatcherFact, type="manyhands.matcher.consent-asked.v1"):
    """`party` is asked to agree by `deadline`.

    Parties: mentee, group_office, peer, employer, host, host_dcs, host_lead_member, host_chief_executive.
    """

    consent: str
    stage: Annotated[int, Field(ge=1)]
    party: Code
    peer: PeerId | None = None
    deadline: AwareDatetime


class ConsentGiven(MatcherFact, type="manyhands.matcher.consent-given.v1"):
    """`party` agreed. `on_behalf` when `actor` recorded what the party said by `channel` (desk, telephone, email, meeting)."""

    consent: str
    party: Code
    peer: PeerId | None = None
    on_behalf: bool
    channel: Code
    actor: ActorId


class ConsentRefused(MatcherFact, type="manyhands.matcher.consent-refused.v1"):
    """`party` did not agree. It never lowers anybody's future rank."""

    consent: str
    party: Code
    peer: PeerId | None = None
    on_behalf: bool
    channel: Code
    because: Code
    actor: ActorId


class ConsentsCompleted(MatcherFact, type="manyhands.matcher.consents-completed.v1"):
    """Everybody who must agree has agreed; the registry may place what it holds."""

    lines: tuple[Line, ...] = Field(min_length=1)
    starts: date


class MatchPlaced(MatcherFact, type="manyhands.matcher.match-placed.v1"):
    """Every consent is given and the capacity is placed: the support can start."""

    host: LaCode
    lines: tuple[Line, ...] = Field(min_length=1)
    starts: date
    ends: date


class MatchLapsed(MatcherFact, type="manyhands.matcher.match-lapsed.v1"):
    """A deadline passed (`consent_deadline`) or the hold ran out (`hold_expired`): what is held for the match is to be let go."""

    because: Code


class MatchWithdrawn(MatcherFact, type="manyhands.matcher.match-withdrawn.v1"):
    """The match ended on purpose: what is held for it is to be let go.

    because: consent_refused, request_withdrawn, request_amended, by_adviser, no_longer_qualifies.
    """

    because: Code
    actor: ActorId


class RequestUnmet(MatcherFact, type="manyhands.matcher.request-unmet.v1"):
    """Nobody can be proposed now. `places` that are short with the rules that left people out; asked again at `retry_at`.

    pressing_since: since when the request counts as waiting: the earlier, the more pressing.
    """

    short: tuple["Shortage", ...] = Field(min_length=1)
    retry_at: AwareDatetime
    pressing_since: AwareDatetime | None = None


class Shortage(Value):
    """A place that nobody fills: of `considered` peers, how many each rule left out; also `other_place`: needed there; or a whole rule."""

    place: Code
    role: Code
    considered: Annotated[int, Field(ge=0)]
    excluded: dict[str, int]


class RequestEscalated(MatcherFact, type="manyhands.matcher.request-escalated.v1"):
    """A person must look at this request: `because` says why.

    because: amended_after_placement, withdrawn_after_placement, no_longer_qualifies, replacement_refused.
    """

    because: Code


class PeerDisqualified(MatcherFact, type="manyhands.matcher.peer-disqualified.v1"):
    """The register has changed, and by `rule` a peer who `was` proposed, chosen or placed may no longer fill `place`.

    instead: who could take the place of somebody whose work is placed; a person decides.
    """

    place: Code
    peer: PeerId
    rule: Code
    was: Code
    instead: PlaceSuggestion | None = None


class ArrangementRecorded(MatcherFact, type="manyhands.matcher.arrangement-recorded.v1"):
    """People agreed by telephone and the adviser enters it later: capacity is to be spent at once, without ranking and without a hold."""

    host: LaCode
    kind: Code
    lines: tuple[Line, ...] = Field(min_length=1)
    starts: date
    ends: date
    agreed_on: date
    because: Code
    actor: ActorId
    agreements: tuple[Agreed, ...] = ()  # as far as the adviser was told


class QuestionRaised(MatcherFact, type="manyhands.matcher.question-raised.v1"):
    """An arrangement waits for a person: the registry refused `line` by `rule`; `candidates` are the answers (retry, withdraw)."""

    question: str
    rule: Code
    line: Line
    short_by: Annotated[float, Field(ge=0)]
    candidates: tuple[Code, ...]


class QuestionAnswered(MatcherFact, type="manyhands.matcher.question-answered.v1"):
    """A person answered an arrangement's question."""

    question: str
    answer: Code
    actor: ActorId


class LineSpent(Value):
    """Days that were really given on one line."""

    line: Annotated[int, Field(ge=1)]
    days_spent: Annotated[float, Field(ge=0, multiple_of=0.5)]


class SupportCompleted(MatcherFact, type="manyhands.matcher.support-completed.v1"):
    """The work is done; `spent` says how many days were given on each line."""

    spent: tuple[LineSpent, ...] = Field(min_length=1)
    completed_on: date
    actor: ActorId


class SupportPaused(MatcherFact, type="manyhands.matcher.support-paused.v1"):
    """Placed work rests from `on`; its capacity stays placed."""

    on: date
    because: Code
    actor: ActorId


class SupportResumed(MatcherFact, type="manyhands.matcher.support-resumed.v1"):
    """Paused work goes on from `on`."""

    on: date
    actor: ActorId


class SupportExtended(MatcherFact, type="manyhands.matcher.support-extended.v1"):
    """Placed work runs on to `ends` with `days` more for each line."""

    ends: date
    days: Days
    actor: ActorId


class SupportEndedEarly(MatcherFact, type="manyhands.matcher.support-ended-early.v1"):
    """Placed work stopped before its end; `spent` says how many days were given on each line."""

    spent: tuple[LineSpent, ...] = Field(min_length=1)
    on: date
    because: Code
    actor: ActorId


class RuleWaived(MatcherFact, type="manyhands.matcher.rule-waived.v1"):
    """An adviser waives `rules` for one peer at one place of this request; another adviser may then choose that peer."""

    place: Code
    peer: PeerId
    rules: tuple[Code, ...] = Field(min_length=1)
    because: Code
    actor: ActorId


class PolicyAdopted(Fact, type="manyhands.matcher.policy-adopted.v1"):
    """From now on requests are ranked by policy `policy_version` instead of `replaces`; who wrote it is not who approved it (`actor`)."""

    topic: ClassVar[str] = "matcher.events.v1"

    policy_version: Annotated[int, Field(ge=1)]
    replaces: Annotated[int, Field(ge=1)]
    author: ActorId
    actor: ActorId
