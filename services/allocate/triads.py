"""Triads and quartets of councils for regional challenge: alike, not linked, not together last time, each gives and receives. Pure."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array

from services.matcher.councils import OF_ONE_TYPE, UNLIKE, near
from services.matcher.dated import Floats
from services.vocabulary.councils import reference_councils

MOST = 36
"""Councils in one round: every group that could be is looked at, and there are tens of thousands of more."""
SIZES = (3, 4)
_SECONDS = 60.0
_PROMISING = 4_000
_LEFT_OUT = 10.0
"""What leaving a council out costs: more than all likeness that there is to gain for a group."""


@dataclass(frozen=True, slots=True)
class Group:
    """Councils in a ring: each gives to the next and receives from the one before. likeness: 0 to 1, the mean over all pairs."""

    councils: tuple[str, ...]
    likeness: float

    def gives_to(self, council: str) -> str:
        """Whom a council of the ring challenges."""
        at = self.councils.index(council)
        return self.councils[(at + 1) % len(self.councils)]


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups, the most alike first, and the councils that are in none.

    likeness: the mean over the councils in groups of that of their group. gap: how much more the sum of it over councils could at most be
    with as many councils in groups; 0 when the answer is proven to be the best.
    """

    groups: tuple[Group, ...]
    left: tuple[str, ...]
    likeness: float
    gap: float


def grouped(
    councils: Sequence[str],
    likeness: Callable[[str, str], float],
    barred: Collection[frozenset[str]] = (),
    sizes: Collection[int] = SIZES,
) -> Groups:
    """As many councils as can be in groups of these sizes without a barred pair, and of these the greatest sum of likeness, exactly.

    likeness: of a pair, the same both ways, 0 to 1. Every possible group is a column of a set packing that HiGHS solves; where that takes
    more than a minute the best so far is given, with its proven gap. The same input gives the same groups.
    Errors: ValueError for more than MOST councils.
    """
    if len(councils) > MOST:
        raise ValueError(f"{len(councils)} councils; at most {MOST} can be grouped at once. Group each region by itself.")
    names = sorted(set(councils))
    alike = {frozenset(pair): likeness(*pair) for pair in combinations(names, 2)}
    possible = [
        (group, float(np.mean([alike[frozenset(pair)] for pair in combinations(group, 2)])))
        for size in sorted(sizes)
        for group in combinations(names, size)
        if not any(frozenset(pair) in barred for pair in combinations(group, 2))
    ]
    if not possible:
        return Groups((), tuple(names), 0.0, 0.0)
    worth = np.array([len(group) * (_LEFT_OUT + mean) for group, mean in possible])
    rows = {name: row for row, name in enumerate(names)}
    at = [rows[name] for group, _ in possible for name in group]
    starts = np.concatenate([[0], np.cumsum([len(group) for group, _ in possible])])
    chosen, gap = _packed(worth, csc_array((np.ones(len(at)), at, starts), shape=(len(names), len(possible))))
    taken = [possible[column] for column in chosen]
    found = sorted((Group(_ring(group, alike), mean) for group, mean in taken), key=lambda group: (-group.likeness, group.councils))
    inside = {name for group in found for name in group.councils}
    mean = sum(len(group.councils) * group.likeness for group in found) / len(inside) if inside else 0.0
    return Groups(tuple(found), tuple(name for name in names if name not in inside), mean, gap)


def _packed(worth: Floats, of: csc_array) -> tuple[list[int], float]:
    """The columns of most worth that share no row, and how much more any others could at most be worth.

    First without whole numbers, which bounds the worth of every column: by how much the best with that column falls short of the bound.
    The most promising ones are then packed; if that is worth more than any packing with one of the others could be, it is the best.
    """
    relaxed = linprog(-worth, A_ub=of.toarray(), b_ub=np.ones(of.shape[0]), method="highs")
    bound, short = -float(relaxed.fun or 0.0), worth + of.T @ relaxed.ineqlin.marginals
    promising = np.sort(np.argsort(-short, kind="stable")[:_PROMISING])
    others = np.setdiff1d(np.arange(len(worth)), promising)
    once = LinearConstraint(of[:, promising], -np.inf, 1)
    whole = np.ones(len(promising), np.int64)
    answer = milp(
        -worth[promising], constraints=once, bounds=Bounds(0, 1), integrality=whole, options={"mip_rel_gap": 0.0, "time_limit": _SECONDS}
    )
    if answer.x is None:
        return [], bound
    chosen = promising[answer.x > 0.5]
    most = max(-float(answer.mip_dual_bound), bound + float(short[others].max()) if len(others) else -np.inf)
    gap = most - float(worth[chosen].sum())
    return chosen.tolist(), gap if gap > 1e-6 else 0.0


def _ring(group: tuple[str, ...], alike: dict[frozenset[str], float]) -> tuple[str, ...]:
    """Of a quartet, the ring whose neighbours are most alike; a triad has one ring but for its direction."""
    if len(group) < 4:
        return group
    first, *others = group
    rings = [(first, one, other, last) for one, last in combinations(others, 2) for other in others if other not in (one, last)]
    return max(rings, key=lambda ring: sum(alike[frozenset({ring[at], ring[at - 1]})] for at in range(4)))


def likeness_of(one: str, other: str) -> float:
    """How like two councils are, both ways: the table of statistical neighbours, else whether they are of one type."""
    kinds = _types()
    least = OF_ONE_TYPE if kinds.get(one) is not None and kinds.get(one) == kinds.get(other) else UNLIKE
    return (max(near(one).get(other, 0.0), least) + max(near(other).get(one, 0.0), least)) / 2


@cache
def _types() -> Mapping[str, str]:
    return {council.la_code: council.type for council in reference_councils()}


def linked_pairs() -> frozenset[frozenset[str]]:
    """Councils that share a trust, a company or a director."""
    return frozenset(frozenset({council.la_code, other}) for council in reference_councils() for other in council.linked)
