"""The roles in which people serve and are asked for: councillors (members) and paid officers."""

from dataclasses import dataclass

from services.vocabulary.lookup import Lookup
from services.vocabulary.tables import rows, several


@dataclass(frozen=True, slots=True)
class Role:
    """`member` is True for a councillor, False for an officer; `single` if a council has one holder at a time; `titles` are synonyms."""

    code: str
    title: str
    member: bool
    single: bool
    titles: tuple[str, ...]


ROLES = {
    row["code"]: Role(row["code"], row["title"], row["member"] == "yes", row["single"] == "yes", several(row["synonyms"]))
    for row in rows("roles.csv")
}
"""Every role by its code."""


def is_councillor(code: str) -> bool:
    """Whether a role is one of councillors; False for one that we do not know."""
    return code in ROLES and ROLES[code].member


def role_title(code: str) -> str:
    """What a role is called, in small letters; one that we do not know, by its code."""
    return ROLES[code].title if code in ROLES else code.replace("_", " ")


_LOOKUP = Lookup({role.code: (role.title, *role.titles) for role in ROLES.values()})


def role_code(text: str) -> str | None:
    """The code of a role by code, title or synonym; None if the words are no role we know."""
    return _LOOKUP.code(text)


def role_suggestions(text: str) -> tuple[str, ...]:
    """At most three role codes that may have been meant."""
    return _LOOKUP.suggestions(text)
