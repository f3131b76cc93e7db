"""The themes that councils ask help with and in which peers are expert."""

from services.vocabulary.lookup import Lookup
from services.vocabulary.tables import rows, several

THEMES = {row["code"]: row["title"] for row in rows("themes.csv")}
"""Every theme: its code and what it is called."""

_LOOKUP = Lookup({row["code"]: (row["title"], *several(row["synonyms"])) for row in rows("themes.csv")})


def theme_code(text: str) -> str | None:
    """The code of a theme by code, title or synonym; None if the words are none we know."""
    return _LOOKUP.code(text)


def theme_suggestions(text: str) -> tuple[str, ...]:
    """At most three theme codes that may have been meant."""
    return _LOOKUP.suggestions(text)
