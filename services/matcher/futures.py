"""What is still to come, as a round takes it to be: rests of a year drawn from what was asked, and how their allocations vote. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from services.matcher.allocation import Market, choose
from services.matcher.asks import Ask

DRAWS = 8
"""So many rests are drawn, each as likely."""

ENOUGH = 60
"""Of a place that may be asked for, so many of the best are looked at: who fits less well than all these is not kept for it."""

_SLIGHT = 1e-3  # of fit and load against votes


Dice = Callable[[int], int]
"""Of a number, throws a whole number from 0 and below it, each as likely."""


def of(forecast: str, rest: Sequence[Ask], known: Sequence[Ask], dice: Dice) -> list[list[Ask]]:
    """What a policy's forecast takes to be still to come: one future or several.

    rest: what was asked a year ago for the time that is still to come. known: all there is to draw from.
    """
    match forecast:
        case "none":
            return []
        case "drawn":
            return [[known[row] for row in rows] for rows in drawn([ask.kind for ask in rest], [ask.kind for ask in known], dice)]
    return [list(rest)]


def drawn(rest: Sequence[str], known: Sequence[str], dice: Dice) -> list[list[int]]:
    """DRAWS futures as rows of `known`: each request that last year still had to come, replaced by one of its kind that was ever asked.

    rest, known: kinds of requests. A kind that nobody has asked for is left out. Source: decision 1603 (drawing by region and season as
    well leaves too few to draw from).
    """
    alike: dict[str, list[int]] = {}
    for row, kind in enumerate(known):
        alike.setdefault(kind, []).append(row)
    among = [alike[kind] for kind in rest if kind in alike]
    return [[rows[dice(len(rows))] for rows in among] for _ in range(DRAWS)]


def voted(markets: Sequence[Market], known: Market) -> Market:
    """The market whose best allocation is the one that most futures would choose for what is known.

    known: the market of what is known alone. markets: the same pairs first, and after them those of a future. A pair has so many votes as
    it is chosen in; where they say nothing, worth less the price of load does. Errors: as of allocation.allocate.
    """
    votes = np.mean([choose(market)[: len(known.fit)] for market in markets], axis=0)
    steps = tuple(replace(each, rising=_SLIGHT * each.rising) for each in known.steps)
    return replace(known, fit=votes + _SLIGHT * known.fit, steps=steps)
