"""The queue over HTTP: the requests that wait for an adviser or for a peer, the most pressing first, each with its reasons."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.kit.problems import not_found
from services.matcher import store
from services.matcher.handlers import mirror
from services.matcher.orders import Host, Reader, regions_of
from services.matcher.pressing import pressing
from services.matcher.story import Story

router = APIRouter(prefix="/matches", tags=["matches"])

WAITING = ("suggested", "unmet")


class Waiting(BaseModel):
    """A request in the queue. days: of waiting that it counts as having now; reasons: what they are made of, in words."""

    request: str
    host: str
    region: str
    kind: str
    state: str
    version: int
    priority: str
    starts: date
    received_at: datetime
    pressing_since: datetime
    days: float
    reasons: tuple[str, ...]


class Queue(BaseModel):
    """The most pressing first. policy: the version by which they are counted."""

    requests: list[Waiting]
    policy: int


@router.get("/queue")
async def queue(
    host: Host,
    actor: Reader,
    state: Annotated[str | None, Query(pattern="^(suggested|unmet)$", description="suggested or unmet; both where it is left out")] = None,
    region: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Queue:
    """What waits in your regions, by priority, age and first day, and why in this order."""
    regions = regions_of(actor)
    if region is not None:
        if not actor.covers(region):
            raise not_found("region", region)
        regions = [region]
    await host.database.once(mirror.refresh)
    now = host.clock.now()
    found = await host.database.once(lambda db: store.queue(db, [state] if state else WAITING, regions, limit))
    return Queue(requests=[_waiting(story, now) for story in found if story.content is not None], policy=mirror.policy.version)


def _waiting(story: Story, now: datetime) -> Waiting:
    assert story.content is not None
    how = pressing(story.content, mirror.policy, now)
    return Waiting(
        request=story.request,
        host=story.host,
        region=story.region,
        kind=story.kind,
        state=story.state,
        version=story.version,
        priority=story.content.priority,
        starts=story.content.starts,
        received_at=story.content.received_at,
        pressing_since=story.pressing_since or how.since,
        days=round(how.days, 1),
        reasons=how.reasons,
    )
