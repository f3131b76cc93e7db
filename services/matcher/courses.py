"""Places on courses: in which cohort there is one for a request, and who waits for one. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from schemas.courses import CohortState, CoursePlaceGivenUp
from schemas.requests import RequestContent
from services.matcher.asks import Ask
from services.matcher.columns import Register
from services.matcher.rulebook import COURSE_PLACE
from services.matcher.steps import Broken, Draft, Step
from services.matcher.story import Story
from services.vocabulary.kinds import KINDS


def needs_place(kind: str) -> bool:
    """Whether requests of this kind are for a place on a course."""
    return kind in KINDS and "course_place" in KINDS[kind].needs


def place_for(register: Register, ask: Ask, as_of: date) -> str | None:
    """The earliest cohort that begins within the dates of the request and has a place for it; of several that begin then, by name.

    A place that is proposed to somebody is not free. The one that this request has already is.
    """
    asked = ask.asked or as_of
    found = [
        cohort
        for cohort in register.records.cohorts.values()
        if max(ask.starts, as_of) <= cohort.starts <= ask.ends
        and asked <= cohort.ask_by
        and (cohort.cohort == ask.cohort or free(register, cohort) > 0)
    ]
    return min(found, key=lambda cohort: (cohort.starts, cohort.cohort)).cohort if found else None


def free(register: Register, cohort: CohortState) -> int:
    """How many of its places nobody has.

    What the registry says is taken follows a moment after what is said here, at either end, so the larger of the two counts.
    """
    return cohort.places - max(cohort.taken, promised(register, cohort))


def promised(register: Register, cohort: CohortState) -> int:
    """How many of its places are proposed, held or given as far as requests say."""
    return round(register.open_to(opening(cohort.cohort)))


def opening(cohort: str) -> str:
    """The name under which the places that are proposed, held or given are counted among the open suggestions."""
    return f"cohort:{cohort}"


def moved(before: Story | None, after: Story) -> list[tuple[str, float]]:
    """What the place of a request weighs more or less among the open suggestions, once it is as it is after a step."""
    was, now = before.cohort if before else None, after.cohort
    return [(opening(cohort), weight) for cohort, weight in ((was, -1.0), (now, 1.0)) if cohort is not None and was != now]


def waits(story: Story) -> bool:
    """Whether a request is on the waiting list: unmet for want of a place."""
    return story.state == "unmet" and any(COURSE_PLACE in short.excluded for short in story.short)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A cohort with those who wait for a place that begins when it does, the most pressing first. proposed: places not taken yet."""

    cohort: CohortState
    proposed: int
    requests: tuple[str, ...]


def lists(register: Register, stories: Sequence[Story]) -> list[Waiting]:
    """Every cohort, the earliest first, with its waiting list. stories: unmet, the most pressing first."""
    waiting = [(story.request, story.content) for story in stories if waits(story) and story.content is not None]
    cohorts = sorted(register.records.cohorts.values(), key=lambda cohort: (cohort.starts, cohort.cohort))
    return [
        Waiting(
            cohort,
            max(0, promised(register, cohort) - cohort.taken),
            tuple(request for request, content in waiting if _could_have(content, cohort)),
        )
        for cohort in cohorts
    ]


def _could_have(content: RequestContent, cohort: CohortState) -> bool:
    return content.starts <= cohort.starts <= content.ends and content.received_at.date() <= cohort.ask_by


def give_up(story: Story, actor: str, because: str, now: datetime) -> Step:
    """A place that was given is let go of, for whoever waits; the rest of the work stays. Errors: Broken no_place."""
    if story.state != "placed" or story.cohort is None:
        raise Broken("no_place", "No place on a course is given to this request. While it is in hand, cancel it or withdraw the request.")
    draft = Draft(story, actor, now)
    draft.fact(CoursePlaceGivenUp, cohort=story.cohort, because=because, actor=actor)
    return draft.step(cohort=None)
