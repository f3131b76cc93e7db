"""Exact rounds: a month's places decided together, the rest of last year's demand as the forecast; and a whole year in hindsight."""

from dataclasses import dataclass, replace

import numpy as np

from services.matcher.allocation import Allocation, Market, Steps, allocate, with_pairs
from services.matcher.dated import Flags, Floats, Ints
from services.matcher.policy import Policy
from services.simulation.online import equal_share, fit_market, scarceness_of
from services.simulation.state import Standings, month_of, overridden_places
from services.simulation.stream import Demand, Year

MONTHS = 12
_MENDINGS = 40
_OPEN = 1.0  # a place left open costs more than any fit: filling it comes first, but not at the price of two others


def rounds(year: Year, policy: Policy, forecast: bool = True, overridden: float = 0.0) -> Standings:
    """A month's places wait for its end and are then decided together; what was decided in earlier rounds stays.

    Each round is one exact allocation of the month's places and, as the forecast of what is to come, last year's places of the rest of the
    year, with the peers' and councils' rising prices from where their loads stand. Places of the forecast decide nothing.
    overridden: the share of places for which an adviser takes the best fit instead, before the round; the round makes up for it.
    """
    scattered, now = overridden_places(year.demand, overridden), Standings(year)
    months, months_before = month_of(year.demand, MONTHS), month_of(year.last, MONTHS)
    for month in range(MONTHS):
        _fill(now, np.flatnonzero((months == month) & scattered))
        ours = np.flatnonzero((months == month) & ~scattered)
        later = np.flatnonzero(months_before > month) if forecast else np.zeros(0, np.int64)
        _decide(now, ours, later, policy)
    return now


def hindsight(year: Year) -> Standings:
    """The bound for fit: the whole year known beforehand, matched for fit alone."""
    return _at_once(year, fit_market(year, year.demand))


def hindsight_even(year: Year, policy: Policy) -> Standings:
    """The bound for spread: the whole year known beforehand, matched with the rising prices of the policy."""
    market = fit_market(year, year.demand)
    return _at_once(year, replace(market, steps=_steps(Standings(year), policy)))


def _at_once(year: Year, market: Market) -> Standings:
    now = Standings(year)
    team = year.demand.team[market.request]
    chosen = _mended(market, np.where(team, year.demand.request[market.request], -1), year.council[market.peer])
    for pair in np.flatnonzero(chosen).tolist():
        now.give(int(market.request[pair]), int(market.peer[pair]))
    _fill(now, np.flatnonzero(now.chosen < 0))
    return now


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The pairs of a round: `place` counts this month's places and then the forecast's; `team` is the team's number or -1."""

    place: Ints
    peer: Ints
    fit: Floats
    team: Ints
    gap: Floats


def _decide(now: Standings, ours: Ints, later: Ints, policy: Policy) -> None:
    year = now.year
    mine = _pairs_of(now, year.demand, ours, policy.may_give_up("other"))
    theirs = _pairs_of(now, year.last, later, np.inf)
    place = np.concatenate([mine.place, len(ours) + theirs.place])
    team = np.concatenate([mine.team, np.full(len(theirs.team), -1)])  # members of a forecast team decide nothing, so they may clash
    peer, fit = np.concatenate([mine.peer, theirs.peer]), np.concatenate([mine.fit, theirs.fit])
    market = Market(
        places=np.ones(len(ours) + len(later), np.int64),
        capacity=year.capacity - now.load,
        request=place,
        peer=peer,
        fit=fit,
        unmet=np.full(len(ours) + len(later), _OPEN),
        some=np.concatenate([mine.team, theirs.team]) >= 0,
        some_capacity=np.maximum(0, year.team_limit - now.team_load),
        steps=_steps(now, policy),
    )
    chosen = _mended(market, team, year.council[peer])
    for pair in np.flatnonzero(chosen & (place < len(ours))).tolist():
        now.give(int(ours[place[pair]]), int(peer[pair]), float(mine.gap[pair]))
    _fill(now, ours[now.chosen[ours] < 0])


def _pairs_of(now: Standings, demand: Demand, places: Ints, limit: float) -> _Pairs:
    """The pairs of some places with whoever is free, not more than `limit` below the best of them."""
    pairs = np.concatenate([np.arange(demand.first[n], demand.first[n + 1]) for n in places.tolist()] or [np.zeros(0, np.int64)])
    place = np.repeat(np.arange(len(places)), np.diff(demand.first)[places])
    peer, fit = demand.peer[pairs], demand.fit[pairs]
    team = demand.team[places][place]
    free = now.open_to(peer, team)
    place, peer, fit, team = place[free], peer[free], fit[free], team[free]
    best = np.full(len(places), -np.inf)
    np.maximum.at(best, place, fit)
    close = fit >= best[place] - limit
    place, peer, fit, team = place[close], peer[close], fit[close], team[close]
    return _Pairs(place, peer, fit, np.where(team, demand.request[places][place], -1), best[place] - fit)


def _steps(now: Standings, policy: Policy) -> tuple[Steps, ...]:
    """The matcher's price of load, placement by placement from where the loads stand: peers inside their councils."""
    year = now.year
    peers = np.arange(len(year.peers))
    left, council_left = year.capacity - now.load, np.maximum(0, year.council_capacity - now.council_load)
    most, council_most = max(1, int(left.max(initial=0))), max(1, int(council_left.max(initial=0)))
    own = policy.lambda_ * (2 * (now.load[:, None] + np.arange(most)) + 1) * scarceness_of(year)[:, None]
    carried = now.council_load[:, None] + np.arange(council_most)
    shared = policy.mu_rounds * (carried / equal_share(year)) ** 2 - policy.beta * (carried == 0)
    return Steps(peers, left, own), Steps(year.council, council_left, shared)


def _mended(market: Market, team: Ints, home: Ints) -> Flags:
    """The best allocation in which no two members of a team come from one council. team, home: (pairs,).

    That is no constraint of a flow: where two do, the one who loses least by another council gives way, that place's pairs with the council
    are taken out, and the whole is solved again. Each time it is the best of what is left, and a few times are enough.
    """
    left = np.arange(len(market.request))
    for _ in range(_MENDINGS):
        found: Allocation = allocate(with_pairs(market, left))
        chosen = left[found.chosen]
        out = _clashing(market, team, home, chosen)
        if not len(out):
            break
        barred = np.zeros(len(market.request), np.bool_)
        for pair in out.tolist():
            barred |= (market.request == market.request[pair]) & (home == home[pair])
        left = left[~barred[left]]
    flags = np.zeros(len(market.request), np.bool_)
    flags[np.setdiff1d(chosen, _clashing(market, team, home, chosen))] = True
    return flags


def _clashing(market: Market, team: Ints, home: Ints, chosen: Ints) -> Ints:
    """Of the members of a team from one council, all but the one who would lose most by another council."""
    members = chosen[team[chosen] >= 0]
    key = team[members] * (int(home.max(initial=0)) + 1) + home[members]
    _, which, count = np.unique(key, return_inverse=True, return_counts=True)
    clash = members[count[which] > 1]
    loss = np.array([_loss(market, home, pair) for pair in clash.tolist()])
    order = np.lexsort((market.request[clash], -loss, home[clash], team[clash]))
    clash = clash[order]
    same = (np.diff(team[clash]) == 0) & (np.diff(home[clash]) == 0)
    out: Ints = clash[1:][same]
    return out


def _loss(market: Market, home: Ints, pair: int) -> float:
    """What the place of a pair would lose by its best pair with another council."""
    others = (market.request == market.request[pair]) & (home != home[pair])
    return float(market.fit[pair] - market.fit[others].max(initial=0.0))


def _fill(now: Standings, places: Ints) -> None:
    """What a round left open goes to the best who is free, one after the other."""
    for place in places.tolist():
        peers, fit = now.free(place)
        if len(peers):
            best = int(np.argmax(fit))
            now.give(place, int(peers[best]))
