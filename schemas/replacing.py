"""matcher, of teams that change: one member gives way to another, and the others stay. Keyed by request id, as the request's story is."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

from schemas.fact import ActorId, Code, Line
from schemas.matcher import MatcherFact


class ReplacementSelected(MatcherFact, type="manyhands.matcher.replacement-selected.v1"):
    """An adviser chose `line` in the place of line `leaves` of a match that is held or placed; the others stay. Capacity moves next.

    given: days that the one who leaves has given already; they stay counted, the rest is free again. starts: from when the new one works.
    expires_at: until when the match is held, where it is not placed yet.
    """

    leaves: Annotated[int, Field(ge=1)]
    line: Line
    given: Annotated[float, Field(ge=0, multiple_of=0.5)] = 0
    starts: date
    expires_at: AwareDatetime
    because: Code
    actor: ActorId
    kind: Code | None = None


class MemberReplaced(MatcherFact, type="manyhands.matcher.member-replaced.v1"):
    """The capacity has moved: from now on the match has these `lines`; `left` is the one that was given up, with the days `given` on it."""

    left: Line
    given: Annotated[float, Field(ge=0, multiple_of=0.5)] = 0
    lines: tuple[Line, ...] = Field(min_length=1)
