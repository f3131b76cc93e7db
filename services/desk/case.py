"""A request as the pages show it: what is known of it, what it waits for, and how it is written down. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from services.vocabulary.kinds import KINDS
from services.vocabulary.priorities import PRIORITIES

_URGENCY = {code: at for at, code in enumerate(PRIORITIES)}
_LAST = len(_URGENCY)


NO_OFFER = frozenset({"offer_refused", "offer_lapsed"})
"""How a request stands whose offer came to nothing."""
IN_THE_WAY = frozenset({"question", "rejected", "withdrawn", "offered", *NO_OFFER})
"""How a request stands that is not matched."""


@dataclass(slots=True)
class Asked:
    """A consent: who is asked, about whom, by when (ISO 8601). state: asked, given or refused."""

    party: str
    stage: int
    peer: str | None = None
    deadline: str | None = None
    state: str = "asked"


@dataclass(slots=True)
class Chosen:
    """Who fills a place."""

    line: int
    place: str
    role: str
    peer: str
    council: str
    days: float


@dataclass(slots=True)
class Gone:
    """Somebody proposed, chosen or placed who no longer qualifies, and who could take a place that is already placed."""

    place: str
    peer: str
    rule: str
    was: str
    instead: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Doubt:
    """What waits for a person's answer, to requests (an unclear word; `about` is the field) or to the matcher (an arrangement that does
    not fit, for want of days of `peer` or of their council)."""

    service: str
    question: str
    about: str = ""
    rule: str = ""
    candidates: list[str] = field(default_factory=list)
    short_by: float | None = None
    peer: str = ""


@dataclass(slots=True)
class Raised:
    """An escalation that waits to be settled: by whom, why (a code), and who was told."""

    actor: str
    because: str
    to: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Word:
    """A heads-up to the adviser of a peer's own region; answer "" while they have said nothing, `until` a day (ISO 8601) with not_now."""

    region: str
    answer: str = ""
    until: str = ""
    actor: str = ""


@dataclass(slots=True)
class Drawn:
    """Days of a line that were used on a day (ISO 8601), for a reason (a code)."""

    line: int
    days: float
    on: str
    because: str


@dataclass(slots=True)
class Case:
    """What is known of one request. Dates and times that facts say are kept as they say them, in ISO 8601.

    standing: of the requests service: unknown, open, question, rejected, withdrawn, offered, offer_refused, offer_lapsed. progress: of the
    matcher: new, suggested, unmet, selected, consenting, completing, placed, completed, arranging, questioned. version and match_version:
    what a command to either service must expect. heard: the last sequence of each service that is folded in. places: [place, role] asked
    for. answer_by: until when the council may answer an offer. waived: [place, peer, adviser]. since: from when somebody has been waited
    for. calls: by peer, what the last came to and when. words: heads-ups by peer.
    draws: of days that are drawn as and when, each use as it was told.
    """

    request: str
    heard: dict[str, int] = field(default_factory=dict)
    version: int = 0
    match_version: int = 0
    standing: str = "unknown"
    progress: str = "new"
    regions: list[str] = field(default_factory=list)
    reference: str = ""
    host: str | None = None
    kind: str | None = None
    origin: str = ""
    priority: str = ""
    themes: list[str] = field(default_factory=list)
    places: list[tuple[str, str]] = field(default_factory=list)
    starts: str | None = None
    ends: str | None = None
    days: float = 0
    wishes: dict[str, Any] = field(default_factory=dict)
    cost_basis: str = ""
    funder: str = ""
    received_at: str | None = None
    changed_at: datetime | None = None
    changed_by: str = ""
    commissioned_by: str = ""
    answer_by: str | None = None
    match: str = ""
    doubt: Doubt | None = None
    lines: list[Chosen] = field(default_factory=list)
    consents: dict[str, Asked] = field(default_factory=dict)
    short: list[str] = field(default_factory=list)
    retry_at: str | None = None
    pressing_since: str | None = None
    gone: list[Gone] = field(default_factory=list)
    escalated: str = ""
    waived: list[tuple[str, str, str]] = field(default_factory=list)
    since: datetime | None = None
    raised: Raised | None = None
    calls: dict[str, tuple[str, str]] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)
    draws: list[Drawn] = field(default_factory=list)

    @property
    def drawing(self) -> bool:
        """Whether the days that are placed are drawn one by one."""
        return self.progress == "placed" and self.kind in KINDS and KINDS[self.kind].drawn

    def drawn(self, line: int) -> float:
        """Days of a line that were used so far."""
        return sum(each.days for each in self.draws if each.line == line)

    @property
    def urgency(self) -> int:
        """0 for the most pressing priority; what has none comes last."""
        return _URGENCY.get(self.priority, _LAST)

    @property
    def state(self) -> str:
        """In one word: what stands in its way, else how far it has come."""
        return self.standing if self.standing in IN_THE_WAY else self.progress

    @property
    def waiting(self) -> str:
        """For what a person is wanted, before all for what was escalated; "" for nothing."""
        return "escalated" if self.raised else self.to_do

    @property
    def to_do(self) -> str:
        """What the next step is: question, offer, decide, consent, shortage, broken; "" for none."""
        if self.standing == "question" or self.progress == "questioned":
            return "question"
        if self.escalated or (self.gone and self.progress == "placed"):
            return "broken"
        if self.standing == "offered":
            return "offer"
        if self.standing in IN_THE_WAY:
            return ""
        if self.progress == "consenting":
            return "consent" if any(asked.state == "asked" for asked in self.consents.values()) else ""
        return {"suggested": "decide", "unmet": "shortage"}.get(self.progress, "")

    @property
    def deadline(self) -> str | None:
        """When the council's answer to an offer, or the first of the consents asked for, falls due."""
        if self.standing == "offered":
            return self.answer_by
        return min((a.deadline for a in self.consents.values() if a.state == "asked" and a.deadline), default=None)


_ADAPTER = TypeAdapter(Case)


def to_json(case: Case) -> str:
    """What `from_json` reads."""
    return _ADAPTER.dump_json(case, exclude_defaults=True).decode()


def from_json(text: str) -> Case:
    """A case as it was written."""
    return _ADAPTER.validate_json(text)
