"""Exact rounds: all open undecided requests matched together, with what is to come as a forecast. Pure decisions on frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from schemas.rounds import RoundChange
from services.matcher.allocation import allocate
from services.matcher.columns import Register
from services.matcher.courses import waits
from services.matcher.dated import Flags
from services.matcher.futures import voted
from services.matcher.markets import Futures, Hall, hall, market_of, markets_of
from services.matcher.mending import mended
from services.matcher.policy import Policy
from services.matcher.steps import Draft, Step, open_suggestions
from services.matcher.story import Story

OPEN = frozenset({"suggested", "unmet"})
"""The states that a round may change: nobody has decided."""

_AGAIN = 10  # so often a round is solved anew without the requests that it could serve by half only


@dataclass(frozen=True, slots=True)
class Change:
    """What a round would change of one request: whom to propose first for each place, by (place, peer), and why.

    version: of the request when the round looked; what has changed since is left alone. worth: in fit; who is served at last comes first.
    """

    request: str
    version: int
    first: tuple[tuple[str, str], ...]
    places: tuple[RoundChange, ...]
    worth: float


@dataclass(frozen=True, slots=True)
class Short:
    """Why requests stay unmet, from the least cut: they and those that compete with them, and whose capacity is not enough for all."""

    requests: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    councils: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A round's answer. considered: open requests. unmet: those that stay without. changes: the most worthwhile first."""

    considered: int
    unmet: tuple[str, ...]
    changes: tuple[Change, ...]
    short: Short


def decide(register: Register, stories: Sequence[Story], futures: Futures, policy: Policy, now: datetime) -> Outcome:
    """The best use of everybody for all open requests at once, by fit, load, priority and age.

    register: with the open suggestions of these stories weighing as load; while the round is worked out they do not, then they do again.
    futures: what is likely to be asked next; it takes what nobody else needs, and decides nothing. Several futures vote.
    Stories that are not open stay alone, and so does whoever waits for a place on a course: they have an order of their own.
    A request of several places is served whole or not at all. The same inputs give the same answer on every run and machine.
    """
    in_question = (story for story in stories if story.state in OPEN and story.content is not None and not waits(story))
    ours = sorted(in_question, key=lambda story: story.request)
    open_now = [(c.peer, 1 / len(p.candidates)) for story in ours for p in open_suggestions(story) for c in p.candidates]
    register.add_open((peer, -weight) for peer, weight in open_now)
    try:
        return _decide(register, ours, futures, policy, now)
    finally:
        register.add_open(open_now)


def _decide(register: Register, ours: Sequence[Story], futures: Futures, policy: Policy, now: datetime) -> Outcome:
    room = hall(register, ours, futures, policy, now)
    kept = np.ones(len(room.pairs.place), np.bool_)
    for _ in range(_AGAIN):
        chosen = _solved(room, policy, now, kept)
        half = _by_half(room, chosen)
        if not half:
            break
        kept &= ~np.isin(room.pairs.story, sorted(half))
    taken = {int(room.pairs.place[pair]): pair for pair in np.flatnonzero(chosen).tolist() if room.pairs.story[pair] not in half}
    served = {room.story_of[place] for place in taken}
    changes = [change for n in sorted(served) if (change := _change(room, n, taken, policy)) is not None]
    changes.sort(key=lambda change: (-change.worth, change.request))
    unmet = tuple(story.request for n, story in enumerate(ours) if n not in served)
    return Outcome(len(ours), unmet, tuple(changes), _short(room, policy, now) if unmet else Short())


def _solved(room: Hall, policy: Policy, now: datetime, kept: Flags) -> Flags:
    pairs = np.flatnonzero(kept)
    chosen = np.zeros(len(kept), np.bool_)
    if len(pairs):
        markets = markets_of(room, policy, now, pairs)
        market = markets[0] if len(markets) == 1 else voted(markets, market_of(room, policy, now, pairs))
        team, outside = np.full(len(market.request), -1), np.ones(len(market.request), np.bool_)
        team[: len(pairs)], outside[: len(pairs)] = room.pairs.team[pairs], room.pairs.outside[pairs]
        found = mended(market, team, room.homes[market.peer], outside)
        chosen[pairs[found[: len(pairs)]]] = True
    return chosen


def _by_half(room: Hall, chosen: Flags) -> set[int]:
    """The stories of which some places are filled and others not."""
    filled = {int(place) for place in room.pairs.place[chosen]}
    some = {room.story_of[place] for place in filled}
    return {n for n in some if any(place not in filled for place in room.places_of[n])}


def _change(room: Hall, n: int, taken: dict[int, int], policy: Policy) -> Change | None:
    """What is worth changing for a story: None where the round would propose first whom the adviser sees first already."""
    story = room.stories[n]
    shown = {place.place: place.candidates[0].peer for place in open_suggestions(story)}
    places, worth = [], 0.0
    for place in room.places_of[n]:
        pair, name = taken[place], room.names[place]
        peer, before = room.ids[room.pairs.peer[pair]], shown.get(name)
        if peer == before:
            continue
        fit, load = float(room.pairs.fit[pair]), float(room.pairs.load[pair])
        old = room.pairs.find(place, room.index.get(before)) if before else None
        fits = fit - float(room.pairs.fit[old]) if old is not None else fit
        spreads = float(room.pairs.load[old]) - load if old is not None else 0.0
        because = _because(served=before is None, gone=old is None, fits=fits, spreads=spreads)
        places.append(RoundChange(request=story.request, place=name, was=before, now=peer, fit=fits, load=-spreads, because=because))
        worth += fits + spreads
    if not places:
        return None
    first = tuple((room.names[place], room.ids[room.pairs.peer[taken[place]]]) for place in room.places_of[n])
    return Change(story.request, story.version, first, tuple(places), worth + (policy.shortlist if story.state == "unmet" else 0))


def _because(*, served: bool, gone: bool, fits: float, spreads: float) -> str:
    """served_at_last, no_longer_open, fits_better, spreads, or makes_room: who was first is worth more to another request."""
    if served:
        return "served_at_last"
    if gone:
        return "no_longer_open"
    if fits + spreads > 0:
        return "fits_better" if fits >= spreads else "spreads"
    return "makes_room"


def _short(room: Hall, policy: Policy, now: datetime) -> Short:
    """From a second solve for the greatest number served, with neither prices nor forecast: its least cut."""
    found = allocate(market_of(room, policy, now, np.arange(len(room.pairs.place)), bare=True))
    requests, peers = (np.flatnonzero(way).tolist() for way in found.in_the_way)
    named = sorted({room.stories[room.story_of[place]].request for place in requests})
    roles = tuple(sorted({room.roles[place] for place in requests}))
    return Short(tuple(named), roles, tuple(room.ids[n] for n in peers), tuple(sorted({room.codes[room.homes[n]] for n in peers})))


def proposed_again(story: Story, change: Change, now: datetime) -> Step | None:
    """Propose anew with whom a round chose first; None where the request is not as the round saw it, or somebody has decided."""
    if story.state not in OPEN or story.version != change.version:
        return None
    return Draft(story, "matcher", now).step(propose=True)
