"""What was typed into a form, and what is wrong with it: errors that a summary links to their fields."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")  # control characters, and those that turn text round

WHY = "Say why, in ten characters or more. It is kept in the audit."
_LEAST_REASON = 10


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was sent. `once` is new for each page drawn: a command's Idempotency-Key."""

    fields: Mapping[str, Sequence[str]]
    once: str = ""

    def __getitem__(self, name: str) -> str:
        """What was typed, without blanks around it and without characters that nobody can see; "" when nothing was."""
        values = self.fields.get(name) or [""]
        return _UNSEEN.sub("", values[-1].replace("\r\n", "\n")).strip()

    def every(self, name: str) -> list[str]:
        """All values of a name: checkboxes."""
        return [_UNSEEN.sub("", value).strip() for value in self.fields.get(name, ())]

    def typed(self, *names: str) -> dict[str, str]:
        """What was typed, by name (all names when none is given): to show it again."""
        return {name: self[name] for name in (names or self.fields)}


@dataclass(slots=True)
class Errors:
    """What is wrong with a form, field by field in the order of the page; false when nothing is."""

    found: list[tuple[str, str]] = field(default_factory=list)
    elsewhere: dict[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.found)

    def add(self, name: str, words: str, address: str = "") -> None:
        """Say what is wrong with a field and what to do; `address` of a field that stands on another page."""
        self.found.append((name, words))
        if address:
            self.elsewhere[name] = address

    def need(self, form: Form, name: str, words: str) -> str:
        """What was typed; when nothing was, an error."""
        if not form[name]:
            self.add(name, words)
        return form[name]

    def reason(self, form: Form, name: str, words: str = WHY, at: str = "") -> str:
        """The reason that was typed, as it is kept; when it is too short, an error, `at` another field if it stands there."""
        if len(form[name]) < _LEAST_REASON:
            self.add(at or name, words)
        return form[name][:2000]

    def refused(self, problems: Sequence[Mapping[str, Any]], names: Mapping[str, str], otherwise: str) -> None:
        """Take over a service's problems. `names` leads from its field paths to ours; what has no field here stands at `otherwise`."""
        for problem in problems:
            path = str(problem.get("field", ""))
            ours = next((names[key] for key in (path, path.removeprefix("body."), path.rpartition(".")[2]) if key in names), otherwise)
            self.add(ours, f"{problem.get('reason', '')} {problem.get('remedy', '')}".strip())

    def of(self, name: str) -> dict[str, str] | None:
        """For a field's `errorMessage`."""
        words = [words for field, words in self.found if field == name]
        return {"text": " ".join(words)} if words else None

    def summary(self) -> list[dict[str, str]]:
        """For the error summary's `errorList`: each error links to its field's id, which is its name, or to another page."""
        return [{"text": words, "href": self.elsewhere.get(name, f"#{name}")} for name, words in self.found]
