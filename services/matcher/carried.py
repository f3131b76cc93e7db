"""What owners carry, in deployments: placed within a year, held, and open suggestions by their weight."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from schemas.registry import LoadState
from services.matcher.dated import Floats, Ints

WHOLE = 720_720
"""A deployment in parts: 1/n of it is whole for every n up to 16, so that adding and taking away open suggestions leaves no dust."""

_YEAR = 365


class Carried:
    """The load of a row of owners, numbered from 0. A placement counts from the day it is known until a year after its first day."""

    def __init__(self, owners: int) -> None:
        self._parts: Ints = np.zeros(owners, np.int64)
        self._settled = [0] * owners
        self._states: dict[int, LoadState] = {}
        self._since = 0

    def set(self, owner: int, state: LoadState | None) -> None:
        """What the registry says that the owner carries; nothing without a state."""
        if state is None:
            self._states.pop(owner, None)
        else:
            self._states[owner] = state
        self._settle(owner)

    def weigh(self, owner: int, parts: int) -> None:
        """Adds open suggestions, in parts of WHOLE."""
        self._parts[owner] += parts

    def deployments(self, owners: Ints, as_of: date) -> Floats:
        """By owner: first days after the same day a year ago (365 days), held, and the weight of open suggestions."""
        since = as_of.toordinal() - _YEAR
        if since != self._since:
            self._since = since
            for owner in self._states:
                self._settle(owner)
        return self._parts[owners] / WHOLE

    def carries(self, owner: int) -> float:
        """The same of one owner, on the day that was last asked for."""
        return self._parts.item(owner) / WHOLE

    def _settle(self, owner: int) -> None:
        state = self._states.get(owner)
        settled = state.held + sum(day.toordinal() > self._since for day in state.placed) if state else 0
        self._parts[owner] += (settled - self._settled[owner]) * WHOLE
        self._settled[owner] = settled


class Visits:
    """The visits with a peer team that owners take part in, held or placed, by their first days."""

    def __init__(self) -> None:
        self._days: dict[int, tuple[int, ...]] = {}

    def set(self, owner: int, days: Iterable[date]) -> None:
        """All that the registry says of an owner."""
        self._days.pop(owner, None)
        if ordinals := tuple(day.toordinal() for day in days):
            self._days[owner] = ordinals

    def reached(self, limit: int, day: int) -> Ints:
        """Who has at least so many within a year (365 days) of the day, before it or after it; in order."""
        return np.array(
            sorted(owner for owner, days in self._days.items() if sum(abs(one - day) < _YEAR for one in days) >= limit), np.int64
        )


class Helped:
    """Whom owners have helped within a year, by the first days of the work."""

    def __init__(self) -> None:
        self._by_owner: dict[int, dict[str, int]] = {}
        self._by_host: dict[str, set[int]] = {}

    def set(self, owner: int, state: LoadState | None) -> None:
        """All that the registry says of an owner; of several times with one council the last counts."""
        for host in self._by_owner.pop(owner, {}):
            self._by_host[host].discard(owner)
        hosts = zip(state.hosts, state.placed, strict=False) if state else ()
        if last := {host: day.toordinal() for host, day in hosts if host}:
            self._by_owner[owner] = last
            for host in last:
                self._by_host.setdefault(host, set()).add(owner)

    def of(self, host: str) -> Ints:
        """Who has helped this council, in order."""
        return np.array(sorted(self._by_host.get(host, ())), np.int64)

    def by(self, owner: int, day: int) -> Sequence[str]:
        """Whom the owner has helped within a year (365 days) of the day, before it or after it."""
        helped: Mapping[str, int] = self._by_owner.get(owner, {})
        return [host for host, first in helped.items() if abs(first - day) < _YEAR]
