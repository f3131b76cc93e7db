"""A team place by place: who fills each and how well, and who could instead while the others stay. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from schemas.fact import Line
from schemas.matcher import Candidate
from services.matcher.asks import Ask
from services.matcher.columns import Register
from services.matcher.policy import Policy
from services.matcher.ranking import OF_CAPACITY, broken_by, lacks_outsider
from services.matcher.standins import StandIn, as_it_is, stand_ins
from services.matcher.steps import Broken, open_suggestions
from services.matcher.story import Story


@dataclass(frozen=True, slots=True)
class Seat:
    """A place of a team and who fills it.

    own: their arithmetic; None for somebody who is not on the register. rules: that stand against them (codes).
    council_twice: another member is of their council. instead: who could take the place while the others stay, best first.
    """

    place: str
    role: str
    peer: str
    council: str
    days: float
    own: Candidate | None
    council_twice: bool
    rules: tuple[str, ...]
    instead: tuple[StandIn, ...]


@dataclass(frozen=True, slots=True)
class Seating:
    """A team. mixed: its councillors are of more than one group, or fewer than two. fit, load: of all members together.

    lacks_outsider: nobody comes from outside the region although the request needs one who does.
    """

    seats: tuple[Seat, ...]
    mixed: bool
    lacks_outsider: bool
    fit: float
    load: float


def lines_of(story: Story, chosen: Mapping[str, str], register: Register) -> tuple[Line, ...]:
    """The team in hand; of a request that is to be decided, the first of each place, or who is named (by place) in their stead.

    Errors: Broken nobody, place, unknown_peer.
    """
    if story.state != "suggested":
        if story.match is None or not story.match.lines:
            raise Broken("nobody", f"This request is {story.state}: nobody is proposed or chosen for it now.")
        return story.match.lines
    assert story.content is not None
    places, lines = open_suggestions(story), []
    if unknown := set(chosen) - {place.place for place in places}:
        raise Broken("place", f"This request has no place {', '.join(sorted(unknown))}. Name one of its own.")
    for number, place in enumerate(places, 1):
        first = place.candidates[0]
        peer = chosen.get(place.place, first.peer)
        known = register.records.peers.get(peer)
        if known is None and peer != first.peer:
            raise Broken("unknown_peer", "That peer is not in the register. Check the identifier.")
        council = known.council if known else first.council
        lines.append(Line(line=number, place=place.place, role=place.role, peer=peer, council=council, days=story.content.days))
    return tuple(lines)


def seating(register: Register, ask: Ask, lines: Sequence[Line], policy: Policy, as_of: date, most: int, *, decided: bool) -> Seating:
    """The team as these lines have it. ask: of the whole team. decided: what is held already says nothing against anybody."""
    seats, mixed = [], True
    for line in lines:
        own, twice, mixed = as_it_is(register, ask, lines, line, policy, as_of)
        against = broken_by(register, ask, line.role, line.peer, policy, as_of)
        rules = tuple(code for code in against if not (decided and code in OF_CAPACITY))
        instead = tuple(stand_ins(register, ask, lines, line, policy, as_of, most)) if most else ()
        seats.append(Seat(line.place, line.role, line.peer, line.council, line.days, own, twice, rules, instead))
    known = [seat.own for seat in seats if seat.own]
    lacks = lacks_outsider(register.columns(), ask, (line.peer for line in lines))
    return Seating(tuple(seats), mixed, lacks, sum(own.fit for own in known), sum(sum(own.price.values()) for own in known))
