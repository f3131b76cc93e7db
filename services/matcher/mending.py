"""Allocations of teams: no two members of one council, one from outside where asked; no constraints of a flow. Pure functions."""

import numpy as np

from services.matcher.allocation import Market, choose, with_pairs
from services.matcher.dated import Flags, Ints

_MENDINGS = 40


def mended(market: Market, team: Ints, home: Ints, outside: Flags | None = None) -> Flags:
    """The best allocation in which no two members of a team come from one council, as the pairs chosen. team, home: (pairs,); -1: no team.

    outside: by pair, whether it will do as the one of whom each team needs at least one; None where no team needs any.
    Where two are of one council, the one who loses least by another council gives way, that place's pairs with the council are taken out,
    and the whole is solved again. Where nobody of a team will do, the place that loses least by it is kept for those who will; a team that
    can have none of them gets nobody. Each time it is the best of what is left, and a few times are enough.
    """
    left = np.arange(len(market.request))
    for _ in range(_MENDINGS):
        chosen = left[choose(with_pairs(market, left))]
        barred = np.zeros(len(market.request), np.bool_) if outside is None else _kept_for(market, team, outside, chosen, left)
        for pair in _clashing(market, team, home, chosen).tolist():
            barred |= (market.request == market.request[pair]) & (home == home[pair])
        if not barred.any():
            break
        left = left[~barred[left]]
    flags = np.zeros(len(market.request), np.bool_)
    flags[np.setdiff1d(chosen, _clashing(market, team, home, chosen))] = True
    if outside is not None:
        flags[np.isin(team, _lacking(team, outside, chosen))] = False
    return flags


def _lacking(team: Ints, outside: Flags, chosen: Ints) -> list[int]:
    """The teams of which nobody who was chosen will do."""
    members = chosen[team[chosen] >= 0]
    return sorted(set(team[members].tolist()) - set(team[members[outside[members]]].tolist()))


def _kept_for(market: Market, team: Ints, outside: Flags, chosen: Ints, left: Ints) -> Flags:
    """The pairs that are taken out so that one of each team will do."""
    barred = np.zeros(len(market.request), np.bool_)
    for lacking in _lacking(team, outside, chosen):
        worth = {}
        for pair in chosen[team[chosen] == lacking].tolist():
            will_do = left[(market.request[left] == market.request[pair]) & outside[left]]
            if len(will_do):
                worth[market.request.item(pair)] = float(market.fit[will_do].max() - market.fit[pair])
        if worth:
            barred |= (market.request == max(worth, key=lambda place: (worth[place], -place))) & ~outside
        else:
            barred |= team == lacking
    return barred


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
