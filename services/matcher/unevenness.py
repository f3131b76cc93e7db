"""How unevenly a work lies over those who share it; pure."""

import numpy as np

from services.matcher.dated import Floats, Ints

BUSIEST = 10


def gini(loads: Floats) -> float:
    """0 when all carry the same, near 1 when one carries all: the mean difference between two, over twice the mean."""
    ordered = np.sort(loads)
    n, total = len(ordered), float(ordered.sum())
    return float(((2 * np.arange(n) - n + 1) * ordered).sum() / (n * total)) if total else 0.0


def hhi(loads: Ints) -> float:
    """The sum of squared shares (Herfindahl and Hirschman): 1 when one carries all, 1 over their number when all carry the same."""
    return float(((loads / max(1, loads.sum())) ** 2).sum())


def top_share(loads: Ints) -> float:
    """The share of the ten busiest."""
    return float(np.sort(loads)[-BUSIEST:].sum() / max(1, loads.sum()))
