"""The themes that councils ask help with and in which peers are expert, and how near they lie to one another."""

from typing import Final

from services.vocabulary.lookup import Lookup
from services.vocabulary.tables import rows, several

THEMES = {row["code"]: row["title"] for row in rows("themes.csv")}
"""Every theme: its code and what it is called."""

SAME, NEAR, KINDRED = 10, 6, 3
"""In tenths, what knowing a theme counts where another is asked for: the theme itself, one named as near, one of its family.

A default of our own; no published table was found.
"""

_FAMILY: Final = {row["code"]: row["family"] for row in rows("themes.csv")}
_NEAR: Final = {frozenset((row["code"], other)) for row in rows("themes.csv") for other in several(row["near"])}

JUDGED_AS = {row["code"]: row["judged_as"] for row in rows("themes.csv")}
"""By theme, the area of an inspection in which it is judged, as far as it is; what has none of its own is judged with the leaders."""

_LOOKUP = Lookup({row["code"]: (row["title"], *several(row["synonyms"])) for row in rows("themes.csv")})


def theme_code(text: str) -> str | None:
    """The code of a theme by code, title or synonym; None if the words are none we know."""
    return _LOOKUP.code(text)


def theme_suggestions(text: str) -> tuple[str, ...]:
    """At most three theme codes that may have been meant."""
    return _LOOKUP.suggestions(text)


def nearness(asked: str, known: str) -> int:
    """0 to 10: how much knowing one theme helps where another is asked for; the same both ways.

    Unknown themes are near themselves alone.
    """
    if asked == known:
        return SAME
    if frozenset((asked, known)) in _NEAR:
        return NEAR
    return KINDRED if asked in _FAMILY and _FAMILY[asked] == _FAMILY.get(known) else 0
