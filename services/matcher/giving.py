"""The ledger of spread: who gave what in a period against what was offered, and how evenly. Pure functions of stories and register."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from schemas.fact import Line
from schemas.matcher import Candidate
from schemas.registry import Offer
from services.matcher.records import Records
from services.matcher.story import Story
from services.matcher.unevenness import gini, hhi, top_share
from services.vocabulary.councils import is_partner

GIVEN = frozenset({"placed", "completed"})
"""The states in which days are spent."""


@dataclass(frozen=True, slots=True)
class Period:
    """Work that begins in these days, both included; of hosts in a region and of a kind, where they are named."""

    since: date
    until: date
    region: str | None = None
    kind: str | None = None

    def has(self, story: Story) -> bool:
        """Whether a story is of it."""
        return (
            story.state in GIVEN
            and self.since <= story.current.starts <= self.until
            and self.region in (None, story.region)
            and self.kind in (None, story.kind)
        )


@dataclass(frozen=True, slots=True)
class Giver:
    """A peer or a council. given: places filled, with their working days. offered: days of offers that are in force on a day of the period.

    received: places filled for the council by others, as far as the reader may see its requests; 0 for a peer.
    balance: given less received.
    """

    owner: str
    given: int
    days: float
    offered: float
    received: int = 0

    @property
    def balance(self) -> int:
        return self.given - self.received


@dataclass(frozen=True, slots=True)
class Evenness:
    """How some places lie over the willing councils. unused: willing councils that gave nothing."""

    places: int
    gini: float
    hhi: float
    ten_busiest: float
    unused: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month's places and days, and how evenly they lie."""

    month: date
    days: float
    evenness: Evenness


@dataclass(frozen=True, slots=True)
class BestFit:
    """If advisers had always taken the best fit of what was proposed.

    fit_kept: the fit of those chosen over that of the best, of `compared` places.
    """

    evenness: Evenness
    compared: int
    fit_kept: float


@dataclass(frozen=True, slots=True)
class Spread:
    """The ledger of a period. councils: willing ones and whoever gave or received; peers: who offers or gave; most places first.

    carried: how many of these peers gave no place, one, two and so on.
    """

    requests: int
    days: float
    evenness: Evenness
    unused: tuple[str, ...]
    councils: tuple[Giver, ...]
    peers: tuple[Giver, ...]
    carried: tuple[int, ...]
    months: tuple[Month, ...]
    best_fit: BestFit


@dataclass(slots=True)
class _Sums:
    given: Counter[str] = field(default_factory=Counter)
    days: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))


def spread(stories: Iterable[Story], records: Records, period: Period, may_see: Callable[[str], bool]) -> Spread:
    """The ledger. may_see: whether the reader may see who asked, by region; totals of what was given are for everybody."""
    ours = [story for story in stories if period.has(story)]
    willing = sorted(code for code, state in records.councils.items() if state.willing and not is_partner(code))
    councils, peers = _Sums(), _Sums()
    by_month: dict[date, list[Line]] = defaultdict(list)
    received: Counter[str] = Counter()
    for story in ours:
        for line in (*story.current.lines, *story.current.former):
            for sums, owner in ((councils, line.council), (peers, line.peer)):
                sums.given[owner] += 1
                sums.days[owner] += line.days
            by_month[story.current.starts.replace(day=1)].append(line)
        if may_see(story.region):
            received[story.host] += len(story.current.lines)
    named = sorted({*willing, *councils.given, *received})
    offered = {code: _offered(records.councils[code].offers if code in records.councils else (), period) for code in named}
    people = {peer: _offered(state.offers, period) for peer, state in records.peers.items()}
    offering = sorted({*peers.given, *(peer for peer, days in people.items() if days)})
    return Spread(
        requests=len(ours),
        days=sum(councils.days.values()),
        evenness=_evenness(councils.given, willing),
        unused=tuple(code for code in willing if not councils.given[code]),
        councils=_busiest(Giver(code, councils.given[code], councils.days[code], offered[code], received[code]) for code in named),
        peers=_busiest(Giver(peer, peers.given[peer], peers.days[peer], people.get(peer, 0.0)) for peer in offering),
        carried=tuple(np.bincount([peers.given[peer] for peer in offering]).tolist()) if offering else (),
        months=tuple(
            Month(month, sum(line.days for line in lines), _evenness(Counter(line.council for line in lines), willing))
            for month, lines in sorted(by_month.items())
        ),
        best_fit=_best_fit(ours, willing),
    )


def _offered(offers: Sequence[Offer], period: Period) -> float:
    return sum(offer.days for offer in offers if offer.starts <= period.until and period.since <= offer.ends)


def _busiest(givers: Iterable[Giver]) -> tuple[Giver, ...]:
    return tuple(sorted(givers, key=lambda giver: (-giver.given, giver.owner)))


def _evenness(given: Counter[str], willing: Sequence[str]) -> Evenness:
    """Over the willing councils, and whoever gave without being willing any more; partner organisations are no part of it."""
    loads = np.array([given[code] for code in sorted({*willing, *given}) if not is_partner(code)], np.int64)
    places = int(loads.sum())
    unused = sum(not given[code] for code in willing)
    return Evenness(places, gini(loads.astype(np.float64)), hhi(loads), top_share(loads), unused)


def _best_fit(stories: Iterable[Story], willing: Sequence[str]) -> BestFit:
    """Of each place, the candidate who fits best; where somebody was chosen who had not been proposed, that one."""
    taken: Counter[str] = Counter()
    kept = best = 0.0
    compared = 0
    for story in stories:
        proposed = {place.place: place.candidates for place in story.current.suggestion.places} if story.current.suggestion else {}
        for line in story.current.lines:
            candidates = proposed.get(line.place, ())
            chosen = next((candidate for candidate in candidates if candidate.peer == line.peer), None)
            if chosen is None:
                taken[line.council] += 1
                continue
            first: Candidate = max(candidates, key=lambda candidate: (candidate.fit, -candidate.rank))
            taken[first.council] += 1
            kept, best, compared = kept + chosen.fit, best + first.fit, compared + 1
    return BestFit(_evenness(taken, willing), compared, kept / best if best else 1.0)
