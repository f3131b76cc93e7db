"""What holds on a day: posts and offers as flat columns, one row each. Dates are ordinals, both ends included; days are working days."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:  # whoever works on files alone needs the arrays and not the contracts
    from schemas.registry import Offer, OfferUse

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

Lasting = tuple[int, date, date | None]
"""The number of an owner, the first day, and the last if there is one."""


class Lasts(Protocol):
    """Anything that holds from a first day to a last, if there is one, both included."""

    @property
    def starts(self) -> date: ...
    @property
    def ends(self) -> date | None: ...


def lasts(span: Lasts, day: date) -> bool:
    """Whether it holds on the day."""
    return span.starts <= day and (span.ends is None or day <= span.ends)


_FOREVER = date.max.toordinal()
_NOBODY: Ints = np.zeros(0, np.int64)


class Spans:
    """What lasts from a day to a day, such as the posts of one role or at one council, and who has it."""

    def __init__(self, lasting: Sequence[Lasting]) -> None:
        self._holder = _column(holder for holder, _, _ in lasting)
        self._starts = _column(starts.toordinal() for _, starts, _ in lasting)
        self._ends = _column(ends.toordinal() if ends else _FOREVER for _, _, ends in lasting)
        self._last = int(self._ends.max(initial=0))
        self.anybody: Ints = self._holder[run_starts(self._holder)]
        """Who has it on any day, in order, each once."""

    def holders(self, day: int, last: int | None = None) -> Ints:
        """Who has it on the day, or on any day from then to `last`, in order, each once."""
        if day > self._last:  # of posts at other councils most are over
            return _NOBODY
        return self._each_once((self._starts <= (last or day)) & (day <= self._ends))

    def lasted(self, day: int, owners: int) -> Floats:
        """By owner, on how many days before the day they have had it, all their spans together."""
        days = np.minimum(self._ends, day - 1) - self._starts + 1
        return np.bincount(self._holder, np.maximum(days, 0), minlength=owners).astype(np.float64)

    def lately(self, day: int, since: int) -> Ints:
        """Whose ended before the day and not before `since`, in order, each once."""
        return self._each_once((self._ends < day) & (self._ends >= since))

    def _each_once(self, hit: Flags) -> Ints:
        rows = hit.nonzero()[0]
        if not len(rows):  # most often
            return _NOBODY
        holders = self._holder[rows]
        return holders[run_starts(holders)]


def flagged(owners: Ints, rows: Ints) -> Flags:
    """By owner, whether it is among these rows, which are in order."""
    if not len(rows):
        return np.zeros(len(owners), np.bool_)
    flags: Flags = rows.take(rows.searchsorted(owners), mode="clip") == owners
    return flags


class Offers:
    """The days that owners make available, and how many of them are used. Owners are numbered from 0."""

    def __init__(self, offered: "Sequence[tuple[Offer, ...]]") -> None:
        rows = [offer for own in offered for offer in own]
        self._first = np.zeros(len(offered) + 1, np.int64)
        np.cumsum([len(own) for own in offered], out=self._first[1:])
        self._names = [offer.offer for offer in rows]
        self._starts = _column(offer.starts.toordinal() for offer in rows)
        self._ends = _column(offer.ends.toordinal() for offer in rows)
        self.days: Floats = np.array([offer.days for offer in rows], np.float64)
        self.kinds = frozenset(kind for offer in rows for kind in offer.kinds)
        """The kinds of support that offers name; an offer that names none is for any."""
        self._for = {
            kind: np.fromiter((not offer.kinds or kind in offer.kinds for offer in rows), np.bool_, len(rows)) for kind in ("", *self.kinds)
        }
        self.used: Floats = np.zeros(len(rows))
        self.changes = 0
        """How often what is used has been set."""

    def use(self, owner: int, used: "Iterable[OfferUse]") -> None:
        """Sets what is used of an owner's offers; what is not named is unused."""
        self.changes += 1
        by_name = {offer.offer: offer.used for offer in used}
        for row in range(self._first[owner], self._first[owner + 1]):
            self.used[row] = by_name.get(self._names[row], 0.0)

    def between(self, since: int, until: int) -> Floats:
        """By owner, the days of the offers that are in force on any of these days."""
        owner = np.repeat(np.arange(len(self._first) - 1), np.diff(self._first))
        days = np.where((self._starts <= until) & (since <= self._ends), self.days, 0.0)
        return np.bincount(owner, days, minlength=len(self._first) - 1).astype(np.float64)

    def in_force(self, day: int, owners: Ints, kind: str | None = None) -> "InForce":
        """The offers of these owners that take work which starts on the day: of this kind of support, or of one kind or another."""
        first, sizes = self._first[owners], self._first[owners + 1] - self._first[owners]
        position = np.repeat(np.arange(len(owners)), sizes)
        rows = np.arange(len(position)) + np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
        hit = (self._starts[rows] <= day) & (day <= self._ends[rows])
        if kind is not None and self.kinds:
            hit &= self._for.get(kind, self._for[""])[rows]
        return InForce(self, rows[hit], position[hit], len(owners))


class InForce:
    """The offers in force on a day for a row of owners. What is used may change after it is made; everything else may not.

    offering: who has an offer in force. offered: days of all of them, by owner.
    """

    def __init__(self, offers: Offers, rows: Ints, position: Ints, owners: int) -> None:
        self._offers, self._rows, self._days = offers, rows, offers.days[rows]
        self._heads = run_starts(position)
        self._owning = position[self._heads]
        self.offering: Flags = np.zeros(owners, np.bool_)
        self.offering[self._owning] = True
        self._free, self._free_at = np.full(owners, -np.inf), -1
        self.offered: Floats = np.bincount(position, self._days, minlength=owners).astype(np.float64)

    def free(self) -> Floats:
        """By owner, the free days of the offer that has most: it is charged with all the days of a piece of work. -inf without an offer.

        The same array until somebody's use changes.
        """
        if self._free_at != self._offers.changes:
            free = self._days - self._offers.used[self._rows]
            if len(self._heads):
                self._free[self._owning] = np.maximum.reduceat(free, self._heads)
            self._free_at = self._offers.changes
        return self._free


def run_starts(runs: Ints) -> Ints:
    """Where each run of equal numbers starts."""
    new = np.ones(len(runs), np.bool_)
    np.not_equal(runs[1:], runs[:-1], out=new[1:])
    return new.nonzero()[0]


def _column(values: Iterable[Any]) -> Ints:
    return np.fromiter(values, np.int64)
