"""A team explained: what each of its constraints costs, who would come instead of whom, and what would fill an empty place. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from schemas.matcher import Candidate
from services.matcher.asks import Ask
from services.matcher.columns import Register
from services.matcher.grounds import grounds
from services.matcher.policy import Policy
from services.matcher.ranking import COURSE_PLACE, EVERY, ONE_OUTSIDE, Dealt, dealt_to, outsiders, parties
from services.matcher.standing import BEYOND
from services.matcher.teams import Choices, Team, compose
from services.matcher.whynot import WhyNot, why_not_as
from services.vocabulary.councils import council_name
from services.vocabulary.roles import role_title

_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Constraint:
    """What the team gives up for one constraint: how much more the best team would be worth without it, on the scale of fit.

    met: this team keeps to it. instead: by place, whom the team without it would have where that is somebody else.
    """

    code: str
    met: bool
    cost: float
    instead: dict[str, str]
    words: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """The best team without one member: how much less it is worth, and by place whom it has where that is somebody else.

    cost: None where no full team can be made without them.
    """

    without: str
    cost: float | None
    instead: dict[str, str]
    words: str


@dataclass(frozen=True, slots=True)
class Empty:
    """A place that cannot be filled, and who of the register comes nearest to it."""

    place: str
    role: str
    nearest: tuple[WhyNot, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Lineup:
    """The best team for a request, or the places that keep it from being whole.

    members: by place. worth: the sum of their values. gap: how much more another team could at most be worth.
    alternatives: the least costly first. words: all this, a sentence each.
    """

    members: dict[str, Candidate]
    worth: float
    gap: float
    constraints: tuple[Constraint, ...]
    alternatives: tuple[Alternative, ...]
    empty: tuple[Empty, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Without:
    """The choices of a place but for one peer."""

    place: Choices
    peer: int

    def choices(self) -> Iterator[tuple[int, float]]:
        return (choice for choice in self.place.choices() if choice[0] != self.peer)


def lineup(register: Register, ask: Ask, policy: Policy, as_of: date) -> Lineup:
    """The team that a ranking would propose first now, explained. Adds no load."""
    columns, found = register.columns(), dealt_to(register, ask, policy, as_of)
    groups, outside = parties(columns, ask, found.standings), outsiders(columns, ask)
    if found.wanting == COURSE_PLACE:
        return Lineup({}, 0.0, 0.0, (), (), (), (EVERY[COURSE_PLACE].sentence,))
    team = compose(found.standings, columns.home_list, groups, outside)
    if team is None:
        empty = tuple(_empty(register, ask, at, found, policy, as_of) for at, shortlist in enumerate(found.shortlists) if not shortlist)
        return Lineup({}, 0.0, 0.0, (), (), empty, tuple(each.words for each in empty))
    names = [name for name, _ in ask.places]
    members = {name: standing.candidates([peer])[0] for name, standing, peer in zip(names, found.standings, team.peers, strict=True)}
    constraints = tuple(_constraints(register, ask, found, team, groups, policy, as_of)) if len(names) > 1 else ()
    alternatives = sorted(
        (_alternative(register, ask, found, team, groups, outside, peer) for peer in team.peers),
        key=lambda each: (each.cost is None, each.cost or 0.0, each.without),
    )
    words = (*(each.words for each in constraints), *(each.words for each in alternatives))
    return Lineup(members, team.worth, team.gap, constraints, tuple(alternatives), (), words)


def _constraints(
    register: Register, ask: Ask, found: Dealt, team: Team, groups: dict[int, int], policy: Policy, as_of: date
) -> Iterator[Constraint]:
    columns = register.columns()
    outside = outsiders(columns, ask)
    free = compose(found.standings, range(len(columns.ids)), groups, outside)
    yield _constraint(register, ask, "councils", "that each comes from a council of their own", team.councils == 0, team, free, team.worth)
    if groups:
        free = compose(found.standings, columns.home_list, None, outside)
        yield _constraint(register, ask, "groups", "that councillors are of more than one group", team.mixed, team, free, team.worth)
    if outside is not None:
        free = compose(found.standings, columns.home_list, groups)
        yield _constraint(register, ask, ONE_OUTSIDE, "that at least one comes from outside the region", True, team, free, team.worth)
    for code, without, words in (
        ("region", replace(ask, region="any"), f"the wish for people from {ask.region} the region"),
        ("avoid", replace(ask, avoid=frozenset()), "the councils to be avoided"),
    ):
        if without != ask:
            again = dealt_to(register, without, policy, as_of)
            free = compose(again.standings, columns.home_list, parties(columns, without, again.standings), outside)
            worth = [dict(standing.choices()) for standing in again.standings]
            ours = sum(each.get(peer, -BEYOND) for each, peer in zip(worth, team.peers, strict=True))
            yield _constraint(register, ask, code, words, True, team, free, ours)


def _constraint(register: Register, ask: Ask, code: str, what: str, met: bool, team: Team, free: Team | None, ours: float) -> Constraint:
    cost = max(0.0, free.worth - ours) if free else 0.0
    instead = _instead(register, ask, team, free) if free and cost > 1e-9 else {}
    if not met:
        words = f"{what[0].upper()}{what[1:]} cannot be had in full here."
    elif instead:
        words = f"{what[0].upper()}{what[1:]} cost {cost:.3f}: without it {_listed(register, instead)}."
    else:
        words = f"{what[0].upper()}{what[1:]} cost nothing."
    return Constraint(code, met, cost, instead, words)


def _alternative(
    register: Register, ask: Ask, found: Dealt, team: Team, groups: dict[int, int], outside: frozenset[int] | None, peer: int
) -> Alternative:
    columns = register.columns()
    other = compose([_Without(standing, peer) for standing in found.standings], columns.home_list, groups, outside)
    name = columns.ids[peer]
    if other is None:
        return Alternative(name, None, {}, f"Without {name} no full team can be made.")
    instead = _instead(register, ask, team, other)
    return Alternative(
        name, team.worth - other.worth, instead, f"Without {name}, at {team.worth - other.worth:.3f}: {_listed(register, instead)}."
    )


def _instead(register: Register, ask: Ask, team: Team, other: Team) -> dict[str, str]:
    ids = register.columns().ids
    return {name: ids[new] for (name, _), old, new in zip(ask.places, team.peers, other.peers, strict=True) if new != old}


def _listed(register: Register, instead: dict[str, str]) -> str:
    peers = register.records.peers
    return ", ".join(f"{peer} of {council_name(peers[peer].council)} for {place}" for place, peer in instead.items())


def _empty(register: Register, ask: Ask, at: int, found: Dealt, policy: Policy, as_of: date) -> Empty:
    """Who holds the role then and has fewest rules against them, of those whom something could bring in."""
    place, role = ask.places[at]
    columns = register.columns()
    head, rows = f"Place {place} ({role_title(role)}) cannot be filled.", columns.holders(role, ask.starts.toordinal()).tolist()
    if found.wanting == ONE_OUTSIDE:
        head = f"At least one must come from outside the region, and nobody can. Likeliest for place {place} ({role_title(role)})."
        rows = [row for row in rows if row in (outsiders(columns, ask) or ())]
    people = [columns.ids[row] for row in rows]
    against = {peer: grounds(register, ask, role, peer, policy) for peer in people}
    able = [peer for peer in people if not any(each.absolute and not each.change for each in against[peer])]
    near = sorted(able, key=lambda peer: (len(against[peer]), peer))[:_NEAREST]
    nearest = tuple(why_not_as(register, ask, place, peer, policy, as_of, found) for peer in near)
    if not nearest:
        return Empty(place, role, (), f"{head} Nobody on the register who holds the role then could: it takes a recruit.")
    return Empty(place, role, nearest, f"{head} {' '.join(map(_would, nearest))}")


def _would(one: WhyNot) -> str:
    where = f"{one.peer} of {council_name(one.own.council)}" if one.own else one.peer
    return f"{where} could, if {one.ways[0]}." if one.ways else f"{where} is needed for another place."
