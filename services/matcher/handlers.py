"""What the matcher does when it hears something or something comes due: load, decide, save, say."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from schemas.courses import CohortState
from schemas.envelope import Envelope
from schemas.matcher import PlaceSuggestion
from schemas.registry import (
    CapacityHeld,
    CapacityMoved,
    CapacityPlaced,
    CouncilState,
    HoldExpired,
    HoldRefused,
    LoadState,
    PeerState,
)
from schemas.requests import RequestAmended, RequestContent, RequestOpened, RequestWithdrawn
from services.kit.due import Diary, Due
from services.kit.ears import Ears
from services.kit.work import Heard, Work
from services.matcher import domain, heads_up_store, replacing, store, turnover
from services.matcher.courses import moved
from services.matcher.mirror import Mirror, weights
from services.matcher.policy import Policy
from services.matcher.pressing import pressing
from services.matcher.ranking import Ask
from services.matcher.steps import Step
from services.matcher.story import Story
from services.vocabulary import calendar
from services.vocabulary.councils import council_regions

ears = Ears()
diary = Diary()
mirror = Mirror()
REGIONS = council_regions()
NOT_NOW_OVER = "not_now_over"
_RECONSIDERED_AT_ONCE = 500
_IMPORT_PAUSE = timedelta(seconds=2)  # an import arrives in many batches: look once, not once a batch


@ears.hears(RequestOpened, RequestAmended, RequestWithdrawn)
async def follow_requests(heard: Sequence[Heard[Any]], work: Work) -> None:
    """Open, amend or withdraw what is asked for, and propose."""
    await decide(work, heard, lambda h: h.fact.request, lambda story, h: _request(story, h.fact, work))


def _request(story: Story | None, fact: RequestContent | RequestWithdrawn, work: Work) -> Step | None:
    if isinstance(fact, RequestWithdrawn):
        return domain.withdrawn(story, work.now) if story else None
    region = REGIONS.get(fact.host, "")
    if story is None:
        return domain.opened(fact, region, work.now)
    return domain.amended(story, fact, region, work.now)


@ears.hears(CapacityHeld, HoldRefused, CapacityMoved, CapacityPlaced, HoldExpired)
async def follow_capacity(heard: Sequence[Heard[Any]], work: Work) -> None:
    """Ask for consents, place, or go on to the next candidate."""
    await decide(work, heard, lambda h: h.fact.request, lambda story, h: _capacity(story, h.fact, work) if story else None)


def _capacity(story: Story, fact: CapacityHeld | HoldRefused | CapacityMoved | CapacityPlaced | HoldExpired, work: Work) -> Step:
    match fact:
        case CapacityHeld():
            return domain.held(story, fact.match, work.now)
        case CapacityMoved():
            return replacing.moved(story, fact.match, fact.line.line, work.now)
        case HoldRefused():
            kept = replacing.move_refused(story, fact.match, work.now)
            return kept or domain.hold_refused(story, fact.match, fact.line, fact.rule, fact.short_by, work.now)
        case CapacityPlaced():
            return domain.capacity_placed(story, fact.match, work.now)
        case HoldExpired():
            return domain.hold_expired(story, fact.match, work.now)


@ears.hears(PeerState, CouncilState, CohortState, LoadState)
async def keep_state(heard: Sequence[Heard[Any]], work: Work) -> None:
    """Keep the registry's records; when the register changes, soon look who is unmet and might be served, and who no longer qualifies."""
    await store.keep_records(work.db, [_record(h) for h in heard])
    if any(isinstance(h.fact, CohortState) and h.fact.taken < h.fact.places for h in heard):
        work.later("reconsider", "", work.now)  # before anybody new asks for the place
    if any(isinstance(h.fact, PeerState | CouncilState) for h in heard):
        work.later("reconsider", "", work.now + _IMPORT_PAUSE)
        work.later("requalify", "", work.now + _IMPORT_PAUSE)


def _record(heard: Heard[Any]) -> tuple[str, int, int, str]:
    """The key is the envelope's subject, the position the offset in the one partition."""
    return heard.envelope.subject, heard.fact.version, int(heard.place.rpartition("-")[2]), heard.fact.model_dump_json()


@diary.when_due("consent_deadline")
async def look_at_deadlines(dues: Sequence[Due], work: Work) -> None:
    """Let lapse what nobody answered."""
    await decide(work, dues, lambda d: d.subject, lambda story, _: domain.deadline_passed(story, work.now) if story else None)


@diary.when_due("retry_unmet")
async def retry_unmet(dues: Sequence[Due], work: Work) -> None:
    """Propose again for who is still unmet."""
    await decide(work, dues, lambda d: d.subject, lambda story, _: domain.retry(story, work.now) if story else None)


@diary.when_due("reconsider")
async def reconsider(dues: Sequence[Due], work: Work) -> None:
    """The register has grown: propose again for everybody who is unmet, so many at a time, the most pressing first.

    The subject says where the page before ended.
    """
    requests, last = await store.unmet_after(work.db, min(due.subject for due in dues), _RECONSIDERED_AT_ONCE)
    if len(requests) == _RECONSIDERED_AT_ONCE:
        work.later("reconsider", last, work.now)
    await decide(work, requests, lambda request: request, lambda story, _: domain.reconsidered(story) if story else None)


@diary.when_due(NOT_NOW_OVER)
async def ask_again(dues: Sequence[Due], work: Work) -> None:
    """The day has come until which somebody was not to be asked: soon look who is unmet and might be served."""
    if await heads_up_store.over(work.db, [due.subject for due in dues], calendar.day_of(work.now)):
        work.later("reconsider", "", work.now)


@diary.when_due("requalify")
async def requalify(dues: Sequence[Due], work: Work) -> None:
    """The register has changed: look at everybody who is proposed, chosen or placed, so many stories at a time."""
    requests = await store.in_states(work.db, turnover.LIVE, min(due.subject for due in dues), _RECONSIDERED_AT_ONCE)
    if len(requests) == _RECONSIDERED_AT_ONCE:
        work.later("requalify", requests[-1], work.now)
    stories, today = await store.lock_stories(work.db, requests), work.now.date()
    await mirror.refresh(work.db)
    found = {request: turnover.faults(story, mirror.register, mirror.policy, today) for request, story in stories.items()}
    found = {request: faults for request, faults in found.items() if faults}
    gone = [(stories[request], fault) for request, faults in found.items() if stories[request].state == "placed" for fault in faults]
    instead: dict[str, dict[str, PlaceSuggestion]] = {request: {} for request in found}
    if gone:
        ranked, _ = await mirror.rank(
            work.db, [turnover.replacement(story, fault, mirror.register, today) for story, fault in gone], work.now
        )
        for (story, fault), each in zip(gone, ranked, strict=True):
            instead[story.request].update((fault.peer, place) for place in each.suggestions)
    await decide(
        work,
        sorted(found),
        lambda request: request,
        lambda story, request: turnover.disqualified(story, found[request], instead[request], work.now) if story else None,
    )


async def decide(
    work: Work,
    items: Sequence[Any],
    request_of: Callable[[Any], str],
    step: Callable[[Story | None, Any], Step | None],
    first: Mapping[str, str] | None = None,
) -> None:
    """Load the stories, decide item by item, propose for all that want it together, save, say.

    A story that changes twice in a batch sees its first change at the second. `items` may be heard facts or anything else.
    first: by place, whom a round chose to be proposed first, where what follows is a proposal.
    """
    stories: dict[str, Story] = await store.lock_stories(work.db, (request_of(item) for item in items))
    before = dict(stories)
    proposing: dict[str, Envelope | None] = {}
    closing: list[tuple[str, float]] = []
    for item in items:
        request, because = request_of(item), item.envelope if isinstance(item, Heard) else None
        taken = step(stories.get(request), item)
        if taken is None:
            continue
        stories[request] = taken.story
        _tell(work, taken, because)
        closing += [(peer, -weight) for peer, weight in weights(taken.closes)]
        if taken.propose:
            proposing[request] = because
        else:
            proposing.pop(request, None)
    opened = await _propose(work, stories, proposing, tuple((first or {}).items()))
    places = [change for request, story in stories.items() for change in moved(before.get(request), story)]
    if any(weight < 0 for _, weight in places):
        work.later("reconsider", "", work.now)  # a place that was only proposed is nobody's: the registry will not say so
    await store.add_open(work.db, closing + opened + places)
    await store.save_stories(work.db, (story for request, story in stories.items() if story is not before.get(request)))


async def _propose(
    work: Work, stories: dict[str, Story], proposing: dict[str, Envelope | None], first: tuple[tuple[str, str], ...]
) -> list[tuple[str, float]]:
    """Rank what is to be proposed, the most pressing first; returns the load that the new suggestions open."""
    if not proposing:
        return []
    asks = [ask_of(stories[request]) for request in proposing]
    if first:
        asks = [replace(ask, first=first) for ask in asks]

    def since(request: str, policy: Policy) -> datetime:
        content = stories[request].content
        assert content is not None
        return pressing(content, policy, work.now).since

    ranked, inputs = await mirror.rank(work.db, asks, work.now, lambda ask, policy: (since(ask.request, policy), ask.request))
    opened: list[tuple[str, float]] = []
    for each in ranked:
        story, waits = stories[each.request], since(each.request, mirror.policy)
        taken = domain.proposed(story, each.suggestions, each.shortages, inputs, work.now, waits, each.cohort)
        stories[each.request] = taken.story
        _tell(work, taken, proposing[each.request])
        opened += weights(each.suggestions)
    return opened


def ask_of(story: Story) -> Ask:
    """What the ranking needs to know of a story."""
    assert story.content is not None
    return replace(Ask.of(story.content, story.declined), cohort=story.cohort)


def _tell(work: Work, taken: Step, because: Envelope | None) -> None:
    for fact in taken.facts:
        work.say(fact, taken.story.request, because)
    _later(work, taken.story.request, taken.later)


def _later(work: Work, request: str, later: Iterable[tuple[str, Any]]) -> None:
    for kind, at in later:
        work.later(kind, request, at)
