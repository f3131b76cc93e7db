"""Policies that decide each place as it arrives, knowing what came before it and the year before."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from services.matcher.allocation import Market, Steps, allocate
from services.matcher.dated import Floats, Ints
from services.matcher.fit import billionths, whole
from services.matcher.policy import Policy
from services.matcher.price import charged
from services.matcher.scarcity import blended
from services.simulation.state import Standings, overridden_places
from services.simulation.stream import Demand, Year

PARTNER_BONUS = 0.1
EARLY = 1.5
"""How much more a scarce peer costs at the beginning of a year, when all of it is still to come; it falls with what last year had left."""

OVERRIDES = 3.0
"""How often an expected override counts as load: a council's favourites are known by last year only, and whoever is overridden to again
and again ends far beyond the others."""

_MIX = 2_654_435_761  # a prime that scatters (Knuth)


def best_first(year: Year) -> Standings:
    """The best fit among who is free: what a sorted list does."""
    return _each(year, lambda _now, _peers, fit: fit)


def as_it_was(year: Year) -> Standings:
    """What was decided in truth, in the order of arrival; a year without decisions stays open."""
    now = Standings(year)
    for place, peer in enumerate([] if year.decided is None else year.decided.tolist()):
        if peer >= 0:
            now.give(place, peer)
    return now


def partners(year: Year) -> Standings:
    """Today's habit: partner councils first, by a tenth of fit."""
    return _each(year, lambda _now, peers, fit: fit + PARTNER_BONUS * year.partner[year.council[peers]])


def first_come(year: Year) -> Standings:
    """Anybody who is free and fits, whoever answers first: as good as drawn by lot, the same lot on every run."""
    return _each(year, lambda now, peers, _fit: ((peers + 1) * (now.decided + 1) * _MIX % 2**32).astype(np.float64))


def online(year: Year, policy: Policy, overridden: float = 0.0, scarcity: Floats | None = None) -> Standings:
    """The matcher's own value: fit less the price of load, less the scarcity of the peer, within the limit of fit that may be given up.

    overridden: the share of places for which an adviser takes the best fit instead. A council counts as carrying what it is still to be
    given so, as far as overrides up to now let expect. scarcity: of peers, where it is known already: it hangs on last year alone.
    """
    scattered, scarceness = overridden_places(year.demand, overridden), scarceness_of(year)
    rare = billionths(scarcity_of(year, year.last) if scarcity is None else scarcity)
    limit, share = whole(policy.may_give_up("other")), equal_share(year)
    to_come = 1 - np.searchsorted(np.sort(year.last.day), year.demand.day) / max(1, len(year.last))
    favourites = _favourites(year) if overridden else np.zeros(len(year.councils))
    seen = (np.cumsum(scattered) - scattered) / np.arange(1, len(scattered) + 1)

    def value(now: Standings, peers: Ints, fit: Floats) -> Floats:
        if scattered[now.decided]:
            return fit
        exact, homes = billionths(fit), year.council[peers]
        expected = OVERRIDES * seen[now.decided] * to_come[now.decided] * favourites[homes]
        loads = now.load[peers].astype(np.float64), now.council_load[homes] + expected
        priced = charged(*loads, scarceness[peers], share, policy)
        close = exact >= exact.max() - limit
        worth: Floats = np.where(close, exact - priced - (1 + EARLY * to_come[now.decided]) * rare[peers], -np.inf)
        return worth

    return _each(year, value)


def _favourites(year: Year) -> Floats:
    """(councils,) what the best fit always would have made of last year."""
    return best_first(replace(year, demand=year.last)).council_load.astype(np.float64)


def _each(year: Year, value: Callable[[Standings, Ints, Floats], Floats]) -> Standings:
    """Decide place by place; ties go to the peer who comes first."""
    now = Standings(year)
    for place in range(len(year.demand)):
        peers, fit = now.free(place)
        now.decided = place
        if len(peers):
            taken = int(np.argmax(value(now, peers, fit)))
            now.give(place, int(peers[taken]), float(fit.max() - fit[taken]))
    return now


def equal_share(year: Year) -> float:
    """m: what each willing council would carry if the year before were shared equally."""
    return max(1.0, len(year.last) / max(1, int(year.willing.sum())))


def scarceness_of(year: Year) -> Floats:
    """The mean capacity of peers over that of the peer."""
    mean = float(year.capacity[year.capacity > 0].mean()) if (year.capacity > 0).any() else 1.0
    scarceness: Floats = mean / np.maximum(1, year.capacity)
    return scarceness


def scarcity_of(year: Year, demand: Demand) -> Floats:
    """What a placement more of each peer would have been worth in a year's demand, matched as well as can be: half the peer's own dual
    price of capacity, half the mean of the peer's role."""
    found = allocate(fit_market(year, demand))
    roles = np.array(year.role)
    return blended(found.prices.capacity, [np.flatnonzero(roles == role) for role in np.unique(roles)])


def fit_market(year: Year, demand: Demand) -> Market:
    """A year's demand as one market, worth its fit; members of a team may come from one council here."""
    return Market(
        places=np.ones(len(demand), np.int64),
        capacity=year.capacity,
        request=demand.place,
        peer=demand.peer,
        fit=demand.fit,
        some=demand.team[demand.place],
        some_capacity=year.team_limit,
        steps=(Steps(year.council, year.council_capacity, np.zeros((len(year.councils), 1))),),
    )
