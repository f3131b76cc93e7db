"""The entries of the register, each with the columns of its file; pure. What lasts from a day to a day is in dated.py."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import ClassVar

from services.registry.dated import (
    AbsenceEntry,
    AccreditationEntry,
    DatedEntry,
    EvidenceEntry,
    FeedbackEntry,
    InspectionEntry,
    InterestEntry,
    InterventionEntry,
    ReleaseEntry,
    TrainingEntry,
)
from services.registry.entry import Entry, Kind

__all__ = [
    "DATED",
    "ENTRIES",
    "CohortEntry",
    "CouncilEntry",
    "DatedEntry",
    "Entry",
    "FeedbackEntry",
    "Kind",
    "OfferEntry",
    "PeerEntry",
    "PostEntry",
    "departures",
]


class CouncilEntry(Entry):
    """A council, or a partner organisation, which has no GSS code (""); `linked` are councils that share a trust, a director or a chief
    executive with it, by code."""

    columns: ClassVar = ("la_code", "gss_code", "name", "region", "type", "aliases", "linked", "willing")
    optional: ClassVar = frozenset({"aliases", "linked", "willing"})

    la_code: str
    gss_code: str
    name: str
    region: str
    type: str
    aliases: tuple[str, ...]
    linked: tuple[str, ...]
    willing: bool

    def key(self) -> str:
        return self.la_code

    def owner(self) -> str:
        return f"council:{self.la_code}"

    def cells(self) -> tuple[str, ...]:
        lists = (";".join(self.aliases), ";".join(self.linked))
        return (self.la_code, self.gss_code, self.name, self.region, self.type, *lists, _yes(self.willing))


class PeerEntry(Entry):
    """A peer; `party` is a councillor's alone. `travel` names the regions that the peer goes to; empty: all of them.

    kind: member, officer, associate (paid, of a partner organisation) or organisation (a service of one). day_rate: in pounds, of the paid.
    """

    columns: ClassVar = ("peer", "kind", "council", "name", "party", "themes", "email", "active", "languages", "travel", "day_rate")
    optional: ClassVar = frozenset({"party", "themes", "email", "active", "languages", "travel", "day_rate"})

    peer: str
    kind: str
    council: str
    name: str
    party: str | None
    themes: tuple[str, ...]
    email: str
    active: bool
    languages: tuple[str, ...] = ()
    travel: tuple[str, ...] = ()
    day_rate: int | None = None

    def key(self) -> str:
        return self.peer

    def owner(self) -> str:
        return f"peer:{self.peer}"

    def cells(self) -> tuple[str, ...]:
        words = (self.name, self.party or "", ";".join(self.themes), self.email)
        lists, rate = (";".join(self.languages), ";".join(self.travel)), "" if self.day_rate is None else str(self.day_rate)
        return (self.peer, self.kind, self.council, *words, _yes(self.active), *lists, rate)


class PostEntry(Entry):
    """A role held at a council from the first day to the last, both included; `ends` is None while it is held."""

    columns: ClassVar = ("peer", "council", "role", "from", "to")
    optional: ClassVar = frozenset({"to"})

    peer: str
    council: str
    role: str
    starts: date
    ends: date | None

    def key(self) -> str:
        return f"{self.peer} {self.council} {self.role} {self.starts}"

    def owner(self) -> str:
        return f"peer:{self.peer}"

    def cells(self) -> tuple[str, ...]:
        return (self.peer, self.council, self.role, self.starts.isoformat(), self.ends.isoformat() if self.ends else "")


class OfferEntry(Entry):
    """Half-days that a peer or council makes available for work that starts within the dates, both included.

    `kinds` of support that they are for; empty: any.
    """

    columns: ClassVar = ("offer", "owner", "days", "from", "to", "kinds")
    optional: ClassVar = frozenset({"kinds"})

    offer: str
    of: str
    half_days: int
    starts: date
    ends: date
    kinds: tuple[str, ...] = ()

    def key(self) -> str:
        return self.offer

    def owner(self) -> str:
        return self.of

    def cells(self) -> tuple[str, ...]:
        days = f"{self.half_days / 2:g}"
        return (self.offer, self.of, days, self.starts.isoformat(), self.ends.isoformat(), ";".join(self.kinds))


class CohortEntry(Entry):
    """A course that begins on one day, with its places; who offers it (a council or partner organisation by code, or a region).

    ask_by: the last day on which a place may be asked for.
    """

    columns: ClassVar = ("cohort", "course", "offered_by", "from", "ask_by", "places")
    optional: ClassVar = frozenset({"ask_by"})

    cohort: str
    course: str
    offered_by: str
    starts: date
    ask_by: date
    places: int

    def key(self) -> str:
        return self.cohort

    def owner(self) -> str:
        return f"cohort:{self.cohort}"

    def cells(self) -> tuple[str, ...]:
        return (self.cohort, self.course, self.offered_by, self.starts.isoformat(), self.ask_by.isoformat(), str(self.places))


DATED: Mapping[Kind, type[DatedEntry]] = {
    "accreditations": AccreditationEntry,
    "training": TrainingEntry,
    "interests": InterestEntry,
    "absences": AbsenceEntry,
    "releases": ReleaseEntry,
    "evidence": EvidenceEntry,
    "feedback": FeedbackEntry,
    "inspections": InspectionEntry,
    "interventions": InterventionEntry,
}
"""What lasts from a day to a day, by kind."""

ENTRIES: Mapping[Kind, type[Entry]] = {
    "councils": CouncilEntry,
    "peers": PeerEntry,
    "posts": PostEntry,
    "offers": OfferEntry,
    "cohorts": CohortEntry,
    **DATED,
}
"""Every kind of entry, in an order in which their files can be imported."""


def departures(before: Iterable[PostEntry], after: Iterable[PostEntry]) -> list[tuple[str, str, date]]:
    """(peer, council, first day without a post there) for everyone whose last day at a council has become known or has moved.

    Somebody whose posts at a council are all entered after they ended does not leave it now.
    """
    old, new = _first_days_without(before), _first_days_without(after)
    return [(*held, day) for held, day in sorted(new.items()) if day is not None and held in old and old[held] != day]


def _first_days_without(posts: Iterable[PostEntry]) -> dict[tuple[str, str], date | None]:
    found: dict[tuple[str, str], date | None] = {}
    for post in posts:
        held = (post.peer, post.council)
        day = None if post.ends is None else min(post.ends, date.max - timedelta(days=1)) + timedelta(days=1)
        latest = found.get(held, date.min)
        found[held] = None if day is None or latest is None else max(day, latest)
    return found


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
