"""The fit: how well peers suit what is asked, a weighted sum of named terms, each 0 to 1."""

from dataclasses import dataclass
from math import fsum

import numpy as np

from services.matcher.asks import Ask
from services.matcher.columns import Columns
from services.matcher.dated import Floats, Ints
from services.matcher.policy import TERMS, Policy
from services.vocabulary.roles import ROLES

BILLION = 1_000_000_000
"""Fit and price are rounded to whole billionths before they are compared, so that every machine ranks alike."""

BORDER = "border"


@dataclass(frozen=True, slots=True)
class Fit:
    """By peer: each term, and their weighted sum in whole billionths.

    The weights of the terms that apply sum to 1. Where some peer's council shares a land border with the host, there is a further term
    `border`, 1 for such a peer, whose weight is negative: the penalty of the policy.
    """

    terms: dict[str, Floats]
    weights: dict[str, float]
    total: Ints


def fit(columns: Columns, peers: Ints, homes: Ints, ask: Ask, policy: Policy) -> Fit:
    """How well some peers, of councils `homes` (both rows of Columns), suit what is asked.

    themes: the share of the themes asked for that the peer covers; left out if none is asked for.
    role: 1 for whoever holds exactly the role asked for; the rules see to that today.
    similarity: how like the councils are, see councils.likeness.
    politics: 1 for the party wished for, else 0; for one-to-one work between councillors only, and if a party is wished for.
    region: 1 if the peer's council lies inside (or outside) the host's region, as wished for, else 0; left out without a wish.
    """
    host = columns.councils.host(ask.host)
    terms = {"role": np.ones(len(peers)), "similarity": host.likeness[homes]}
    if ask.themes:
        covered = np.zeros(len(peers))
        for theme in ask.themes:
            if theme in columns.themes:
                covered += columns.themes[theme][peers]
        terms["themes"] = covered / len(ask.themes)
    if ask.party is not None and len(ask.places) == 1 and _of_councillors(ask.places[0][1]):
        terms["politics"] = columns.parties[ask.party][peers].astype(np.float64) if ask.party in columns.parties else np.zeros(len(peers))
    if ask.region != "any":
        terms["region"] = (host.inside if ask.region == "inside" else host.outside)[homes]
    terms = {name: terms[name] for name in TERMS if name in terms and policy.weights.get(name)}
    weights = _scaled({name: policy.weights[name] for name in terms})
    borders = host.border[homes]
    if np.count_nonzero(borders):
        terms[BORDER], weights[BORDER] = borders, -policy.border
    total = np.zeros(len(peers))
    for name, values in terms.items():
        total += weights[name] * values
    return Fit(terms, weights, billionths(total))


def billionths(values: Floats) -> Ints:
    """Rounded to whole billionths, half to even."""
    rounded: Ints = np.rint(values * BILLION).astype(np.int64)
    return rounded


def whole(value: float) -> int:
    """One figure in whole billionths."""
    return round(value * BILLION)


def _of_councillors(role: str) -> bool:
    return role in ROLES and ROLES[role].member


def _scaled(weights: dict[str, float]) -> dict[str, float]:
    total = fsum(weights.values())
    return {name: weight / total for name, weight in weights.items()}
