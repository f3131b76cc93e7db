"""The ranking policy: every number a person may set, with who set it, when and why. Versioned data; a stored ranking names its version."""

from datetime import date
from math import fsum, isclose
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from services.vocabulary.ladder import INTERVENTIONS

TERMS = ("themes", "role", "similarity", "politics", "region", "feedback", "journey", "seniority", "together")
"""The terms of the fit, in the order in which they are added up. What each measures: fit.py."""

ALWAYS = ("role", "similarity")
"""The terms that apply to every request; the others are left out where nothing was asked."""

FORECASTS = ("none", "last_year", "drawn")
"""What a round may take to be still to come: nothing; what was asked a year ago; or rests of a year drawn from all that was asked, which
vote."""

OTHERS = "default"
"""The key of `give_up` and of `levels` for every priority that has no line of its own."""

Share = Annotated[float, Field(ge=0, le=1)]
Waiting = Annotated[float, Field(ge=0, le=3650)]
Price = Annotated[float, Field(ge=0, le=10)]
Power = Annotated[int, Field(ge=1, le=8)]


class Policy(BaseModel):
    """How fit and load are weighed. Fit is on a scale of 0 to 1; prices are fit given up.

    weights: by term of the fit, summing to 1; where some terms do not apply to a request, the others are scaled to sum to 1.
    floor: nobody with a lower fit is proposed. border: fit taken off where donor and host share a land border.
    reciprocal: fit taken off where the host has helped the donor within a year of the first day.
    lambda_: price of a peer's own load. mu: price of the load of the peer's council against its equal share of a year; mu_rounds: the same
    where many places are decided together, which sees what a price does to all of them and so needs a higher one. power, power_rounds: the
    power of that share by which the price rises; a higher one spares councils below their share and weighs harder on those above it.
    A policy that says nothing of power_rounds was written down before there was one: it is `power`.
    stay: fit by which a round must be better to change whom an adviser sees first. churn: most suggestions that a round changes.
    rounds_every_days: how often a round runs by itself; 0 for on demand alone. wait_days, team_wait_days: how many days after it was asked
    for one-to-one work, and a team, gain by waiting for a round; an adviser may decide at any time. forecast: one of FORECASTS.
    beta: fit added for a council that carries nothing yet. expected_places: placements a year over the whole sector.
    shortlist: how many are proposed for a place. exposure: on how many open shortlists a peer is at most, where somebody else can fill the
    place: nobody is proposed further whose open suggestions weigh so many whole shortlists; 0 for no limit.
    give_up: by priority, the most fit that may be given up to spread the work.
    levels: by priority, how many days of waiting a request counts as having for that alone. nearer: how many more for each day nearer to
    its first day, from near_days before it on, and how many less before that.
    cooling_off_months: how long somebody who held a post at a council may not help it. challenges_a_year: visits with a peer team that
    an officer makes within a year. no_giving_from: the lowest stage of intervention whose councils give no help; "" asks all of them.
    feedback_mean, feedback_drawn: the rating, from 1 to 5, that a peer counts with who has none, and with how many ratings of its own it
    weighs against those that a peer has.
    Source of the formula and of the default numbers: a simulated year on the 153 councils.
    Errors: pydantic's ValidationError, naming the field and the remedy.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    version: Annotated[int, Field(ge=1)]
    author: Annotated[str, Field(min_length=1)]
    written_on: date
    reason: Annotated[str, Field(min_length=1)]
    weights: dict[str, Share] = {
        "themes": 0.38,
        "role": 0.19,
        "similarity": 0.19,
        "politics": 0.12,
        "region": 0.06,
        "feedback": 0.06,
        "journey": 0.0,
        "seniority": 0.0,
        "together": 0.0,
    }
    floor: Share = 0.45
    border: Share = 0.03
    reciprocal: Share = 0.05
    lambda_: Price = 0.01
    mu: Price = 0.125
    mu_rounds: Price = 0.25
    power: Power = 2
    power_rounds: Power = 2
    beta: Share = 0.05
    stay: Share = 0.02
    churn: Annotated[int, Field(ge=0, le=500)] = 50
    rounds_every_days: Annotated[int, Field(ge=0, le=366)] = 0
    wait_days: Annotated[int, Field(ge=0, le=366)] = 20
    team_wait_days: Annotated[int, Field(ge=0, le=366)] = 50
    forecast: str = "last_year"
    expected_places: Annotated[float, Field(gt=0)] = 960
    shortlist: Annotated[int, Field(ge=2, le=16)] = 5
    exposure: Annotated[int, Field(ge=0, le=100)] = 0
    give_up: dict[str, Share] = {"preventing_failure": 0.02, "early_intervention": 0.02, "newly_appointed": 0.05, OTHERS: 0.20}
    levels: dict[str, Waiting] = {
        "preventing_failure": 480,
        "early_intervention": 360,
        "newly_appointed": 240,
        "inspection_announced": 120,
        OTHERS: 0,
    }
    nearer: Price = 0.5
    near_days: Waiting = 60
    cooling_off_months: Annotated[int, Field(ge=0, le=600)] = 60
    challenges_a_year: Annotated[int, Field(ge=1, le=50)] = 1
    no_giving_from: str = ""
    feedback_mean: Annotated[float, Field(ge=1, le=5)] = 4.0
    feedback_drawn: Annotated[float, Field(gt=0, le=100)] = 5.0

    @field_validator("no_giving_from")
    @classmethod
    def _known_stage(cls, stage: str) -> str:
        if stage and stage not in INTERVENTIONS[1:]:
            raise ValueError(f"unknown stage of intervention; the stages are {', '.join(INTERVENTIONS[1:])}, and empty for no bar")
        return stage

    @field_validator("forecast")
    @classmethod
    def _known_forecast(cls, forecast: str) -> str:
        if forecast not in FORECASTS:
            raise ValueError(f"unknown forecast; choose one of {', '.join(FORECASTS)}")
        return forecast

    @model_validator(mode="before")
    @classmethod
    def _one_power_where_there_was_one(cls, said: Any) -> Any:
        return {"power_rounds": said["power"], **said} if isinstance(said, dict) and "power" in said else said

    @field_validator("weights")
    @classmethod
    def _known_terms(cls, weights: dict[str, float]) -> dict[str, float]:
        unknown = sorted(set(weights) - set(TERMS))
        if unknown:
            raise ValueError(f"unknown terms {', '.join(unknown)}; the terms are {', '.join(TERMS)}")
        return weights

    @model_validator(mode="after")
    def _can_weigh_every_request(self) -> Self:
        if sum(self.weights.get(term, 0.0) for term in ALWAYS) <= 0:
            raise ValueError(
                f"weights: {' and '.join(ALWAYS)} are the terms of a request that asks for nothing else; give one of them a weight above 0"
            )
        for name, lines in (("give_up", self.give_up), ("levels", self.levels)):
            if OTHERS not in lines:
                raise ValueError(f"{name}: add a line {OTHERS!r} for the priorities that have none of their own")
        return self

    def level_of(self, priority: str) -> float:
        """How many days of waiting a request of this priority counts as having for that alone."""
        return self.levels.get(priority, self.levels[OTHERS])

    def may_give_up(self, priority: str) -> float:
        """The most fit, of 1, that a request of this priority may lose to the spreading of work."""
        return self.give_up.get(priority, self.give_up[OTHERS])


def uneven(policy: Policy) -> str | None:
    """What is wrong with the weights of a policy to be written down: they sum to 1. Policies from before this rule are still read."""
    total = fsum(policy.weights.values())
    if isclose(total, 1, abs_tol=1e-6):
        return None
    return f"weights: they sum to {total:g}; change them so that they sum to 1 (each divided by {total:g} would do)"


def what_is_wrong(error: ValidationError) -> str:
    """Every field that keeps numbers from being a policy, with the reason, in one line."""
    return "; ".join(f"{'.'.join(map(str, each['loc'])) or 'policy'}: {each['msg']}" for each in error.errors(include_url=False))


DEFAULT_POLICY = Policy(
    version=1,
    author="manyhands",
    written_on=date(2026, 9, 1),
    reason="The formula that spread the work best in a simulated year: half the share of the ten busiest councils at 98% of the fit.",
    power_rounds=4,
    mu_rounds=0.1,
    forecast="drawn",
)
