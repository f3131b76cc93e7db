"""Why, why not, and what is short, over HTTP: reads alone, from stories and from what this matcher knows of the register."""

import asyncio
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query

from schemas.fact import LaCode
from schemas.matcher import Candidate, PlaceSuggestion
from services.kit.access import Actor
from services.kit.problems import Refused
from services.kit.web import Kitchen
from services.matcher import handlers, ranking, store
from services.matcher.explain import one_line
from services.matcher.lacking import by_month, by_region, by_role, by_theme, needs, recruits
from services.matcher.lineup import lineup
from services.matcher.mirror import Then, restored
from services.matcher.orders import Host, Reader, regions_of, role_of, seen
from services.matcher.steps import UNDECIDED, Inputs, open_suggestions
from services.matcher.story import Story
from services.matcher.views import Shortages, TeamView, Why, WhyCouncil
from services.matcher.whynot import PROPOSED, WhyNot, why_not, why_not_council

router = APIRouter(tags=["why"])

Found = TypeVar("Found")
_MOST_UNMET = 5_000


@router.get("/shortages")
async def shortages(
    host: Host,
    actor: Reader,
    region: Annotated[str | None, Query(max_length=40, description="of the councils that ask")] = None,
    most: Annotated[int, Query(ge=1, le=100, description="how many recruits at most")] = 10,
) -> Shortages:
    """What is short in your regions, of requests that nobody can be proposed for now (state `unmet`), and who would help most.

    unmet: how many requests. places: how many of their places nobody fills.
    recruits: people to look for, who unblocks most first: role (code) and title, regions (empty: any), month (its first day), days (working
    days of all these requests together), themes and needs (codes), requests (ids that this one person unblocks), helps (ids where another
    place stays short), held_back (people in the role by the rule that leaves them out now), words (the profile as a sentence).
    roles, themes, regions (of the councils that wait), months (as 2027-03): what lacks people, each with code, title, and how many
    requests and places; most first.
    """
    regions = regions_of(actor)
    if region is not None:
        regions = [region] if regions is None or region in regions else []
    unmet = await host.database.once(lambda db: store.stories(db, "unmet", regions, "", _MOST_UNMET))
    lacking = needs(unmet)
    return Shortages(
        unmet=len(unmet),
        places=len(lacking),
        recruits=recruits(lacking, most),
        roles=by_role(lacking),
        themes=by_theme(lacking),
        regions=by_region(lacking),
        months=by_month(lacking),
    )


@router.get("/matches/{request}/why")
async def why(request: str, place: str, peer: str, host: Host, actor: Reader) -> Why:
    """Why a peer is proposed or chosen for a place, or everything that stands against it and what would have to change.

    Any peer of the register may be asked about. While a request is open the answer is as of now, and what it proposes itself weighs
    nothing; once it is decided, as it stood when it was last proposed: from the same records, loads, policy and prices.
    """
    story = await _asked(host, actor, request, place)
    found, inputs, when = await _looked(host, story, partial(why_not, place=place, peer=peer))
    shown = next((c for p in _suggested(story) if p.place == place for c in p.candidates if c.peer == peer), None)
    return _answer(request, found, inputs, shown, when, chosen=(place, peer) in _chosen(story))


@router.get("/matches/{request}/why-council")
async def why_council(request: str, place: str, council: LaCode, host: Host, actor: Reader) -> WhyCouncil:
    """The same for everybody of a council: who of them comes nearest, and which rules leave out how many of the others."""
    story = await _asked(host, actor, request, place)
    found, inputs, when = await _looked(host, story, partial(why_not_council, place=place, council=council))
    nearest = tuple(_answer(request, each, inputs, None, when, chosen=(place, each.peer) in _chosen(story)) for each in found.nearest)
    told = {name: getattr(found, name) for name in ("place", "role", "council", "people", "left_out", "words")}
    return WhyCouncil(request=request, nearest=nearest, **told)


@router.get("/matches/{request}/team")
async def team(request: str, host: Host, actor: Reader) -> TeamView:
    """The team that is proposed first, with what each constraint costs and who would come instead of whom; or what would make it whole."""
    story = await _asked(host, actor, request)
    found, inputs, when = await _looked(host, story, lineup)
    told = {field.name: getattr(found, field.name) for field in fields(found)}
    versions = {"registry_version": inputs.registry_version, "policy_version": inputs.policy_version, "as_of": inputs.as_of}
    return TeamView(request=request, when=when, **told, **versions)


async def _asked(host: Kitchen, actor: Actor, request: str, place: str | None = None) -> Story:
    """The story, with that place if one is named. Errors: Refused."""
    story = seen(await host.database.once(lambda db: store.story(db, request)), request, actor)
    if story.content is None:
        raise Refused(409, "arranged", "This was arranged by telephone; nobody was ranked.")
    if place is not None:
        role_of(story, place)
    return story


async def _looked(host: Kitchen, story: Story, look: Callable[..., Found]) -> tuple[Found, Inputs, str]:
    """As of now, or as it stood when a decided request was last proposed: what was found, what it rests on, and which of the two."""
    if story.state not in UNDECIDED and story.match is not None and story.match.suggestion is not None:
        ident = story.match.suggestion.ranking
        then = await host.database.once(lambda db: restored(db, ident))
        try:
            return await asyncio.to_thread(_then, then, story.request, look), then.inputs, "proposed"
        except LookupError:
            raise Refused(422, "place", "This place was added after the request was decided; nobody was ranked for it.") from None
    await host.database.once(handlers.mirror.refresh)
    as_of = host.clock.now().date()
    return _now(story, look, as_of), handlers.mirror.inputs(as_of), "now"


def _now(story: Story, look: Callable[..., Found], as_of: date) -> Found:
    with handlers.mirror.leaving_out(open_suggestions(story)) as register:
        return look(register, handlers.ask_of(story), policy=handlers.mirror.policy, as_of=as_of)


def _then(then: Then, request: str, look: Callable[..., Found]) -> Found:
    """After the asks of its batch that were ranked before it, for what these were proposed weighed."""
    at = next(at for at, ask in enumerate(then.asks) if ask.request == request)
    ranking.rank(then.register, then.asks[:at], then.policy, then.as_of)
    return look(then.register, then.asks[at], policy=then.policy, as_of=then.as_of)


def _chosen(story: Story) -> set[tuple[str, str]]:
    lines = story.match.lines if story.match and story.state not in UNDECIDED else ()
    return {(line.place, line.peer) for line in lines}


def _suggested(story: Story) -> tuple[PlaceSuggestion, ...]:
    """What an adviser sees, or saw when they decided."""
    if story.state in UNDECIDED:
        return open_suggestions(story)
    return story.match.suggestion.places if story.match and story.match.suggestion else ()


def _answer(request: str, found: WhyNot, inputs: Inputs, shown: Candidate | None, when: str, *, chosen: bool) -> Why:
    own = shown or found.own
    verdict, words = found.verdict, found.words
    if shown is not None:
        since = " ".join(ground.fact for ground in found.grounds)
        verdict, words = PROPOSED, one_line(shown) + (f". Since then this stands against them: {since}" if since else "")
    if chosen:
        verdict, words = "chosen", f"{found.peer} is chosen for this place." + (f" {one_line(own)}" if own else "")
    return Why(
        request=request,
        place=found.place,
        role=found.role,
        peer=found.peer,
        council=own.council if own else None,
        verdict=verdict,
        words=words,
        rule=found.grounds[0].rule if found.grounds else None,
        grounds=found.grounds,
        own=own,
        ahead=found.ahead,
        behind=found.behind,
        ways=found.ways,
        never=found.never,
        when=when,
        registry_version=inputs.registry_version,
        policy_version=inputs.policy_version,
        scarcity_version=inputs.scarcity_version,
        as_of=inputs.as_of,
    )
