"""How everybody stands for a place: who is left by the rules, with fit, price and value, and who may be proposed in which order."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np

from schemas.fact import built
from schemas.matcher import Candidate
from services.matcher.columns import Columns
from services.matcher.dated import Ints
from services.matcher.fit import BILLION, Fit, whole
from services.matcher.lots import Lot
from services.matcher.price import Price, Prices
from services.matcher.rules import Left

BELOW_FLOOR = "below_floor"
BEYOND = 10.0
"""How much less somebody is worth to a team who would cost more fit than may be given up: more than the values of a team add up to."""


class Sheet:
    """All about the places of a lot that does not hang on load: worked out for all of them at once. `standing` adds the price of load.

    near: by row of who is left, those at or above the floor whose fit is close enough to the best one; far: the others above the floor.
    """

    def __init__(self, lot: Lot) -> None:
        left = Left(lot)
        self.columns, policy = lot.columns, lot.policy
        self.left = left_over = lot.only(left.rows)
        self.fit = Fit(left_over)
        self.excluded = left.excluded
        places = range(len(lot.asks))
        fits = self.fit.total
        eligible = (fits >= whole(policy.floor)).nonzero()[0]
        best = np.zeros(len(lot.asks), np.int64)
        np.maximum.at(best, left_over.place[eligible], fits[eligible])
        least = best - [whole(policy.may_give_up(ask.priority)) for ask in lot.asks]
        close = fits[eligible] >= least[left_over.place[eligible]]
        self.near, self.far = eligible[close], eligible[~close]
        self._spans = left_over.spans()
        self._near = left_over.only(self.near)
        self._near_spans, self._far_spans = self._near.spans(), left_over.only(self.far).spans()
        self._near_fit = fits[self.near].astype(np.float64)
        for place in places:
            span, near, far = self._spans[place], self._near_spans[place], self._far_spans[place]
            below = span.stop - span.start - (near.stop - near.start) - (far.stop - far.start)
            if below:
                self.excluded[place][BELOW_FLOOR] = below

    def standing(self, place: int, prices: Prices) -> "Standing":
        """How everybody stands for one place of the lot, at these prices."""
        return Standing(self, place, prices)


class Standing:
    """Of all `considered`, how many were left out by which rule or by the floor (`excluded`), and the arithmetic of the others.

    peers: rows of Columns that no hard rule left out, in the order of their ids; fit, value: theirs, in whole billionths.
    within: peers at or above the floor whose fit is close enough to the best one, best value first, ties by peer id.
    beyond: the others at or above the floor, and who is on as many open shortlists as may be, best fit first.
    eligible: how many these are together.
    What hangs on load is worked out at the prices as they stand when it is first asked for.
    """

    def __init__(self, sheet: Sheet, place: int, prices: Prices) -> None:
        self._sheet, self._place, self._prices = sheet, place, prices
        self._span, self._near, self._far = sheet._spans[place], sheet._near_spans[place], sheet._far_spans[place]
        self.considered, self.excluded = len(sheet.columns.ids), sheet.excluded[place]
        self.eligible = self._near.stop - self._near.start + self._far.stop - self._far.start
        self.peers: Ints = sheet.left.peers[self._span]
        self.fit: Ints = sheet.fit.total[self._span]

    @cached_property
    def value(self) -> Ints:
        left, span = self._sheet.left, self._span
        return self.fit - self._prices.total(left.peers[span], left.homes[span], left.scarceness[span]).astype(np.int64)

    def best(self, most: int) -> list[int]:
        """The first so many of `within`."""
        found: list[int] = self._in_order()[:most].tolist()
        return found

    @cached_property
    def within(self) -> list[int]:
        found: list[int] = self._in_order().tolist()
        return found

    def _in_order(self) -> Ints:
        near, span = self._sheet._near, self._near
        peers = near.peers[span]
        least = self._prices.total(peers, near.homes[span], near.scarceness[span])
        least -= self._sheet._near_fit[span]
        if self._prices.exposed is not None:
            open_to = ~self._prices.exposed[peers]
            peers, least = peers[open_to], least[open_to]
        return peers[least.argsort(kind="stable")]

    @cached_property
    def beyond(self) -> list[int]:
        far = self._sheet.far[self._far]
        if self._prices.exposed is not None:
            near = self._sheet.near[self._near]
            far = np.concatenate([near[self._prices.exposed[self._sheet.left.peers[near]]], far])
        found: list[int] = self._sheet.left.peers[far[(-self._sheet.fit.total[far]).argsort(kind="stable")]].tolist()
        return found

    def exposed(self, peer: int) -> bool:
        """Whether this peer is on as many open shortlists as the policy allows."""
        return self._prices.exposed is not None and bool(self._prices.exposed[peer])

    def choices(self) -> Iterator[tuple[int, float]]:
        """Everybody at or above the floor as (peer, worth): by value who is within, and far below them, by fit, who is beyond."""
        for peers, worth, less in ((self.within, self.value, 0.0), (self.beyond, self.fit, BEYOND)):
            if peers:
                yield from zip(peers, (worth[self.peers.searchsorted(peers)] / BILLION - less).tolist(), strict=True)

    def at(self, peer: int) -> int:
        """Where a peer (a row of Columns that is left) stands in `peers`, `fit` and `value`."""
        return int(self.peers.searchsorted(peer))

    def candidates(self, peers: Sequence[int]) -> tuple[Candidate, ...]:
        """Peers (rows of Columns that are left) as they are proposed, ranked as they come."""
        rows = (self._span.start + self.peers.searchsorted(peers)).tolist()
        return tuple(self._candidate(peer, row, rank) for rank, (peer, row) in enumerate(zip(peers, rows, strict=True), 1))

    def _candidate(self, peer: int, row: int, rank: int) -> Candidate:
        left = self._sheet.left
        return candidate(self._sheet.columns, self._sheet.fit, self._prices, peer, left.scarceness.item(row), row, self._place, rank)


def candidate(columns: Columns, fits: Fit, prices: Prices, peer: int, scarceness: float, row: int, place: int, rank: int) -> Candidate:
    """The whole arithmetic of a peer (a row of Columns) who has this row and place in the fits."""
    home = columns.home_list[peer]
    fit, price = fits.total.item(row), prices.parts(peer, home, scarceness)
    terms, weights = fits.of(row, place)
    return built(
        Candidate,
        peer=columns.ids[peer],
        council=columns.councils.codes[home],
        rank=rank,
        fit=fit / BILLION,
        value=(fit - sum(price)) / BILLION,
        terms=terms,
        weights=weights,
        price={name: part / BILLION for name, part in zip(Price._fields, price, strict=True)},
    )
