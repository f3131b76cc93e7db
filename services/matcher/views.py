"""What callers of the matcher send and get."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.fact import PeerId
from schemas.matcher import Candidate
from schemas.rounds import RoundCompleted
from services.matcher.giving import BestFit, Evenness, Month
from services.matcher.grounds import Ground
from services.matcher.improving import Improving
from services.matcher.lacking import Count, Recruit
from services.matcher.lineup import Alternative, Constraint, Empty
from services.matcher.seats import Seat
from services.matcher.standins import StandIn
from services.matcher.story import Story

ReasonCode = Annotated[str, Field(min_length=1, max_length=64, pattern="^[a-z_]+$", description="a code, kept in the event")]
Reason = Annotated[str, Field(max_length=2000, description="words for the audit; nothing about any child or family")]


class Body(BaseModel):
    """What every command carries: the version that its sender saw, and why."""

    model_config = ConfigDict(extra="forbid")

    expected_version: Annotated[int, Field(ge=0)]
    reason: Reason = ""


class Confirm(Body):
    """Choose a proposed peer for each place; without `choices` the first of each."""

    choices: dict[str, PeerId] = {}
    because: ReasonCode = "best_suggestion"


class Decline(Body):
    """Turn down proposed peers; the next best are proposed."""

    peers: Annotated[list[PeerId], Field(min_length=1, max_length=50)]
    because: ReasonCode


class Override(Body):
    """Choose a peer who was not proposed, or against the order. The reason is required."""

    choices: Annotated[dict[str, PeerId], Field(min_length=1)]
    because: ReasonCode
    reason: Annotated[str, Field(min_length=10, max_length=2000)]


class Waive(Body):
    """Waive what stands against one peer at one place, so that another adviser may choose that peer. The reason is required."""

    place: Annotated[str, Field(min_length=1, max_length=64)]
    peer: PeerId
    because: ReasonCode
    reason: Annotated[str, Field(min_length=10, max_length=2000)]


class Answer(Body):
    """What a party said about a consent. `on_behalf` when you record what you were told, by `channel`."""

    agreed: bool
    on_behalf: bool = True
    channel: Annotated[str, Field(pattern="^(desk|telephone|email|meeting)$")] = "telephone"
    because: ReasonCode = "not_said"


class Replace(Body):
    """Give a place to `peer`, or to whoever is best, while the others stay.

    given: days that the one who leaves has given, of placed work, which also needs `agreed`: that those who must agree have.
    """

    place: Annotated[str, Field(min_length=1, max_length=64)]
    peer: PeerId | None = None
    given: Annotated[float, Field(ge=0, multiple_of=0.5)] = 0
    agreed: bool = False
    because: ReasonCode


class RefuseAndReplace(Body):
    """A member of a team does not agree; the place goes to `peer`, or to whoever is best."""

    peer: PeerId | None = None
    on_behalf: bool = True
    channel: Annotated[str, Field(pattern="^(desk|telephone|email|meeting)$")] = "telephone"
    because: ReasonCode = "not_said"


class StandIns(BaseModel):
    """Who could take a place while the others stay, best first, with what each would change; as of now."""

    request: str
    place: str
    role: str
    leaves: str
    found: list[StandIn]
    registry_version: int
    policy_version: int
    as_of: date


class Seats(BaseModel):
    """A team place by place, as it is in hand or as it would be; see Seating and Seat. decided: days are held or placed. As of now."""

    request: str
    decided: bool
    seats: tuple[Seat, ...]
    mixed: bool
    lacks_outsider: bool
    fit: float
    load: float
    registry_version: int
    policy_version: int
    as_of: date


class AnswerQuestion(Body):
    """retry (the offer was widened) or withdraw."""

    answer: Annotated[str, Field(pattern="^(retry|withdraw)$")]


class Spent(Body):
    """The work is done: days given on each line."""

    days: dict[int, Annotated[float, Field(ge=0, multiple_of=0.5)]]
    completed_on: date


class StoryView(Story):
    """A story, and until when waiting for a round may improve its suggestion; see Improving. It can be decided all the same."""

    improving: Improving | None = None


class Draw(Body):
    """Days of a line were used `on` a day, in steps of half a day; `because` is a code, such as call, visit, papers."""

    line: Annotated[int, Field(ge=1)] = 1
    days: Annotated[float, Field(gt=0, le=200, multiple_of=0.5)]
    on: date
    because: ReasonCode


class StoryList(BaseModel):
    """Stories by request id; ask again with `after` = the last one for more."""

    stories: list[Story]
    states: dict[str, int]


class Why(BaseModel):
    """Why a peer is proposed for a place, or not; the fields that WhyNot has mean what they mean there.

    verdict: also `chosen`, once somebody has decided. rule: the first of the grounds. when: `now`, or `proposed`: as it stood when the
    request was last proposed, which is what a decided request is explained by. The versions and the day are those of that look.
    """

    request: str
    place: str
    role: str
    peer: str
    council: str | None
    verdict: str
    words: str
    rule: str | None
    grounds: tuple[Ground, ...]
    own: Candidate | None
    ahead: tuple[Candidate, ...]
    behind: dict[str, float]
    ways: tuple[str, ...]
    never: bool
    when: str
    registry_version: int
    policy_version: int
    scarcity_version: int
    as_of: date


class WhyCouncil(BaseModel):
    """How the people of a council stand for a place; see CouncilWhyNot."""

    request: str
    place: str
    role: str
    council: str
    people: int
    left_out: dict[str, int]
    nearest: tuple[Why, ...]
    words: str


class TeamView(BaseModel):
    """The best team for a request explained, or the places that keep it from being whole; see Lineup. when: as in Why."""

    request: str
    members: dict[str, Candidate]
    worth: float
    gap: float
    constraints: tuple[Constraint, ...]
    alternatives: tuple[Alternative, ...]
    empty: tuple[Empty, ...]
    words: tuple[str, ...]
    when: str
    registry_version: int
    policy_version: int
    as_of: date


class Shortages(BaseModel):
    """What is short: unmet requests, places that nobody fills, who would help most, and what lacks people, most first."""

    unmet: int
    places: int
    recruits: list[Recruit]
    roles: list[Count]
    themes: list[Count]
    regions: list[Count]
    months: list[Count]


class AskRound(BaseModel):
    """Ask for an exact round. seconds: how long it may take; what it has not changed by then stays."""

    model_config = ConfigDict(extra="forbid")

    seconds: Annotated[int, Field(ge=1, le=3600)] = 120
    reason: Annotated[str, Field(min_length=10, max_length=2000, description="why; nothing about any person")]


class CancelRound(BaseModel):
    """A command without a body."""


class RoundView(BaseModel):
    """A round. state: asked, running, done, cancelled, failed. done of total: suggestions looked at. outcome: what it changed and why."""

    id: str
    asked_by: str
    asked_at: datetime
    reason: str
    seconds: int
    state: str
    stage: str
    done: int
    total: int
    tries: int
    started_at: datetime | None
    ended_at: datetime | None
    outcome: RoundCompleted | None


class RoundList(BaseModel):
    """Rounds, the newest first."""

    rounds: list[RoundView]


class GiverView(BaseModel):
    """A peer or council: places given, their working days, days offered, places received, and given less received."""

    owner: str
    given: int
    days: float
    offered: float
    received: int
    balance: int


class SpreadView(BaseModel):
    """The ledger of spread of a period; see the fields of each part. peers: those who gave most, as many as were asked for."""

    requests: int
    days: float
    evenness: Evenness
    unused: list[str]
    councils: list[GiverView]
    peers: list[GiverView]
    carried: list[int]
    months: list[Month]
    best_fit: BestFit
