"""The facts of one request, as three services say them, ready to be heard by whoever follows requests."""

import itertools
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemas import matcher, registry, replacing, requests
from schemas.envelope import Envelope
from schemas.fact import Fact, Line

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LEEDS, GATESHEAD, BATH = "383", "390", "800"  # of Yorkshire and The Humber, the North East, the South West


@dataclass(frozen=True)
class Raw:
    """A Kafka record as the edge sees it."""

    value: bytes | None
    key: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    partition: int
    offset: int


@dataclass
class Story:
    """Numbers the facts of each service about one request and gives each a minute."""

    request: str = field(default_factory=lambda: f"r-{uuid.uuid4().hex[:8]}")
    host: str = LEEDS
    priority: str = "other"
    at: datetime = NOW
    _said: dict[str, int] = field(default_factory=dict)
    _offsets: "itertools.count[int]" = field(default_factory=itertools.count)

    def raw(self, fact: Fact) -> tuple[str, Raw]:
        """The topic and the record of a fact, with the next number of its service."""
        service = fact.type.split(".")[1]
        sequence = self._said[service] = self._said.get(service, 0) + 1
        self.at += timedelta(minutes=1)
        head = Envelope(uuid.uuid4().hex, fact.type, f"/manyhands/{service}", self.request, self.at, sequence=sequence)
        return fact.topic, Raw(fact.model_dump_json().encode(), self.request.encode(), head.headers(), 0, next(self._offsets))

    def opened(self, **more: Any) -> Fact:
        values: dict[str, Any] = {
            "request": self.request, "version": 1, "reference": f"INT-{self.request}", "revision": 1, "host": self.host,
            "kind": "mentoring_new_lead_member", "priority": self.priority, "themes": ("send",),
            "places": (requests.Place(place="lead_member-1", role="lead_member"),), "starts": date(2027, 1, 4), "ends": date(2027, 6, 30),
            "days": 4, "cost_basis": "free", "funder": "LGA", "received_at": self.at, **more,
        }  # fmt: skip
        return requests.RequestOpened(**values)

    def doubted(self, *candidates: str, field: str = "authority", host: str | None = None) -> Fact:
        said = {"request": self.request, "version": 1, "question": "q1", "field": field, "rule": "ambiguous", "host": host}
        return requests.QuestionRaised(**said, candidates=candidates)

    def _head(self, version: int, match: str = "m1") -> dict[str, Any]:
        return {"match": match, "request": self.request, "version": version}

    def suggested(self, *peers: str, version: int = 1, council: str = GATESHEAD) -> Fact:
        terms = {"themes": 1.0, "role": 1.0, "similarity": 0.4}
        candidates = tuple(
            matcher.Candidate(
                peer=peer, council=council, rank=rank, fit=0.8 - rank / 50, value=0.75 - rank / 50, terms=terms,
                weights=dict.fromkeys(terms, 0.3), price={"peer": 0.02, "council": 0.01},
            )
            for rank, peer in enumerate(peers or ("p1", "p2", "p3"), 1)
        )  # fmt: skip
        place = matcher.PlaceSuggestion(
            place="lead_member-1", role="lead_member", considered=2000, excluded={"role": 1500, "own_council": 3}, candidates=candidates
        )
        return matcher.MatchSuggested(
            **self._head(version), host=self.host, kind="mentoring_new_lead_member", days=4,
            starts=date(2027, 1, 4), ends=date(2027, 6, 30),
            places=(place,), registry_version=1, policy_version=1, as_of=date(2026, 11, 24), ranking="k",
        )  # fmt: skip

    def line(self, peer: str = "p1") -> Line:
        return Line(line=1, place="lead_member-1", role="lead_member", peer=peer, council=GATESHEAD, days=4)

    def selected(self, peer: str = "p1", version: int = 2, actor: str = "adviser-one") -> Fact:
        return matcher.MatchSelected(
            **self._head(version), host=self.host, lines=(self.line(peer),), starts=date(2027, 1, 4), ends=date(2027, 6, 30),
            expires_at=self.at + timedelta(days=30), because="best_suggestion", actor=actor,
        )  # fmt: skip

    def held(self, peer: str = "p1") -> Fact:
        return registry.CapacityHeld(match="m1", request=self.request, lines=(self.line(peer),), expires_at=self.at + timedelta(days=30))

    def asked(self, consent: str = "c1", party: str = "mentee", version: int = 3, days: int = 7, peer: str | None = None) -> Fact:
        deadline = self.at + timedelta(days=days)
        return matcher.ConsentAsked(**self._head(version), consent=consent, stage=1, party=party, peer=peer, deadline=deadline)

    def given(self, consent: str = "c1", party: str = "mentee", version: int = 4) -> Fact:
        said = {"on_behalf": True, "channel": "telephone", "actor": "adviser-one"}
        return matcher.ConsentGiven(**self._head(version), consent=consent, party=party, **said)

    def placed(self, version: int = 6) -> Fact:
        return matcher.MatchPlaced(
            **self._head(version), host=self.host, lines=(self.line(),), starts=date(2027, 1, 4), ends=date(2027, 6, 30)
        )

    def unmet(self, version: int = 2) -> Fact:
        short = matcher.Shortage(place="lead_member-1", role="lead_member", considered=2000, excluded={"role": 2000})
        return matcher.RequestUnmet(**self._head(version), short=(short,), retry_at=self.at + timedelta(days=1))

    def disqualified(self, version: int = 7) -> Fact:
        return matcher.PeerDisqualified(**self._head(version), place="lead_member-1", peer="p1", rule="portfolio", was="placed")

    def replaced(self, peer: str = "p2", version: int = 8) -> Fact:
        """p1 has given way to somebody else."""
        lines = (self.line(peer).model_copy(update={"line": 2}),)
        return replacing.MemberReplaced(**self._head(version), left=self.line("p1"), given=1, lines=lines)

    def withdrawn(self, version: int = 2) -> Fact:
        return requests.RequestWithdrawn(request=self.request, version=version, actor="adviser-one", because="by_host")
