"""What the registry's API shows: entries in words for those who may read them, and accounts in days."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from services.registry.register import DATED, CouncilEntry, DatedEntry, FeedbackEntry


class Council(BaseModel):
    """A council; `version` is that of its record."""

    la_code: str
    gss_code: str
    name: str
    region: str
    type: str
    aliases: list[str]
    linked: list[str]
    willing: bool
    version: int


class Dated(BaseModel):
    """What lasts from a day to a day, both included: `item` is an interest's council, a training, a theme or a
    stage of intervention, `value` a judgement or how well the theme is known."""

    item: str
    from_: date = Field(serialization_alias="from")
    to: date | None
    value: str | None


class CouncilProfile(Council):
    """A council with what has happened to it; of an inspection `to` is the day of its report."""

    inspections: list[Dated]
    interventions: list[Dated]


class Councils(BaseModel):
    """Councils by code; ask again with `after` = the last code for more."""

    councils: list[Council]


class Post(BaseModel):
    """A role at a council from its first day to its last, both included."""

    council: str
    role: str
    from_: date = Field(serialization_alias="from")
    to: date | None


class Peer(BaseModel):
    """A peer in words; `version` is that of the record."""

    peer: str
    kind: str
    council: str
    name: str
    party: str | None
    themes: list[str]
    active: bool
    languages: list[str]
    travel: list[str]
    day_rate: int | None
    version: int


class Feedback(BaseModel):
    """What a council made of a peer's part in the work of a team, 1 to 5."""

    match: str
    council: str
    rating: int
    on: date


class PeerProfile(Peer):
    """A peer with every post, past and present, and everything else that is dated."""

    posts: list[Post]
    accreditations: list[Dated]
    interests: list[Dated]
    absences: list[Dated]
    releases: list[Dated]
    training: list[Dated]
    evidence: list[Dated]
    feedback: list[Feedback]


class PeerContact(PeerProfile):
    """What also needs the scope registry:read_contact."""

    email: str


class Name(BaseModel):
    """What a peer is called."""

    peer: str
    name: str


class Names(BaseModel):
    """Names of peers; who is not in the register is left out."""

    names: list[Name]


class Peers(BaseModel):
    """Peers by identifier; ask again with `after` = the last one for more."""

    peers: list[Peer]


class FoundPeer(BaseModel):
    """A peer who fits a search, from 0 to 1 (`fits`), with the posts that have not ended."""

    peer: str
    kind: str
    council: str
    region: str
    name: str
    party: str | None
    themes: list[str]
    active: bool
    posts: list[Post]
    fits: float


class FoundCouncil(BaseModel):
    """A council whose name fits a search, from 0 to 1."""

    la_code: str
    name: str
    region: str
    type: str
    fits: float


class Found(BaseModel):
    """What a search has found, the best first; `more`: there are more peers than were asked for."""

    peers: list[FoundPeer]
    councils: list[FoundCouncil]
    more: bool


class Offer(BaseModel):
    """Working days for work that starts within the dates, both included, of these kinds of support (empty: any)."""

    offer: str
    owner: str
    days: float
    from_: date = Field(serialization_alias="from")
    to: date
    kinds: list[str]


class Offers(BaseModel):
    """Offers by identifier; ask again with `after` = the last one for more."""

    offers: list[Offer]


class Account(Offer):
    """An offer and what is left of it, in working days: free = days - held - placed."""

    held: float
    placed: float
    free: float


class Accounts(BaseModel):
    """Accounts by identifier of their offer; ask again with `after` = the last one for more."""

    accounts: list[Account]


class HoldLine(BaseModel):
    """A line of a match: its working days, the offers they are charged to, and whether they are held, placed or free again."""

    line: int
    place: str
    role: str
    peer: str
    council: str
    days: float
    from_: date = Field(serialization_alias="from")
    state: str
    peer_offer: str
    council_offer: str


class Hold(BaseModel):
    """What is, or was, set aside for a match: held, placed, released or expired. cohort: of a course in which it has a place."""

    match: str
    request: str
    state: str
    expires_at: AwareDatetime | None
    cohort: str | None
    lines: list[HoldLine]


class Piece(BaseModel):
    """A line of a match that is held or placed: working days with a peer of a council from a day on. visit: with a team of peers."""

    match: str
    request: str
    role: str
    peer: str
    council: str
    days: float
    from_: date = Field(serialization_alias="from")
    state: str
    visit: bool


class Works(BaseModel):
    """Pieces of work, the latest first."""

    work: list[Piece]


class Entered(BaseModel):
    """What a command did (`new`, `changed`, `same`) to the entry `key`, and the version of the record `owner` that it is part of."""

    key: str
    owner: str
    outcome: str
    version: int


def found_council(council: CouncilEntry, fits: float) -> FoundCouncil:
    """A council as a search shows it."""
    return FoundCouncil(la_code=council.la_code, name=council.name, region=council.region, type=council.type, fits=fits)


def dated(entries: Mapping[str, Sequence[DatedEntry]]) -> dict[str, list[Dated]]:
    """Dated entries as shown, by kind; an empty list for kinds of which there are none."""
    shown = (kind for kind in DATED if kind != "feedback")
    return {kind: [Dated(item=one.item, from_=one.starts, to=one.ends, value=one.value) for one in entries.get(kind, ())] for kind in shown}


def feedback(entries: Iterable[DatedEntry]) -> list[Feedback]:
    """What councils made of a peer, as shown."""
    given = [entry for entry in entries if isinstance(entry, FeedbackEntry)]
    return [Feedback(match=one.match, council=one.council, rating=one.rating, on=one.starts) for one in given]


def offer(row: Any) -> Offer:
    """An offer as shown, from its row in half-days."""
    days, kinds = row["offered"] / 2, row["kinds"]
    return Offer(offer=row["offer"], owner=row["owner"], days=days, from_=row["starts"], to=row["ends"], kinds=kinds)


def account(row: Any) -> Account:
    """An account as shown, from its row in half-days."""
    held, placed = row["held"] / 2, row["placed"] / 2
    told = offer(row)
    return Account(**told.model_dump(), held=held, placed=placed, free=told.days - held - placed)


def hold(row: Any, lines: Collection[Any]) -> Hold:
    """A hold as shown, from its rows in half-days."""
    told = [HoldLine(**{**dict(line), "days": line["days"] / 2, "from_": line["starts"]}) for line in lines]
    return Hold(**dict(row), lines=told)
