"""A request's story as rows of codes and ids, and each row as a sentence. Pure."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.fact import Code, Line, RequestId, Value
from schemas.matcher import LineSpent
from schemas.requests import RequestsFact

SERVICE = "requests"
_OF_REQUESTS = ("version", "revision", "question", "field", "candidates", "answer", "because", "changed")
_KEPT = (*_OF_REQUESTS, "entry", "audience", "to", "by", "channel", "answer_by")


@dataclass(frozen=True, slots=True)
class Event:
    """One row of a story. `detail` is JSON. `sequence` counts the events of another service about the request; 0 for our own."""

    request: str
    at: datetime
    service: str
    type: str
    sequence: int
    actor: str
    detail: str


class _Proposed(Value):
    """As much of a proposed peer as a story tells."""

    peer: str


class _Seat(Value):
    """As much of a place as a story tells."""

    place: Code
    candidates: tuple[_Proposed, ...] = ()


class Followed(Value):
    """As much of another service's fact as a request's story tells; the arithmetic of a suggestion stays in the fact itself."""

    request: RequestId
    match: str
    actor: str = ""
    host: str | None = None
    kind: str | None = None
    because: str | None = None
    rule: str | None = None
    short_by: float | None = None
    question: str | None = None
    answer: str | None = None
    consent: str | None = None
    stage: int | None = None
    party: str | None = None
    peer: str | None = None
    on_behalf: bool | None = None
    channel: str | None = None
    peers: tuple[str, ...] = ()
    places: tuple[_Seat, ...] = ()
    short: tuple[_Seat, ...] = ()
    lines: tuple[Line, ...] = ()
    line: Line | None = None
    left: Line | None = None
    given: float | None = None
    deadline: str | None = None
    expires_at: str | None = None
    retry_at: str | None = None
    starts: str | None = None
    ends: str | None = None
    on: str | None = None
    completed_on: str | None = None
    override: bool | None = None
    was: str | None = None
    rules: tuple[str, ...] = ()
    outcome: str | None = None
    heads_up: str | None = None
    region: str | None = None
    until: str | None = None
    drawn: LineSpent | None = None
    days_left: float | None = None
    cohort: str | None = None


def told(fact: RequestsFact, request: str, at: datetime, actor: str) -> Event:
    """The row of a fact that this service says."""
    said = fact.__dict__
    detail = {name: said[name] for name in _KEPT if name in said}
    for name in ("problems", "warnings"):
        if said.get(name):
            detail[name] = [f"{each.field}: {each.rule}" for each in said[name]]
    return Event(request, at, SERVICE, fact.type, 0, actor, json.dumps(detail, default=str))


def heard(fact: Followed, kind: str, at: datetime, sequence: int) -> Event:
    """The row of a fact that another service says: manyhands.<service>.<fact>.v<n>."""
    detail = fact.model_dump_json(exclude_unset=True, exclude={"request", "actor"})
    return Event(fact.request, at, kind.split(".")[1], kind, sequence, fact.actor, detail)


def sentence(kind: str, detail: Mapping[str, Any]) -> str:
    """What a row says, for a person."""
    write = _SENTENCES.get(kind.removeprefix("manyhands."))
    return write(detail) if write else f"{kind} was said."


def _list(words: Any) -> str:
    return ", ".join(str(word) for word in words or ()) or "none"


def _plain(code: Any) -> str:
    return str(code or "no reason given").replace("_", " ")


def _peers(detail: Mapping[str, Any]) -> str:
    return _list(f"{line['peer']} of {line['council']} as {_plain(line['role'])}" for line in detail.get("lines", ()))


def _proposals(detail: Mapping[str, Any]) -> str:
    return "; ".join(f"{seat['place']}: {_list(each['peer'] for each in seat['candidates'])}" for seat in detail.get("places", ()))


def _course(detail: Mapping[str, Any]) -> str:
    return f" A place on course {detail['cohort']} is there." if detail.get("cohort") else ""


def _party(detail: Mapping[str, Any]) -> str:
    return _plain(detail["party"]).capitalize()


def _behalf(detail: Mapping[str, Any]) -> str:
    return f" (told by {_plain(detail.get('channel'))})" if detail.get("on_behalf") else ""


_SENTENCES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "requests.request-opened.v1": lambda d: (
        f"The request was opened from revision {d['revision']}."
        + (f" Left out or filled in: {_list(d['warnings'])}." if d.get("warnings") else "")
    ),
    "requests.request-amended.v1": lambda d: f"The request was amended (revision {d['revision']}); changed: {_list(d['changed'])}.",
    "requests.request-rejected.v1": lambda d: f"Revision {d['revision']} could not be opened: {_list(d['problems'])}.",
    "requests.intake-refused.v1": lambda d: f"A record was refused: {_list(d['problems'])}.",
    "requests.question-raised.v1": lambda d: f"An adviser was asked what {d['field']} means: {_list(d['candidates'])}.",
    "requests.question-answered.v1": lambda d: f"The question about {d['field']} was answered: {d['answer']}.",
    "requests.request-noted.v1": lambda d: f"An adviser wrote a note, for {_plain(d['audience'])}.",
    "requests.request-escalated.v1": lambda d: f"The request was escalated to {_list(d['to'])}: {_plain(d['because'])}.",
    "requests.escalation-settled.v1": lambda _: "What was escalated has been looked at.",
    "requests.support-offered.v1": lambda d: f"An adviser offered this to the council, which has until {d['answer_by']} to answer.",
    "requests.offer-accepted.v1": lambda d: f"The council took the offer: {_plain(d['by'])} said so, by {_plain(d['channel'])}.",
    "requests.offer-refused.v1": lambda d: f"The council did not want the offer: {_plain(d['by'])} said so, by {_plain(d['channel'])}.",
    "requests.offer-lapsed.v1": lambda d: f"The council had not answered the offer by {d['answer_by']}; it has lapsed.",
    "requests.request-withdrawn.v1": lambda d: f"The request was withdrawn: {_plain(d['because'])}.",
    "matcher.match-suggested.v1": lambda d: f"Peers were proposed. {_proposals(d)}." + _course(d),
    "matcher.course-place-given-up.v1": lambda d: f"The place on course {d['cohort']} was given up: {_plain(d['because'])}.",
    "matcher.suggestion-declined.v1": lambda d: f"{_list(d['peers'])} declined by the adviser: {_plain(d['because'])}.",
    "matcher.call-recorded.v1": lambda d: f"{d['peer']} was called: {_plain(d['outcome'])}.",
    "matcher.heads-up-given.v1": lambda d: f"The adviser of {d['region']} was told that {d['peer']} may be contacted.",
    "matcher.heads-up-answered.v1": lambda d: (
        f"{d['peer']}'s own adviser answered: {_plain(d['answer'])}" + (f" until {d['until']}." if d.get("until") else ".")
    ),
    "matcher.match-selected.v1": lambda d: f"The adviser chose {_peers(d)}" + (", not the first proposal." if d.get("override") else "."),
    "matcher.replacement-selected.v1": lambda d: (
        f"The adviser chose {d['line']['peer']} for {d['line']['place']} in the place of one who leaves: {_plain(d['because'])}."
    ),
    "matcher.member-replaced.v1": lambda d: f"{d['left']['peer']} has left (days given: {d.get('given') or 0:g}); the team is {_peers(d)}.",
    "matcher.consent-asked.v1": lambda d: f"{_party(d)} was asked to agree by {d['deadline']}.",
    "matcher.consent-given.v1": lambda d: f"{_party(d)} agreed{_behalf(d)}.",
    "matcher.consent-refused.v1": lambda d: f"{_party(d)} did not agree{_behalf(d)}: {_plain(d['because'])}.",
    "matcher.consents-completed.v1": lambda _: "Everybody who must agree has agreed.",
    "matcher.match-placed.v1": lambda d: f"The match is placed: {_peers(d)}, from {d['starts']} to {d['ends']}.",
    "matcher.match-lapsed.v1": lambda d: f"The match lapsed: {_plain(d['because'])}.",
    "matcher.match-withdrawn.v1": lambda d: f"The match was withdrawn: {_plain(d['because'])}.",
    "matcher.request-unmet.v1": lambda d: f"Nobody can be proposed for {_list(s['place'] for s in d['short'])}; next try {d['retry_at']}.",
    "matcher.rule-waived.v1": lambda d: f"For {d['peer']} an adviser waived: {_list(_plain(rule) for rule in d['rules'])}.",
    "matcher.peer-disqualified.v1": lambda d: f"{d['peer']}, who was {_plain(d['was'])}, no longer qualifies: {_plain(d['rule'])}.",
    "matcher.request-escalated.v1": lambda d: f"A person must look at this: {_plain(d['because'])}.",
    "matcher.arrangement-recorded.v1": lambda d: f"An arrangement by telephone was recorded: {_peers(d)}, {d['starts']} to {d['ends']}.",
    "matcher.question-raised.v1": lambda d: f"The arrangement waits for a person: {_plain(d['rule'])}, short by {d['short_by']:g} days.",
    "matcher.question-answered.v1": lambda d: f"The arrangement's question was answered: {_plain(d['answer'])}.",
    "matcher.days-drawn.v1": lambda d: (
        f"{d['drawn']['days_spent']:g} days were drawn on {d['on']}: {_plain(d['because'])}; {d['days_left']:g} are left."
    ),
    "matcher.support-completed.v1": lambda d: f"The work was completed on {d['completed_on']}.",
    "matcher.support-paused.v1": lambda d: f"The work rests from {d['on']}: {_plain(d['because'])}.",
    "matcher.support-resumed.v1": lambda d: f"The work goes on from {d['on']}.",
    "matcher.support-extended.v1": lambda d: f"The work runs on to {d['ends']}.",
    "matcher.support-ended-early.v1": lambda d: f"The work ended early on {d['on']}: {_plain(d['because'])}.",
    "registry.capacity-held.v1": lambda d: f"Capacity is held for {_peers(d)} until {d['expires_at']}.",
    "registry.hold-refused.v1": lambda d: f"Capacity could not be held: {_plain(d['rule'])}, short by {d['short_by']:g} days.",
    "registry.capacity-placed.v1": lambda d: f"Capacity is spent for {_peers(d)}.",
    "registry.capacity-moved.v1": lambda d: f"Capacity has moved to {d['line']['peer']}.",
    "registry.capacity-returned.v1": lambda d: f"Days that were not spent are free again, of {_peers(d)}.",
    "registry.hold-expired.v1": lambda _: "The hold ran out; its days are free again.",
    "registry.hold-released.v1": lambda d: f"The hold was let go: {_plain(d['because'])}.",
}
