"""What a round matches: the places of open requests and of a forecast, who may take them, and what is left of everybody. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

import numpy as np

from services.matcher.allocation import Market, Steps
from services.matcher.asks import Ask
from services.matcher.columns import Columns, Register
from services.matcher.dated import Flags, Floats, Ints
from services.matcher.fit import BILLION
from services.matcher.futures import ENOUGH
from services.matcher.lots import Lot
from services.matcher.policy import Policy
from services.matcher.pools import Needs, Pool
from services.matcher.pressing import pressing
from services.matcher.price import Prices, of_councils
from services.matcher.ranking import outsiders
from services.matcher.standing import Sheet, Standing
from services.matcher.steps import open_suggestions
from services.matcher.story import Story
from services.vocabulary.priorities import PRIORITIES

Futures = Sequence[Sequence[Ask]]
"""What is likely to be asked next: one forecast, or several that are as likely as each other."""

_LEVEL = {code: len(PRIORITIES) - n for n, code in enumerate(PRIORITIES)}
_MOST_UNITS = 16  # steps of a rising price that are told apart: beyond them the last price stays
_OLDEST = 365  # days: a request that has waited for so long is as old as any


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who may take which place, pair by pair: rows of Columns, fit and price of load now, in fit.

    story: -1 for a forecast. team: the story's number where it has several places, else -1. shown: who is proposed first as it is.
    visit: whether it counts towards an officer's yearly limit. outside: whether this peer will do as the one from outside the region that
    the team needs; all do where none is asked for. days, free, home_free: what the place takes, and what peer and council have.
    """

    place: Ints
    peer: Ints
    fit: Floats
    load: Floats
    story: Ints
    team: Ints
    shown: Flags
    visit: Flags
    outside: Flags
    days: Floats
    free: Floats
    home_free: Floats

    def find(self, place: int, peer: int | None) -> int | None:
        """Where the pair stands, None if the peer may not take the place."""
        found = np.flatnonzero((self.place == place) & (self.peer == (-1 if peer is None else peer)))
        return int(found[0]) if len(found) else None


@dataclass(frozen=True, slots=True)
class Hall:
    """Everybody who takes part. The places of `stories` are numbered from 0, by story_of; after them, those of each future.

    names, roles: of the stories' places. places_of: by story. pairs: of the stories' places. futures: of the places of each future, and how
    many there are; none where no future has a place.
    """

    columns: Columns
    stories: Sequence[Story]
    story_of: list[int]
    places_of: list[list[int]]
    names: list[str]
    roles: list[str]
    pairs: Pairs
    futures: list[tuple[Pairs, int]]

    @property
    def ids(self) -> list[str]:
        return self.columns.ids

    @property
    def index(self) -> dict[str, int]:
        return self.columns.index

    @property
    def homes(self) -> Ints:
        return self.columns.homes

    @property
    def codes(self) -> list[str]:
        return self.columns.councils.codes


def hall(register: Register, stories: Sequence[Story], futures: Futures, policy: Policy, now: datetime) -> Hall:
    """Who may take which place by rules, floor and the limit on fit given up. Places of a future are asked anew today."""
    columns, today = register.columns(), now.date()
    prices = Prices(columns, policy, today)
    story_of: list[int] = []
    places_of: list[list[int]] = []
    names: list[str] = []
    roles: list[str] = []
    parts: list[Pairs] = []
    for n, story in enumerate(stories):
        assert story.content is not None
        ask, shown = Ask.of(story.content, story.declined), {p.place: p.candidates[0].peer for p in open_suggestions(story)}
        places_of.append(list(range(len(names), len(names) + len(ask.places))))
        for name, role in ask.places:
            team = n if len(ask.places) > 1 else -1
            parts.append(_pairs(columns, prices, policy, (ask, role), (len(names), n, team), columns.index.get(shown.get(name, ""))))
            story_of.append(n)
            names.append(name)
            roles.append(role)
    ahead = _Ahead(columns, prices, policy, len(names))
    return Hall(columns, stories, story_of, places_of, names, roles, _joined(parts), [ahead.of(asks) for asks in futures if asks])


class _Ahead:
    """The pairs of places that are still to come, each request looked at once however often it is drawn."""

    def __init__(self, columns: Columns, prices: Prices, policy: Policy, first: int) -> None:
        self._columns, self._prices, self._policy, self._first = columns, prices, policy, first
        self._known: dict[Ask, list[Pairs]] = {}

    def of(self, asks: Sequence[Ask]) -> tuple[Pairs, int]:
        parts = [part for ask in asks for part in self._parts(ask)]
        return _joined([replace(part, place=part.place + self._first + n) for n, part in enumerate(parts)]), len(parts)

    def _parts(self, ask: Ask) -> list[Pairs]:
        if ask not in self._known:
            today = self._prices.as_of
            anew = replace(ask, starts=today, ends=today + (ask.ends - ask.starts))
            parts = [_pairs(self._columns, self._prices, self._policy, (anew, role), (0, -1, -1), None) for _, role in ask.places]
            self._known[ask] = [_part(part, np.argsort(-part.fit, kind="stable")[:ENOUGH]) for part in parts]
        return self._known[ask]


def _part(pairs: Pairs, kept: Ints) -> Pairs:
    return Pairs(*(getattr(pairs, name)[kept] for name in Pairs.__slots__))


def _joined(parts: Sequence[Pairs]) -> Pairs:
    return Pairs(*(np.concatenate([getattr(part, name) for part in parts] or [[]]) for name in Pairs.__slots__))


def _pairs(columns: Columns, prices: Prices, policy: Policy, asked: tuple[Ask, str], at: tuple[int, int, int], shown: int | None) -> Pairs:
    """Of one place: `at` is its number, its story's and its team's."""
    ask = asked[0]
    standing: Standing = Sheet(Lot(columns, [asked], policy)).standing(0, prices)
    peers = np.array(sorted(standing.within), np.int64)
    rows = standing.peers.searchsorted(peers)
    fit, day = standing.fit[rows], ask.starts.toordinal()
    home_free = columns.council_offers_on(day, ask.kind).free()[columns.homes[peers]]
    place, story, team = (np.full(len(peers), number) for number in at)
    visit = np.full(len(peers), "release" in Needs.of(ask.kind, ask.days, policy).of_kind) & columns.officer[peers]
    free = columns.peer_offers.in_force(day, peers, ask.kind).free()
    load = (fit - standing.value[rows]) / BILLION
    days, seen_first = np.full(len(peers), ask.days), peers == (-1 if shown is None else shown)
    elsewhere = outsiders(columns, ask)
    outside = np.ones(len(peers), np.bool_) if elsewhere is None else np.isin(peers, sorted(elsewhere))
    return Pairs(place, peers, fit / BILLION, load, story, team, seen_first, visit, outside, days, free, home_free)


def markets_of(room: Hall, policy: Policy, now: datetime, kept: Ints) -> list[Market]:
    """The market of some of the stories' pairs with each future, or, where none has a place, alone."""
    return [market_of(room, policy, now, kept, future) for future in room.futures] or [market_of(room, policy, now, kept)]


def market_of(
    room: Hall, policy: Policy, now: datetime, kept: Ints, future: tuple[Pairs, int] | None = None, *, bare: bool = False
) -> Market:
    """The market of some of the stories' pairs, and of a future. bare: for the greatest number served alone, without prices.

    Worth: fit, and `stay` more for whom the adviser sees first. The price of a place left open rises with priority by more than all fit and
    load together could outweigh, so that nobody of a lower priority takes what would have served a higher one; within a priority it rises
    with age; one of a future weighs least. Scarcity is what a forecast stands for, so it is priced only where there is none.
    """
    theirs, later = future or (None, 0)
    pairs = _part(room.pairs, kept) if theirs is None else _joined([_part(room.pairs, kept), theirs])
    columns, places = room.columns, len(room.story_of) + later
    capacity, council_capacity = _capacities(columns, pairs)
    enough = np.full(len(columns.ids), policy.challenges_a_year)
    common = Market(
        places=np.ones(places, np.int64), capacity=capacity, request=pairs.place, peer=pairs.peer, fit=pairs.fit,
        some=pairs.visit, some_capacity=enough, steps=(Steps(columns.homes, council_capacity, np.zeros((len(council_capacity), 1))),),
    )  # fmt: skip
    if bare:
        return common
    worth = pairs.fit + policy.stay * pairs.shown
    if not room.futures:
        worth = worth - columns.scarcity[pairs.peer] / BILLION
    steps = _steps(columns, policy, now.date(), capacity, council_capacity)
    swing = 2 + float(np.abs(worth).max(initial=0)) + sum(float(np.abs(each.rising).max(initial=0)) for each in steps)
    level = 2 * swing * (places + 1)
    unmet = np.full(places, swing)
    for place, n in enumerate(room.story_of):
        unmet[place] = level * (1 + _LEVEL.get(room.stories[n].priority, 1)) + _age(room.stories[n], policy, now)
    return replace(common, fit=worth, unmet=unmet, steps=steps)


def _age(story: Story, policy: Policy, now: datetime) -> float:
    """How long a request has waited and how soon it begins, from 0 to 1."""
    assert story.content is not None
    return min(1.0, max(0.0, pressing(story.content, policy, now).of_age) / _OLDEST)


def _capacities(columns: Columns, pairs: Pairs) -> tuple[Ints, Ints]:
    """How many more placements each peer and each council can give for certain: the least that is free over the longest that is asked."""
    return (
        _placements(len(columns.ids), pairs.peer, pairs.free, pairs.days),
        _placements(len(columns.councils.codes), columns.homes[pairs.peer], pairs.home_free, pairs.days),
    )


def _placements(owners: int, owner: Ints, free: Floats, days: Floats) -> Ints:
    least, longest = np.full(owners, np.inf), np.full(owners, 0.5)
    np.minimum.at(least, owner, free)
    np.maximum.at(longest, owner, days)
    return np.where(np.isinf(least), 0, np.maximum(1, np.nan_to_num(least, posinf=0.0) // longest)).astype(np.int64)


def _steps(columns: Columns, policy: Policy, today: date, capacity: Ints, council_capacity: Ints) -> tuple[Steps, ...]:
    """The price of load, placement by placement from where the loads stand: peers inside their councils."""
    everyone, homes = np.arange(len(capacity)), np.arange(len(council_capacity))
    load, carried = columns.peer_load.deployments(everyone, today), columns.council_load.deployments(homes, today)
    offered = np.maximum(1.0, columns.peer_offers.in_force(today.toordinal(), everyone).offered / Pool.TYPICAL_DAYS)
    units, council_units = (np.arange(min(_MOST_UNITS, max(1, int(each.max(initial=0))))) for each in (capacity, council_capacity))
    own = policy.lambda_ * (2 * (load[:, None] + units) + 1) * (offered.mean() / offered)[:, None]
    after = carried[:, None] + council_units
    share = policy.expected_places / max(1, columns.councils.willing_count)
    shared = of_councils(after, share, policy.mu_rounds, policy.power_rounds) - policy.beta * (after == 0)
    shared[columns.councils.partner] = 0.0
    return Steps(everyone, capacity, own), Steps(columns.homes, council_capacity, shared)
