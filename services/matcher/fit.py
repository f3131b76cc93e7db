"""The fit: how well peers suit what is asked, a weighted sum of named terms, each 0 to 1."""

from collections.abc import Callable
from math import fsum
from typing import Final

import numpy as np

from services.matcher.asks import Ask
from services.matcher.dated import Floats, Ints
from services.matcher.lots import Lot
from services.matcher.policy import TERMS, Policy
from services.vocabulary.roles import ROLES
from services.vocabulary.themes import SAME

BILLION = 1_000_000_000
"""Fit and price are rounded to whole billionths before they are compared, so that every machine ranks alike."""

BORDER = "border"
FEW = 3
"""Ratings from which on feedback counts at all."""


class Fit:
    """How well everybody of a lot suits what is asked there.

    terms: by name, by row; what a place does not ask for is there without meaning. weights: by place, of the terms that apply, which sum
    to 1. total: by row, the weighted sum in whole billionths. Where a peer's council shares a land border with the host there is a further
    term `border`, 1 for such a peer, whose weight is negative: the penalty of the policy.
    """

    def __init__(self, lot: Lot) -> None:
        self.weights = _weights(lot.asks, lot.policy)
        self.terms: dict[str, Floats] = {}
        total = np.zeros(len(lot.peers))
        for name in TERMS:
            weights = [each.get(name, 0.0) for each in self.weights]
            if any(weights):
                self.terms[name] = MEASURES[name](lot)
                total += lot.by_place(weights) * self.terms[name]
        self.terms[BORDER] = lot.by_council(lot.columns.councils.host(ask.host).border for ask in lot.asks)
        self.border = -lot.policy.border
        total += self.border * self.terms[BORDER]
        self.total: Ints = billionths(total)

    def of(self, row: int, place: int) -> tuple[dict[str, float], dict[str, float]]:
        """The terms of one row and their weights, as they apply."""
        weights = self.weights[place]
        terms = {name: self.terms[name].item(row) for name in weights}
        if self.terms[BORDER].item(row):
            return terms | {BORDER: 1.0}, weights | {BORDER: self.border}
        return terms, weights


def _weights(asks: list[Ask], policy: Policy) -> list[dict[str, float]]:
    """By place, the weights of the terms that apply, scaled to sum to 1. Places where the same terms apply share one."""
    made: dict[tuple[str, ...], dict[str, float]] = {}
    weighed = [name for name in TERMS if policy.weights.get(name)]
    applied = [tuple(name for name in weighed if name not in APPLIES or APPLIES[name](ask)) for ask in asks]
    for names in applied:
        if names not in made:
            made[names] = _scaled({name: policy.weights[name] for name in names})
    return [made[names] for names in applied]


def _themes(lot: Lot) -> Floats:
    """The mean over the themes asked for of how near the nearest theme lies that the peer knows.

    1 for the theme itself, .6 for one named as near, .3 for one of its family, 0 for others: vocabulary/themes.csv.
    """
    columns = lot.columns
    covered = np.zeros(len(lot.peers))
    for nth in range(max(len(ask.themes) for ask in lot.asks)):
        # row 0 of the table is the theme that nobody covers
        rows = [columns.theme_rows.get(ask.themes[nth], 0) if nth < len(ask.themes) else 0 for ask in lot.asks]
        covered += columns.themes[lot.by_place(rows), lot.peers]
    share: Floats = covered / lot.by_place([SAME * (len(ask.themes) or 1) for ask in lot.asks])
    return share


def _role(lot: Lot) -> Floats:
    """1 for whoever holds exactly the role asked for; the rules see to that today."""
    return np.ones(len(lot.peers))


def _similarity(lot: Lot) -> Floats:
    """How like the councils are, see councils.near."""
    likeness: Floats = lot.by_council(lot.columns.councils.host(ask.host).likeness for ask in lot.asks)
    return likeness


def _politics(lot: Lot) -> Floats:
    """1 for the party wished for, else 0."""
    rows = [lot.columns.party_rows.get(ask.party or "", -1) for ask in lot.asks]
    same: Floats = (lot.columns.parties[lot.peers] == lot.by_place(rows)).astype(np.float64)
    return same


def _region(lot: Lot) -> Floats:
    """1 if the peer's council lies inside (or outside) the host's region, as wished for, else 0."""
    hosts = [lot.columns.councils.host(ask.host) for ask in lot.asks]
    lies: Floats = lot.by_council(
        host.inside if ask.region == "inside" else host.outside for host, ask in zip(hosts, lot.asks, strict=True)
    )
    return lies


def _feedback(lot: Lot) -> Floats:
    """(r - 1) / 4 with r = (k m + n mean) / (k + n): n ratings from 1 to 5 of work in teams, drawn towards m by k ratings of the policy.

    With fewer ratings than FEW, and without any, r is m.
    """
    policy = lot.policy
    rated = lot.columns.feedback.reshape(-1, 2)[lot.peers]
    count = np.where(rated[:, 0] >= FEW, rated[:, 0], 0.0)
    drawn = (policy.feedback_drawn * policy.feedback_mean + count * rated[:, 1]) / (policy.feedback_drawn + count)
    measured: Floats = (drawn - 1) / 4
    return measured


MEASURES: Final[dict[str, Callable[[Lot], Floats]]] = {
    "themes": _themes,
    "role": _role,
    "similarity": _similarity,
    "politics": _politics,
    "region": _region,
    "feedback": _feedback,
}
"""By term, what it is for every row of a lot."""

APPLIES: Final[dict[str, Callable[[Ask], bool]]] = {
    "themes": lambda ask: bool(ask.themes),
    # between councillors only, one to one
    "politics": lambda ask: ask.party is not None and len(ask.places) == 1 and _of_councillors(ask.places[0][1]),
    "region": lambda ask: ask.region != "any",
    # teams alone: what happens in one-to-one mentoring ranks nobody
    "feedback": lambda ask: len(ask.places) > 1,
}
"""Where a term is left out unless something is asked; the others apply to every request."""


def billionths(values: Floats) -> Ints:
    """Rounded to whole billionths, half to even."""
    rounded: Ints = np.rint(values * BILLION).astype(np.int64)
    return rounded


def whole(value: float) -> int:
    """One figure in whole billionths, half to even."""
    return round(value * BILLION)


def _of_councillors(role: str) -> bool:
    return role in ROLES and ROLES[role].member


def _scaled(weights: dict[str, float]) -> dict[str, float]:
    total = fsum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
