"""Who may serve in a role on a day: the hard rules that hang on nothing else, tried once for all requests that have these in common."""

from collections.abc import Callable
from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from services.matcher.dated import Flags, Floats, InForce, Ints, flagged
from services.matcher.policy import Policy
from services.vocabulary.calendar import working_days_on
from services.vocabulary.kinds import GIVERS, KINDS, Giver, Need
from services.vocabulary.ladder import INTERVENTIONS

if TYPE_CHECKING:
    from services.matcher.columns import Columns

_NOTHING: frozenset[Need] = frozenset()
_ANYBODY = frozenset(GIVERS)


class Needs(NamedTuple):
    """What a request needs of peers because of its kind.

    givers: who may give it. barred_from: the lowest stage of intervention (a place in INTERVENTIONS) whose councils do not give.
    days_together: working days from the first on, on each of which everybody is needed; 1 where people come when it suits them.
    """

    of_kind: frozenset[Need]
    barred_from: int
    givers: frozenset[Giver] = _ANYBODY
    days_together: int = 1

    @classmethod
    def of(cls, kind: str, days: float, policy: Policy) -> "Needs":
        """Of a kind that the vocabulary does not know nothing is needed. days: of each peer."""
        barred_from = INTERVENTIONS.index(policy.no_giving_from) if policy.no_giving_from else len(INTERVENTIONS)
        if kind not in KINDS:
            return cls(_NOTHING, barred_from)
        declared = KINDS[kind]
        together = max(1, ceil(days)) if "same_days" in declared.needs else 1
        return cls(declared.needs, barred_from, frozenset(declared.givers), together)

    def last_together(self, first: date) -> date:
        """The last of the days together."""
        return first if self.days_together == 1 else working_days_on(first, self.days_together)


class At(NamedTuple):
    """What a check looks at: everybody's columns, the first day of the work, its kind (see Columns.named), and what it needs."""

    columns: "Columns"
    day: int
    kind: str
    needs: Needs


class Pool:
    """Who is left of the holders of a role on a day for a kind of work, in the order of their ids; nothing here changes with load.

    excluded: how many of the whole register were left out by which rule, without zeros.
    peers, homes: rows of Columns. offers, council_offers: those in force, by peer of the pool and by council.
    scarceness: the pool's mean capacity over that of the peer. Capacity is in deployments a year: the days of all offers in force over
    those of a typical deployment, at least 1.
    """

    TYPICAL_DAYS = 4.0
    """Days of a typical deployment, whatever is asked now. Source: published visits of peer teams last 3 to 5 days."""

    def __init__(self, columns: "Columns", role: str, day: int, kind: str, needs: Needs) -> None:
        self.excluded: dict[str, int] = {}
        holders = columns.holders(role, day)
        peers = holders[columns.active[holders]]
        self._count("inactive", len(columns.ids) - columns.active_count)
        self._count("role", columns.active_count - len(peers))
        at = At(columns, day, kind, needs)
        for code, check in CHECKS.items():
            left = peers[check(at, peers)]
            self._count(code, len(peers) - len(left))
            peers = left
        self.peers: Ints = peers
        self.homes: Ints = columns.homes[peers]
        self.offers: InForce = columns.peer_offers.in_force(day, peers, kind)
        self.council_offers = columns.council_offers_on(day, kind)
        capacity = self._capacity(self.offers.offered)
        self._mean = float(capacity.sum()) / max(1, len(peers))
        self.scarceness: Floats = self._mean / capacity

    def scarceness_of(self, offered: Floats) -> Floats:
        """The same of peers who are not of the pool, by the days of all their offers in force."""
        capacity = self._capacity(offered)
        found: Floats = (self._mean or capacity) / capacity
        return found

    def _capacity(self, offered: Floats) -> Floats:
        return np.maximum(1.0, offered / self.TYPICAL_DAYS)

    def _count(self, code: str, left_out: int) -> None:
        if left_out:
            self.excluded[code] = left_out


def _giver(at: At, peers: Ints) -> Flags:
    gives = np.zeros(len(at.columns.kind_rows) + 1, np.bool_)
    gives[[at.columns.kind_rows[giver] for giver in at.needs.givers if giver in at.columns.kind_rows]] = True
    flags: Flags = gives[at.columns.kinds[peers]]
    return flags


def _portfolio(at: At, peers: Ints) -> Flags:
    return flagged(peers, at.columns.holders("lead_member", at.day)) if "portfolio" in at.needs.of_kind else _all(peers)


def _inspection(at: At, peers: Ints) -> Flags:
    flags: Flags = at.columns.first_inspection[peers] <= at.day
    return flags if "inspection" in at.needs.of_kind else _all(peers)


def _accreditation(at: At, peers: Ints) -> Flags:
    return flagged(peers, at.columns.accredited.holders(at.day)) if "accreditation" in at.needs.of_kind else _all(peers)


def _release(at: At, peers: Ints) -> Flags:
    if "release" not in at.needs.of_kind:
        return _all(peers)
    return ~at.columns.officer[peers] | ~flagged(peers, at.columns.released.anybody) | flagged(peers, at.columns.released.holders(at.day))


def _not_willing(at: At, peers: Ints) -> Flags:
    return at.columns.councils.willing[at.columns.homes[peers]]


def _in_intervention(at: At, peers: Ints) -> Flags:
    if at.needs.barred_from == len(INTERVENTIONS):
        return _all(peers)
    flags: Flags = at.columns.councils.stages(date.fromordinal(at.day))[at.columns.homes[peers]] < at.needs.barred_from
    return flags


def _dates(at: At, peers: Ints) -> Flags:
    return at.columns.peer_offers.in_force(at.day, peers, at.kind).offering


def _council_dates(at: At, peers: Ints) -> Flags:
    return at.columns.council_offers_on(at.day, at.kind).offering[at.columns.homes[peers]]


def _absence(at: At, peers: Ints) -> Flags:
    last = at.needs.last_together(date.fromordinal(at.day)).toordinal()
    return ~flagged(peers, at.columns.away.holders(at.day, last))


def _all(peers: Ints) -> Flags:
    return np.ones(len(peers), np.bool_)


Check = Callable[[At, Ints], Flags]
CHECKS: Final[dict[str, Check]] = {
    "giver": _giver,
    "portfolio": _portfolio,
    "inspection": _inspection,
    "accreditation": _accreditation,
    "release": _release,
    "not_willing": _not_willing,
    "in_intervention": _in_intervention,
    "dates": _dates,
    "council_dates": _council_dates,
    "absence": _absence,
}
"""By rule, in the order of the rules, who of these peers passes."""
