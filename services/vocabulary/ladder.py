"""Words in an order, each table lowest first: how far intervention in a council has gone, how an inspection judged it, and how well it is
shown that somebody knows a theme; and the areas of an inspection, which have none."""

from services.vocabulary.lookup import Lookup
from services.vocabulary.tables import rows, several

_INTERVENTIONS, _JUDGEMENTS, _EVIDENCE, _AREAS = (
    [row for row in rows("ladder.csv") if row["ladder"] == name] for name in ("intervention", "judgement", "evidence", "area")
)

INTERVENTIONS = tuple(row["code"] for row in _INTERVENTIONS)
"""From none to a trust that runs the service. Source: the Department for Education's ladder of intervention."""

JUDGEMENTS = tuple(row["code"] for row in _JUDGEMENTS)
"""Ofsted's grades from the worst to the best. "Adequate", given until 2013, counts as requires improvement."""

EVIDENCE = tuple(row["code"] for row in _EVIDENCE)
"""From a peer's own word to what an inspection or a review has shown."""

AREAS = tuple(row["code"] for row in _AREAS)
"""What Ofsted judges apart from one another. Source: its framework for children's services from April 2026."""

_STATES, _GRADES, _LEVELS, _JUDGED = (
    Lookup({row["code"]: (row["title"], *several(row["synonyms"])) for row in table})
    for table in (_INTERVENTIONS, _JUDGEMENTS, _EVIDENCE, _AREAS)
)


def intervention_code(text: str) -> str | None:
    """The code of a stage of intervention by code, title or synonym; None if the words are none we know."""
    return _STATES.code(text)


def intervention_suggestions(text: str) -> tuple[str, ...]:
    """At most three stages of intervention that may have been meant."""
    return _STATES.suggestions(text)


def judgement_code(text: str) -> str | None:
    """The code of a judgement by code, title or synonym; None if the words are none we know."""
    return _GRADES.code(text)


def judgement_suggestions(text: str) -> tuple[str, ...]:
    """At most three judgements that may have been meant."""
    return _GRADES.suggestions(text)


def evidence_code(text: str) -> str | None:
    """The code of a level of evidence by code, title or synonym; None if the words are none we know."""
    return _LEVELS.code(text)


def evidence_suggestions(text: str) -> tuple[str, ...]:
    """At most three levels of evidence that may have been meant."""
    return _LEVELS.suggestions(text)


def area_code(text: str) -> str | None:
    """The code of an area of an inspection by code, title or synonym; None if the words are none we know."""
    return _JUDGED.code(text)


def area_suggestions(text: str) -> tuple[str, ...]:
    """At most three areas of an inspection that may have been meant."""
    return _JUDGED.suggestions(text)
