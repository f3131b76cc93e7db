"""What the desk hears: everything about requests, and the registry's state. Load, fold, save, tell the pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic_core import to_json

from schemas import contacts, courses, drawing, matcher, registry, replacing
from schemas import requests as asked
from schemas.fact import Fact
from services.desk import case_store, hearsay
from services.desk.case import Case
from services.desk.folding import fold
from services.desk.hearsay import Record, Told
from services.kit.ears import Ears, Route
from services.kit.work import Heard, Work

ears = Ears()

FOLLOWED: tuple[type[Fact], ...] = (
    asked.RequestOpened,
    asked.RequestAmended,
    asked.SupportOffered,
    asked.OfferAccepted,
    asked.OfferRefused,
    asked.OfferLapsed,
    asked.RequestRejected,
    asked.QuestionRaised,
    asked.QuestionAnswered,
    asked.RequestWithdrawn,
    asked.RequestNoted,
    asked.RequestEscalated,
    asked.EscalationSettled,
    contacts.CallRecorded,
    contacts.HeadsUpGiven,
    contacts.HeadsUpAnswered,
    drawing.DaysDrawn,
    matcher.MatchSuggested,
    matcher.SuggestionDeclined,
    matcher.MatchSelected,
    matcher.ConsentAsked,
    matcher.ConsentGiven,
    matcher.ConsentRefused,
    matcher.ConsentsCompleted,
    matcher.MatchPlaced,
    matcher.MatchLapsed,
    matcher.MatchWithdrawn,
    matcher.RequestUnmet,
    matcher.RequestEscalated,
    matcher.PeerDisqualified,
    matcher.RuleWaived,
    replacing.ReplacementSelected,
    replacing.MemberReplaced,
    courses.CoursePlaceGivenUp,
    matcher.ArrangementRecorded,
    matcher.QuestionRaised,
    matcher.QuestionAnswered,
    matcher.SupportCompleted,
    matcher.SupportPaused,
    matcher.SupportResumed,
    matcher.SupportExtended,
    matcher.SupportEndedEarly,
    registry.CapacityHeld,
    registry.HoldRefused,
    registry.CapacityPlaced,
    registry.CapacityMoved,
    registry.CapacityReturned,
    registry.HoldExpired,
    registry.HoldReleased,
)
"""Every fact about a request."""
_SUGGESTED = matcher.MatchSuggested.type
_LONG = {fact.type for fact in (matcher.MatchSuggested, matcher.RequestUnmet, matcher.PeerDisqualified)}
_WORDS = {contacts.HeadsUpGiven.type, contacts.HeadsUpAnswered.type}
_UNSUGGESTED = {fact.type for fact in (matcher.SuggestionDeclined, matcher.MatchLapsed, matcher.MatchWithdrawn, matcher.RequestUnmet)}


@dataclass(slots=True)
class Taken:
    """What some facts change: cases, suggestions by request ("" for none any more), heads-ups. new: the facts that no case had yet."""

    cases: dict[str, Case] = field(default_factory=dict)
    suggestions: dict[str, str] = field(default_factory=dict)
    words: list[case_store.HeadsUp] = field(default_factory=list)
    new: list[Heard[Told]] = field(default_factory=list)

    def take(self, heard: Sequence[Heard[Told]], cases: Mapping[str, Case]) -> None:
        """Fold facts into their cases, in the order of their service."""
        for h in heard:
            case, kind = cases[h.fact.said["request"]], h.envelope.type
            if kind in _WORDS:
                self.words.append(_word(h))
            if fold(case, kind, h.fact.said, h.envelope.time, h.envelope.sequence):
                self.new.append(h)
                self.cases[case.request] = case
                if kind == _SUGGESTED:
                    self.suggestions[case.request] = h.fact.payload.decode()
                elif kind in _UNSUGGESTED:
                    self.suggestions[case.request] = ""


async def follow(heard: Sequence[Heard[Told]], work: Work) -> None:
    """Every fact goes into the timeline, and into the case in the order of its service; the pages are told."""
    taken = Taken()
    taken.take(heard, await case_store.lock(work.db, {h.fact.said["request"] for h in heard}, work.now))
    await case_store.tell(work.db, [event(h) for h in heard])
    await keep_taken(taken, work)


async def keep_taken(taken: Taken, work: Work) -> None:
    """Save cases that are locked, with what belongs to them, and tell the pages."""
    cases = list(taken.cases.values())
    await case_store.heads_ups(work.db, taken.words)
    await case_store.save(work.db, cases, taken.suggestions)
    await case_store.announce(work.db, cases)


def _word(heard: Heard[Told]) -> case_store.HeadsUp:
    said = heard.fact.said
    return said["heads_up"], said.get("region", ""), heard.envelope.time, "answer" in said


def event(heard: Heard[Told]) -> case_store.Event:
    """A fact as its line in the timeline; of what carries the arithmetic of candidates only whom it proposes."""
    said, envelope = heard.fact.said, heard.envelope
    detail = to_json(hearsay.shortened(said)) if envelope.type in _LONG else heard.fact.payload
    service = envelope.type.split(".", 2)[1]
    return said["request"], service, envelope.sequence, envelope.time, envelope.type, said.get("actor") or "", detail.decode()


async def keep_state(heard: Sequence[Heard[Record]], work: Work) -> None:
    """Keep the newest record of each key."""
    newest: dict[str, tuple[int, str]] = {}
    for h in heard:
        key = h.envelope.subject
        if h.fact.version > newest.get(key, (0, ""))[0]:
            newest[key] = (h.fact.version, h.fact.payload.decode())
    await case_store.keep(work.db, newest)


for _fact in FOLLOWED:
    # the pages need little of a fact: to read no more than that takes less than half the time
    ears.routes[_fact.type] = Route(_fact.topic, follow, hearsay.told)
for _state in (registry.PeerState, registry.CouncilState, registry.LoadState):
    ears.routes[_state.type] = Route(_state.topic, keep_state, hearsay.record)
