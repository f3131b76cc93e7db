"""Ranking, online: requests one after the other, each against all peers, with the load that the ones before it have added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from schemas.fact import built
from schemas.matcher import PlaceSuggestion, Shortage
from services.matcher.asks import Ask
from services.matcher.columns import Columns, Register
from services.matcher.lots import Lot
from services.matcher.policy import Policy
from services.matcher.price import Prices
from services.matcher.rulebook import ABSOLUTE, OF_CAPACITY, RULES, Rule
from services.matcher.rules import broken_by, excluded_by
from services.matcher.shortlists import deal, put_first
from services.matcher.standing import Sheet, Standing
from services.vocabulary.roles import is_councillor

__all__ = [
    "ABSOLUTE",
    "OF_CAPACITY",
    "OTHER_PLACE",
    "RULES",
    "Ask",
    "Dealt",
    "Ranked",
    "Rule",
    "broken_by",
    "dealt_to",
    "excluded_by",
    "rank",
    "stand",
]

OTHER_PLACE = "other_place"
_AT_ONCE = 500_000
"""Peers of the register times places in one lot: enough to share the work, and few enough for the processor's own memory."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """What can be proposed for a request: a suggestion for every place, or else the places that are short and why."""

    request: str
    suggestions: tuple[PlaceSuggestion, ...] = ()
    shortages: tuple[Shortage, ...] = ()


def rank(register: Register, asks: Sequence[Ask], policy: Policy, as_of: date) -> list[Ranked]:
    """Ranks the requests in order. Before the next, each peer who is proposed weighs 1 over the shortlist's length on the register.

    A request is served whole or not at all: with a place short, nothing is proposed and no load is added.
    In a shortlist the best value comes first, ties by peer id, with two exceptions. Of a request with several places, the firsts are the
    best team: from councils of their own and, where two are councillors, of more than one group, as far as that can be. And a peer who
    was wished for, whom neither a rule nor the floor leaves out, is always in the shortlist of the first place that they may fill: where
    they stand, or last. Rules and price are the same for them.
    Where a round has chosen (`first` of the ask), its peers head the shortlists, as long as all of them may still be proposed.
    The result is a pure function of the records applied, the open suggestions, the asks, the policy and the day.
    """
    columns = register.columns()
    prices = Prices(columns, policy, as_of)
    most = max(1, _AT_ONCE // max(1, len(columns.ids)))
    ranked: list[Ranked] = []
    for first in range(0, len(asks), most):
        together = asks[first : first + most]
        places = [(ask, role) for ask in together for role in dict.fromkeys(role for _, role in ask.places)]
        sheet = Sheet(Lot(columns, places, policy))
        standings = iter([sheet.standing(at, prices) for at in range(len(places))])
        for ask in together:
            by_role = {role: next(standings) for role in dict.fromkeys(role for _, role in ask.places)}
            ranked.append(_serve(register, ask, by_role, prices, policy.shortlist))
    return ranked


def stand(register: Register, ask: Ask, role: str, policy: Policy, as_of: date) -> Standing:
    """How everybody stands for a place of that role now: the arithmetic behind a suggestion, for peers who were not proposed as well."""
    columns = register.columns()
    return Sheet(Lot(columns, [(ask, role)], policy)).standing(0, Prices(columns, policy, as_of))


@dataclass(frozen=True, slots=True)
class Dealt:
    """How everybody stands for each place of a request, at these prices, and whom the shortlists have: rows of Columns, best first.

    An empty shortlist is a place that nobody can fill: then nothing at all is proposed.
    """

    standings: tuple[Standing, ...]
    shortlists: list[list[int]]
    prices: Prices


def dealt_to(register: Register, ask: Ask, policy: Policy, as_of: date) -> Dealt:
    """What a ranking of this request alone would propose now. Adds no load."""
    columns, roles = register.columns(), list(dict.fromkeys(role for _, role in ask.places))
    prices, sheet = Prices(columns, policy, as_of), Sheet(Lot(columns, [(ask, role) for role in roles], policy))
    by_role = {role: sheet.standing(at, prices) for at, role in enumerate(roles)}
    standings = tuple(by_role[role] for _, role in ask.places)
    return Dealt(standings, _deal(columns, ask, standings, policy.shortlist), prices)


def _deal(columns: Columns, ask: Ask, standings: Sequence[Standing], shortlist: int) -> list[list[int]]:
    named = columns.index.get(ask.named_peer) if ask.named_peer else None
    if len(standings) == 1 and named is None:
        dealt = [standings[0].best(shortlist) or standings[0].beyond[:1]]  # what follows comes to the same, and most requests are like this
    else:
        groups = parties(columns, ask, standings)
        dealt = deal(standings, columns.home_list, shortlist, named, groups)
    if all(dealt) and ask.first and (firsts := _firsts(ask, standings, columns)):
        dealt = put_first(dealt, firsts, shortlist)
    return dealt


def _serve(register: Register, ask: Ask, by_role: Mapping[str, Standing], prices: Prices, shortlist: int) -> Ranked:
    columns = register.columns()
    standings = [by_role[role] for _, role in ask.places]
    dealt = _deal(columns, ask, standings, shortlist)
    if not all(dealt):
        return Ranked(ask.request, shortages=_short(ask, standings, dealt))
    suggestions = tuple(
        built(
            PlaceSuggestion,
            place=place,
            role=role,
            considered=standing.considered,
            excluded=standing.excluded,
            candidates=standing.candidates(peers),
        )
        for (place, role), standing, peers in zip(ask.places, standings, dealt, strict=True)
    )
    for peers in dealt:
        register.add_open((columns.ids[peer], 1 / len(peers)) for peer in peers)
        prices.renew(peers)
    return Ranked(ask.request, suggestions=suggestions)


def _firsts(ask: Ask, standings: Sequence[Standing], columns: Columns) -> list[int]:
    """By place, the peer whom a round chose; nobody unless all of them may still be proposed, each for one place."""
    chosen = dict(ask.first)
    rows = [columns.index.get(chosen.get(place, ""), -1) for place, _ in ask.places]
    open_to = all(row in standing.within for row, standing in zip(rows, standings, strict=True))
    return rows if open_to and len(set(rows)) == len(rows) else []


def parties(columns: Columns, ask: Ask, standings: Sequence[Standing]) -> dict[int, int]:
    """The groups of the councillors among whom a team's places are dealt; empty where fewer than two places are for councillors."""
    places = [standing for (_, role), standing in zip(ask.places, standings, strict=True) if is_councillor(role)]
    if len(places) < 2:
        return {}
    peers = np.unique(np.concatenate([standing.peers for standing in places]))
    return dict(zip(peers.tolist(), columns.parties[peers].tolist(), strict=True))


def _short(ask: Ask, standings: Sequence[Standing], dealt: Sequence[Sequence[int]]) -> tuple[Shortage, ...]:
    return tuple(
        Shortage(
            place=place,
            role=role,
            considered=standing.considered,
            excluded=standing.excluded | ({OTHER_PLACE: standing.eligible} if standing.eligible else {}),
        )
        for (place, role), standing, peers in zip(ask.places, standings, dealt, strict=True)
        if not peers
    )
