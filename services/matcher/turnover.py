"""What follows when somebody who was proposed, chosen or placed no longer qualifies: found at once, said with its rule. Pure decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from schemas import matcher as say
from schemas.matcher import PlaceSuggestion
from services.matcher.columns import Register
from services.matcher.policy import Policy
from services.matcher.ranking import OF_CAPACITY, Ask, broken_by, lacks_outsider
from services.matcher.steps import IN_HAND, Draft, Step, open_suggestions
from services.matcher.story import Story

LIVE = frozenset({"suggested", "placed"}) | IN_HAND
"""The states in which a change of post matters."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A peer of a story who may no longer fill their place, and by which rule."""

    place: str
    role: str
    peer: str
    rule: str


def faults(story: Story, register: Register, policy: Policy, today: date) -> tuple[Fault, ...]:
    """Who of a live story no longer qualifies on the day that counts: the first of the work, or today where it has begun.

    What a person knows of is not said again; a lack of capacity is no fault, for it is held by then.
    """
    if story.state not in LIVE or (story.state == "placed" and story.current.ends < today):
        return ()
    asked, found = ask_on(story, today), []
    for place, role, peer in _people(story):
        broken = broken_by(register, asked, role, peer, policy, today)
        news = (code for code in broken if code not in OF_CAPACITY and (peer, code) not in story.current.known)
        found += [Fault(place, role, peer, code) for code in news][:1]
    return tuple(found)


def _people(story: Story) -> list[tuple[str, str, str]]:
    """Everybody of the current match: (place, role, peer)."""
    if story.state == "suggested":
        return [(place.place, place.role, candidate.peer) for place in open_suggestions(story) for candidate in place.candidates]
    return [(line.place, line.role, line.peer) for line in story.current.lines]


def ask_on(story: Story, today: date) -> Ask:
    """What a story asks for from its first day on, or from today; of an arrangement that was never asked for, its host and dates."""
    starts = max(story.current.starts, today)
    if story.content is not None:
        return replace(Ask.of(story.content, story.declined), starts=starts)
    return Ask(story.request, story.host, story.kind, story.priority, (), (), starts, story.current.ends, 0)


def replacement(story: Story, fault: Fault, register: Register, today: date) -> Ask:
    """Who could take the place of a peer whose work is placed: nobody who is in it already, for the days of that place."""
    asked, team = ask_on(story, today), {line.peer: line.days for line in story.current.lines}
    lacks = lacks_outsider(register.columns(), asked, (peer for peer in team if peer != fault.peer))
    places = ((fault.place, fault.role),)
    return replace(asked, places=places, days=team[fault.peer], declined=story.declined | team.keys(), one_outside_region=lacks)


def disqualified(story: Story, found: Sequence[Fault], instead: Mapping[str, PlaceSuggestion], now: datetime) -> Step:
    """Say who no longer qualifies. What is proposed is proposed anew, a match in hand is withdrawn, what is placed is a person's to decide.

    instead: by peer, who could take the place of somebody whose work is placed. The days already given stay counted.
    """
    draft = Draft(story, "matcher", now)
    for fault in found:
        said = {"place": fault.place, "peer": fault.peer, "rule": fault.rule, "instead": instead.get(fault.peer)}
        draft.fact(say.PeerDisqualified, was=_WAS.get(story.state, "chosen"), **said)
    if story.state == "suggested":
        return draft.step(propose=True)
    if story.state in IN_HAND:
        draft.fact(say.MatchWithdrawn, because="no_longer_qualifies", actor="matcher")
        return draft.step("new", propose=story.content is not None)
    draft.fact(say.RequestEscalated, because="no_longer_qualifies")
    known = story.current.known | {(fault.peer, fault.rule) for fault in found}
    return draft.step(match=story.current.model_copy(update={"known": known}))


_WAS = {"suggested": "proposed", "placed": "placed"}
