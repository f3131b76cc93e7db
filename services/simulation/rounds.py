"""Exact rounds: what has waited long enough is decided together, with what is known and last year's rest as the forecast; and a whole
year in hindsight."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from services.matcher.allocation import Market, Steps
from services.matcher.dated import Floats, Ints
from services.matcher.futures import ENOUGH, voted
from services.matcher.mending import mended
from services.matcher.policy import Policy
from services.matcher.price import of_councils
from services.simulation.forecasts import Forecast
from services.simulation.online import equal_share, fit_market, scarceness_of
from services.simulation.state import Standings, overridden_places
from services.simulation.stream import Demand, Year

_DAYS = 365
_EVERY = 10  # days between rounds where the policy leaves it to whoever asks for one
_OPEN = 1.0  # a place left open costs more than any fit: filling it comes first, but not at the price of two others


def rounds(year: Year, policy: Policy, forecast: str = "", overridden: float = 0.0) -> Standings:
    """Every so many days one exact allocation of all that is known and undecided; who has waited long enough keeps what it gives them.

    Days between rounds, waits and forecast are those of the policy. What is still to come is allocated with what is known, with the peers'
    and councils' rising prices from where their loads stand. Neither that nor the places that may still wait decide anything.
    forecast: another of FORECASTS instead.
    overridden: the share of places for which an adviser takes the best fit, as soon as they are asked for. The rounds make up for it, and
    they expect as much of what is to come.
    """
    scattered, now, demand = overridden_places(year.demand, overridden), Standings(year), year.demand
    due = demand.day + np.where(demand.team, policy.team_wait_days, policy.wait_days)
    ahead, decided = Forecast(forecast or policy.forecast, year, overridden), np.zeros(len(demand), np.bool_)
    last = max(1, _DAYS // (policy.rounds_every_days or _EVERY))
    for n in range(1, last + 1):
        today = n * _DAYS / last
        known = ~decided & ((demand.day < today) | (n == last))
        _fill(now, np.flatnonzero(known & scattered))
        ours = known & ~scattered & ((due <= today) | (n == last))
        if ours.any():
            futures = ahead.after(today if n < last else np.inf)
            _decide(now, np.flatnonzero(ours), np.flatnonzero(known & ~scattered & ~ours), ahead, futures, policy)
        decided |= known & (scattered | ours)
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
    chosen = mended(market, np.where(team, year.demand.request[market.request], -1), year.council[market.peer])
    for pair in np.flatnonzero(chosen).tolist():
        now.give(int(market.request[pair]), int(market.peer[pair]))
    _fill(now, np.flatnonzero(now.chosen < 0))
    return now


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The pairs of some places: `place` counts them from 0; `team` is the team's number or -1."""

    place: Ints
    peer: Ints
    fit: Floats
    team: Ints
    gap: Floats


def _decide(now: Standings, ours: Ints, waiting: Ints, ahead: Forecast, futures: Sequence[Ints], policy: Policy) -> None:
    """ours: the places of this year that are due, waiting: those that are not; futures: what may be to come, as rows of `ahead`; where
    there are several, they vote."""
    year, asking = now.year, np.concatenate([ours, waiting])
    mine = _pairs_of(now, year.demand, asking, np.full(len(asking), policy.may_give_up("other")))
    markets = []
    for places in futures:
        limit = np.where(ahead.best_only[places], 0.0, np.inf)
        theirs = _pairs_of(now, ahead.demand, places, limit, ENOUGH)
        markets.append(_market(now, mine, theirs, len(asking), len(places), policy))
    market = markets[0] if len(markets) == 1 else voted(markets, _market(now, mine, None, len(asking), 0, policy))
    team = np.full(len(market.request), -1)  # members of a team may clash while they decide nothing
    team[: len(mine.peer)] = np.where(mine.place < len(ours), mine.team, -1)
    chosen = mended(market, team, year.council[market.peer])
    for pair in np.flatnonzero(chosen & (market.request < len(ours))).tolist():
        now.give(int(ours[mine.place[pair]]), int(mine.peer[pair]), float(mine.gap[pair]))
    _fill(now, ours[now.chosen[ours] < 0])


def _market(now: Standings, mine: _Pairs, theirs: _Pairs | None, asking: int, later: int, policy: Policy) -> Market:
    """The places that are known, and after them those of a future."""
    year, both = now.year, [mine] if theirs is None else [mine, theirs]
    places = asking + later
    return Market(
        places=np.ones(places, np.int64),
        capacity=year.capacity - now.load,
        request=np.concatenate([part.place + first for part, first in zip(both, (0, asking), strict=False)]),
        peer=np.concatenate([part.peer for part in both]),
        fit=np.concatenate([part.fit for part in both]),
        unmet=np.full(places, _OPEN),
        some=np.concatenate([part.team for part in both]) >= 0,
        some_capacity=np.maximum(0, year.team_limit - now.team_load),
        steps=_steps(now, policy),
    )


def _pairs_of(now: Standings, demand: Demand, places: Ints, limit: Floats, most: int | None = None) -> _Pairs:
    """The pairs of some places with whoever is free, each not more than its place's `limit` below the best of them, `most` at most."""
    pairs = np.concatenate([np.arange(demand.first[n], demand.first[n + 1]) for n in places.tolist()] or [np.zeros(0, np.int64)])
    place = np.repeat(np.arange(len(places)), np.diff(demand.first)[places])
    peer, fit = demand.peer[pairs], demand.fit[pairs]
    team = demand.team[places][place]
    free = now.open_to(peer, team)
    place, peer, fit, team = place[free], peer[free], fit[free], team[free]
    best = np.full(len(places), -np.inf)
    np.maximum.at(best, place, fit)
    close = fit >= best[place] - limit[place]
    if most is not None:
        order = np.lexsort((-fit, place))
        nth = np.empty(len(order), np.int64)
        nth[order] = np.arange(len(order)) - np.searchsorted(place[order], place[order])
        close &= nth < most
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
    shared = of_councils(carried.astype(np.float64), equal_share(year), policy.mu_rounds, policy.power_rounds) - policy.beta * (
        carried == 0
    )
    return Steps(peers, left, own), Steps(year.council, council_left, shared)


def _fill(now: Standings, places: Ints) -> None:
    """What a round left open goes to the best who is free, one after the other."""
    for place in places.tolist():
        peers, fit = now.free(place)
        if len(peers):
            best = int(np.argmax(fit))
            now.give(place, int(peers[best]))
