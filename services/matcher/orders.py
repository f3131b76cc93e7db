"""What every call of the matcher goes through: who asks, what they may see, and a command held against the version that its sender saw."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Response

from services.kit.access import EVERYWHERE, Actor
from services.kit.commands import Command
from services.kit.problems import Refused, not_found, stale
from services.kit.web import Kitchen, command, kitchen, needs
from services.kit.work import Work
from services.matcher import handlers, store
from services.matcher.steps import Broken, Step
from services.matcher.story import Story
from services.matcher.views import Body

Host = Annotated[Kitchen, Depends(kitchen)]
Reader = Annotated[Actor, Depends(needs("matches:read"))]
Order = Annotated[Command, Depends(command("matches:decide"))]


def regions_of(actor: Actor) -> list[str] | None:
    """The regions that the actor may see; None for all of them."""
    return None if EVERYWHERE in actor.regions else sorted(actor.regions)


def seen(story: Story | None, request: str, actor: Actor) -> Story:
    """The story, if it is there and in the actor's regions; a story of another region is not there."""
    if story is None or not actor.covers(story.region):
        raise not_found("request", request)
    return story


def role_of(story: Story, place: str) -> str:
    """The role that a place of the request asks for. Errors: Refused 422 for no such place."""
    roles = {p.place: p.role for p in story.content.places} if story.content else {}
    if place not in roles:
        raise Refused(422, "place", f"This request has the places {', '.join(roles)}. Name one of them.")
    return roles[place]


async def decide(order: Command, request: str, body: Body, action: str, step: Callable[[Story, Work], Step]) -> Response:
    """Lock the story, hold `expected_version` against it, decide, save, say, and answer with the story as it is then."""

    async def do(work: Work) -> Story:
        def decided(story: Story | None, _: Any) -> Step:
            return guarded(current(story, request, order.actor, body.expected_version), work, step)

        await handlers.decide(work, [request], lambda r: r, decided)
        work.note(order.actor.id, action, request, body.reason)
        return seen(await store.story(work.db, request), request, order.actor)

    return await order(body, do)


def current(story: Story | None, request: str, actor: Actor, expected: int) -> Story:
    """The story as its caller saw it. Errors: Refused 404, 409 stale with who changed it when."""
    story = seen(story, request, actor)
    if story.version != expected:
        raise stale(expected, story.version, story.changed_by, story.changed_at.isoformat())
    return story


def guarded(story: Story, work: Work, step: Callable[[Story, Work], Step]) -> Step:
    """What a decision returns. Errors: Refused by the rule that forbids it: 422 where fields are wrong, else 409."""
    try:
        return step(story, work)
    except Broken as error:
        raise Refused(422 if error.problems else 409, error.rule, error.detail, error.problems) from None
