"""The fit: how well peers suit what is asked, a weighted sum of named terms, each 0 to 1."""

from collections.abc import Callable
from math import fsum
from typing import Final

import numpy as np

from services.matcher.asks import Ask
from services.matcher.columns import Columns
from services.matcher.dated import Floats, Ints
from services.matcher.lots import Lot
from services.matcher.policy import TERMS, Policy
from services.vocabulary.ladder import AREAS
from services.vocabulary.roles import is_councillor
from services.vocabulary.themes import JUDGED_AS, SAME

BILLION = 1_000_000_000
"""Fit and price are rounded to whole billionths before they are compared, so that every machine ranks alike."""

BORDER, RECIPROCAL = "border", "reciprocal"
TERM_OF_OFFICE = 4 * 365
"""Days after which experience in a role counts in full. A default of our own: the term of a council."""
FEW = 3
"""Ratings from which on feedback counts at all."""


class Fit:
    """How well everybody of a lot suits what is asked there.

    terms: by name, by row; what a place does not ask for is there without meaning. weights: by place, of the terms that apply, which sum
    to 1. total: by row, the weighted sum in whole billionths. Where a penalty applies to a peer there is a further term (`border`,
    `reciprocal`) of 1, whose weight is negative: the penalty of the policy.
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
        self.penalties: dict[str, float] = {}
        for name, (measure, penalty) in PENALTIES.items():
            applies = measure(lot)
            if applies is not None:
                self.terms[name], self.penalties[name] = applies, -penalty(lot.policy)
                total += self.penalties[name] * applies
        self.total: Ints = billionths(total)

    def of(self, row: int, place: int) -> tuple[dict[str, float], dict[str, float]]:
        """The terms of one row and their weights, as they apply."""
        weights = self.weights[place]
        terms = {name: self.terms[name].item(row) for name in weights}
        found = {name: weight for name, weight in self.penalties.items() if self.terms[name].item(row)}
        return (terms | dict.fromkeys(found, 1.0), weights | found) if found else (terms, weights)


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


def _journey(lot: Lot) -> Floats:
    """How far the judgement that matters rose while the peer led there: .5 for one step up during a post, 1 for two or more, 0 for none.

    What matters are the areas of an inspection in which the themes asked for are judged (the mean over them); without a theme the impact
    of leaders. See lived.climbs.
    """
    journeys = lot.columns.journeys

    def of(ask: Ask) -> Floats:
        areas = dict.fromkeys(JUDGED_AS.get(theme, AREAS[0]) for theme in ask.themes) or AREAS[:1]
        mean: Floats = journeys[[AREAS.index(area) for area in areas]].mean(axis=0)
        return mean

    risen: Floats = lot.by_peer(of(ask) for ask in lot.asks)
    return risen


def _seniority(lot: Lot) -> Floats:
    """Days in the role asked for before the first day of the work, wherever, over those of a council's term of four years; at most 1."""
    served: Floats = lot.by_peer(lot.columns.served(role, ask.starts.toordinal()) for ask, role in zip(lot.asks, lot.roles, strict=True))
    return np.minimum(1.0, served / TERM_OF_OFFICE)


def _together(lot: Lot) -> Floats:
    """1 for whoever has helped this host within the year, .5 for others of a council that has, else 0."""
    columns = lot.columns

    def of(host: str) -> Floats:
        known = np.zeros(len(columns.ids))
        known[np.isin(columns.homes, columns.council_helped.of(host))] = 0.5
        known[columns.peer_helped.of(host)] = 1.0
        return known

    known: Floats = lot.by_peer(of(ask.host) for ask in lot.asks)
    return known


def _border(lot: Lot) -> Floats:
    """1 if the peer's council shares a land border with the host."""
    beside: Floats = lot.by_council(lot.columns.councils.host(ask.host).border for ask in lot.asks)
    return beside


def _reciprocal(lot: Lot) -> Floats | None:
    """1 if the host has helped the peer's council within a year of the first day of the work."""
    columns = lot.columns
    helped = [_helped_by(columns, ask) for ask in lot.asks]
    if not any(len(rows) for rows in helped):
        return None
    flags = np.zeros((len(helped), len(columns.councils.codes)))
    for at, rows in enumerate(helped):
        flags[at, rows] = 1.0
    back: Floats = lot.by_council(flags)
    return back


def _helped_by(columns: Columns, ask: Ask) -> Ints:
    row = columns.councils.index.get(ask.host)
    return columns.councils.rows(columns.council_helped.by(row, ask.starts.toordinal()) if row is not None else ())


PENALTIES: Final[dict[str, tuple[Callable[[Lot], Floats | None], Callable[[Policy], float]]]] = {
    BORDER: (_border, lambda policy: policy.border),
    RECIPROCAL: (_reciprocal, lambda policy: policy.reciprocal),
}
"""By name, for whom of a lot fit is taken off (None: for nobody), and how much."""

MEASURES: Final[dict[str, Callable[[Lot], Floats]]] = {
    "themes": _themes,
    "role": _role,
    "similarity": _similarity,
    "politics": _politics,
    "region": _region,
    "feedback": _feedback,
    "journey": _journey,
    "seniority": _seniority,
    "together": _together,
}
"""By term, what it is for every row of a lot."""

APPLIES: Final[dict[str, Callable[[Ask], bool]]] = {
    "themes": lambda ask: bool(ask.themes),
    # between councillors only, one to one
    "politics": lambda ask: ask.party is not None and len(ask.places) == 1 and is_councillor(ask.places[0][1]),
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


def _scaled(weights: dict[str, float]) -> dict[str, float]:
    total = fsum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
