"""What a request asks of the ranking: its content in the form that rules and terms read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

from schemas.requests import RequestContent


@dataclass(frozen=True, slots=True)
class Ask:
    """A request to be ranked. `places` are (place, role); `days` are working days for each place; `starts` and `ends` are both included.

    region: any, inside or outside the host's. party: the peer's, as wished. avoid: councils by la_code. named_peer: a wish, not a right.
    declined: peers who may not be proposed again for this request, whoever declined.
    first: (place, peer) as a round chose, for every place. cost_basis: free, subsidised or whole_cost: only what is not free pays anybody.
    asked: when it was first asked for. cohort: of a course, in which a place is proposed or set aside for this request already.
    one_outside_region: at least one of those who fill the places must come from outside the host's region.
    """

    request: str
    host: str
    kind: str
    priority: str
    themes: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    starts: date
    ends: date
    days: float
    region: str = "any"
    party: str | None = None
    avoid: frozenset[str] = frozenset()
    named_peer: str | None = None
    declined: frozenset[str] = frozenset()
    first: tuple[tuple[str, str], ...] = ()
    cost_basis: str = "free"
    one_outside_region: bool = False
    asked: date | None = None
    cohort: str | None = None

    @classmethod
    def of(cls, content: RequestContent, declined: Iterable[str] = ()) -> Self:
        """The ask of an opened or amended request. A theme named twice counts once."""
        wishes = content.wishes
        return cls(
            request=content.request,
            host=content.host,
            kind=content.kind,
            priority=content.priority,
            themes=tuple(dict.fromkeys(content.themes)),
            places=tuple((place.place, place.role) for place in content.places),
            starts=content.starts,
            ends=content.ends,
            days=content.days,
            region=wishes.region,
            party=wishes.party,
            avoid=frozenset(wishes.avoid),
            named_peer=wishes.named_peer,
            declined=frozenset(declined),
            cost_basis=content.cost_basis,
            one_outside_region=wishes.one_outside_region,
            asked=content.received_at.date(),
        )
