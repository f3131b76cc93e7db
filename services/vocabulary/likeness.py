"""Which known names are like a misspelt one: edit distances in bulk, and when a likeness is close enough to stand for a council."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

_FARTHEST = 3
_SHORTEST, _LONGEST = 4, 60
_BATCH = 512


@dataclass(frozen=True, slots=True)
class Target:
    """A bare key and what it means: one council by its name or by an alias, or (a decoy) a word that is no council with its candidates."""

    key: str
    codes: tuple[str, ...]
    is_name: bool
    decoy: bool


@dataclass(frozen=True, slots=True)
class Near:
    """A target within three edits (insert, delete, replace, swap neighbours) of what was written."""

    edits: int
    target: Target


def likeness(written: str, key: str) -> float:
    """0..100: how alike two keys are by edit distance; says nothing of how likely a meaning is."""
    return round(100 * OSA.normalized_similarity(written, key), 1)


def nearest(keys: Sequence[str], targets: Sequence[Target]) -> list[tuple[Near, ...]]:
    """For each key the targets within three edits, nearest first. Keys that are too short or long, or hold a digit, have none:
    a mistyped code is another code."""
    found: list[tuple[Near, ...]] = [()] * len(keys)
    fit = [at for at, key in enumerate(keys) if _SHORTEST <= len(key) <= _LONGEST and not any(c.isdigit() for c in key)]
    choices = [target.key for target in targets]
    for start in range(0, len(fit), _BATCH):
        part = fit[start : start + _BATCH]
        edits = cdist([keys[at] for at in part], choices, scorer=OSA.distance, score_cutoff=_FARTHEST, dtype=np.uint8)
        near: dict[int, list[Near]] = {}
        for row, column in np.argwhere(edits <= _FARTHEST).tolist():
            near.setdefault(row, []).append(Near(int(edits[row, column]), targets[column]))
        for row, items in near.items():
            found[part[row]] = tuple(sorted(items, key=lambda item: (item.edits, item.target.decoy)))
    return found


def stands_for(written: str, near: Sequence[Near]) -> Near | None:
    """The one council that a misspelt key can only mean, or None.

    The cut-offs grow with length, since short names have too many neighbours (Bolton, Boston; Merton, Morton). Below six letters only a
    doubled letter is forgiven; below eight one letter too many, too few or swapped, in a council's own name; below twelve any one edit;
    from there two. Every other council must be two edits farther away, every known word that is no council at least one.
    """
    best = next((item for item in near if not item.target.decoy), None)
    if best is None or len(best.target.codes) != 1 or not _within(written, best):
        return None
    for other in near:
        if other.target.decoy:
            if other.edits <= best.edits:
                return None
        elif other.target.codes != best.target.codes and other.edits < best.edits + 2:
            return None
    return best


def candidates(written: str, near: Sequence[Near]) -> tuple[str, ...]:
    """Councils that a person may choose from, nearest first: a looser cut-off than `stands_for`, and what known other words stand for."""
    reach = 1 if len(written) < 6 else 2 if len(written) < 9 else 3
    closest = min((item.edits for item in near), default=0)
    codes = [code for item in near if item.edits <= min(closest + 1, 1 if item.target.decoy else reach) for code in item.target.codes]
    return tuple(dict.fromkeys(codes))


def _within(written: str, near: Near) -> bool:
    key = near.target.key
    length = min(len(written), len(key))
    if length >= 12:
        return near.edits <= 2
    if near.edits > 1 or (written[0] != key[0] and sorted(written[:2]) != sorted(key[:2])):
        return False
    if length >= 8:
        return True
    if not near.target.is_name:
        return False
    replaced = len(written) == len(key) and sorted(written) != sorted(key)
    return _once(written) == _once(key) if length < 6 else not replaced


def _once(key: str) -> str:
    """The key with runs of one letter written once."""
    return "".join(letter for at, letter in enumerate(key) if at == 0 or key[at - 1] != letter)
