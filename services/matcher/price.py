"""The price of load: the fit that a busy peer or council must bring more than others, so that the work is spread over many hands."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, TypeVar

import numpy as np

from services.matcher.carried import WHOLE
from services.matcher.columns import Columns
from services.matcher.dated import Flags, Floats, Ints
from services.matcher.fit import BILLION, billionths, whole
from services.matcher.policy import Policy

Load = TypeVar("Load", float, Floats)

DEAREST = 1_000.0
"""The load of a council costs no more than so much fit: nobody is taken at such a price, and whole numbers stay exact."""


class Price(NamedTuple):
    """In whole billionths of fit: for the peer's load, the council's, less for a new council, and for who is needed elsewhere."""

    peer: int
    council: int
    reach: int
    scarcity: int


class Prices:
    """What every peer costs: the load of peer and council, see `charged`, and the peer's scarcity.

    exposed: by peer, who is on as many open shortlists as the policy allows, None where it sets no limit.
    As of when it was made: what is added since, `renew` takes over.
    """

    def __init__(self, columns: Columns, policy: Policy, as_of: date) -> None:
        self._columns, self._policy, self.as_of = columns, policy, as_of
        self._equal_share = policy.expected_places / max(1, columns.councils.willing_count)
        peer_loads = columns.peer_load.deployments(np.arange(len(columns.ids)), as_of)
        council_loads = columns.council_load.deployments(np.arange(len(columns.councils.codes)), as_of)
        self._peers: Floats = _of_peer(peer_loads, policy)
        self._shares: Ints = (~columns.councils.partner).astype(np.int64)
        self._councils: Ints = billionths(of_councils(council_loads, self._equal_share, policy.mu, policy.power)) * self._shares
        self._beta = whole(policy.beta)
        self._reach: Ints = (council_loads == 0) * -self._beta * self._shares
        self._scarcity: Floats = columns.scarcity.astype(np.float64)
        self._scarce = bool(columns.scarcity.any())
        self._both: Floats = (self._councils + self._reach).astype(np.float64)
        self._most_open = WHOLE * policy.exposure
        self.exposed: Flags | None = columns.proposed * policy.shortlist >= self._most_open if policy.exposure else None

    def total(self, peers: Ints, homes: Ints, scarceness: Floats) -> Floats:
        """By peer, the whole price in billionths: whole numbers, too small for a float to lose any of them."""
        price: Floats = self._peers[peers]
        price *= scarceness
        price *= BILLION
        np.rint(price, out=price)
        price += self._both[homes]
        if self._scarce:
            price += self._scarcity[peers]
        return price

    def parts(self, peer: int, home: int, scarceness: float) -> Price:
        """The price of one peer."""
        load = whole(self._peers.item(peer) * scarceness)
        return Price(load, self._councils.item(home), self._reach.item(home), self._columns.scarcity.item(peer))

    def of_council(self, load: float) -> int:
        """What a peer of a council that carries so many deployments costs for that, in billionths; less for one that carries nothing."""
        return self._loaded(load) - (0 if load else self._beta)

    def _loaded(self, load: float) -> int:
        policy = self._policy
        return whole(min(policy.mu * _raised(load / self._equal_share, policy.power), DEAREST))

    def renew(self, peers: Iterable[int]) -> None:
        """Takes over what these peers and their councils carry now."""
        columns, policy = self._columns, self._policy
        for peer in peers:
            home = columns.home_list[peer]
            load = columns.council_load.carries(home)
            self._peers[peer] = _of_peer(columns.peer_load.carries(peer), policy)
            shares = self._shares.item(home)
            self._councils[home] = council = shares * self._loaded(load)
            self._reach[home] = reach = 0 if load else shares * -self._beta
            self._both[home] = council + reach
            if self.exposed is not None:
                self.exposed[peer] = columns.proposed.item(peer) * policy.shortlist >= self._most_open


def charged(peer_load: Floats, council_load: Floats, scarceness: Floats, equal_share: float, policy: Policy) -> Ints:
    """By peer, in billionths: lambda (2 Lp + 1) cbar / cp for the peer, mu (Lo / m)^power for the council, -beta where
    that carries nothing.

    Lp, Lo: deployments of the peer and of its council: placed within a year, held, and open suggestions by weight.
    cbar / cp: `scarceness`, see Pool. m: the equal share of a year's placements for each willing council.
    """
    council = billionths(of_councils(council_load, equal_share, policy.mu, policy.power))
    total: Ints = billionths(_of_peer(peer_load, policy) * scarceness) + council + (council_load == 0) * -whole(policy.beta)
    return total


def _of_peer(load: Load, policy: Policy) -> Load:
    """Of a peer of mean capacity."""
    return policy.lambda_ * (2 * load + 1)


def of_councils(loads: Floats, equal_share: float, mu: float, power: int) -> Floats:
    """By council: mu times its share, to the power, and DEAREST at most."""
    prices: Floats = np.minimum(mu * _raised(loads / equal_share, power), DEAREST)
    return prices


def _raised(share: Load, power: int) -> Load:
    """A share to a whole power of 1 or more, by multiplication alone, so that every machine gets the same."""
    result = share
    for _ in range(power - 1):
        result = result * share
    return result
