"""What the registry's API shows: entries in words for those who may read them, accounts in days, and the bodies of its commands."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.registry.register import Kind


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
    version: int


class PeerProfile(Peer):
    """A peer with every post, past and present."""

    posts: list[Post]


class PeerContact(PeerProfile):
    """What also needs the scope registry:read_contact."""

    email: str


class Peers(BaseModel):
    """Peers by identifier; ask again with `after` = the last one for more."""

    peers: list[Peer]


class Offer(BaseModel):
    """Working days for work that starts within the dates, both included."""

    offer: str
    owner: str
    days: float
    from_: date = Field(serialization_alias="from")
    to: date


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
    """What is, or was, set aside for a match: held, placed, released or expired."""

    match: str
    request: str
    state: str
    expires_at: AwareDatetime | None
    lines: list[HoldLine]


Cell = Annotated[str, Field(max_length=1_000)]


class Command(BaseModel):
    """One row as it would stand in a file; every cell is text and is read as an importer reads it.

    `expected_version`: refuse if the record of the peer or council that it is part of has another version by now.
    """

    model_config = ConfigDict(extra="forbid")
    kind_of_row: ClassVar[Kind]

    expected_version: int | None = None

    def cells(self) -> dict[str, str]:
        """The row by column."""
        return {name: cell for name, cell in self.model_dump(by_alias=True).items() if name != "expected_version"}


class CouncilRow(Command):
    """A council: columns as in councils.csv."""

    kind_of_row = "councils"

    la_code: Cell
    gss_code: Cell
    name: Cell
    region: Cell
    type: Cell
    aliases: Cell = ""
    linked: Cell = ""
    willing: Cell = ""


class PeerRow(Command):
    """A peer: columns as in peers.csv."""

    kind_of_row = "peers"

    peer: Cell
    kind: Cell
    council: Cell
    name: Cell
    party: Cell = ""
    themes: Cell = ""
    email: Cell = ""
    active: Cell = ""


class PostRow(Command):
    """A post: columns as in posts.csv."""

    kind_of_row = "posts"

    peer: Cell
    council: Cell
    role: Cell
    from_: Cell = Field(alias="from")
    to: Cell = ""


class OfferRow(Command):
    """An offer: columns as in offers.csv."""

    kind_of_row = "offers"

    offer: Cell
    owner: Cell
    days: Cell
    from_: Cell = Field(alias="from")
    to: Cell


class Entered(BaseModel):
    """What a command did (`new`, `changed`, `same`) to the entry `key`, and the version of the record `owner` that it is part of."""

    key: str
    owner: str
    outcome: str
    version: int


def offer(row: Any) -> Offer:
    """An offer as shown, from its row in half-days."""
    return Offer(offer=row["offer"], owner=row["owner"], days=row["offered"] / 2, from_=row["starts"], to=row["ends"])


def account(row: Any) -> Account:
    """An account as shown, from its row in half-days."""
    held, placed = row["held"] / 2, row["placed"] / 2
    told = offer(row)
    return Account(**told.model_dump(), held=held, placed=placed, free=told.days - held - placed)


def hold(row: Any, lines: Collection[Any]) -> Hold:
    """A hold as shown, from its rows in half-days."""
    told = [HoldLine(**{**dict(line), "days": line["days"] / 2, "from_": line["starts"]}) for line in lines]
    return Hold(**dict(row), lines=told)
