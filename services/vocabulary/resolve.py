"""From what somebody wrote to a council: exact after spelling, close after misspelling, otherwise candidates; never a guess."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import OSA

from services.vocabulary.councils import Council, not_councils
from services.vocabulary.likeness import Near, Target, candidates, likeness, nearest, stands_for
from services.vocabulary.spelling import LONGEST, Spelling, filler, spell, spell_words, split

How = Literal["code", "gss", "name", "alias", "close", "unsure", "unknown"]

_LA_CODE = re.compile(r"(\d{3})(?:\.0)?")  # "383.0" is what spreadsheets make of 383
_GSS_CODE = re.compile(r"[ENSW]\d{8}", re.IGNORECASE)
_SORT_WORDS = ("council", "metropolitan", "borough", "county", "city", "london", "unitary", "district", "authority", "corporation", "royal")
_REMEMBERED = 20_000
_MOST_GUESSES = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A council that may be meant. `score` 0..100 is how alike the words are, not how likely the meaning is."""

    la_code: str
    name: str
    score: float


@dataclass(frozen=True, slots=True)
class Resolution:
    """What `input` stands for. `la_code` is None unless one council alone can be meant; `how` says by what it was known.

    "unsure" always has candidates: all of a curated word ("Berkshire"), at most five of a guessed one. "unknown" has none.
    `score` is 100 for an exact match, the likeness for a close one, the best candidate's when unsure, 0 when unknown.
    """

    input: str
    la_code: str | None
    how: How
    score: float
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class _Meaning:
    codes: tuple[str, ...]
    how: Literal["name", "alias"] | None  # None: a word that is no council


class CouncilResolver:
    """Resolves names against `councils` and the curated words that are no councils. Remembers up to 20,000 answers; no IO."""

    def __init__(self, councils: Iterable[Council]) -> None:
        known = tuple(councils)
        self._names = {council.la_code: council.name for council in known}
        self._name_keys = {council.la_code: spell(council.name).bare for council in known}
        self._gss = {council.gss_code.upper(): council.la_code for council in known if council.gss_code}
        self._sorts = {council.la_code: _sorts_of(council) for council in known}
        self._levels: tuple[dict[str, _Meaning], ...] = ({}, {}, {})  # by key, bare, shuffled
        for text, code, how in _texts(known):
            self._learn(spell(text), (code,), how)
        for word in not_councils():
            self._learn(spell(word.word), tuple(code for code in word.candidates if code in self._names), None)
        self._words = frozenset(word for text, _, _ in _texts(known) for word in split(text))
        self._targets = [
            Target(key, meaning.codes, is_name=meaning.how == "name", decoy=meaning.how is None) for key, meaning in self._levels[1].items()
        ]
        self._remembered: dict[str, Resolution] = {}

    def resolve(self, text: str) -> Resolution:
        """The council that `text` names by code, GSS code, name or alias, or the candidates. Never raises."""
        return self.resolve_many((text,))[0]

    def resolve_many(self, texts: Sequence[str]) -> list[Resolution]:
        """One resolution for each text, in order; misspelt ones are compared in bulk."""
        if len(self._remembered) + len(texts) > _REMEMBERED:
            self._remembered.clear()
        answers = {text: self._remembered.get(text) or self._exact(text) for text in dict.fromkeys(texts)}
        open_ = [text for text, answer in answers.items() if answer is None]
        if open_:
            answers.update(zip(open_, self._inexact(open_), strict=True))
        resolved = {text: answer for text, answer in answers.items() if answer is not None}
        if len(resolved) <= _REMEMBERED:
            self._remembered.update((text, answer) for text, answer in resolved.items() if len(text) <= LONGEST)
        return [resolved[text] for text in texts]

    def _learn(self, spelling: Spelling, codes: tuple[str, ...], how: Literal["name", "alias"] | None) -> None:
        """A council's meaning of a key stays, but two councils with one key make it a word to choose by; and a word that is no council
        as it stands ("Kingston") is none with "Council" behind it.
        """
        for level, key in zip(self._levels, (spelling.key, spelling.bare, spelling.shuffled), strict=True):
            known = level.get(key)
            if known is None:
                if key:
                    level[key] = _Meaning(codes, how)
            elif how is None and key == spelling.key and self._levels[0][key].how is None:
                level[key] = _Meaning(codes, how)
            elif how is not None and not set(codes) <= set(known.codes):
                level[key] = _Meaning((*known.codes, *codes), None)

    def _exact(self, text: str) -> Resolution | None:
        code = unicodedata.normalize("NFKC", text).strip()
        if (match := _LA_CODE.fullmatch(code)) and match[1] in self._names:
            return Resolution(text, match[1], "code", 100.0)
        if _GSS_CODE.fullmatch(code) and (la_code := self._gss.get(code.upper())):
            return Resolution(text, la_code, "gss", 100.0)
        return self._spelt(text, spell(text))

    def _spelt(self, text: str, spelling: Spelling) -> Resolution | None:
        for level, key in zip(self._levels, (spelling.key, spelling.bare, spelling.shuffled), strict=True):
            meaning = level.get(key)
            if meaning is None:
                continue
            if meaning.how is None or len(meaning.codes) != 1:
                return self._unsure(text, spelling, meaning.codes)
            if level is self._levels[0]:
                return Resolution(text, meaning.codes[0], meaning.how, 100.0)
            return self._if_of_its_sort(text, spelling, meaning.codes[0], meaning.how, 100.0)
        return None

    def _if_of_its_sort(self, text: str, spelling: Spelling, code: str, how: How, score: float) -> Resolution:
        """The council, unless the words around its name contradict it: then a choice with its namesakes (Derby, Derbyshire)."""
        if spelling.sorts <= self._sorts[code]:
            return Resolution(text, code, how, score)
        own = self._name_keys[code]
        alike = (other for other, key in self._name_keys.items() if other != code and (key.startswith(own) or own.startswith(key)))
        return self._unsure(text, spelling, (code, *alike))

    def _inexact(self, texts: Sequence[str]) -> Iterator[Resolution]:
        """Texts that are no known spelling, compared in bulk."""
        repaired = [self._repair(split(text)) if len(text) <= LONGEST else () for text in texts]
        spellings = [spell_words(list(words)) for words in repaired]
        near_all = nearest([spelling.bare for spelling in spellings], self._targets)
        for text, spelling, near in zip(texts, spellings, near_all, strict=True):
            again = self._spelt(text, spelling)
            yield self._guessed(text, spelling, near) if again is None else _as_close(again, likeness(spell(text).key, spelling.key))

    def _guessed(self, text: str, spelling: Spelling, near: Sequence[Near]) -> Resolution:
        """By its parts, by likeness, or the councils that it mentions, is like, or begins as."""
        parts = self._parts(spelling)
        whole = _agreed(parts)
        if whole is not None:
            return self._if_of_its_sort(text, spelling, whole, "alias", 100.0)
        best = stands_for(spelling.bare, near)
        if best is not None:
            return self._if_of_its_sort(text, spelling, best.target.codes[0], "close", likeness(spelling.bare, best.target.key))
        named = tuple(dict.fromkeys(code for meaning in parts if meaning for code in meaning.codes))
        guesses = named or candidates(spelling.bare, near) or self._beginning(spelling.bare)
        return self._unsure(text, spelling, guesses[:_MOST_GUESSES])

    def _repair(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words with misspelt "council", "borough", ... put right; words of councils' own names are left alone."""
        return tuple(
            next((right for right in _SORT_WORDS if OSA.distance(word, right, score_cutoff=1) <= 1), word)
            if len(word) >= 4 and word not in self._words
            else word
            for word in words
        )

    def _parts(self, spelling: Spelling) -> list[_Meaning | None]:
        """The known names that the words hold, longest first ("Leeds, West Yorkshire" holds two); None is a word that belongs to none."""
        words, parts, at = spelling.words, list[_Meaning | None](), 0
        while at < len(words):
            for end in range(min(len(words), at + 5), at, -1):
                key = "".join(words[at:end])
                meaning = _Meaning((key,), "name") if key in self._names else self._levels[1].get(key)
                if meaning is not None and len(key) > 2:
                    parts.append(meaning)
                    at = end
                    break
            else:
                if not filler(words[at]):
                    parts.append(None)
                at += 1
        return parts

    def _beginning(self, key: str) -> tuple[str, ...]:
        """Councils whose name begins as written, if they are few."""
        codes = {code: None for target in self._targets if not target.decoy and target.key.startswith(key) for code in target.codes}
        return tuple(codes) if len(key) >= 5 and len(codes) <= _MOST_GUESSES else ()

    def _unsure(self, text: str, spelling: Spelling, codes: Sequence[str]) -> Resolution:
        if not codes:
            return Resolution(text, None, "unknown", 0.0)
        named = tuple(Candidate(code, self._names[code], likeness(spelling.bare, self._name_keys[code])) for code in codes)
        return Resolution(text, None, "unsure", max(candidate.score for candidate in named), named)


def _texts(councils: Iterable[Council]) -> Iterator[tuple[str, str, Literal["name", "alias"]]]:
    for council in councils:
        yield council.name, council.la_code, "name"
        yield council.official_name, council.la_code, "name"
        for alias in council.aliases:
            yield alias, council.la_code, "alias"


def _sorts_of(council: Council) -> frozenset[str]:
    """Which of city, county and london may stand beside a council's name: those of its type and of its own names."""
    of_type = {"county": {"county"}, "london_borough": {"london"}}.get(council.type, set())
    return frozenset(of_type).union(*(spell(text).sorts for text, _, _ in _texts((council,))))


def _agreed(parts: Sequence[_Meaning | None]) -> str | None:
    """The one council that every part allows and one names ("383 Leeds", "Leeds, West Yorkshire"); "Ashford, Kent" names a district."""
    meanings = [part for part in parts if part is not None]
    if not meanings or len(meanings) < len(parts) or any(part.how is None and len(part.codes) < 2 for part in meanings):
        return None
    common = set(meanings[0].codes).intersection(*(part.codes for part in meanings))
    return common.pop() if len(common) == 1 and any(part.how is not None for part in meanings) else None


def _as_close(answer: Resolution, score: float) -> Resolution:
    """An answer that was found only after a word was put right."""
    if answer.la_code is None:
        return answer
    return Resolution(answer.input, answer.la_code, "close", score)
