"""Courses: what the registry says of a cohort and its places, and the matcher of a place that is given up."""

from datetime import date
from typing import Annotated

from pydantic import Field

from schemas.fact import ActorId, Code
from schemas.matcher import MatcherFact
from schemas.registry import RegistryState


class CohortState(RegistryState, type="manyhands.registry.cohort-state.v1"):
    """A course that begins on `starts`, key `cohort:<id>`: of its `places` so many are `taken`, held or given.

    offered_by: a council or partner organisation by code, or a region. ask_by: the last day on which a place may be asked for.
    """

    cohort: Code
    course: Annotated[str, Field(min_length=1, max_length=120)]
    offered_by: Code
    starts: date
    ask_by: date
    places: Annotated[int, Field(ge=1)]
    taken: Annotated[int, Field(ge=0)]


class CoursePlaceGivenUp(MatcherFact, type="manyhands.matcher.course-place-given-up.v1"):
    """The place in `cohort` that was given to a placed request is free again, for whoever waits; the rest of the match stays."""

    cohort: Code
    because: Code
    actor: ActorId
