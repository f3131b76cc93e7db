"""The ledger of spread: who gave what in a period against what was offered, and how evenly. Pure functions of deployments and register."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from schemas.fact import Line
from schemas.matcher import Candidate
from services.matcher.columns import Columns
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

    def has(self, one: "Deployment") -> bool:
        """Whether a deployment is of it."""
        return self.since <= one.starts <= self.until and self.region in (None, one.region) and self.kind in (None, one.kind)


class Deployment(NamedTuple):
    """A line of a story in which days are spent, as the ledger needs it. days: working days that the peer gives or gave.

    region, kind: of the request; starts: the first day of the work. former: the line was given up after days were given on it.
    fit, best_fit, best_council: of the peer, and of whoever fits best on the shortlist from which the peer was chosen; None where the
    peer was not proposed, or the line is a former one.
    """

    request: str
    line: int
    host: str
    region: str
    kind: str
    starts: date
    peer: str
    council: str
    days: float
    former: bool
    fit: float | None = None
    best_fit: float | None = None
    best_council: str | None = None


def deployments(story: Story) -> list[Deployment]:
    """What a story adds to the ledger: nothing while its days are not spent."""
    if story.state not in GIVEN:
        return []
    current, where = story.current, (story.host, story.region, story.kind, story.current.starts)
    listed = {place.place: place.candidates for place in current.suggestion.places} if current.suggestion else {}
    spent = {each.line: each.days_spent for each in current.spent}
    now = [
        Deployment(story.request, line.line, *where, line.peer, line.council, days, False, *_best(line, listed.get(line.place, ())))
        for line in current.lines
        if (days := min(line.days, spent.get(line.line, line.days)))  # more than was placed is charged to nobody
    ]
    return now + [Deployment(story.request, line.line, *where, line.peer, line.council, line.days, True) for line in current.former]


def _best(line: Line, candidates: Sequence[Candidate]) -> tuple[float, float, str] | tuple[None, None, None]:
    """The fit of who was chosen, and the fit and council of the best on the list; of equals the one who stood higher."""
    chosen = next((candidate for candidate in candidates if candidate.peer == line.peer), None)
    if chosen is None:
        return None, None, None
    best = max(candidates, key=lambda candidate: (candidate.fit, -candidate.rank))
    return chosen.fit, best.fit, best.council


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


def spread(
    everything: Iterable[Deployment], columns: Columns, period: Period, may_see: Callable[[str], bool], most: int | None = None
) -> Spread:
    """The ledger; of the columns it reads only what does not change in them.

    may_see: whether the reader may see who asked, by region; totals of what was given are for everybody.
    most: how many peers to list; None for all.
    """
    ours = [one for one in everything if period.has(one)]
    codes, days = columns.councils.codes, (period.since.toordinal(), period.until.toordinal())
    willing = [codes[row] for row in np.flatnonzero(columns.councils.willing & ~columns.councils.partner).tolist()]
    councils, peers, received = Counter(one.council for one in ours), Counter(one.peer for one in ours), Counter[str]()
    council_days: dict[str, float] = defaultdict(float)
    peer_days: dict[str, float] = defaultdict(float)
    by_month: dict[tuple[int, int], list[Deployment]] = defaultdict(list)
    for one in ours:
        council_days[one.council] += one.days
        peer_days[one.peer] += one.days
        by_month[one.starts.year, one.starts.month].append(one)
    for (region, host), places in Counter((one.region, one.host) for one in ours if not one.former).items():
        if may_see(region):
            received[host] += places
    named = sorted({*willing, *councils, *received})
    offered = dict(zip(codes, columns.council_offers.between(*days).tolist(), strict=True))
    people = columns.peer_offers.between(*days)
    offering = people > 0
    offering[[columns.index[peer] for peer in peers if peer in columns.index]] = False
    idle = np.flatnonzero(offering)
    carried = Counter(peers.values()) + Counter({0: len(idle)})
    listed = _busiest(peers)[:most]
    listed += [columns.ids[row] for row in idle[: None if most is None else most - len(listed)].tolist()]
    return Spread(
        requests=len({one.request for one in ours}),
        days=sum(council_days.values()),
        evenness=_evenness(councils, willing),
        unused=tuple(code for code in willing if not councils[code]),
        councils=tuple(
            Giver(code, councils[code], council_days.get(code, 0.0), offered.get(code, 0.0), received[code])
            for code in _busiest({code: councils[code] for code in named})
        ),
        peers=tuple(
            Giver(peer, peers[peer], peer_days.get(peer, 0.0), people.item(columns.index[peer]) if peer in columns.index else 0.0)
            for peer in listed
        ),
        carried=tuple(carried[given] for given in range(max(carried) + 1)) if carried else (),
        months=tuple(
            Month(date(*month, 1), sum(one.days for one in gave), _evenness(Counter(one.council for one in gave), willing))
            for month, gave in sorted(by_month.items())
        ),
        best_fit=_best_fit([one for one in ours if not one.former], willing),
    )


def _busiest(given: Mapping[str, int]) -> list[str]:
    return sorted(sorted(given), key=given.__getitem__, reverse=True)  # of as many, in the order of their names


def _evenness(given: Counter[str], willing: Sequence[str]) -> Evenness:
    """Over the willing councils, and whoever gave without being willing any more; partner organisations are no part of it."""
    loads = np.array([given[code] for code in sorted({*willing, *given}) if not is_partner(code)], np.int64)
    places = int(loads.sum())
    unused = sum(not given[code] for code in willing)
    return Evenness(places, gini(loads.astype(np.float64)), hhi(loads), top_share(loads), unused)


def _best_fit(ours: Sequence[Deployment], willing: Sequence[str]) -> BestFit:
    """Of each place, the candidate who fits best; where somebody was chosen who had not been proposed, that one."""
    taken = Counter(one.best_council or one.council for one in ours)
    compared = [(one.fit, one.best_fit) for one in ours if one.fit is not None and one.best_fit is not None]
    kept, best = sum(fit for fit, _ in compared), sum(fit for _, fit in compared)
    return BestFit(_evenness(taken, willing), len(compared), kept / best if best else 1.0)
