"""What follows from what: pure decisions about one story. Each takes the story and what happened, and returns a Step."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from schemas import matcher as say
from schemas.fact import Line
from schemas.matcher import PlaceSuggestion, Shortage
from schemas.requests import RequestContent
from services.matcher import consents
from services.matcher.consents import Consent
from services.matcher.rulebook import COURSE_PLACE
from services.matcher.steps import IN_HAND, UNDECIDED, Broken, Draft, Inputs, Step, match_id, open_suggestions
from services.matcher.story import Match, Question, Story
from services.vocabulary.calendar import next_morning


def opened(content: RequestContent, region: str, now: datetime) -> Step:
    """A request was opened: propose."""
    story = Story(request=content.request, host=content.host, region=region, kind=content.kind, content=content, changed_at=now)
    return Step(story, propose=True)


def amended(story: Story, content: RequestContent, region: str, now: datetime) -> Step:
    """A request has new content: the undecided is proposed anew, a match in hand is withdrawn first, what is placed is for a person."""
    draft = Draft(story, "requests", now)
    changes: dict[str, Any] = {"content": content, "host": content.host, "region": region, "kind": content.kind}
    if story.state in UNDECIDED or story.state == "withdrawn":
        return draft.step(propose=True, **changes)
    if story.state in IN_HAND:
        draft.fact(say.MatchWithdrawn, because="request_amended", actor="requests")
        return draft.step("new", propose=True, **changes)
    draft.fact(say.RequestEscalated, because="amended_after_placement")
    return draft.step(content=content)


def withdrawn(story: Story, now: datetime) -> Step:
    """The request was taken back: let go of what is held; what is placed is a person's to look at."""
    draft = Draft(story, "requests", now)
    if story.state in ("placed", "completed"):
        draft.fact(say.RequestEscalated, because="withdrawn_after_placement")
        return draft.step()
    if story.state == "withdrawn":
        return Step(story)
    if story.match is not None and story.state != "unmet":
        draft.fact(say.MatchWithdrawn, because="request_withdrawn", actor="requests")
    return draft.step("withdrawn", cohort=None)


def proposed(
    story: Story,
    places: Sequence[PlaceSuggestion],
    short: Sequence[Shortage],
    inputs: Inputs,
    now: datetime,
    since: datetime | None = None,
    cohort: str | None = None,
) -> Step:
    """The ranking's answer: a suggestion for every place, or the request is unmet and is asked again on the next working day.

    since: since when the request counts as waiting. cohort: of the course in which a place is proposed.
    """
    content = story.content
    assert content is not None
    attempt = story.attempt + 1
    ident = match_id(story.request, attempt)
    draft = Draft(story, "matcher", now, ident)
    if short:
        waits = story.retry_at if story.state == "unmet" and story.retry_at and story.retry_at > now else None
        retry = waits or next_morning(now)
        if story.state != "unmet" or story.short != tuple(short):
            draft.fact(say.RequestUnmet, short=tuple(short), retry_at=retry, pressing_since=since)
        match = Match(match=ident, starts=content.starts, ends=content.ends)
        later = () if waits else (("retry_unmet", retry),)
        unmet: dict[str, Any] = {
            "match": match,
            "attempt": attempt,
            "short": tuple(short),
            "retry_at": retry,
            "pressing_since": since,
            "cohort": None,
        }
        return draft.step("unmet", later=later, **unmet)
    draft.fact(
        say.MatchSuggested,
        host=content.host,
        kind=content.kind,
        days=content.days,
        starts=content.starts,
        ends=content.ends,
        places=tuple(places),
        registry_version=inputs.registry_version,
        policy_version=inputs.policy_version,
        as_of=inputs.as_of,
        ranking=inputs.ranking,
        scarcity_version=inputs.scarcity_version,
        pressing_since=since,
        cohort=cohort,
    )
    match = Match.model_construct(
        match=ident, suggestion=cast(say.MatchSuggested, draft.facts[-1]), starts=content.starts, ends=content.ends
    )
    return draft.step("suggested", match=match, attempt=attempt, short=(), pressing_since=since, cohort=cohort)


def select(
    story: Story,
    chosen: Mapping[str, tuple[str, str]],
    actor: str,
    because: str,
    now: datetime,
    *,
    override: bool,
    waived: Iterable[tuple[str, str]] = (),
    cohort: str | None = None,
) -> Step:
    """An adviser chose a peer for every place. chosen: place -> (peer, council). waived: (peer, rule) passed over.

    cohort: of the course in which a place is to be held with them.

    Errors: Broken when the request is not open to a decision, a place is left out, or one peer is chosen twice.
    """
    content = story.content
    if story.state not in (("suggested", "unmet") if override else ("suggested",)) or content is None:
        raise Broken("not_open", f"This request is {story.state}; only one that is suggested can be decided. Read it again.")
    places = {place.place: place.role for place in content.places}
    if set(chosen) != set(places):
        raise Broken("places", f"Choose one peer for each place: {', '.join(places)}.")
    if len({peer for peer, _ in chosen.values()}) < len(chosen):
        raise Broken("same_peer", "One person cannot take two places of a request. Choose another peer for one of them.")
    lines = tuple(
        Line(line=n, place=place, role=role, peer=chosen[place][0], council=chosen[place][1], days=content.days)
        for n, (place, role) in enumerate(places.items(), 1)
    )
    planned = consents.plan(story.current.match, story.kind, lines)
    expires_at = consents.backstop(now, story.kind, story.priority, planned)
    draft = Draft(story, actor, now)
    draft.fact(
        say.MatchSelected,
        host=content.host,
        lines=lines,
        starts=content.starts,
        ends=content.ends,
        expires_at=expires_at,
        override=override,
        because=because,
        actor=actor,
        kind=content.kind,
        cohort=cohort,
    )
    match = story.current.model_copy(update={"lines": lines, "consents": planned, "expires_at": expires_at, "known": frozenset(waived)})
    return draft.step("selected", match=match, cohort=cohort)


def decline(story: Story, peers: Iterable[str], actor: str, because: str, now: datetime) -> Step:
    """An adviser turned down some of the proposed: propose anew without them. Errors: Broken not_open, not_proposed."""
    if story.state != "suggested":
        raise Broken("not_open", f"This request is {story.state}; only a suggestion can be declined. Read it again.")
    proposed_peers = {candidate.peer for place in open_suggestions(story) for candidate in place.candidates}
    asked = frozenset(peers)
    if not asked or not asked <= proposed_peers:
        raise Broken("not_proposed", "Name at least one peer of the current suggestion, and only such.")
    draft = Draft(story, actor, now)
    draft.fact(say.SuggestionDeclined, peers=tuple(sorted(asked)), because=because, actor=actor)
    return draft.step(propose=True, declined=story.declined | asked)


def held(story: Story, match: str, now: datetime) -> Step:
    """The registry holds the capacity: ask the first stage."""
    if story.state != "selected" or story.current.match != match:
        return Step(story)
    return ask_next(Draft(story, "registry", now), story.current.consents)


def ask_next(draft: Draft, given: tuple[Consent, ...], match: Match | None = None) -> Step:
    """Ask the first stage that has not agreed, or say that all have. match: as it is from now on, where that is new."""
    story, current = draft.story, match or draft.story.current
    open_stages = sorted({consent.stage for consent in given if consent.state != "given"})
    if not open_stages:
        draft.fact(say.ConsentsCompleted, lines=current.lines, starts=current.starts)
        return draft.step("completing", match=current.model_copy(update={"consents": given}))
    stage, until, later = open_stages[0], consents.deadline(draft.now, story.kind, story.priority), []
    asked = []
    for consent in given:
        if consent.stage == stage and consent.state == "planned":
            consent = consent.model_copy(update={"state": "asked", "deadline": until})
            draft.fact(say.ConsentAsked, consent=consent.consent, stage=stage, party=consent.party, peer=consent.peer, deadline=until)
            later = [("consent_deadline", until)]
        asked.append(consent)
    return draft.step("consenting", later=later, match=current.model_copy(update={"consents": tuple(asked)}))


def being_asked(story: Story, consent: str) -> Consent:
    """The consent of that name. Errors: Broken when it is not being asked."""
    found = next((c for c in story.match.consents if c.consent == consent), None) if story.match else None
    if story.state != "consenting" or found is None or found.state != "asked":
        raise Broken("not_asked", "This consent is not being asked for now. Read the request again to see what it waits for.")
    return found


def answer_consent(
    story: Story, consent: str, agreed: bool, actor: str, channel: str, because: str, now: datetime, *, on_behalf: bool
) -> Step:
    """A party agreed or did not. After a refusal the match ends and the next candidate is proposed without the one who said no.

    Errors: Broken when the consent is not being asked.
    """
    if story.match is not None and story.match.replacing is not None:
        raise Broken("replacing", "A member is being replaced. Read the request again in a moment.")
    found = being_asked(story, consent)
    draft = Draft(story, actor, now)
    said = {"consent": consent, "party": found.party, "peer": found.peer, "on_behalf": on_behalf, "channel": channel, "actor": actor}
    if agreed:
        draft.fact(say.ConsentGiven, **said)
        given = tuple(c.model_copy(update={"state": "given"}) if c is found else c for c in story.current.consents)
        return ask_next(draft, given)
    draft.fact(say.ConsentRefused, because=because, **said)
    draft.fact(say.MatchWithdrawn, because="consent_refused", actor=actor)
    return draft.step("new", propose=True, declined=story.declined | _whom(story, [found]))


def _whom(story: Story, unanswered: Iterable[Consent]) -> frozenset[str]:
    """The peers whom a refusal or silence concerns: the one it was about, or every peer of the match where it was about the match."""
    whom: set[str] = set()
    for consent in unanswered:
        whom |= {consent.peer} if consent.peer else {line.peer for line in story.current.lines}
    return frozenset(whom)


def deadline_passed(story: Story, now: datetime) -> Step:
    """A consent's time may be up. No reply is not a refusal: nothing is held against the peer but this request's next proposal."""
    late = [c for c in story.match.consents if c.state == "asked" and c.deadline and c.deadline <= now] if story.match else []
    if story.state != "consenting" or not late:
        return Step(story)
    draft = Draft(story, "matcher", now)
    draft.fact(say.MatchLapsed, because="consent_deadline")
    return draft.step("new", propose=True, declined=story.declined | _whom(story, late))


def hold_refused(story: Story, match: str, line: Line, rule: str, short_by: float, now: datetime) -> Step:
    """The registry could not set the capacity aside: the next candidate; for an arrangement, a question."""
    if story.match is None or story.match.match != match:
        return Step(story)
    draft = Draft(story, "registry", now)
    if story.state == "arranging":
        question = Question(question=f"{match}-{story.version + 1}", rule=rule, line=line, short_by=short_by)
        draft.fact(
            say.QuestionRaised, question=question.question, rule=rule, line=line, short_by=short_by, candidates=("retry", "withdraw")
        )
        return draft.step("questioned", match=story.current.model_copy(update={"question": question}))
    if story.state != "selected":
        return Step(story)
    if rule == COURSE_PLACE:
        return draft.step("new", propose=True, cohort=None)
    return draft.step("new", propose=True, declined=story.declined | {line.peer})


def hold_expired(story: Story, match: str, now: datetime) -> Step:
    """The backstop came: the match lapses and the next candidate is proposed."""
    if story.match is None or story.match.match != match or story.state not in IN_HAND:
        return Step(story)
    draft = Draft(story, "registry", now)
    draft.fact(say.MatchLapsed, because="hold_expired")
    return draft.step("new", propose=True, declined=story.declined | {line.peer for line in story.current.lines})


def capacity_placed(story: Story, match: str, now: datetime) -> Step:
    """The registry has spent the days: the match is placed."""
    if story.match is None or story.match.match != match or story.state not in ("completing", "arranging"):
        return Step(story)
    draft = Draft(story, "registry", now)
    current = story.current
    draft.fact(say.MatchPlaced, host=story.host, lines=current.lines, starts=current.starts, ends=current.ends)
    return draft.step("placed")


def retry(story: Story, now: datetime) -> Step:
    """The morning has come on which an unmet request is asked again."""
    return Step(story, propose=story.state == "unmet" and story.retry_at is not None and story.retry_at <= now)


def reconsidered(story: Story) -> Step:
    """The register has grown: an unmet request is asked again at once."""
    return Step(story, propose=story.state == "unmet")


def cancel(story: Story, actor: str, now: datetime) -> Step:
    """An adviser takes back a match in hand: what is held is let go, the next candidate is proposed. Errors: Broken not_in_hand."""
    if story.state not in IN_HAND:
        raise Broken("not_in_hand", f"This request is {story.state}; there is no match in hand to take back.")
    draft = Draft(story, actor, now)
    draft.fact(say.MatchWithdrawn, because="by_adviser", actor=actor)
    return draft.step("new", propose=True, declined=story.declined | {line.peer for line in story.current.lines})
