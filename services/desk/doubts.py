"""A word that could mean more than one thing, as a question for a person: what it may mean, and what else there is. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.desk import wording
from services.vocabulary.councils import reference_councils
from services.vocabulary.kinds import KINDS
from services.vocabulary.roles import ROLES
from services.vocabulary.themes import THEMES

_QUESTIONS = {
    "authority": ("Which council asks?", "Which council is it?", "council"),
    "kind": ("Which kind of support is asked for?", "Which kind of support is it?", "kind of support"),
    "team": ("Which role is wanted?", "Which role is it?", "role"),
    "themes": ("Which theme is meant?", "Which theme is it?", "theme"),
}
LEFT_OUT = "none"
"""The answer, of a theme alone, that it means none that we know."""
OTHER = "other"
"""The choice that none of the candidates is meant; then `other` is the answer."""

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Unclear:
    """The question as the page asks it: `written` is the word, "" where it cannot be told; choices are (code, what it is called)."""

    question: str
    thing: str
    written: str
    candidates: Choices
    others: Choices
    may_be_left_out: bool


def unclear(about: str, candidates: Sequence[str], said: Mapping[str, Any]) -> Unclear:
    """about: the field of the request that is in doubt, as in "team.0.role". said: the request in the words of those who asked."""
    question, _, thing = _QUESTIONS[_sort(about)]
    return Unclear(
        question, thing, _written(said, about), [(code, meant(about, code)) for code in candidates], _all(about), _sort(about) == "themes"
    )


def meant(about: str, code: str) -> str:
    """What a field would say, for a person."""
    match _sort(about):
        case "authority":
            return wording.council(code)
        case "kind":
            return wording.kind(code)
        case "team":
            return wording.titled(wording.role(code))
        case _:
            return "Left out" if code == LEFT_OUT else wording.titled(wording.themes([code]))


def briefly(about: str, candidates: Sequence[str]) -> str:
    """The question in one line, with those that may be meant: at most three by name."""
    named = [meant(about, code) for code in candidates[:3]]
    _, briefest, _ = _QUESTIONS[_sort(about)]
    return f"Is it {' or '.join(named)}{', or another' if len(candidates) > len(named) else ''}?" if named else briefest


def _sort(about: str) -> str:
    return about.partition(".")[0]


def _all(about: str) -> Choices:
    codes: Mapping[str, Sequence[str]] = {
        "authority": [council.la_code for council in reference_councils()],
        "kind": list(KINDS),
        "team": list(ROLES),
        "themes": list(THEMES),
    }
    return sorted(((code, meant(about, code)) for code in codes[_sort(about)]), key=lambda choice: choice[1])


def _written(said: Mapping[str, Any], about: str) -> str:
    found: Any = said
    for step in about.split("."):
        if isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        elif isinstance(found, Mapping):
            found = found.get(step)
        else:
            return ""
    return found if isinstance(found, str) else ""
