"""What a decision returns, and how it is put together: the story after it, the facts in their order, what is to be looked at later."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schemas.fact import Fact, Problem
from schemas.matcher import PlaceSuggestion
from services.matcher.story import Story

UNDECIDED = frozenset({"new", "suggested", "unmet"})
IN_HAND = frozenset({"selected", "consenting", "completing"})
ENDED = frozenset({"placed", "completed", "withdrawn"})
_NAMES = uuid.UUID("6c0f6a35-5a0e-4f0e-9f0a-3d6d1f7a2b11")


class Broken(Exception):
    """A command that a rule forbids: its code, a sentence that says what to do, and the fields that it is about, if it is about any."""

    def __init__(self, rule: str, detail: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(detail)
        self.rule, self.detail, self.problems = rule, detail, problems


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a ranking rested on, for the record."""

    ranking: str
    registry_version: int
    policy_version: int
    as_of: date
    scarcity_version: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """What follows: the story after it, the facts to say, what to look at later, whether to propose anew, and suggestions that close."""

    story: Story
    facts: tuple[Fact, ...] = ()
    later: tuple[tuple[str, datetime], ...] = ()
    propose: bool = False
    closes: tuple[PlaceSuggestion, ...] = ()


class Draft:
    """Collects facts in order, each with the next version of the story; the story itself is copied once, at the end."""

    def __init__(self, story: Story, actor: str, now: datetime, match: str | None = None) -> None:
        self.story, self.actor, self.now = story, actor, now
        self._match = match or (story.match.match if story.match else "")
        self._version = story.version
        self.facts: list[Fact] = []

    def fact(self, fact: type[Fact], **values: Any) -> None:
        self._version += 1
        self.facts.append(fact(match=self._match, request=self.story.request, version=self._version, **values))

    def step(self, state: str | None = None, *, later: Sequence[tuple[str, datetime]] = (), propose: bool = False, **changes: Any) -> Step:
        closes = open_suggestions(self.story) if propose or state not in (None, "suggested") else ()
        update = {"version": self._version, "changed_by": self.actor, "changed_at": self.now, **changes}
        after = self.story.model_copy(update={**update, "state": state or ("new" if propose else self.story.state)})
        return Step(after, tuple(self.facts), tuple(later), propose, closes)


def open_suggestions(story: Story) -> tuple[PlaceSuggestion, ...]:
    """The shortlists of a story that still wait for an adviser; they weigh as load."""
    waits = story.state == "suggested" and story.match is not None and story.match.suggestion is not None
    return story.match.suggestion.places if waits and story.match and story.match.suggestion else ()


def match_id(request: str, attempt: int) -> str:
    """The name of a request's n-th match: the same on every replica and in every replay."""
    return str(uuid.uuid5(_NAMES, f"{request}/{attempt}"))
