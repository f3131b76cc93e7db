"""registry: facts about capacity, keyed by request id (peer and council facts by their own), and the compacted state that others keep."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from schemas.fact import Code, Days, Fact, LaCode, Line, MatchId, PeerId, RequestId, Value


class RegistryFact(Fact):
    """Said by registry alone."""

    topic: ClassVar[str] = "registry.events.v1"


class CapacityHeld(RegistryFact, type="manyhands.registry.capacity-held.v1"):
    """Days of every peer of a match, and of the peers' councils, are set aside until `expires_at`; they count as load.

    The expiry is a backstop: the matcher's consent deadlines come first.
    """

    match: MatchId
    request: RequestId
    lines: tuple[Line, ...] = Field(min_length=1)
    expires_at: AwareDatetime


class HoldRefused(RegistryFact, type="manyhands.registry.hold-refused.v1"):
    """Nothing of a match is held, because of `line`: `rule` is peer_days, council_days, no_offer or unknown_peer; `short_by` in days."""

    match: MatchId
    request: RequestId
    line: Line
    rule: Code
    short_by: Annotated[float, Field(ge=0)]


class CapacityPlaced(RegistryFact, type="manyhands.registry.capacity-placed.v1"):
    """What was held is spent: the days of every line count as given."""

    match: MatchId
    request: RequestId
    lines: tuple[Line, ...] = Field(min_length=1)


class CapacityMoved(RegistryFact, type="manyhands.registry.capacity-moved.v1"):
    """The days of line `leaves` of a match are free again, but for those given; `line` has its own, held or placed as those were."""

    match: MatchId
    request: RequestId
    leaves: Annotated[int, Field(ge=1)]
    line: Line


class CapacityReturned(RegistryFact, type="manyhands.registry.capacity-returned.v1"):
    """Placed work is completed, and on these lines fewer days were spent than placed: `days` of each line are free again."""

    match: MatchId
    request: RequestId
    lines: tuple[Line, ...] = Field(min_length=1)


class HoldExpired(RegistryFact, type="manyhands.registry.hold-expired.v1"):
    """A hold reached its backstop without placement; its days are free again."""

    match: MatchId
    request: RequestId


class HoldReleased(RegistryFact, type="manyhands.registry.hold-released.v1"):
    """A match ended before placement; its days are free again."""

    match: MatchId
    request: RequestId
    because: Code


class CouncilRegistered(RegistryFact, type="manyhands.registry.council-registered.v1"):
    """A council joined the register or its entry changed."""

    council: LaCode
    region: Code
    willing: bool


class PeerRegistered(RegistryFact, type="manyhands.registry.peer-registered.v1"):
    """A peer joined the register or the entry changed; words about the person are read by API."""

    peer: PeerId
    council: LaCode
    kind: Code


class CapacityOffered(RegistryFact, type="manyhands.registry.capacity-offered.v1"):
    """A peer (`peer:<id>`) or council (`council:<la_code>`) makes `days` available for work that starts within the dates, both included.

    `kinds` of support that they are for; empty: any.
    """

    offer: str
    owner: str
    days: Days
    starts: date
    ends: date
    kinds: tuple[Code, ...] = ()


class PeerLeft(RegistryFact, type="manyhands.registry.peer-left.v1"):
    """A peer holds no post at `council` from `on`."""

    peer: PeerId
    council: LaCode
    on: date


class RegistryState(Fact):
    """A whole record, compacted by key; the higher `version` of a key wins. The record's offset is the registry version."""

    topic: ClassVar[str] = "registry.state.v1"

    version: Annotated[int, Field(ge=1)]


class Post(Value):
    """A role held at a council from the first day to the last, both included; `ends` is empty while it is held."""

    role: Code
    council: LaCode
    starts: date
    ends: date | None = None


class Offer(Value):
    """Days made available for work that starts within the dates, both included, of these `kinds` of support (empty: any)."""

    offer: str
    days: Days
    starts: date
    ends: date
    kinds: tuple[Code, ...] = ()


class Span(Value):
    """From the first day to the last, both included; `ends` is empty while no end is known."""

    starts: date
    ends: date | None = None


class Interest(Span):
    """A declared interest in a council, which rules out helping it while the interest lasts."""

    council: LaCode


class Training(Span):
    """A training that was taken on `starts` and holds until `ends`."""

    training: Code


class Evidence(Span):
    """What shows that a peer knows a theme: `level` is stated, worked, led or shown."""

    theme: Code
    level: Code


class Feedback(Value):
    """What councils made of a peer's part in the work of teams: so many ratings from 1 to 5 and their mean. Of mentoring there is none."""

    count: Annotated[int, Field(ge=1)]
    mean: Annotated[float, Field(ge=1, le=5)]


class Intervention(Span):
    """What is done about a council's children's services; `state` is a word of the published vocabulary."""

    state: Code


class Inspection(Value):
    """An inspection of a council's children's services that began on `starts`. `judgement` is empty until it is published.

    area: what was judged; empty for the whole, which stands for every area that has no judgement of its own from that inspection.
    """

    starts: date
    published: date | None = None
    judgement: Code | None = None
    area: Code | None = None


class PeerState(RegistryState, type="manyhands.registry.peer-state.v1"):
    """A peer as of now, key `peer:<id>`. `kind` is member or officer; `party` is a councillor's, from the public record.

    `accreditations` are for visits of peer teams, `releases` by an officer's employer; `absences` rule out work that starts in them.
    `travel` names the regions that the peer goes to; empty: all of them.
    """

    peer: PeerId
    kind: Code
    council: LaCode
    party: Code | None = None
    themes: tuple[Code, ...] = ()
    posts: tuple[Post, ...] = ()
    offers: tuple[Offer, ...] = ()
    active: bool = True
    accreditations: tuple[Span, ...] = ()
    interests: tuple[Interest, ...] = ()
    absences: tuple[Span, ...] = ()
    releases: tuple[Span, ...] = ()
    training: tuple[Training, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    feedback: Feedback | None = None
    languages: tuple[Code, ...] = ()
    travel: tuple[Code, ...] = ()


class CouncilState(RegistryState, type="manyhands.registry.council-state.v1"):
    """A council as of now, key `council:<la_code>`. `linked` councils share a trust, a director or a chief executive with it."""

    council: LaCode
    name: str
    region: Code
    kind: Code
    linked: tuple[LaCode, ...] = ()
    willing: bool
    offers: tuple[Offer, ...] = ()
    inspections: tuple[Inspection, ...] = ()
    interventions: tuple[Intervention, ...] = ()


class OfferUse(Value):
    """Days of one offer that are held or placed."""

    offer: str
    used: Annotated[float, Field(ge=0, multiple_of=0.5)]


class LoadState(RegistryState, type="manyhands.registry.load-state.v1"):
    """What a peer or council carries, key `load:<owner>`.

    `held` counts deployments; `placed` lists the first day of each deployment of the last year; `offers` the days used.
    `hosts` lists the councils that those of `placed` were for, in the same order; "" where that is not known.
    `challenges` lists the first day of each visit with a peer team since a year ago that is held or placed.
    """

    owner: str
    held: Annotated[int, Field(ge=0)]
    placed: tuple[date, ...] = ()
    offers: tuple[OfferUse, ...] = ()
    challenges: tuple[date, ...] = ()
    hosts: tuple[Annotated[str, Field(pattern=r"^([0-9]{3})?$")], ...] = ()
