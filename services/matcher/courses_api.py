"""Courses over HTTP: the places of each cohort and who waits for one; and a place that is given up."""

from datetime import date

from fastapi import APIRouter, Response
from pydantic import BaseModel

from services.matcher import courses, store
from services.matcher.handlers import mirror
from services.matcher.orders import Host, Order, Reader, decide, regions_of
from services.matcher.views import Body, ReasonCode

router = APIRouter(tags=["courses"])
_MOST = 5_000


class Cohort(BaseModel):
    """A course that begins on a day. taken: places held or given. proposed: to requests that wait for an adviser.

    waiting: how many requests wait for a place that begins then. yours: those of them that you may see, the most pressing first, each with
    its number on the list.
    """

    cohort: str
    course: str
    offered_by: str
    starts: date
    ask_by: date
    places: int
    taken: int
    proposed: int
    waiting: int
    yours: dict[str, int]


class Courses(BaseModel):
    """Cohorts, the earliest first. waiting: requests that wait for a place on any course, whether one is planned or not."""

    cohorts: list[Cohort]
    waiting: int


class GiveUp(Body):
    """The place is not needed any more."""

    because: ReasonCode


@router.get("/courses")
async def list_courses(host: Host, actor: Reader) -> Courses:
    """Every cohort with its places, how many are taken, and who waits."""
    await host.database.once(mirror.refresh)
    unmet = await host.database.once(lambda db: store.queue(db, ("unmet",), None, _MOST))
    regions = regions_of(actor)
    seen = {story.request for story in unmet if regions is None or story.region in regions}
    found = [
        Cohort(
            **{name: getattr(each.cohort, name) for name in ("cohort", "course", "offered_by", "starts", "ask_by", "places", "taken")},
            proposed=each.proposed,
            waiting=len(each.requests),
            yours={request: at for at, request in enumerate(each.requests, 1) if request in seen},
        )
        for each in courses.lists(mirror.register, unmet)
    ]
    return Courses(cohorts=found, waiting=sum(map(courses.waits, unmet)))


@router.post("/matches/{request}/give-up-place")
async def give_up_place(request: str, body: GiveUp, order: Order) -> Response:
    """Let go of a place on a course that was given, for whoever waits; the companion's days stay as they are."""
    return await decide(
        order, request, body, "course.give_up_place", lambda story, work: courses.give_up(story, order.actor.id, body.because, work.now)
    )
