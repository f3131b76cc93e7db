"""A seeded year of our own: the 153 real councils with invented peers, capacities and demand. Nothing here is about anybody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from schemas.registry import CouncilState
from services.matcher.councils import OPEN, Councils
from services.matcher.dated import Flags, Floats, Ints
from services.simulation.stream import Plain, write
from services.vocabulary.councils import reference_councils
from services.vocabulary.parties import PARTIES

PEERS, SINGLES, TEAMS, PARTNERS, FLOOR = 2_200, 400, 140, 14, 0.45
_THEMES = 12
_WEIGHTS = {"themes": 0.35, "role": 0.20, "likeness": 0.20, "standing": 0.10, "party": 0.10, "region": 0.05}
_BORDER = 0.03
_MEMBERS = ("lead_member", "leader", "scrutiny_chair", "member")
_OFFICERS = ("director", "chief_executive", "assistant_director", "head_of_service", "principal_social_worker", "send_lead")
_ROLES = (*_MEMBERS, *_OFFICERS)
_ONE_EACH = ("lead_member", "leader", "director", "chief_executive")
# by kind of request, how often and whom it asks for; the first role is the one meant, others stand in at less
_SINGLE_KINDS: dict[str, tuple[float, dict[str, float]]] = {
    "new_lead_member": (0.30, {"lead_member": 1.0}),
    "sounding_board": (0.25, {"director": 1.0}),
    "inspection_buddy": (0.15, {"lead_member": 1.0, "leader": 0.6}),
    "officer_mentoring": (0.30, {"assistant_director": 1.0, "head_of_service": 0.7, "director": 0.6}),
}
_SEATS: Sequence[dict[str, float]] = (
    {"director": 1.0, "assistant_director": 0.7},
    {"lead_member": 1.0, "leader": 0.9, "scrutiny_chair": 0.7, "member": 0.5},
    {"assistant_director": 1.0, "head_of_service": 0.8},
    {"principal_social_worker": 1.0, "head_of_service": 0.6},
    {"send_lead": 1.0, "assistant_director": 0.5},
)


@dataclass(frozen=True, slots=True)
class _Supply:
    """Peers by row: their council, role, party (-1: none), capacities, knowledge of each theme, standing; councils' capacity."""

    home: Ints
    role: Ints
    party: Ints
    capacity: Ints
    team_limit: Ints
    knows: Floats
    standing: Floats
    council_capacity: Ints
    partner: Flags


def make(seed: int, folder: Path, peers: int = PEERS, scale: float = 1.0) -> None:
    """Write a year into `folder`, as stream.read takes it. The same seed gives the same files; `scale` multiplies the demand."""
    councils = reference_councils()
    supply = _supply(np.random.default_rng([seed, 0]), peers)
    years = [_demand(np.random.default_rng([seed, 1, year]), supply, scale) for year in (0, 1)]
    write(
        folder,
        (
            (
                f"p{n}",
                councils[supply.home[n]].la_code,
                councils[supply.home[n]].region,
                _ROLES[supply.role[n]],
                int(supply.role[n] < len(_MEMBERS)),
                list(PARTIES)[supply.party[n]] if supply.party[n] >= 0 else "",
                supply.capacity[n],
                supply.team_limit[n],
            )
            for n in range(len(supply.home))
        ),
        ((c.la_code, c.name, c.region, supply.council_capacity[n], int(supply.partner[n])) for n, c in enumerate(councils)),
        years[0],
        years[1],
    )


def _supply(dice: np.random.Generator, peers: int) -> _Supply:
    count = len(reference_councils())
    willing = dice.random(count) < 0.94
    strength = np.where(willing, dice.lognormal(0, 0.6, count), 0.0)
    each = np.where(willing, 2, 0) + dice.multinomial(max(0, peers - 2 * int(willing.sum())), strength / strength.sum())
    home = np.repeat(np.arange(count), each)
    role = dice.integers(0, len(_ROLES), len(home))
    first = np.flatnonzero(np.r_[True, home[1:] != home[:-1]])
    for name in _ONE_EACH:  # at most one of these in a council, and most councils offer one
        role[role == _ROLES.index(name)] = _ROLES.index("member" if name in _MEMBERS else "head_of_service")
    for place, name in enumerate(_ONE_EACH):
        has = first[(each[home[first]] > place) & (dice.random(len(first)) < 0.7)]
        role[has + place] = _ROLES.index(name)
    member = role < len(_MEMBERS)
    capacity = np.where(member, dice.integers(1, 5, len(home)), dice.integers(1, 3, len(home)))
    offered = np.bincount(home, capacity, minlength=count)
    partner = np.zeros(count, np.bool_)
    partner[np.argsort(-strength, kind="stable")[:PARTNERS]] = True
    return _Supply(
        home=home,
        role=role,
        party=np.where(member, dice.integers(0, len(PARTIES), len(home)), -1),
        capacity=capacity,
        team_limit=np.where(member, capacity, 1),
        knows=np.where(dice.random((len(home), _THEMES)) < 0.3, dice.uniform(0.5, 1.0, (len(home), _THEMES)), 0.0),
        standing=np.minimum(1.0, 0.5 * strength[home] / np.quantile(strength[willing], 0.95) + 0.5 * dice.beta(1.2, 3.0, len(home))),
        council_capacity=np.where(willing, np.ceil(dice.uniform(0.4, 0.8, count) * offered), 0).astype(np.int64),
        partner=partner,
    )


def _demand(dice: np.random.Generator, supply: _Supply, scale: float) -> Plain:
    councils = reference_councils()
    asks = sorted(_asks(dice, len(councils), scale), key=lambda ask: ask[0])
    places: list[Sequence[object]] = []
    fit: list[Sequence[object]] = []
    for request, (day, kind, host, seats) in enumerate(asks):
        common, may = _common(dice, supply, host, team=len(seats) > 1)
        for seat in seats:
            suits = np.zeros(len(_ROLES))
            suits[[_ROLES.index(name) for name in seat]] = list(seat.values())
            held = suits[supply.role]
            worth = common + _WEIGHTS["role"] * held
            fits = np.flatnonzero(may & (held > 0) & (worth >= FLOOR))
            fit += [(len(places), f"p{peer}", f"{worth[peer]:.6f}") for peer in fits.tolist()]
            places.append((len(places), request, f"{day:.2f}", kind, councils[host].la_code, int(len(seats) > 1)))
    return Plain(places, fit)


def _asks(dice: np.random.Generator, councils: int, scale: float) -> Iterator[tuple[float, str, int, Sequence[dict[str, float]]]]:
    need = dice.dirichlet(np.full(councils, 1.5))
    kinds = list(_SINGLE_KINDS)
    for _ in range(int(dice.poisson(SINGLES * scale))):
        kind = kinds[dice.choice(len(kinds), p=[_SINGLE_KINDS[name][0] for name in kinds])]
        after_elections = kind == "new_lead_member" and dice.random() < 0.5
        day = dice.uniform(255, 320) if after_elections else dice.uniform(0, 365)
        yield day, kind, int(dice.choice(councils, p=need)), [_SINGLE_KINDS[kind][1]]
    for _ in range(int(dice.poisson(TEAMS * scale))):
        others = dice.choice(np.arange(2, len(_SEATS)), size=int(dice.integers(1, 4)), replace=True)
        yield dice.uniform(0, 365), "team", int(dice.choice(councils, p=need)), [_SEATS[0], _SEATS[1], *(_SEATS[n] for n in others)]


def _common(dice: np.random.Generator, supply: _Supply, host: int, *, team: bool) -> tuple[Floats, Flags]:
    """What does not depend on the role: the fit of every peer, and who may serve at all."""
    councils = _councils()
    to_host = councils.host(councils.codes[host])
    asked = dice.dirichlet(np.full(_THEMES, 0.15))
    region = (to_host.inside > 0) == (dice.random() < 0.4)
    party = np.ones(len(supply.home)) if team else (supply.party == dice.integers(0, len(PARTIES))) | (supply.party < 0)
    home = supply.home
    worth: Floats = (
        _WEIGHTS["themes"] * np.minimum(1.0, supply.knows @ asked * 1.4)
        + _WEIGHTS["likeness"] * to_host.likeness[home]
        + _WEIGHTS["standing"] * supply.standing
        + _WEIGHTS["party"] * party
        + _WEIGHTS["region"] * region[home]
        - _BORDER * to_host.border[home]
    )
    free_then = dice.random(len(home)) < 0.85
    return worth, free_then & (to_host.bars == OPEN)[home] & (supply.council_capacity[home] > 0)


@cache
def _councils() -> Councils:
    """How the councils of the reference table stand to one another, as the matcher has it."""
    states = (
        CouncilState(version=1, council=c.la_code, name=c.name, region=c.region, kind=c.type, linked=c.linked, willing=True)
        for c in reference_councils()
    )
    return Councils({state.council: state for state in states}, ())
