"""The four group offices of councillors with the parties each serves; the Independent office also serves smaller parties (LGA, 2024/25)."""

from services.vocabulary.lookup import Lookup
from services.vocabulary.tables import rows, several

PARTIES = {row["code"]: row["title"] for row in rows("parties.csv")}
"""Every group office: its code and what it is called."""

_LOOKUP = Lookup({row["code"]: (row["title"], *several(row["synonyms"])) for row in rows("parties.csv")})


def party_code(text: str) -> str | None:
    """The code of a party by code, title or synonym; None if the words are none we know."""
    return _LOOKUP.code(text)


def party_suggestions(text: str) -> tuple[str, ...]:
    """At most three party codes that may have been meant."""
    return _LOOKUP.suggestions(text)
