"""A request and its current match as frozen values: what the matcher remembers between two facts."""

from datetime import date

from pydantic import AwareDatetime

from schemas.fact import Line, Value
from schemas.matcher import LineSpent, MatchSuggested, Shortage
from schemas.requests import RequestContent
from services.matcher.consents import Consent


class Question(Value):
    """What waits for a person: an arrangement that the registry refused."""

    question: str
    rule: str
    line: Line
    short_by: float


class Replacing(Value):
    """A member gives way to another, and capacity is being moved: the number of the line that ends, days given on it, the new line."""

    leaves: int
    given: float
    line: Line


class Drawn(Value):
    """Days of a line that were used on one day, for a reason (a code); `left` are the days of the line that were left after it."""

    line: int
    days: float
    on: date
    because: str
    left: float


class Match(Value):
    """The current attempt: first proposed, then with lines chosen, then with consents.

    `lines` holds the lines that are to help; `arranged` marks one that was agreed by telephone.
    known: (peer, rule) that a person knows of: passed over when choosing, or told since.
    replacing: while a member is being replaced. former: lines that were given up after days were given on them, with those days.
    draws: of a kind whose days are drawn as and when, each use in the order in which it was told. spent: once completed, days by line.
    """

    match: str
    suggestion: MatchSuggested | None = None
    lines: tuple[Line, ...] = ()
    consents: tuple[Consent, ...] = ()
    starts: date
    ends: date
    expires_at: AwareDatetime | None = None
    arranged: bool = False
    question: Question | None = None
    known: frozenset[tuple[str, str]] = frozenset()
    replacing: Replacing | None = None
    former: tuple[Line, ...] = ()
    draws: tuple[Drawn, ...] = ()
    spent: tuple[LineSpent, ...] = ()


class Story(Value):
    """One request from opened to its end.

    state: new, suggested, unmet, selected, consenting, completing, placed, completed, withdrawn, arranging, questioned.
    version counts the facts said about the request; `expected_version` of a command is held against it.
    declined: peers who are not proposed for this request again. waived: (peer, rule, adviser), for another adviser to rely on.
    pressing_since: since when it counts as waiting, as of the last proposal; the earlier, the more pressing.
    cohort: of the course in which a place is proposed, held or given.
    short and retry_at, while unmet: the places that could not be filled, and when they are looked at again.
    """

    request: str
    version: int = 0
    state: str = "new"
    host: str
    region: str
    kind: str
    content: RequestContent | None = None
    attempt: int = 0
    declined: frozenset[str] = frozenset()
    waived: frozenset[tuple[str, str, str]] = frozenset()
    match: Match | None = None
    short: tuple[Shortage, ...] = ()
    retry_at: AwareDatetime | None = None
    pressing_since: AwareDatetime | None = None
    cohort: str | None = None
    changed_by: str = "matcher"
    changed_at: AwareDatetime

    @property
    def priority(self) -> str:
        """The request's priority; an arrangement has none of its own."""
        return self.content.priority if self.content else "other"

    @property
    def current(self) -> Match:
        """The current match. Errors: AssertionError where the state has none."""
        assert self.match is not None
        return self.match
