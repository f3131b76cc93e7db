"""What callers send and get about policies: drafts, adoptions, trials, scarcity prices."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.matcher.policy import Policy
from services.matcher.trying import Tried


class Draft(BaseModel):
    """A policy to be written down: the numbers that differ from those of version `like` (the active one, if it is not named)."""

    model_config = ConfigDict(extra="forbid")

    like: Annotated[int, Field(ge=1)] | None = None
    changes: dict[str, Any] = {}
    reason: Annotated[str, Field(min_length=10, max_length=2000, description="why; nothing about any person")]


class Adopt(BaseModel):
    """Adopt a policy in the place of the one that you saw active."""

    model_config = ConfigDict(extra="forbid")

    expected_active: Annotated[int, Field(ge=1)]
    reason: Annotated[str, Field(min_length=10, max_length=2000, description="why; nothing about any person")]


class PolicyView(BaseModel):
    """A policy: its numbers, who wrote it down, when and why, and who approved it if it was ever adopted."""

    version: int
    active: bool
    author: str
    written_at: datetime
    reason: str
    approved_by: str | None
    adopted_at: datetime | None
    because: str | None
    policy: Policy


class PolicyList(BaseModel):
    """Every policy by version."""

    policies: list[PolicyView]


class AskTrial(BaseModel):
    """Have numbers of the price of load tried: those that differ from the policy that ranks."""

    model_config = ConfigDict(extra="forbid")

    changes: Annotated[dict[str, float], Field(min_length=1, max_length=10)]


class TrialView(BaseModel):
    """A trial. changes: the numbers tried. state: asked, done, or nothing where nobody had asked for anything. policy_version: what ranked
    then. outcome: what it came to."""

    id: str
    asked_by: str
    asked_at: datetime
    changes: dict[str, float]
    state: str
    policy_version: int
    outcome: Tried | None


class TrialList(BaseModel):
    """Trials, the newest first."""

    trials: list[TrialView]


class WorkOut(BaseModel):
    """Work out the scarcity prices anew."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=10, max_length=2000, description="why; nothing about any person")]


class ScarcityView(BaseModel):
    """The scarcity prices that rank: of how much demand, and the mean price of each role's holders, in fit.

    priced: how many peers have a price above 0.
    """

    version: int
    as_of: date
    requests: int
    places: int
    roles: dict[str, float]
    priced: int
    author: str
    written_at: datetime
    registry_version: int
    policy_version: int
    reason: str
