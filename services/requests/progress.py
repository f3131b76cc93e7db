"""How far a request has come, from what matcher and registry say about it; facts of the two may overtake each other. Pure."""

from dataclasses import dataclass, replace

from schemas import contacts, courses, drawing, matcher, registry, replacing
from schemas.fact import Fact

_STATES: dict[type[Fact], str] = {
    matcher.MatchSuggested: "suggested",
    matcher.SuggestionDeclined: "opened",
    matcher.MatchSelected: "selected",
    matcher.ConsentAsked: "consenting",
    matcher.ConsentGiven: "consenting",
    matcher.ConsentsCompleted: "consenting",
    matcher.MatchPlaced: "placed",
    matcher.MatchLapsed: "opened",
    matcher.MatchWithdrawn: "opened",
    matcher.RequestUnmet: "unmet",
    matcher.RequestEscalated: "escalated",
    matcher.ArrangementRecorded: "selected",
    matcher.QuestionRaised: "question",
    matcher.QuestionAnswered: "selected",
    matcher.SupportCompleted: "completed",
    matcher.SupportEndedEarly: "completed",
    matcher.SupportPaused: "placed",
    matcher.SupportResumed: "placed",
    matcher.SupportExtended: "placed",
}
"""Where the matcher's facts leave a request. It alone moves a request on; MatchWithdrawn and the like mean: to be matched again."""

_BY_TYPE = {fact.type: state for fact, state in _STATES.items()}
FOLLOWED: tuple[type[Fact], ...] = (
    *_STATES,
    matcher.ConsentRefused,
    matcher.PeerDisqualified,
    matcher.RuleWaived,
    replacing.ReplacementSelected,
    replacing.MemberReplaced,
    courses.CoursePlaceGivenUp,
    contacts.CallRecorded,
    contacts.HeadsUpGiven,
    contacts.HeadsUpAnswered,
    drawing.DaysDrawn,
    registry.CapacityHeld,
    registry.HoldRefused,
    registry.CapacityPlaced,
    registry.CapacityMoved,
    registry.CapacityReturned,
    registry.HoldExpired,
    registry.HoldReleased,
)
"""Every fact that belongs in a request's story."""


ARRANGEMENT = "arrangement"
"""The origin of a request that nobody posted: it was agreed by telephone and entered at the desk."""


@dataclass(frozen=True, slots=True)
class Progress:
    """state: opened, suggested, selected, held, consenting, placed, completed, unmet, escalated, question.

    match: the match it is about. heard: the number of the matcher's last fact about the request, which only rises.
    held: the match for which the registry holds capacity, whichever service's fact comes first.
    """

    state: str = "opened"
    match: str | None = None
    heard: int = 0
    held: str | None = None


def state_of(standing: str, origin: str, progress: Progress) -> str:
    """A request in one word: what stands in its way (rejected, question, withdrawn, or an offer that is not accepted), else how far it has
    come.

    A withdrawn request whose support was placed is not over: that a person must look at it, or that it ran to its end, shows.
    An arrangement that is given up has nothing to be matched again.
    """
    if standing == "withdrawn" and progress.state in ("escalated", "completed"):
        return progress.state
    if standing != "open":
        return standing
    return "withdrawn" if origin == ARRANGEMENT and progress.state == "opened" else progress.state


def follow(known: Progress, kind: str, match: str, sequence: int) -> Progress:
    """The progress after a fact of type `kind` about `match`; an older fact of the matcher changes nothing."""
    if kind == registry.CapacityHeld.type:
        state = "held" if known.state == "selected" and known.match == match else known.state
        return replace(known, state=state, held=match)
    if kind in (registry.HoldReleased.type, registry.HoldExpired.type):
        if known.held != match:
            return known
        return replace(known, state="selected" if known.state == "held" else known.state, held=None)
    if kind.startswith("manyhands.registry.") or sequence <= known.heard:
        return known
    state = _BY_TYPE.get(kind, known.state)
    if state == "selected" and known.held == match:
        state = "held"
    return replace(known, state=state, match=match, heard=sequence)
