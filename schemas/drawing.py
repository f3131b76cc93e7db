"""matcher: days that are drawn one by one of support that is given as and when. On the matcher's topic, keyed by request id."""

from datetime import date
from typing import Annotated

from pydantic import Field

from schemas.fact import ActorId, Code
from schemas.matcher import LineSpent, MatcherFact


class DaysDrawn(MatcherFact, type="manyhands.matcher.days-drawn.v1"):
    """Of the days placed on a line some were used on `on`, for `because` (a code); `days_left` are still to be drawn there.

    All days stay placed until the work is completed; what was not spent by then is free again.
    """

    drawn: LineSpent
    on: date
    because: Code
    days_left: Annotated[float, Field(ge=0, multiple_of=0.5)]
    actor: ActorId
