"""How everybody stands for one place: who is left by the rules, with fit, price and value, and who may be proposed in which order."""

from collections.abc import Sequence
from datetime import date

from schemas.matcher import Candidate
from services.matcher.asks import Ask
from services.matcher.columns import Columns
from services.matcher.dated import Ints
from services.matcher.fit import BILLION, BORDER, fit, whole
from services.matcher.policy import Policy
from services.matcher.pools import Needs
from services.matcher.price import price
from services.matcher.rules import Left

BELOW_FLOOR = "below_floor"


class Standing:
    """Of all `considered`, how many were left out by which rule or by the floor (`excluded`), and the arithmetic of the others.

    peers: rows of Columns that no hard rule left out, in the order of their ids; fit, value: theirs, in whole billionths.
    within: peers at or above the floor whose fit is close enough to the best one, best value first, ties by peer id.
    beyond: the others at or above the floor, best fit first.
    """

    def __init__(self, columns: Columns, ask: Ask, role: str, policy: Policy, as_of: date) -> None:
        needs = Needs.of(ask.kind, policy)
        pool = columns.pool(role, ask.starts, needs)
        left = Left(columns, pool, ask, needs, policy)
        self._columns = columns
        self.peers: Ints = pool.peers[left.rows]
        homes = pool.homes[left.rows]
        self._fit = fit(columns, self.peers, homes, ask, policy)
        self._price = price(columns, self.peers, homes, pool.scarceness[left.rows], policy, as_of)
        self.fit: Ints = self._fit.total
        self.value: Ints = self.fit - self._price.total
        self.considered, self.excluded = left.considered, left.excluded
        eligible = (self.fit >= whole(policy.floor)).nonzero()[0]
        if len(eligible) < len(self.peers):
            self.excluded[BELOW_FLOOR] = len(self.peers) - len(eligible)
        self.eligible = len(eligible)
        fits = self.fit[eligible]
        close = fits >= fits.max(initial=0) - whole(policy.may_give_up(ask.priority))
        self._eligible, self._close = eligible, close
        near = eligible[close]
        self.within: list[int] = self.peers[near[(-self.value[near]).argsort(kind="stable")]].tolist()

    @property
    def beyond(self) -> list[int]:
        far = self._eligible[~self._close]
        ordered: list[int] = self.peers[far[(-self.fit[far]).argsort(kind="stable")]].tolist()
        return ordered

    def at(self, peer: int) -> int:
        """Where a peer (a row of Columns that is left) stands in `peers`, `fit` and `value`."""
        return int(self.peers.searchsorted(peer))

    def candidates(self, peers: Sequence[int]) -> tuple[Candidate, ...]:
        """Peers (rows of Columns that are left) as they are proposed, ranked as they come."""
        return tuple(
            self._candidate(peer, at, place + 1)
            for place, (peer, at) in enumerate(zip(peers, self.peers.searchsorted(peers).tolist(), strict=True))
        )

    def _candidate(self, peer: int, at: int, rank: int) -> Candidate:
        terms = {name: values.item(at) for name, values in self._fit.terms.items()}
        weights = self._fit.weights
        if not terms.get(BORDER, True):
            del terms[BORDER]
            weights = {name: weights[name] for name in terms}
        price = self._price
        return Candidate(
            peer=self._columns.ids[peer],
            council=self._columns.councils.codes[self._columns.home_list[peer]],
            rank=rank,
            fit=self.fit.item(at) / BILLION,
            value=self.value.item(at) / BILLION,
            terms=terms,
            weights=weights,
            price={
                "peer": price.peer.item(at) / BILLION,
                "council": price.council.item(at) / BILLION,
                "reach": price.reach.item(at) / BILLION,
            },
        )
