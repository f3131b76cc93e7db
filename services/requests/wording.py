"""How findings about a request are put: what is wrong, and what to do; in codes and fixed words, never in submitted ones. Pure."""

from collections.abc import Iterable

from schemas.fact import Problem


def problem(field: str, rule: str, reason: str, remedy: str) -> Problem:
    """A problem, as its sentences stand."""
    return Problem(field=field, rule=rule, reason=reason, remedy=remedy)


def not_known(field: str, what: str, known: Iterable[str] = ()) -> Problem:
    """A word that has no code, is like none, and cannot be left out."""
    return problem(field, "unknown", f"This is {what}.", _remedy((), known))


def left_out(field: str, consequence: str, suggestions: Iterable[str], known: Iterable[str] = ()) -> Problem:
    """A word that has no code; the request goes on without it."""
    remedy = _remedy(suggestions, known)
    return problem(field, "unknown", f"We do not know this word; {consequence}.", remedy)


def _remedy(suggestions: Iterable[str], known: Iterable[str]) -> str:
    if likely := " or ".join(suggestions):
        return f"Did you mean {likely}?"
    listed = ", ".join(known)
    return f"Use one of: {listed}." if listed else "Use a code of the published vocabulary."
