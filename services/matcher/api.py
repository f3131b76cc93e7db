"""The matcher over HTTP: read suggestions with their reasons, decide, answer consents, record what was arranged."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.kit import due
from services.kit.database import Connection
from services.kit.work import Work
from services.matcher import (
    arrange_api,
    arranging,
    contact_api,
    courses,
    courses_api,
    domain,
    drawing,
    handlers,
    policy_api,
    queue_api,
    ranking,
    round_api,
    scarcity_api,
    spread_api,
    store,
    team_api,
    trial_api,
    turnover,
    waivers,
    why_api,
)
from services.matcher.handlers import mirror
from services.matcher.improving import improving
from services.matcher.orders import Host, Order, Reader, decide, regions_of, role_of, seen
from services.matcher.steps import UNDECIDED, Broken, Step, open_suggestions
from services.matcher.story import Story
from services.matcher.views import (
    Answer,
    AnswerQuestion,
    Body,
    Confirm,
    Decline,
    Draw,
    Override,
    Spent,
    StoryList,
    StoryView,
    Waive,
)

matches = APIRouter(prefix="/matches", tags=["matches"])


@matches.get("")
async def list_stories(
    host: Host,
    actor: Reader,
    state: Annotated[str | None, Query(max_length=20)] = None,
    region: Annotated[str | None, Query(max_length=40)] = None,
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> StoryList:
    """Requests of your regions with their suggestions, consents and state, and how many are in each state."""
    regions = regions_of(actor)
    if region is not None:
        regions = [region] if regions is None or region in regions else []
    found = await host.database.once(lambda db: store.stories(db, state, regions, after, limit))
    return StoryList(stories=found, states=await host.database.once(lambda db: store.states(db, regions)))


@matches.get("/register")
async def register(host: Host, _: Reader) -> dict[str, int]:
    """How much of the register this matcher knows: its version, peers and councils."""
    await host.database.once(mirror.refresh)
    known = mirror.register.records
    return {"version": mirror.register.version, "peers": len(known.peers), "councils": len(known.councils)}


@matches.get("/{request}")
async def one(request: str, host: Host, actor: Reader) -> StoryView:
    """One request: what is proposed and why, who must agree, what is next, and whether a round may still improve what is proposed."""

    async def read(db: Connection) -> tuple[Story, datetime | None]:
        story = seen(await store.story(db, request), request, actor)
        if story.state != "suggested":
            return story, None
        await mirror.refresh(db)
        return story, await due.next_of(db, "round", str(mirror.policy.version)) if mirror.policy.rounds_every_days else None

    story, at = await host.database.once(read)
    return StoryView(**dict(story), improving=improving(story, mirror.policy, at))


@matches.post("/{request}/confirm")
async def confirm(request: str, body: Confirm, order: Order, host: Host) -> Response:
    """Choose from what is proposed; capacity is held next, then consents are asked for."""
    await host.database.once(mirror.refresh)

    def step(story: Story, work: Work) -> Step:
        gone = {fault.peer: fault.rule for fault in turnover.faults(story, mirror.register, mirror.policy, work.now.date())}
        suggested = {place.place: place.candidates for place in open_suggestions(story)}
        chosen = {}
        for place, candidates in suggested.items():
            peer = body.choices.get(place, candidates[0].peer)
            found = next((c for c in candidates if c.peer == peer), None)
            if found is None:
                raise Broken(
                    "not_proposed", f"That peer is not proposed for {place}. Choose one of the shortlist, or override with a reason."
                )
            if peer in gone:
                raise Broken(
                    gone[peer], f"{ranking.RULES[gone[peer]].sentence} The register has changed; a new suggestion follows at once."
                )
            chosen[place] = (found.peer, found.council)
        cohort = _whole(story, chosen, work.now.date())
        return domain.select(story, chosen, order.actor.id, body.because, work.now, override=False, cohort=cohort)

    return await decide(order, request, body, "match.confirm", step)


def _whole(story: Story, chosen: Mapping[str, tuple[str, str]], today: date) -> str | None:
    """The cohort in which there is a place for the request, where it needs one.

    Errors: Broken, when there is none, or those who were chosen are together not what the request needs.
    """
    ask, peers = handlers.ask_of(story), [peer for peer, _ in chosen.values()]
    needed = courses.needs_place(story.kind)
    cohort = (story.cohort or courses.place_for(mirror.register, ask, today)) if needed else None
    if needed and cohort is None:
        raise Broken(ranking.COURSE_PLACE, f"{ranking.EVERY[ranking.COURSE_PLACE].sentence} It is asked again as soon as there is one.")
    if ranking.lacks_outsider(mirror.register.columns(), ask, peers):
        rule = ranking.EVERY[ranking.ONE_OUTSIDE]
        detail = f"{rule.sentence} Choose somebody from elsewhere for one of the places, or, if the council agrees, change the request."
        raise Broken(rule.code, detail)
    return cohort


@matches.post("/{request}/decline")
async def decline(request: str, body: Decline, order: Order) -> Response:
    """Turn down proposed peers; a fresh suggestion without them follows."""
    return await decide(
        order,
        request,
        body,
        "match.decline",
        lambda story, work: domain.decline(story, body.peers, order.actor.id, body.because, work.now),
    )


@matches.post("/{request}/waive")
async def waive(request: str, body: Waive, order: Order, host: Host) -> Response:
    """Waive the rules that stand against a peer, all but absolute ones; then another adviser may choose that peer.

    By an override, or, where somebody who was chosen leaves, in their place (`replace`).
    """
    await host.database.once(mirror.refresh)

    def step(story: Story, work: Work) -> Step:
        today = work.now.date()
        if story.content is not None and story.state in UNDECIDED:
            role = role_of(story, body.place)
            rules = ranking.broken_by(mirror.register, handlers.ask_of(story), role, body.peer, mirror.policy, today)
        else:
            rules = team_api.against(story, body.place, body.peer, today)
        waivers.never_broken(rules, "waived", body.place)
        return waivers.waive(story, body.place, body.peer, rules, order.actor.id, body.because, work.now)

    return await decide(order, request, body, "rule.waive", step)


@matches.post("/{request}/override")
async def override(request: str, body: Override, order: Order, host: Host) -> Response:
    """Choose somebody else. Absolute rules cannot be overridden; others need another adviser's waiver first. The answer names the rule."""
    await host.database.once(mirror.refresh)

    def step(story: Story, work: Work) -> Step:
        if story.content is None:
            raise Broken("not_open", "This was arranged by telephone; there is nothing to override.")
        ask, chosen = handlers.ask_of(story), {}
        waived: set[tuple[str, str]] = set()
        for place, peer in body.choices.items():
            rules = ranking.broken_by(mirror.register, ask, role_of(story, place), peer, mirror.policy, work.now.date())
            waivers.never_broken(rules, "overridden", place)
            waivers.relied_on(story, peer, rules, order.actor.id)
            waived.update((peer, rule) for rule in rules)
            known = mirror.register.records.peers.get(peer)
            if known is None:
                raise Broken("unknown_peer", "That peer is not in the register. Check the identifier.")
            chosen[place] = (peer, known.council)
        cohort = _whole(story, chosen, work.now.date())
        return domain.select(story, chosen, order.actor.id, body.because, work.now, override=True, waived=waived, cohort=cohort)

    return await decide(order, request, body, "match.override", step)


@matches.post("/{request}/cancel")
async def cancel(request: str, body: Body, order: Order) -> Response:
    """Take back a match in hand; what is held is let go and the next candidate is proposed."""
    return await decide(order, request, body, "match.cancel", lambda story, work: domain.cancel(story, order.actor.id, work.now))


@matches.post("/{request}/consents/{consent}")
async def answer(request: str, consent: str, body: Answer, order: Order) -> Response:
    """Record that a party agrees or does not, for yourself or on somebody's behalf."""

    def step(story: Story, work: Work) -> Step:
        said = {"on_behalf": body.on_behalf}
        return domain.answer_consent(story, consent, body.agreed, order.actor.id, body.channel, body.because, work.now, **said)

    return await decide(order, request, body, "consent.given" if body.agreed else "consent.refused", step)


@matches.post("/{request}/questions/{question}")
async def answer_question(request: str, question: str, body: AnswerQuestion, order: Order) -> Response:
    """Try an arrangement again after its offer was widened, or give it up."""
    return await decide(
        order,
        request,
        body,
        "arrangement.answer",
        lambda story, work: arranging.answer_question(story, question, body.answer, order.actor.id, work.now),
    )


@matches.post("/{request}/complete")
async def complete(request: str, body: Spent, order: Order) -> Response:
    """Say that placed work is done, and how many days it took."""
    return await decide(
        order,
        request,
        body,
        "support.complete",
        lambda story, work: arranging.complete(story, body.days, body.completed_on, order.actor.id, work.now),
    )


@matches.post("/{request}/draw")
async def draw(request: str, body: Draw, order: Order) -> Response:
    """Write down a use of support whose days are drawn as and when; the answer says what is left."""
    return await decide(
        order,
        request,
        body,
        "support.draw",
        lambda story, work: drawing.draw(story, body.line, body.days, body.on, body.because, order.actor.id, work.now),
    )


router = APIRouter()
router.include_router(queue_api.router)  # before the calls that name a request
router.include_router(matches)
router.include_router(arrange_api.router)
router.include_router(contact_api.router)
router.include_router(courses_api.router)
router.include_router(policy_api.router)
router.include_router(scarcity_api.router)
router.include_router(round_api.router)
router.include_router(spread_api.router)
router.include_router(trial_api.router)
router.include_router(why_api.router)
router.include_router(team_api.router)
