"""A team as its page shows it: who fills each place, who could instead and what that changes, and what each constraint costs. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.desk import wording
from services.desk.proposals import BAND
from services.vocabulary.listing import listed

Names = Mapping[str, str]
Said = Mapping[str, Any]
_SLIGHT = 0.005  # of a price of load: nobody would see it in the work of a year
_BEYOND = 5  # the matcher sets whoever lies beyond what may be given up far behind all others
_CONSTRAINTS = {
    "councils": "That each comes from a council of their own",
    "groups": "That councillors are of more than one group",
    "one_outside_region": "That at least one comes from outside the region",
    "region": "The wish for people from inside or outside the region",
    "avoid": "The wish to avoid some councils",
}


@dataclass(frozen=True, slots=True)
class Instead:
    """Somebody who could take a place, and what that would change, in words."""

    peer: str
    name: str
    council: str
    words: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A place and who fills it. fit: None where the register does not have them. mind: what speaks against them there, in words."""

    place: str
    role: str
    peer: str
    name: str
    council: str
    days: float
    fit: float | None
    mind: tuple[str, ...]
    instead: tuple[Instead, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """A team in words. together: how it fits and spreads as a whole. costs: what each constraint costs, and what it would cost to do
    without a member. decided: somebody was chosen already."""

    decided: bool
    seats: tuple[Seat, ...]
    together: tuple[str, ...]
    costs: tuple[str, ...]
    fit: float

    def seat(self, place: str) -> Seat | None:
        """The place of that name."""
        return next((seat for seat in self.seats if seat.place == place), None)


@dataclass(frozen=True, slots=True)
class Empty:
    """A place that cannot be filled, and who could, if something changed."""

    role: str
    words: tuple[str, ...]


def people(seats: Said | None, lineup: Said | None, named: Iterable[str] = ()) -> set[str]:
    """Everybody whose name the page needs."""
    found = set(named) - {""}
    for seat in seats["seats"] if seats else ():
        found |= {seat["peer"]} | {one["peer"]["peer"] for one in seat["instead"]}
    if lineup:
        found |= {candidate["peer"] for candidate in lineup["members"].values()}
        found |= {peer for each in (*lineup["constraints"], *lineup["alternatives"]) for peer in each["instead"].values()}
        found |= {one["peer"] for empty in lineup["empty"] for one in empty["nearest"]}
    return found


def team(seats: Said, lineup: Said | None, names: Names) -> Team:
    """The team as the matcher tells it place by place. lineup: the best team explained, where the matcher could say."""
    shown = tuple(_seat(seat, names) for seat in seats["seats"])
    roles = {seat["place"]: wording.role(seat["role"]) for seat in seats["seats"]}
    best = lineup if lineup and lineup["members"] and not seats["decided"] else None
    return Team(seats["decided"], shown, _together(seats, best), _costs(lineup, roles, names) if lineup else (), seats["fit"])


def empties(lineup: Said, names: Names) -> tuple[Empty, ...]:
    """The places that nobody can fill, with who comes nearest."""
    return tuple(
        Empty(wording.titled(wording.role(each["role"])), tuple(_nearest(one, names) for one in each["nearest"]))
        for each in lineup["empty"]
    )


def changes(one: Said) -> str:
    """What somebody in the place of whoever fills it changes, as the matcher tells it."""
    said = [_fits(one["fit"]), _spreads(one["load"])]
    if one["council_twice"]:
        said.append(f"a second person from {wording.council(one['peer']['council'])}")
    if not one["mixed"]:
        said.append("councillors of one group alone")
    said += [_against(rule) for rule in one["rules"]]
    return wording.titled("; ".join(said)) + "."


def _seat(seat: Said, names: Names) -> Seat:
    council = wording.council(seat["council"])
    mind = [f"a second person from {council}"] if seat["council_twice"] else []
    mind += [_against(rule) for rule in seat["rules"]]
    instead = tuple(
        Instead(p["peer"], names.get(p["peer"], p["peer"]), wording.council(p["council"]), changes(one))
        for one in seat["instead"]
        for p in (one["peer"],)
    )
    peer, fit = seat["peer"], seat["own"]["fit"] if seat["own"] else None
    return Seat(seat["place"], wording.role(seat["role"]), peer, names.get(peer, peer), council, seat["days"], fit, tuple(mind), instead)


def _together(seats: Said, best: Said | None) -> tuple[str, ...]:
    own = len({seat["council"] for seat in seats["seats"]}) == len(seats["seats"])
    words = [f"Together they fit {seats['fit']:.2f} of {len(seats['seats'])}."]
    if best:
        words[0] += _beside(seats, best)
    if len(seats["seats"]) > 1:
        words.append("Each comes from a council of their own." if own else "Two of them come from one council.")
    if seats["lacks_outsider"]:
        words.append("Nobody comes from outside the region, which the request asks for.")
    if not seats["mixed"]:
        words.append("The councillors are of one group alone.")
    return tuple(words)


def _beside(seats: Said, best: Said) -> str:
    """How the team stands beside the one that would be proposed first."""
    members = best["members"]
    if all(seat["place"] in members and members[seat["place"]]["peer"] == seat["peer"] for seat in seats["seats"]):
        return " No other team is worth more."
    fit = seats["fit"] - sum(candidate["fit"] for candidate in members.values())
    load = seats["load"] - sum(sum(candidate["price"].values()) for candidate in members.values())
    return f" Beside the best team: {_fits(fit)}; {_spreads(load)}."


def _fits(fit: float) -> str:
    if abs(fit) < BAND:
        return "fits as well"
    return f"fits better by {fit:.2f}" if fit > 0 else f"gives up {-fit:.2f} of fit"


def _spreads(load: float) -> str:
    if abs(load) < _SLIGHT:
        return "spreads the work as evenly"
    return f"spreads the work {'less' if load > 0 else 'better'} (price of load {load:+.2f})"


def _costs(lineup: Said, roles: Mapping[str, str], names: Names) -> tuple[str, ...]:
    words = []
    for each in lineup["constraints"]:
        what = _CONSTRAINTS.get(each["code"], wording.plain(each["code"]))
        if not each["met"]:
            words.append(f"{what} cannot be had in full here.")
        elif each["instead"]:
            words.append(f"{what} costs {_amount(each['cost'])}: without it {_who(each['instead'], roles, names)} would come.")
        else:
            words.append(f"{what} costs nothing.")
    for each in lineup["alternatives"]:
        name = names.get(each["without"], each["without"])
        if each["cost"] is None:
            words.append(f"Without {name} no full team can be made.")
        elif each["instead"]:
            words.append(f"To do without {name} costs {_amount(each['cost'])}: {_who(each['instead'], roles, names)} would come.")
    return tuple(words)


def _against(rule: str) -> str:
    return f"would be left out, as one of those {wording.left_out(rule)}"


def _amount(cost: float) -> str:
    if cost >= _BEYOND:
        return "more fit than a request of this priority may give up"
    return f"{cost:.2f}" if cost >= _SLIGHT else "next to nothing"


def _who(instead: Mapping[str, str], roles: Mapping[str, str], names: Names) -> str:
    return listed([f"{names.get(peer, peer)} as {roles.get(place, place)}" for place, peer in instead.items()])


def _nearest(one: Said, names: Names) -> str:
    name = names.get(one["peer"], one["peer"])
    where = f"{name} of {wording.council(one['own']['council'])}" if one["own"] else name
    ways: Sequence[str] = one["ways"]
    return f"{where} could, if {ways[0]}." if ways else f"{where} is needed for another place."
