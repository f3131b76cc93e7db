"""The hard rules at work: who may not be proposed for a place. For the pools of many places at once, and for one peer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from schemas.registry import CouncilState, Offer, PeerState, Post, Span
from services.matcher.asks import Ask
from services.matcher.columns import Columns, Register
from services.matcher.councils import AVOIDED, INTEREST, LINKED, OPEN, OWN, WORKED, stage
from services.matcher.dated import Flags, Ints, flagged, lasts
from services.matcher.lived import first_inspection
from services.matcher.lots import Lot
from services.matcher.policy import Policy
from services.matcher.pools import Needs
from services.matcher.rulebook import RULES
from services.vocabulary.kinds import PAID

_BY_BAR: Final = (
    (OWN, "own_council"),
    (LINKED, "linked_council"),
    (INTEREST, "interest"),
    (AVOIDED, "avoided_council"),
    (WORKED, "worked_there"),
)
_YEAR = 365


class Left:
    """Who of a lot is left after every hard rule (`rows`), and by place how many were left out by which (`excluded`, without zeros)."""

    def __init__(self, lot: Lot) -> None:
        self._places = lot.place
        self.excluded = [dict(pool.excluded) for pool in lot.pools]
        self._keep_who_is_open_to_the_host(lot)
        for code, check in CHECKS.items():
            kept = check(lot)
            if kept is not None:
                self._keep(code, kept)
        self.rows: Ints = self._kept.nonzero()[0]

    def _keep_who_is_open_to_the_host(self, lot: Lot) -> None:
        """From own_council to worked_there: what stands between a council, or one of its peers, and the host."""
        bars: Ints = lot.by_council(lot.columns.councils.host(ask.host).bars_with(ask.avoid) for ask in lot.asks)
        for ask, span in zip(lot.asks, lot.spans(), strict=True):
            for bar, tied in TIES:
                rows = tied(lot.columns, ask, lot.policy)
                if len(rows):
                    np.minimum(bars[span], bar, out=bars[span], where=flagged(lot.peers[span], rows))
        self._kept: Flags = bars == OPEN
        barred = (~self._kept).nonzero()[0]
        kinds = OPEN + 1
        counted = np.bincount(lot.place[barred] * kinds + bars[barred], minlength=len(lot.asks) * kinds).reshape(-1, kinds).tolist()
        for excluded, counts in zip(self.excluded, counted, strict=True):
            excluded |= {code: counts[bar] for bar, code in _BY_BAR if counts[bar]}

    def _keep(self, code: str, kept: Flags) -> None:
        lost = (self._kept & ~kept).nonzero()[0]
        self._kept &= kept
        for at, count in enumerate(np.bincount(self._places[lost]).tolist()):
            if count:
                self.excluded[at][code] = count


def _guests(columns: Columns, ask: Ask, _: Policy) -> Ints:
    """Peers of other councils who hold a post at the host when the work starts."""
    return columns.guests[ask.host].holders(ask.starts.toordinal()) if ask.host in columns.guests else _NONE


def _interested(columns: Columns, ask: Ask, _: Policy) -> Ints:
    return columns.interests[ask.host].holders(ask.starts.toordinal()) if ask.host in columns.interests else _NONE


def _worked_there(columns: Columns, ask: Ask, policy: Policy) -> Ints:
    if ask.host not in columns.guests:
        return _NONE
    return columns.guests[ask.host].lately(ask.starts.toordinal(), months_before(ask.starts, policy.cooling_off_months).toordinal())


_NONE: Ints = np.zeros(0, np.int64)
TIES: Final[list[tuple[int, Callable[[Columns, Ask, Policy], Ints]]]] = [(OWN, _guests), (INTEREST, _interested), (WORKED, _worked_there)]
"""Why a peer may not give to the host although the peer's council may, and which peers that bars, in order."""


def _peer_days(lot: Lot) -> Flags:
    free = np.concatenate([pool.offers.free() for pool in lot.pools])
    enough: Flags = free >= lot.by_place([ask.days for ask in lot.asks])
    return enough


def _council_days(lot: Lot) -> Flags:
    enough: Flags = lot.by_council(pool.council_offers.free() for pool in lot.pools) >= lot.by_place([ask.days for ask in lot.asks])
    return enough


def _challenges(lot: Lot) -> Flags | None:
    def may_go(ask: Ask, peers: Ints) -> Flags:
        enough = lot.columns.visits.reached(lot.policy.challenges_a_year, ask.starts.toordinal())
        return ~(flagged(peers, enough) & lot.columns.officer[peers])

    return lot.one_by_one(lambda _, needs: "release" in needs.of_kind, may_go)


def _paid(lot: Lot) -> Flags | None:
    if not lot.columns.paid.any():
        return None
    passes: Flags = ~(lot.columns.paid[lot.peers] & lot.by_place([ask.cost_basis == "free" for ask in lot.asks]))
    return passes


def _not_now(lot: Lot) -> Flags | None:
    if not lot.columns.not_now.any():
        return None
    passes: Flags = ~lot.columns.not_now[lot.peers]
    return passes


def _declined(lot: Lot) -> Flags | None:
    index = lot.columns.index
    return lot.one_by_one(
        lambda ask, _: bool(ask.declined),
        lambda ask, peers: np.isin(peers, [index[peer] for peer in ask.declined if peer in index], invert=True),
    )


CHECKS: Final[dict[str, Callable[[Lot], Flags | None]]] = {
    "peer_days": _peer_days,
    "council_days": _council_days,
    "challenges": _challenges,
    "paid": _paid,
    "not_now": _not_now,
    "declined": _declined,
}
"""By rule, in the order of the rules, who of the lot passes, by row; None where the rule applies to none of its places."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one peer for one place. `home`, `host`: the councils' states, where the register has them."""

    register: Register
    ask: Ask
    role: str
    peer: PeerState
    policy: Policy
    home: CouncilState | None
    host: CouncilState | None

    @property
    def needs(self) -> Needs:
        return Needs.of(self.ask.kind, self.ask.days, self.policy)

    def posts_then(self) -> list[Post]:
        """The posts held when the work starts."""
        return [post for post in self.peer.posts if lasts(post, self.ask.starts)]

    def away(self) -> list[Span]:
        """The absences that touch the first day, or one of the days that a team spends together."""
        first, last = self.ask.starts, self.needs.last_together(self.ask.starts)
        return [span for span in self.peer.absences if span.starts <= last and (span.ends is None or first <= span.ends)]

    def peer_free(self) -> float | None:
        return self._free(f"peer:{self.peer.peer}", self.peer.offers)

    def council_free(self) -> float | None:
        return self._free(f"council:{self.peer.council}", self.home.offers if self.home else ())

    def _free(self, owner: str, offers: tuple[Offer, ...]) -> float | None:
        """Free days of the offer for this work that has most: that one is charged with all the days. None without an offer."""
        load = self.register.records.loads.get(owner)
        used = {offer.offer: offer.used for offer in load.offers} if load else {}
        return max((offer.days - used.get(offer.offer, 0.0) for offer in self.for_it(offers)), default=None)

    def for_it(self, offers: Iterable[Offer]) -> list[Offer]:
        """The offers that this work may be charged to."""
        day, kind = self.ask.starts, self.ask.kind
        return [offer for offer in offers if offer.starts <= day <= offer.ends and (not offer.kinds or kind in offer.kinds)]

    def visits(self) -> int:
        """Visits with a peer team within a year of the first day."""
        load = self.register.records.loads.get(f"peer:{self.peer.peer}")
        return sum(abs((day - self.ask.starts).days) < _YEAR for day in load.challenges) if load else 0


def _left_there_lately(case: Case) -> bool:
    since = months_before(case.ask.starts, case.policy.cooling_off_months)
    return any(post.council == case.ask.host and post.ends is not None and since <= post.ends < case.ask.starts for post in case.peer.posts)


def _inspected(case: Case) -> bool:
    first = first_inspection(case.peer, case.register.records.councils)
    return first is not None and first <= case.ask.starts


BROKEN: Final[dict[str, Callable[[Case], bool]]] = {
    "role": lambda case: case.role not in {post.role for post in case.posts_then()},
    "giver": lambda case: case.peer.kind not in case.needs.givers,
    "portfolio": lambda case: "portfolio" in case.needs.of_kind and "lead_member" not in {post.role for post in case.posts_then()},
    "inspection": lambda case: "inspection" in case.needs.of_kind and not _inspected(case),
    "accreditation": lambda case: "accreditation" in case.needs.of_kind and not _any(case.peer.accreditations, case.ask.starts),
    "release": lambda case: (
        "release" in case.needs.of_kind
        and case.peer.kind == "officer"
        and bool(case.peer.releases)
        and not _any(case.peer.releases, case.ask.starts)
    ),
    "not_willing": lambda case: case.home is None or not case.home.willing,
    "in_intervention": lambda case: case.home is not None and stage(case.home.interventions, case.ask.starts) >= case.needs.barred_from,
    "dates": lambda case: case.peer_free() is None,
    "council_dates": lambda case: case.council_free() is None,
    "absence": lambda case: bool(case.away()),
    "own_council": lambda case: case.ask.host in {case.peer.council, *(post.council for post in case.posts_then())},
    "linked_council": lambda case: (
        (case.home is not None and case.ask.host in case.home.linked) or (case.host is not None and case.peer.council in case.host.linked)
    ),
    "interest": lambda case: _any([one for one in case.peer.interests if one.council == case.ask.host], case.ask.starts),
    "avoided_council": lambda case: case.peer.council in case.ask.avoid,
    "worked_there": _left_there_lately,
    "peer_days": lambda case: (free := case.peer_free()) is not None and free < case.ask.days,
    "council_days": lambda case: (free := case.council_free()) is not None and free < case.ask.days,
    "challenges": lambda case: (
        "release" in case.needs.of_kind and case.peer.kind == "officer" and case.visits() >= case.policy.challenges_a_year
    ),
    "paid": lambda case: case.peer.kind in PAID and case.ask.cost_basis == "free",
    "not_now": lambda case: case.peer.peer in case.register.not_now,
    "declined": lambda case: case.peer.peer in case.ask.declined,
}
"""By rule, whether an active peer breaks it."""


def excluded_by(register: Register, ask: Ask, role: str, peer: str, policy: Policy, as_of: date) -> str | None:
    """The first rule that leaves this peer out of a place of that role, None if the peer may be proposed."""
    return next(iter(broken_by(register, ask, role, peer, policy, as_of)), None)


def broken_by(register: Register, ask: Ask, role: str, peer: str, policy: Policy, as_of: date) -> list[str]:  # noqa: ARG001
    """Every rule that leaves this peer out of a place of that role, in the order of RULES.

    Reads the registry's records, not the columns. `as_of` is for rules that hang on the day of the ranking; none does today.
    """
    councils = register.records.councils
    state = register.records.peers.get(peer)
    if state is None or not state.active:
        return ["inactive"]
    case = Case(register, ask, role, state, policy, councils.get(state.council), councils.get(ask.host))
    return [code for code in RULES if code in BROKEN and BROKEN[code](case)]


@lru_cache(maxsize=4096)
def months_before(day: date, months: int) -> date:
    """The same day of the month so many months earlier, or the last of that month; never before the first year."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    first_after = date(year + month // 11, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_after - timedelta(days=1))


def _any(spans: Iterable[Span], day: date) -> bool:
    return any(lasts(span, day) for span in spans)
