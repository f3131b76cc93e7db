"""Finds people and councils by names that may be misspelt, cut short or in another order: an index in memory, filled from rows; pure."""

import unicodedata
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from services.registry.register import CouncilEntry
from services.vocabulary.lookup import plain
from services.vocabulary.roles import ROLES
from services.vocabulary.themes import THEMES

_LIKE_ENOUGH = 0.6
"""Each word that is asked for must be as like as this to a word of the name, the council, a role or a theme."""
_NOT_THE_NAME = {"council": (0.95, 0.7), "role": (0.9, 0.85), "theme": (0.9, 0.85)}
"""What finding a word there counts, where finding it in the name counts 1; and how like it must be ("Leeds" is not "needs")."""
_BEGINS = 0.9
_WORDS = 6  # of a name; what stands behind is not looked at
_TAG_WORDS = 12  # of a council with its other names, a role, a theme
_MOST_ASKED = 6
_SMALL = frozenset({"a", "and", "at", "by", "for", "in", "of", "on", "or", "the", "to", "with"})
_LAST_LETTER = "\U0010ffff"
_FIRST_ROOM = 1_024
Scores = NDArray[np.float32]


class Held(NamedTuple):
    """A role from its first day to its last, both included."""

    role: str
    starts: date
    ends: date | None


@dataclass(frozen=True, slots=True)
class Person:
    """A peer as far as a search looks: `held` are all roles there are, past and to come."""

    peer: str
    name: str
    council: str
    themes: tuple[str, ...] = ()
    held: tuple[Held, ...] = ()

    def holds(self, role: str, on: date) -> bool:
        return any(held.role == role and held.starts <= on and (held.ends is None or held.ends >= on) for held in self.held)


@dataclass(frozen=True, slots=True)
class Sought:
    """What is asked: words of a name, a council, a role or a theme, or an identifier; and codes that narrow it.

    `on` is the day on which a role is held; regions: of the peers' own councils, None for all.
    """

    words: str
    on: date
    most: int
    regions: Collection[str] | None = None
    council: str | None = None
    role: str | None = None
    theme: str | None = None


def folded(text: str) -> list[str]:
    """The words of a name: lower case, no accents, no punctuation, nothing like "of" unless there is nothing else."""
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text[:200]) if not unicodedata.combining(letter))
    words = plain(bare).split()
    return [word for word in words if word not in _SMALL] or words


class _Words:
    """Words that stand once each, numbered from 1; number 0 is no word."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {"": 0}
        self._sorted: list[str] = []

    def numbers(self, text: str, most: int) -> list[int]:
        """The numbers of the first words of a text, filled up with 0."""
        numbers = [self._numbers.setdefault(word, len(self._numbers)) for word in list(dict.fromkeys(folded(text)))[:most]]
        return numbers + [0] * (most - len(numbers))

    def likeness(self, asked: Sequence[str]) -> Scores:
        """Words asked for x all words: spelling mistakes cost, and a beginning counts nearly as the whole."""
        if len(self._sorted) < len(self._numbers):
            self._sorted = sorted(self._numbers)
        likeness: Scores = cdist(asked, list(self._numbers), scorer=OSA.normalized_similarity, score_cutoff=_LIKE_ENOUGH, dtype=np.float32)
        for row, begun in zip(likeness, asked, strict=True):
            for word in self._sorted[bisect_left(self._sorted, begun) : bisect_left(self._sorted, begun + _LAST_LETTER)]:
                at = self._numbers[word]
                row[at] = max(row[at], _BEGINS + (1 - _BEGINS) * len(begun) / len(word))
        likeness[:, 0] = 0
        return likeness


class Names:
    """Everybody by the words of their names. Each word stands once, so that a search compares words and not people.

    A tag is what many people share: a council, a role, a theme. Row 0 of words and of tags is nothing.
    """

    def __init__(self) -> None:
        self._vocabulary, self._of_councils = _Words(), _Words()
        self._tags: dict[str, int] = {"": 0}
        self._tag_words = np.zeros((_FIRST_ROOM, _TAG_WORDS), np.int32)
        self._counts = np.zeros((_FIRST_ROOM, 2), np.float32)  # by tag, as in _NOT_THE_NAME
        self._councils: dict[str, CouncilEntry] = {}
        self._council_words: dict[str, list[int]] = {}
        self._people: list[Person] = []
        self._rows: dict[str, int] = {}
        self._words = np.zeros((_FIRST_ROOM, _WORDS), np.int32)
        self._tagged = np.zeros((_FIRST_ROOM, 4), np.int32)  # the own council stands first

    def __len__(self) -> int:
        return len(self._people)

    def put_councils(self, councils: Iterable[CouncilEntry]) -> None:
        """Add councils, or change what is known of them; before the first of their people."""
        for council in councils:
            self._councils[council.la_code] = council
            row = self._tag(f"council:{council.la_code}", "")
            names = " ".join((council.name, *council.aliases))
            self._tag_words[row] = self._vocabulary.numbers(names, _TAG_WORDS)
            self._council_words[council.la_code] = self._of_councils.numbers(names, _TAG_WORDS)

    def put(self, people: Iterable[Person]) -> None:
        """Add people, or change what is known of them."""
        for person in people:
            row = self._rows.setdefault(person.peer, len(self._people))
            if row == len(self._people):
                self._people.append(person)
                if row == len(self._words):
                    self._words = np.concatenate((self._words, np.zeros_like(self._words)))
                    self._tagged = np.concatenate((self._tagged, np.zeros_like(self._tagged)))
            self._people[row] = person
            self._words[row] = self._vocabulary.numbers(person.name, _WORDS)
            self._tag_person(row, person)

    def council(self, la_code: str) -> CouncilEntry:
        """A council that was put here. Errors: KeyError."""
        return self._councils[la_code]

    def people(self, sought: Sought) -> tuple[list[tuple[str, float]], bool]:
        """(peer, how well it fits from 0 to 1), the best first, and whether there are more than `most`."""
        asked = folded(sought.words)[:_MOST_ASKED]
        wanted = self._wanted(sought)
        exact = self._rows.get(sought.words.strip(), -1)
        fits = np.ones(len(self._people), np.float32)
        if asked:
            fits, enough = self._fits(asked)
            if exact >= 0:
                fits[exact], enough[exact] = 2, True
            wanted &= enough
        rows = np.flatnonzero(wanted)
        rows = rows[np.argsort(-fits[rows], kind="stable")]
        found: list[tuple[str, float]] = []
        for row in rows.tolist():
            person = self._people[row]
            if sought.role is None or person.holds(sought.role, sought.on):
                found.append((person.peer, min(1.0, round(float(fits[row]), 3))))
                if len(found) > sought.most:
                    break
        return found[: sought.most], len(found) > sought.most

    def councils(self, words: str, most: int) -> list[tuple[str, float]]:
        """(code, how well its names fit) of councils, the best first."""
        asked = folded(words)[:_MOST_ASKED]
        if not asked or not self._councils:
            return []
        codes = list(self._council_words)
        rows = np.array(list(self._council_words.values()))
        likeness = np.stack([each[rows].max(axis=1) for each in self._of_councils.likeness(asked)])
        fits, least = likeness.mean(axis=0), likeness.min(axis=0)
        found = [(code, round(float(fits[at]), 3)) for at, code in enumerate(codes) if least[at] >= _LIKE_ENOUGH or code == words.strip()]
        return sorted(found, key=lambda each: (-each[1], self._councils[each[0]].name))[:most]

    def _wanted(self, sought: Sought) -> NDArray[np.bool_]:
        """Who is of the regions and the council that are asked for, and has the role (on whichever day) and the theme."""
        tagged = self._tagged[: len(self._people)]
        wanted = np.ones(len(tagged), bool)
        if sought.regions is not None:
            within = np.zeros(len(self._tags), bool)
            within[[self._tags[f"council:{code}"] for code, council in self._councils.items() if council.region in sought.regions]] = True
            wanted &= within[tagged[:, 0]]
        if sought.council is not None:
            wanted &= tagged[:, 0] == self._tags.get(f"council:{sought.council}", -1)
        for kind, code in (("role", sought.role), ("theme", sought.theme)):
            if code is not None:
                wanted &= (tagged[:, 1:] == self._tags.get(f"{kind}:{code}", -1)).any(axis=1)
        return wanted

    def _fits(self, asked: Sequence[str]) -> tuple[Scores, NDArray[np.bool_]]:
        """For each person the mean over the words asked for, and whether every one of them is found well enough."""
        count, tags = len(self._people), self._tag_words[: len(self._tags)]
        counts, least = self._counts[: len(tags)].T
        total, enough = np.zeros(count, np.float32), np.ones(count, bool)
        words, tagged = self._words[:count].T, self._tagged[:count].T
        for likeness in self._vocabulary.likeness(asked):
            of_tag = likeness[tags].max(axis=1)
            of_tag = np.where(of_tag >= least, counts * of_tag, np.float32(0))
            best = np.zeros(count, np.float32)
            for column in words:
                np.maximum(best, likeness[column], out=best)
            for column in tagged:
                np.maximum(best, of_tag[column], out=best)
            enough &= best >= _LIKE_ENOUGH
            total += best
        return total / np.float32(len(asked)), enough

    def _tag_person(self, row: int, person: Person) -> None:
        tags = [self._tag(f"council:{person.council}", "")]
        roles = dict.fromkeys(held.role for held in person.held)
        tags += [self._tag(f"role:{code}", ROLES[code].title if code in ROLES else code) for code in roles]
        tags += [self._tag(f"theme:{code}", THEMES.get(code, code)) for code in person.themes]
        while len(tags) > self._tagged.shape[1]:
            self._tagged = np.concatenate((self._tagged, np.zeros_like(self._tagged)), axis=1)
        self._tagged[row] = 0
        self._tagged[row, : len(tags)] = tags

    def _tag(self, tag: str, words: str) -> int:
        row = self._tags.get(tag)
        if row is None:
            row = self._tags[tag] = len(self._tags)
            if row == len(self._tag_words):
                self._tag_words = np.concatenate((self._tag_words, np.zeros_like(self._tag_words)))
                self._counts = np.concatenate((self._counts, np.zeros_like(self._counts)))
            self._counts[row] = _NOT_THE_NAME[tag.partition(":")[0]]
            self._tag_words[row] = self._vocabulary.numbers(words, _TAG_WORDS)
        return row
