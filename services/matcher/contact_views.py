"""What callers of the matcher send and get about calls and heads-ups."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.fact import PeerId
from services.matcher.views import Reason


class Called(BaseModel):
    """What a call to a peer came to."""

    peer: PeerId
    outcome: Annotated[str, Field(pattern="^(yes|no|no_answer|call_again)$")]


class HeadsUp(BaseModel):
    """Tell the adviser of a peer's own region."""

    peer: PeerId
    reason: Reason = ""


class Answered(BaseModel):
    """The answer for a peer of one's own region; `until` with not_now."""

    answer: Annotated[str, Field(pattern="^(fine|speak_to_me|not_now)$")]
    until: date | None = None
    reason: Reason = ""


class Said(BaseModel):
    """It is noted. version: of the request; 0 for whoever may not know of it."""

    version: int


class HeadsUpView(BaseModel):
    """A peer of one's own region who may be contacted: for what kind of work, when and for how long; never for whom."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    peer: str
    council: str
    region: str
    kind: str
    starts: date
    ends: date
    days: float
    asked_at: datetime
    answer: str | None
    until: date | None
    answered_by: str | None
    answered_at: datetime | None


class HeadsUpList(BaseModel):
    """Those that wait for an answer first, the oldest at the top."""

    heads_ups: list[HeadsUpView]
