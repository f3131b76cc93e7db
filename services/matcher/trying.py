"""Prices of load tried on what was really asked: a year's requests decided anew, one after the other, at each price. Pure functions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from schemas.fact import Value
from services.matcher.asks import Ask
from services.matcher.columns import Columns, Register
from services.matcher.dated import Flags, Floats, Ints
from services.matcher.fit import BILLION, whole
from services.matcher.lots import Lot
from services.matcher.policy import Policy
from services.matcher.pools import Needs
from services.matcher.price import charged
from services.matcher.scarcity import deployments, moved
from services.matcher.standing import Sheet
from services.matcher.unevenness import gini, hhi, top_share

MUS = (0.0, 0.03, 0.06, 0.09, 0.125, 0.16, 0.2, 0.25, 0.35, 0.5)
"""The prices of a council's load that the curve is made of; the one that ranks and the one that is tried are added."""

TRIABLE = frozenset({"mu", "beta", "lambda_", "power", "expected_places"})
"""The numbers of a policy that can be tried here: those of the price. Others change who fits, which a simulated year shows."""

MOST = 2_000
"""Places that are decided, the latest ones: so many take some seconds."""

_NEAR = 1_000  # of a place, so many of the best fits are looked at


class Point(Value):
    """What a price comes to. mu: the price of a council's load. filled: places that somebody took. worst: mean fit of the request that is
    served worst.

    fit_kept: the sum of fits over that of always taking the best fit. mean, tenth: fit of filled places, and of the one at the tenth
    percentile. Loads are places over the willing councils; unused: those that some place could have used and none did. busiest: places
    of the busiest. moved: places that somebody else would have filled than at the price that ranks now.
    """

    mu: float
    filled: int
    fit_kept: float
    mean: float
    tenth: float
    ten_busiest: float
    gini: float
    hhi: float
    unused: int
    busiest: int
    moved: int
    worst: float = 0.0


class Tried(Value):
    """A trial's outcome: of how much demand; best: the best fit always taken; now: the policy that ranks; tried: with the changes.

    curve: more and less of mu, with the changes that are no mu.
    """

    as_of: date
    requests: int
    places: int
    best: Point
    now: Point
    tried: Point
    curve: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Who could fill a place, in the order of their ids. visit: counts towards the yearly limit of officers. limit: fit it may give up."""

    request: str
    peers: Ints
    homes: Ints
    scarceness: Floats
    fit: Ints
    visit: bool
    limit: int


@dataclass(frozen=True, slots=True)
class _Market:
    columns: Columns
    places: Sequence[_Place]
    capacity: Ints
    council_capacity: Ints
    willing: Flags
    challenges: int


@dataclass(frozen=True, slots=True)
class _Outcome:
    """By place, the peer who fills it (-1: nobody) and the fit; by council, what it carries."""

    chosen: Ints
    fit: Ints
    load: Ints


def tried(register: Register, asks: Iterable[Ask], policy: Policy, wanted: Policy, as_of: date) -> Tried:
    """What `wanted` would have come to beside `policy`, which ranks now; they may differ in TRIABLE alone.

    register: with everybody as they are, carrying nothing. Every request is asked anew on the day, in its old order, and decided at once.
    The same inputs give the same outcome on every machine.
    """
    market, requests = _market(register.columns(), list(asks), policy, as_of)
    best, now = _decided(market, None), _decided(market, policy)
    first = int(best.fit.sum())
    curve = [wanted.model_copy(update={"mu": mu}) for mu in sorted({*MUS, policy.mu, wanted.mu})]

    def point(priced: Policy | None, found: _Outcome) -> Point:
        return _point(market, found, 0.0 if priced is None else priced.mu, first, now)

    return Tried(
        as_of=as_of,
        requests=requests,
        places=len(market.places),
        best=point(None, best),
        now=point(policy, now),
        tried=point(wanted, _decided(market, wanted)),
        curve=tuple(point(priced, _decided(market, priced)) for priced in curve),
    )


def _market(columns: Columns, asks: Sequence[Ask], policy: Policy, as_of: date) -> tuple[_Market, int]:
    asked = [(moved(ask, as_of), role) for ask in asks for _, role in ask.places][-MOST:]
    day, everyone = as_of.toordinal(), np.arange(len(columns.ids))
    market = _Market(
        columns,
        [_place(columns, ask, role, policy) for ask, role in asked],
        deployments(columns.peer_offers.in_force(day, everyone).offered),
        deployments(columns.council_offers.in_force(day, np.arange(len(columns.councils.codes))).offered),
        columns.councils.willing,
        policy.challenges_a_year,
    )
    return market, len({ask.request for ask, _ in asked})


def _place(columns: Columns, ask: Ask, role: str, policy: Policy) -> _Place:
    sheet = Sheet(Lot(columns, [(ask, role)], policy))
    fit = sheet.fit.total
    rows = np.flatnonzero(fit >= whole(policy.floor))
    rows = np.sort(rows[np.argsort(-fit[rows], kind="stable")[:_NEAR]])
    left, visit = sheet.left, "release" in Needs.of(ask.kind, ask.days, policy).of_kind
    return _Place(
        ask.request, left.peers[rows], left.homes[rows], left.scarceness[rows], fit[rows], visit, whole(policy.may_give_up(ask.priority))
    )


def _decided(market: _Market, policy: Policy | None) -> _Outcome:
    """Place by place, the one who is worth most of those who are free; without a policy, who fits best. Ties go to the first id."""
    columns = market.columns
    share = policy.expected_places / max(1, columns.councils.willing_count) if policy else 1.0
    load, council_load = np.zeros(len(columns.ids), np.int64), np.zeros(len(market.council_capacity), np.int64)
    visits, members = np.zeros(len(columns.ids), np.int64), defaultdict[str, list[int]](list)
    chosen, fits = np.full(len(market.places), -1, np.int64), np.zeros(len(market.places), np.int64)
    for n, place in enumerate(market.places):
        free = (load[place.peers] < market.capacity[place.peers]) & (council_load[place.homes] < market.council_capacity[place.homes])
        if place.visit:
            free &= ~columns.officer[place.peers] | (visits[place.peers] < market.challenges)
        if taken := members[place.request]:
            free &= ~np.isin(place.homes, taken)
        rows = np.flatnonzero(free)
        if not len(rows):
            continue
        peers, homes, fit = place.peers[rows], place.homes[rows], place.fit[rows]
        worth = fit
        if policy is not None:
            loads = load[peers].astype(np.float64), council_load[homes].astype(np.float64)
            worth = fit - charged(*loads, place.scarceness[rows], share, policy) - columns.scarcity[peers]
            worth = np.where(fit >= fit.max() - place.limit, worth, np.iinfo(np.int64).min)
        at = int(worth.argmax())
        peer, home = int(peers[at]), int(homes[at])
        chosen[n], fits[n] = peer, fit[at]
        load[peer] += 1
        council_load[home] += 1
        visits[peer] += place.visit
        members[place.request].append(home)
    return _Outcome(chosen, fits, council_load)


def _point(market: _Market, found: _Outcome, mu: float, best: int, now: _Outcome) -> Point:
    filled, ours = np.sort(found.fit[found.chosen >= 0]), found.load[market.willing]
    reachable = np.zeros(len(found.load), np.bool_)
    for place in market.places:
        reachable[place.homes] = True
    return Point(
        mu=mu,
        filled=len(filled),
        fit_kept=int(found.fit.sum()) / best if best else 1.0,
        mean=float(filled.mean()) / BILLION if len(filled) else 0.0,
        tenth=int(filled[len(filled) // 10]) / BILLION if len(filled) else 0.0,
        ten_busiest=top_share(ours),
        gini=gini(ours.astype(np.float64)),
        hhi=hhi(ours),
        unused=int((market.willing & reachable & (found.load == 0)).sum()),
        busiest=int(ours.max(initial=0)),
        moved=int((found.chosen != now.chosen).sum()),
        worst=_worst(market, found),
    )


def _worst(market: _Market, found: _Outcome) -> float:
    served = defaultdict[str, list[int]](list)
    for place, peer, fit in zip(market.places, found.chosen.tolist(), found.fit.tolist(), strict=True):
        if peer >= 0:
            served[place.request].append(fit)
    return min((sum(fits) / len(fits) for fits in served.values()), default=0.0) / BILLION
