"""The priorities of requests, the most pressing first; an adviser confirms them and nobody else sees them."""

from services.vocabulary.lookup import Lookup
from services.vocabulary.tables import rows, several

PRIORITIES = {row["code"]: row["title"] for row in rows("priorities.csv")}
"""Every priority in falling order: its code and what it is called."""

_LOOKUP = Lookup({row["code"]: (row["title"], *several(row["synonyms"])) for row in rows("priorities.csv")})


def priority_code(text: str) -> str | None:
    """The code of a priority by code, title or synonym; None if the words are none we know."""
    return _LOOKUP.code(text)


def priority_suggestions(text: str) -> tuple[str, ...]:
    """At most three priority codes that may have been meant."""
    return _LOOKUP.suggestions(text)
