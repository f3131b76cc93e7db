"""What callers of the matcher send and get about arrangements by telephone."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.fact import Days, LaCode, PeerId
from services.matcher.views import Reason, ReasonCode


class ArrangedLine(BaseModel):
    """One person who was agreed with."""

    role: str
    peer: PeerId
    days: Days


class Agreement(BaseModel):
    """Somebody who has agreed, on which day, and how the adviser heard of it. `peer` where each peer, or each peer's employer, is asked."""

    party: Annotated[str, Field(min_length=1, max_length=64)]
    peer: PeerId | None = None
    agreed_on: date
    channel: Annotated[str, Field(pattern="^(desk|telephone|email|meeting)$")] = "telephone"


class Arrangement(BaseModel):
    """What was agreed by telephone: for a request we know (`request`, `expected_version`), or for none."""

    model_config = ConfigDict(extra="forbid")

    request: str | None = None
    expected_version: int | None = None
    host: LaCode
    kind: str
    lines: Annotated[list[ArrangedLine], Field(min_length=1, max_length=12)]
    starts: date
    ends: date
    agreed_on: date
    because: ReasonCode = "agreed_by_telephone"
    agreements: Annotated[list[Agreement], Field(max_length=40)] = []
    reason: Reason = ""


class Team(BaseModel):
    """Who would help with a kind of support."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, Field(min_length=1, max_length=64)]

    lines: Annotated[list[ArrangedLine], Field(min_length=1, max_length=12)]


class Party(BaseModel):
    """Somebody who must agree; `stage` by stage, for nobody is contacted before those before them have agreed."""

    stage: int
    party: str
    peer: str | None


class Parties(BaseModel):
    """Everybody who must agree, in order."""

    parties: list[Party]
