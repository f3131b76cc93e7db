"""Places on courses: what a hold accounts for, and a place that is given up. Pure."""

from dataclasses import replace

from schemas.courses import CoursePlaceGivenUp
from services.registry.domain import Decision, Hold


def seat(hold: Hold | None) -> dict[tuple[str, str], int]:
    """The place by (cohort, held or placed) that a hold accounts for; nothing once it has none."""
    return {(hold.cohort, hold.state): 1} if hold is not None and hold.cohort and hold.state in ("held", "placed") else {}


def give_up(given_up: CoursePlaceGivenUp, hold: Hold | None) -> Decision:
    """Let go of the place on a course and of nothing else."""
    return Decision(replace(hold, cohort=None) if hold is not None and hold.cohort == given_up.cohort else hold)
