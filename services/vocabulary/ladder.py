"""The steps on which a council can stand: how far intervention has gone, and how an inspection judged it. Each table lowest first."""

from services.vocabulary.lookup import Lookup
from services.vocabulary.tables import rows, several

_INTERVENTIONS, _JUDGEMENTS = ([row for row in rows("ladder.csv") if row["ladder"] == name] for name in ("intervention", "judgement"))

INTERVENTIONS = tuple(row["code"] for row in _INTERVENTIONS)
"""From none to a trust that runs the service. Source: the Department for Education's ladder of intervention."""

JUDGEMENTS = tuple(row["code"] for row in _JUDGEMENTS)
"""Ofsted's grades from the worst to the best. "Adequate", given until 2013, counts as requires improvement."""

_STATES, _GRADES = (
    Lookup({row["code"]: (row["title"], *several(row["synonyms"])) for row in table}) for table in (_INTERVENTIONS, _JUDGEMENTS)
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
