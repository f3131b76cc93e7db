"""How councils stand to one another: links, regions, borders, likeness. Rows are made for a host when it is first asked for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from functools import cache

import numpy as np

from schemas.registry import CouncilState, Intervention
from services.matcher.dated import Flags, Floats, Ints, lasts
from services.vocabulary.councils import is_partner, land_borders, statistical_neighbours
from services.vocabulary.ladder import INTERVENTIONS

OF_ONE_TYPE, UNLIKE = 0.35, 0.10
"""How like councils are that the table of neighbours does not bring together: of the same type, and others."""
OWN, LINKED, INTEREST, AVOIDED, WORKED, OPEN = range(6)
"""Why somebody may not give to a host; the lowest that applies. OPEN is no reason."""


class Councils:
    """The councils of the register and those that peers belong to, in the order of their codes; what is not registered is not willing."""

    def __init__(self, states: Mapping[str, CouncilState], homes: Collection[str]) -> None:
        self.codes = sorted({*states, *homes})
        self.index = {code: i for i, code in enumerate(self.codes)}
        self.willing: Flags = np.array([code in states and states[code].willing for code in self.codes], np.bool_)
        self.partner: Flags = np.array([is_partner(code) for code in self.codes], np.bool_)
        """Bodies that are no councils: of them the load has no price, for it is councils that are to share the work."""
        self.willing_count = int((self.willing & ~self.partner).sum())
        self.region = {code: state.region for code, state in states.items()}
        self.kind = {code: state.kind for code, state in states.items()}
        self.linked: dict[str, set[str]] = {}
        for code, state in states.items():
            for other in state.linked:
                self.linked.setdefault(code, set()).add(other)
                self.linked.setdefault(other, set()).add(code)
        self._interventions = [states[code].interventions if code in states else () for code in self.codes]
        self._hosts: dict[str, Host] = {}

    def host(self, code: str) -> "Host":
        """How every council stands to this one, which need not be in the register."""
        if code not in self._hosts:
            self._hosts[code] = Host(self, code)
        return self._hosts[code]

    def stages(self, day: date) -> Ints:
        """By council, how far intervention has gone on the day: its place in INTERVENTIONS."""
        return np.array([stage(spans, day) for spans in self._interventions], np.int64)

    def rows(self, codes: Collection[str]) -> Ints:
        """Where these councils stand; those that are not here are left out."""
        return np.array([self.index[code] for code in codes if code in self.index], np.int64)


def stage(interventions: Sequence[Intervention], day: date) -> int:
    """The furthest stage in force on the day, as a place in INTERVENTIONS; 0 is none."""
    in_force = (each for each in interventions if lasts(each, day))
    return max((INTERVENTIONS.index(each.state) for each in in_force if each.state in INTERVENTIONS), default=0)


class Host:
    """By council, in the order of Councils, how it stands to the host: why it may not give (`bars`); the others from 0 to 1.

    likeness: that of the table of neighbours, else OF_ONE_TYPE or UNLIKE.
    border: 1 with a land border. inside, outside: 1 if it lies in the host's region, or in another; both 0 where a region is not known.
    """

    def __init__(self, councils: Councils, code: str) -> None:
        self._councils = councils
        self.bars = np.full(len(councils.codes), OPEN)
        for bar, barred in BARS.items():
            self.bars[councils.rows(barred(councils, code))] = bar
        neighbourly = near(code)
        self.likeness: Floats = np.maximum(
            [neighbourly.get(other, 0.0) for other in councils.codes],
            np.where(_same(councils.kind, code, councils.codes), OF_ONE_TYPE, UNLIKE),
        )
        self.border: Floats = np.zeros(len(councils.codes))
        self.border[councils.rows(land_borders().get(code, ()))] = 1.0
        same = _same(councils.region, code, councils.codes)
        known = np.array([code in councils.region and other in councils.region for other in councils.codes], np.bool_)
        self.inside: Floats = same.astype(np.float64)
        self.outside: Floats = (known & ~same).astype(np.float64)

    def bars_with(self, avoid: Collection[str]) -> Ints:
        """The bars of a request that asks to avoid some councils."""
        if not avoid:
            return self.bars
        bars = self.bars.copy()
        rows = self._councils.rows(avoid)
        bars[rows] = np.minimum(bars[rows], AVOIDED)
        return bars


BARS: dict[int, Callable[[Councils, str], Collection[str]]] = {
    LINKED: lambda councils, host: councils.linked.get(host, ()),
    OWN: lambda _, host: (host,),
}
"""Which councils may not give to a host whatever is asked; the later line goes before the earlier."""


@cache
def near(host: str) -> Mapping[str, float]:
    """How like other councils are to a host, for those that the table of statistical neighbours brings together.

    1.04 - 0.04 r if the donor is the host's neighbour of rank r (1 to 10): 1.00 down to 0.64.
    0.85 of that if only the donor lists the host. 0.50 if they have a neighbour in common. Source of the neighbours: DfE, May 2025.
    """
    neighbours = statistical_neighbours()
    mine = neighbours.get(host, ())
    of_host = frozenset(mine)
    like = {other: 0.50 for other, theirs in neighbours.items() if not of_host.isdisjoint(theirs)}
    like |= {other: 0.85 * _closeness(theirs, host) for other, theirs in neighbours.items() if host in theirs}
    return like | {other: _closeness(mine, other) for other in mine}


def _closeness(nearest: Sequence[str], code: str) -> float:
    return (100 - 4 * nearest.index(code)) / 100


def _same(words: Mapping[str, str], code: str, others: Sequence[str]) -> Flags:
    word = words.get(code)
    return np.array([word is not None and words.get(other) == word for other in others], np.bool_)
