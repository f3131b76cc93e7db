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
    """lambda (2 Lp + 1) cbar / cp for the peer, mu (Lo / m)^2 for the council, -beta for a council that carries nothing.

    Lp, Lo: deployments of the peer and of its council: placed within a year, held, and open suggestions by weight.
    cbar / cp: `scarceness`, see Pool. peers, homes: rows of Columns. m: the equal share of a year's placements for each willing council.
    """
    peer_load = columns.peer_load.deployments(peers, as_of)
    council_load = columns.council_load.deployments(homes, as_of)
    share = council_load * (max(1, columns.councils.willing_count) / policy.expected_places)
    return Price(
        peer=billionths(policy.lambda_ * (2 * peer_load + 1) * scarceness),
        council=billionths(policy.mu * (share * share)),
        reach=(council_load == 0) * -whole(policy.beta),
    )
