"""Teams over HTTP: who fills each place, who could take one while the others stay, what that changes, and the one step that does it."""

from dataclasses import fields, replace
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from schemas.fact import Line
from services.kit.problems import Refused
from services.kit.work import Work
from services.matcher import handlers, replacing, store, turnover, waivers
from services.matcher.asks import Ask
from services.matcher.orders import Host, Order, Reader, decide, seen
from services.matcher.seats import lines_of, seating
from services.matcher.standins import broken_with, stand_in, stand_ins
from services.matcher.steps import Broken, Step, open_suggestions
from services.matcher.story import Story
from services.matcher.views import RefuseAndReplace, Replace, Seats, StandIns

router = APIRouter(prefix="/matches", tags=["teams"])

_LEAST = 0.5  # days, the step in which they count
Given = Annotated[float, Query(ge=0, multiple_of=0.5, description="days that the one who leaves has given, of placed work")]


@router.get("/{request}/seats")
async def place_by_place(
    request: str,
    host: Host,
    actor: Reader,
    chosen: Annotated[
        list[str], Query(max_length=50, description="while it is to be decided, who instead of the first of a place: place:peer")
    ] = [],  # noqa: B006  # FastAPI copies it
    most: Annotated[int, Query(ge=0, le=10, description="how many who could instead, for each place")] = 3,
) -> Seats:
    """Who fills each place, as chosen or, while it is to be decided, as proposed first or as `chosen` says; and who could instead."""
    story = seen(await host.database.once(lambda db: store.story(db, request)), request, actor)
    await host.database.once(handlers.mirror.refresh)
    mirror, today, decided = handlers.mirror, host.clock.now().date(), story.state != "suggested"
    instead = dict(place.partition(":")[::2] for place in chosen)
    try:
        lines = lines_of(story, instead, mirror.register)
    except Broken as error:
        raise Refused(409, error.rule, error.detail) from None
    asked = _ask(story, lines[0], 0, today) if decided else handlers.ask_of(story)
    with mirror.leaving_out(open_suggestions(story)) as register:
        found = seating(register, asked, lines, mirror.policy, today, most, decided=decided)
    inputs = mirror.inputs(today)
    told = {field.name: getattr(found, field.name) for field in fields(found)}
    versions = {"registry_version": inputs.registry_version, "policy_version": inputs.policy_version, "as_of": today}
    return Seats(request=request, decided=decided, **told, **versions)


@router.get("/{request}/stand-ins")
async def who_could(
    request: str,
    place: str,
    host: Host,
    actor: Reader,
    peer: Annotated[str | None, Query(max_length=64, description="what this one peer would change, whatever stands against them")] = None,
    given: Given = 0,
    most: Annotated[int, Query(ge=1, le=50)] = 5,
) -> StandIns:
    """Who could take a place of a match in hand or placed while the others stay, best first, and what each would change."""
    story = seen(await host.database.once(lambda db: store.story(db, request)), request, actor)
    try:
        leaves = replacing.line_at(story, place)
    except Broken as error:
        raise Refused(409, error.rule, error.detail) from None
    await host.database.once(handlers.mirror.refresh)
    today, register, policy = host.clock.now().date(), handlers.mirror.register, handlers.mirror.policy
    asked = _ask(story, leaves, given, today)
    if peer is None:
        found = stand_ins(register, asked, story.current.lines, leaves, policy, today, most)
    else:
        named = stand_in(register, asked, story.current.lines, leaves, peer, policy, today)
        found = [named] if named else []
    inputs = handlers.mirror.inputs(today)
    return StandIns(
        request=request,
        place=place,
        role=leaves.role,
        leaves=leaves.peer,
        found=found,
        registry_version=inputs.registry_version,
        policy_version=inputs.policy_version,
        as_of=today,
    )


@router.post("/{request}/replace")
async def replace_member(request: str, body: Replace, order: Order, host: Host) -> Response:
    """Give a place to somebody else, by default to whoever is best, while the others stay; what they agreed to stands.

    Against absolute rules never; against others once another adviser has waived them for that peer.
    """
    await host.database.once(handlers.mirror.refresh)
    return await decide(order, request, body, "member.replace", lambda story, work: _replaced(story, body, order.actor.id, work))


@router.post("/{request}/consents/{consent}/refuse-and-replace")
async def refuse_and_replace(request: str, consent: str, body: RefuseAndReplace, order: Order, host: Host) -> Response:
    """Record that a member of a team, or their employer, does not agree, and give the place to somebody else, in one step."""
    await host.database.once(handlers.mirror.refresh)

    def step(story: Story, work: Work) -> Step:
        refused, place = replacing.refused(story, consent, order.actor.id, body.channel, body.because, work.now, on_behalf=body.on_behalf)
        asked = Replace(expected_version=body.expected_version, place=place, peer=body.peer, because=body.because)
        after = _replaced(refused.story, asked, order.actor.id, work)
        return Step(after.story, (*refused.facts, *after.facts))

    return await decide(order, request, body, "member.refuse_and_replace", step)


def _replaced(story: Story, body: Replace, actor: str, work: Work) -> Step:
    leaves, today = replacing.line_at(story, body.place), work.now.date()
    register, policy = handlers.mirror.register, handlers.mirror.policy
    asked = _ask(story, leaves, body.given, today)
    waived: frozenset[tuple[str, str]] = frozenset()
    if body.peer is None:
        best = stand_ins(register, asked, story.current.lines, leaves, policy, today, 1)
        if not best:
            raise Broken("nobody", f"Nobody else may be proposed for {body.place} now. See what is short, or cancel the match.")
        peer, council = best[0].peer.peer, best[0].peer.council
    else:
        stay = [line for line in story.current.lines if line.line != leaves.line]
        rules = broken_with(register, asked, stay, leaves.role, body.peer, policy, today)
        waivers.never_broken(rules, "waived", body.place)
        waivers.relied_on(story, body.peer, rules, actor)
        waived = frozenset((body.peer, rule) for rule in rules)
        known = register.records.peers.get(body.peer)
        if known is None:
            raise Broken("unknown_peer", "That peer is not in the register. Check the identifier.")
        peer, council = body.peer, known.council
    said = (body.place, peer, council, body.given, asked.starts, actor, body.because, work.now)
    return replacing.replace_member(story, *said, agreed=body.agreed, waived=waived)


def against(story: Story, place: str, peer: str, today: date) -> list[str]:
    """The rules that stand against a peer in the place of one who leaves. Whether there are days enough is seen when they are moved."""
    leaves = replacing.line_at(story, place)
    asked = replace(_ask(story, leaves, 0, today), days=_LEAST)
    stay = [line for line in story.current.lines if line.line != leaves.line]
    return broken_with(handlers.mirror.register, asked, stay, leaves.role, peer, handlers.mirror.policy, today)


def _ask(story: Story, leaves: Line, given: float, today: date) -> Ask:
    """For what is left of the work: from today on, where it has begun."""
    places = tuple((line.place, line.role) for line in story.current.lines)
    return replace(turnover.ask_on(story, today), places=places, days=max(_LEAST, leaves.days - given))
