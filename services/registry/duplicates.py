"""Peers who may be one person entered twice, under names that differ slightly: pairs for a person to look at, never merged. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz.fuzz import ratio, token_sort_ratio

from services.vocabulary.lookup import plain

LIKE_ENOUGH = 0.88
"""How like two names of one council must be. A default of our own: a letter or two in a name of usual length."""
_SAME_NAME, _WORD_ALIKE = 0.97, 65
_ADDRESS, _NAME, _INITIAL = "same_address", "like_name", "initial"
_TITLES = re.compile(r"\b(cllr|councillor|dr|mr|mrs|ms|miss|mx|sir|dame|lord|lady|baroness|prof|professor|rev|cbe|obe|mbe|jp)\b")


@dataclass(frozen=True, slots=True)
class Entry:
    """A peer as far as this looks. councils: their own and those of their posts."""

    peer: str
    name: str
    email: str
    councils: frozenset[str]
    kind: str = ""
    party: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Twins:
    """Two entries that may be one person. likeness: of the names, 0 to 1. because: same_address, like_name or initial, the surest first."""

    one: str
    other: str
    likeness: float
    because: tuple[str, ...]


def twins(entries: Iterable[Entry]) -> list[Twins]:
    """Every such pair, the likeliest first: one address for two entries; like names, or an initial for a first name, at one council.

    Only entries with an address, a council or a whole name in common are compared.
    """
    known = sorted(entries, key=lambda entry: entry.peer)
    cleaned = {entry.peer: _name(entry.name) for entry in known}
    together: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in known:
        for council in entry.councils:
            together["council", council].append(entry)
        if entry.email:
            together["address", entry.email.casefold()].append(entry)
        together["name", " ".join(sorted(cleaned[entry.peer].split()))].append(entry)
    pairs = {(one.peer, other.peer): (one, other) for some in together.values() for one, other in combinations(some, 2)}
    found = [_twins(one, other, cleaned[one.peer], cleaned[other.peer]) for one, other in pairs.values()]
    return sorted((pair for pair in found if pair), key=lambda pair: (_ADDRESS not in pair.because, -pair.likeness, pair.one, pair.other))


def against(one: Entry, other: Entry) -> tuple[str, ...]:
    """What speaks against two entries being one person: other_address, other_kind, other_party, other_council. What is not known is not."""
    found = {
        "other_address": one.email and other.email and one.email.casefold() != other.email.casefold(),
        "other_kind": one.kind and other.kind and one.kind != other.kind,
        "other_party": one.party and other.party and one.party != other.party,
        "other_council": not one.councils & other.councils,
    }
    return tuple(code for code, so in found.items() if so)


def _twins(one: Entry, other: Entry, name: str, other_name: str) -> Twins | None:
    likeness = _likeness(name, other_name)
    at_one_council = bool(one.councils & other.councils)
    because = [_ADDRESS] if one.email and one.email.casefold() == other.email.casefold() else []
    if likeness >= (LIKE_ENOUGH if at_one_council else _SAME_NAME):
        because.append(_NAME)
    elif at_one_council and _initial(name.split(), other_name.split()):
        because.append(_INITIAL)
    return Twins(one.peer, other.peer, round(likeness, 3), tuple(because)) if because else None


def _likeness(name: str, other: str) -> float:
    """Of the whole names, their words in order; 0 where both have as many words and two that should match are hardly alike."""
    words = list(zip(sorted(name.split()), sorted(other.split()), strict=False))
    if len(name.split()) == len(other.split()) and any(ratio(*pair) < _WORD_ALIKE for pair in words):
        return 0.0
    return token_sort_ratio(name, other) / 100


def _name(words: str) -> str:
    """Without titles and honours, unless there is nothing else."""
    whole = plain(words)
    return " ".join(_TITLES.sub(" ", whole).split()) or whole


def _initial(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the last names are the same and a first name of one is the initial of the other's."""
    if len(one) < 2 or len(other) < 2 or one[-1] != other[-1]:
        return False
    first, second = one[0], other[0]
    return first[0] == second[0] and (len(first) == 1) != (len(second) == 1)
