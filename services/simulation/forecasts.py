"""What a round takes to be still to come: nothing, last year's rest, rests drawn from what was asked so far, or the truth."""

import numpy as np

from services.matcher import policy
from services.matcher.dated import Flags, Floats, Ints
from services.matcher.futures import drawn
from services.simulation.state import overridden_places
from services.simulation.stream import Demand, Year

FORECASTS = (*policy.FORECASTS, "truth")
"""none: only what is known. last_year: last year's places of the rest of the year. drawn: several such rests, in which each request of last
year is replaced by one of its kind, drawn from what was asked last year and this year so far. truth: what is really to come, which nobody
knows: the bound of any forecast."""
_SEED = 5


class Forecast:
    """demand: last year's places and this year's, end to end. best_only: by place, whether an adviser gives it to whoever fits best."""

    def __init__(self, kind: str, year: Year, overridden: float) -> None:
        self._kind, self._last = kind, len(year.last)
        self.demand = _end_to_end(year.last, year.demand)
        self.best_only: Flags = np.concatenate([overridden_places(each, overridden) for each in (year.last, year.demand)])
        self._draws = _Draws(self.demand, len(year.last)) if kind == "drawn" else None

    def after(self, today: float) -> list[Ints]:
        """What may be asked from this day on: one rest of the year or several, each as likely, as rows of `demand`."""
        to_come, of_last = self.demand.day >= today, np.arange(len(self.demand)) < self._last
        if self._kind == "none":
            return [np.zeros(0, np.int64)]
        if self._kind == "truth":
            return [np.flatnonzero(to_come & ~of_last)]
        if self._draws is None:
            return [np.flatnonzero(to_come & of_last)]
        return self._draws.after(today)


class _Draws:
    """The requests of both years, to be drawn from; the same on every run."""

    def __init__(self, demand: Demand, last: int) -> None:
        order = np.argsort(demand.request, kind="stable")
        first = np.flatnonzero(np.diff(demand.request[order], prepend=-1))
        self._dice = np.random.default_rng(_SEED)
        self._places = np.split(order, first[1:])
        self._day: Floats = demand.day[order[first]]
        self._last = int(np.count_nonzero(order[first] < last))
        self._kind = [demand.kind[n] for n in order[first].tolist()]

    def after(self, today: float) -> list[Ints]:
        known = np.flatnonzero((np.arange(len(self._day)) < self._last) | (self._day < today))
        rest = np.flatnonzero(self._day[: self._last] >= today)
        if not len(rest):
            return [rest]
        draws = drawn(
            [self._kind[n] for n in rest.tolist()], [self._kind[n] for n in known.tolist()], lambda sides: int(self._dice.integers(sides))
        )
        return [np.concatenate([self._places[known[n]] for n in draw]) for draw in draws]


def _end_to_end(one: Demand, other: Demand) -> Demand:
    return Demand(
        names=[*one.names, *other.names],
        request=np.concatenate([one.request, other.request + int(one.request.max(initial=-1)) + 1]),
        day=np.concatenate([one.day, other.day]),
        kind=[*one.kind, *other.kind],
        host=[*one.host, *other.host],
        team=np.concatenate([one.team, other.team]),
        first=np.concatenate([one.first[:-1], other.first + one.first[-1]]),
        peer=np.concatenate([one.peer, other.peer]),
        fit=np.concatenate([one.fit, other.fit]),
    )
