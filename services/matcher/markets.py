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

_LEVEL = {code: len(PRIORITIES) - n for n, code in enumerate(PRIORITIES)}
_MOST_UNITS = 16  # steps of a rising price that are told apart: beyond them the last price stays
_OLDEST = 365  # days: a request that has waited for so long is as old as any


@dataclass(frozen=True, slots=True)
class Pairs:
    """Who may take which place, pair by pair: rows of Columns, fit and price of load now, in fit.

    story: -1 for the forecast. team: the story's number where it has several places, else -1. shown: who is proposed first as it is.
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
    """Everybody who takes part. The first places are those of `stories`, by story_of; the others are the forecast's.

    names, roles: of the stories' places. places_of: by story. age: by place of a story, days since it was received.
    """

    columns: Columns
    stories: Sequence[Story]
    story_of: list[int]
    places_of: list[list[int]]
    names: list[str]
    roles: list[str]
    forecast: int
    pairs: Pairs

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


def hall(register: Register, stories: Sequence[Story], forecast: Sequence[Ask], policy: Policy, now: datetime) -> Hall:
    """Who may take which place by rules, floor and the limit on fit given up. Places of the forecast are asked anew today."""
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
    later = [(replace(ask, starts=today, ends=today + (ask.ends - ask.starts)), role) for ask in forecast for _, role in ask.places]
    for n, asked in enumerate(later):
        parts.append(_pairs(columns, prices, policy, asked, (len(names) + n, -1, -1), None))
    joined = Pairs(*(np.concatenate([getattr(part, name) for part in parts] or [[]]) for name in Pairs.__slots__))
    return Hall(columns, stories, story_of, places_of, names, roles, len(later), joined)


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


def market_of(room: Hall, policy: Policy, now: datetime, kept: Ints, *, bare: bool = False) -> Market:
    """The market of some pairs. bare: for the greatest number served alone, with neither prices nor forecast.

    Worth: fit, and `stay` more for whom the adviser sees first. The price of a place left open rises with priority by more than all fit and
    load together could outweigh, so that nobody of a lower priority takes what would have served a higher one; within a priority it rises
    with age; one of the forecast weighs least. Scarcity is what the forecast stands for, so it is priced only where there is none.
    """
    columns, pairs = room.columns, Pairs(*(getattr(room.pairs, name)[kept] for name in Pairs.__slots__))
    capacity, council_capacity = _capacities(columns, pairs)
    places = len(room.story_of) + (0 if bare else room.forecast)
    enough = np.full(len(columns.ids), policy.challenges_a_year)
    common = Market(
        places=np.ones(places, np.int64), capacity=capacity, request=pairs.place, peer=pairs.peer, fit=pairs.fit,
        some=pairs.visit, some_capacity=enough, steps=(Steps(columns.homes, council_capacity, np.zeros((len(council_capacity), 1))),),
    )  # fmt: skip
    if bare:
        return common
    worth = pairs.fit + policy.stay * pairs.shown
    if not room.forecast:
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
    shared = of_councils(after, share, policy.mu_rounds, policy.power) - policy.beta * (after == 0)
    shared[columns.councils.partner] = 0.0
    return Steps(everyone, capacity, own), Steps(columns.homes, council_capacity, shared)
