"""Allocations of teams: no two members from one council, which is no constraint of a flow. Pure functions of arrays."""

import numpy as np

from services.matcher.allocation import Allocation, Market, allocate, with_pairs
from services.matcher.dated import Flags, Ints

_MENDINGS = 40


def mended(market: Market, team: Ints, home: Ints) -> Flags:
    """The best allocation in which no two members of a team come from one council, as the pairs chosen. team, home: (pairs,); -1: no team.

    Where two do, the one who loses least by another council gives way, that place's pairs with the council are taken out, and the whole is
    solved again. Each time it is the best of what is left, and a few times are enough.
    """
    left = np.arange(len(market.request))
    for _ in range(_MENDINGS):
        found: Allocation = allocate(with_pairs(market, left))
        chosen = left[found.chosen]
        out = _clashing(market, team, home, chosen)
        if not len(out):
            break
        barred = np.zeros(len(market.request), np.bool_)
        for pair in out.tolist():
            barred |= (market.request == market.request[pair]) & (home == home[pair])
        left = left[~barred[left]]
    flags = np.zeros(len(market.request), np.bool_)
    flags[np.setdiff1d(chosen, _clashing(market, team, home, chosen))] = True
    return flags


def _clashing(market: Market, team: Ints, home: Ints, chosen: Ints) -> Ints:
    """Of the members of a team from one council, all but the one who would lose most by another council."""
    members = chosen[team[chosen] >= 0]
    key = team[members] * (int(home.max(initial=0)) + 1) + home[members]
    _, which, count = np.unique(key, return_inverse=True, return_counts=True)
    clash = members[count[which] > 1]
    loss = np.array([_loss(market, home, pair) for pair in clash.tolist()])
    order = np.lexsort((market.request[clash], -loss, home[clash], team[clash]))
    clash = clash[order]
    same = (np.diff(team[clash]) == 0) & (np.diff(home[clash]) == 0)
    out: Ints = clash[1:][same]
    return out


def _loss(market: Market, home: Ints, pair: int) -> float:
    """What the place of a pair would lose by its best pair with another council."""
    others = (market.request == market.request[pair]) & (home != home[pair])
    return float(market.fit[pair] - market.fit[others].max(initial=0.0))
