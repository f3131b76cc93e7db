"""What would become of a request if it were sent as it stands: everything that is wrong with it at once, and what it would mean. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from schemas.fact import Problem
from schemas.intake import SupportRequested
from services.requests import reading
from services.requests.deciding import Doubt, Ready, Rejection, decide, names_somebody

_REQUIRED = ("reference", "authority", "kind")
_STAND_IN = "-"  # reads as a word, and names no council and no kind


@dataclass(frozen=True, slots=True)
class Checked:
    """outcome: opened, question (`doubt` says about which field) or refused. ready: what it would mean, where that can be told."""

    outcome: str
    problems: tuple[Problem, ...] = ()
    ready: Ready | None = None
    doubt: Doubt | None = None

    @property
    def councils(self) -> tuple[str, ...]:
        """Who asks, or may be asking, as far as that can be told."""
        if self.doubt:
            return (self.doubt.host,) if self.doubt.host else self.doubt.candidates
        return (self.ready.host,) if self.ready else ()


def check(data: Mapping[str, Any], today: date) -> Checked:
    """By the rules of the intake event. What is missing or cannot be read does not keep the rest from being looked at."""
    found = reading.validate(data)
    wrong: tuple[Problem, ...] = ()
    if isinstance(found, tuple):
        wrong, fields = found, {problem.field.partition(".")[0] for problem in found}
        rest = {name: value for name, value in data.items() if name not in fields}
        found = reading.validate({**dict.fromkeys(_REQUIRED, _STAND_IN), **rest})
    if not isinstance(found, SupportRequested):
        return Checked("refused", wrong)
    decision = decide(found, today, today, {})
    told = {problem.field for problem in wrong}
    if isinstance(decision, Rejection):
        return Checked("refused", wrong + tuple(each for each in decision.problems if each.field not in told))
    if isinstance(decision, Doubt):
        return Checked("refused" if wrong else "question", wrong, doubt=decision)
    wrong += names_somebody(decision)
    return Checked("refused" if wrong else "opened", wrong, ready=decision)
