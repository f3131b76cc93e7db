"""The price of load: the fit that a busy peer or council must bring more than others, so that the work is spread over many hands."""

from dataclasses import dataclass
from datetime import date

from services.matcher.columns import Columns
from services.matcher.dated import Floats, Ints
from services.matcher.fit import billionths, whole
from services.matcher.policy import Policy


@dataclass(frozen=True, slots=True)
class Price:
    """By peer, in whole billionths of fit: for the peer's load, for the council's, and less for a new council."""

    peer: Ints
    council: Ints
    reach: Ints

    @property
    def total(self) -> Ints:
        return self.peer + self.council + self.reach


def price(columns: Columns, peers: Ints, homes: Ints, scarceness: Floats, policy: Policy, as_of: date) -> Price:
    """What the load of these peers and of their councils costs now. peers, homes: rows of Columns. scarceness: see Pool."""
    peer_load = columns.peer_load.deployments(peers, as_of)
    council_load = columns.council_load.deployments(homes, as_of)
    return charged(peer_load, council_load, scarceness, policy.expected_places / max(1, columns.councils.willing_count), policy)


def charged(peer_load: Floats, council_load: Floats, scarceness: Floats, equal_share: float, policy: Policy) -> Price:
    """lambda (2 Lp + 1) cbar / cp for the peer, mu (Lo / m)^2 for the council, -beta for a council that carries nothing.

    Lp, Lo: deployments of the peer and of its council: placed within a year, held, and open suggestions by weight.
    cbar / cp: `scarceness`. m: the equal share of a year's placements for each willing council.
    """
    share = council_load / equal_share
    return Price(
        peer=billionths(policy.lambda_ * (2 * peer_load + 1) * scarceness),
        council=billionths(policy.mu * (share * share)),
        reach=(council_load == 0) * -whole(policy.beta),
    )
