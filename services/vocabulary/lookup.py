"""From a free word to a code: exact over codes and their synonyms; suggestions only for a message, never as an answer."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_BETWEEN = re.compile(r"[\W_]+")
_SMALL = frozenset({"a", "and", "at", "by", "for", "in", "of", "on", "or", "the", "to", "with"})
_LONGEST = 200
_LIKE_ENOUGH = 0.6
_FROM_BEST = 0.15
_MOST = 3


def plain(text: str) -> str:
    """Lower case, without punctuation, one blank between words; "&" and "+" are "and"; "lead_member" and "Lead Member" are the same."""
    text = _APOSTROPHES.sub("", text[:_LONGEST].replace("&", " and ").replace("+", " and ")).casefold()
    return _BETWEEN.sub(" ", text).strip()


class Lookup:
    """Codes with their synonyms; a synonym belongs to one code. Raises ValueError at the start if two codes share one."""

    def __init__(self, synonyms: Mapping[str, tuple[str, ...]]) -> None:
        self._codes: dict[str, str] = {}
        for code, words in synonyms.items():
            for word in (code, *words):
                if self._codes.setdefault(plain(word), code) != code:
                    raise ValueError(f"{word!r} is a synonym of {code} and of {self._codes[plain(word)]}")
        self._phrases = [(_weighty(word), code) for word, code in self._codes.items()]
        self._suggestions = lru_cache(maxsize=1_000)(self._likest)

    def code(self, text: str) -> str | None:
        """The code that `text` is, or is a synonym of; None if it is none."""
        return self._codes.get(plain(text))

    def suggestions(self, text: str) -> tuple[str, ...]:
        """At most three codes whose words are like `text`, the likest first, for "Did you mean ...?"."""
        return self._suggestions(plain(text))

    def _likest(self, text: str) -> tuple[str, ...]:
        written = _weighty(text)
        best: dict[str, float] = {}
        for phrase, code in self._phrases:
            best[code] = max(best.get(code, 0.0), 0.7 * _found(written, phrase) + 0.3 * _found(phrase, written))
        floor = max(_LIKE_ENOUGH, max(best.values(), default=0.0) - _FROM_BEST)
        return tuple(sorted((code for code, score in best.items() if score >= floor), key=lambda code: -best[code]))[:_MOST]


def _weighty(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split() if word not in _SMALL)


def _found(words: Sequence[str], among: Sequence[str]) -> float:
    """0..1: how much of the words is found among others, spelling mistakes and abbreviations ("dir", "asst") allowed."""
    if not words or not among:
        return 0.0
    return sum(max(_alike(word, other) for other in among) for word in words) / len(words)


def _alike(word: str, other: str) -> float:
    if len(word) >= 3 and len(other) >= 3 and (word.startswith(other) or other.startswith(word)):
        return 1.0 if word == other else 0.9
    return OSA.normalized_similarity(word, other, score_cutoff=0.7)
