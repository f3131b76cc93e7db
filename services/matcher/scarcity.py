"""Scarcity prices: what a placement more of each peer would have been worth in the last year's requests. Pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from schemas.fact import Value
from services.matcher.allocation import Market, Steps, allocate
from services.matcher.asks import Ask
from services.matcher.columns import Columns, Register
from services.matcher.dated import Floats, Ints
from services.matcher.fit import BILLION, billionths, whole
from services.matcher.lots import Lot
from services.matcher.policy import Policy
from services.matcher.pools import Needs, Pool
from services.matcher.price import Prices
from services.matcher.standing import Sheet

OWN_SHARE = 0.5
"""Of a peer's scarcity price, the part that is the peer's own; the rest is the mean of the dearest role that the peer holds."""

_BEST = 200  # of a place, so many of the best fits are looked at: who fits less well than 200 others is scarce for something else


class Scarcity(Value):
    """The prices that ranking adds for who is needed for what only few can do.

    version: 0 until they are written down. requests, places: the demand they were worked out from.
    roles: by role, the mean price of its holders, of those above 0, in fit.
    prices: by peer, in whole billionths of fit, without zeros.
    """

    version: int = 0
    as_of: date
    requests: int
    places: int
    roles: dict[str, float]
    prices: dict[str, int]


def latest(asks: Iterable[Ask]) -> list[Ask]:
    """Each request once, as it was asked last."""
    return list({ask.request: ask for ask in asks}.values())


def scarcity(register: Register, asks: Sequence[Ask], policy: Policy, as_of: date) -> Scarcity:
    """The prices for demand like these requests' on an unloaded register as it is on a day.

    Every request is asked anew on that day: the best use of everybody for fit alone is found, and a peer's own price is what one placement
    more of that peer would add to it. The same inputs give the same prices on every machine. Takes seconds for a year of the sector.
    """
    columns = register.columns()
    wanted = [(moved(ask, as_of), role) for ask in asks for _, role in ask.places]
    own = _worth_of_one_more(columns, wanted, policy, as_of)
    day = as_of.toordinal()
    holders = {role: columns.holders(role, day) for role in sorted(columns.posts)}
    priced = billionths(blended(own, list(holders.values())))
    means = {role: float(priced[rows].mean()) / BILLION for role, rows in holders.items() if priced[rows].any()}
    prices = {columns.ids[row]: int(priced[row]) for row in priced.nonzero()[0].tolist()}
    return Scarcity(as_of=as_of, requests=len(asks), places=len(wanted), roles=means, prices=prices)


def blended(own: Floats, holders: Sequence[Ints]) -> Floats:
    """By peer, half the peer's own price and half the mean of the role that the peer holds, the dearest of several.

    holders: of each role, the peers who hold it. Source: simulated years; either half alone kept rare roles less free.
    """
    of_role = np.zeros(len(own))
    for peers in holders:
        if len(peers):
            of_role[peers] = np.maximum(of_role[peers], own[peers].mean())
    both: Floats = OWN_SHARE * own + (1 - OWN_SHARE) * of_role
    return both


def unloaded(register: Register) -> Register:
    """A register of its own with everybody as they are, carrying nothing: the capacity of a whole year."""
    bare, records = Register(), register.records
    known = {f"council:{code}": state for code, state in records.councils.items()}
    people = {f"peer:{peer}": state for peer, state in records.peers.items()}
    bare.apply((position, key, state) for position, (key, state) in enumerate((known | people).items()))
    return bare


def moved(ask: Ask, day: date) -> Ask:
    """The same request on that day, with nobody declined."""
    return replace(ask, starts=day, ends=day + (ask.ends - ask.starts), declined=frozenset())


def _worth_of_one_more(columns: Columns, wanted: Sequence[tuple[Ask, str]], policy: Policy, as_of: date) -> Floats:
    """By peer: the dual price of the peer's capacity, in fit."""
    place, peer, fit, visits = [], [], [], []
    prices = Prices(columns, policy, as_of)
    for n, (ask, role) in enumerate(wanted):
        standing = Sheet(Lot(columns, [(ask, role)], policy)).standing(0, prices)
        eligible = np.flatnonzero(standing.fit >= whole(policy.floor))
        best = eligible[np.argsort(-standing.fit[eligible], kind="stable")[:_BEST]]
        place.append(np.full(len(best), n))
        peer.append(standing.peers[best])
        fit.append(standing.fit[best] / BILLION)
        visits.append(np.full(len(best), "release" in Needs.of(ask.kind, ask.days, policy).of_kind))
    if not wanted or not len(columns.ids):
        return np.zeros(len(columns.ids))
    everyone, day = np.arange(len(columns.ids)), as_of.toordinal()
    peers = np.concatenate(peer)
    council_capacity = deployments(columns.council_offers.in_force(day, np.arange(len(columns.councils.codes))).offered)
    market = Market(
        places=np.ones(len(wanted), np.int64),
        capacity=deployments(columns.peer_offers.in_force(day, everyone).offered),
        request=np.concatenate(place),
        peer=peers,
        fit=np.concatenate(fit),
        some=np.concatenate(visits) & columns.officer[peers],
        some_capacity=np.full(len(everyone), policy.challenges_a_year),
        steps=(Steps(columns.homes, council_capacity, np.zeros((len(council_capacity), 1))),),
    )
    return allocate(market).prices.capacity


def deployments(days: Floats) -> Ints:
    """Days of a year as whole typical deployments, at least one."""
    return np.maximum(1, days // Pool.TYPICAL_DAYS).astype(np.int64)
