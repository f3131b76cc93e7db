"""A timeline in sentences: what was said about a request, with the names that the reader may see. Pure."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from services.desk import doubts, when, wording

Names = Mapping[str, str]
"""Peers' names by their ids, as far as they could be fetched."""
_Sentence = Callable[[Mapping[str, Any], Names], str]


def sentence(kind: str, detail: str, names: Names) -> str:
    """What a fact of type `kind` says, for a person; `detail` is the JSON that was kept of it."""
    write = _SENTENCES.get(kind.removeprefix("manyhands."))
    return write(json.loads(detail), names) if write else f"{wording.plain(kind.split('.')[2].replace('-', '_'))}."


def peers_in(detail: str) -> set[str]:
    """The ids of the peers that a fact names."""
    said = json.loads(detail)
    found = {each for seat in (*said.get("places", ()), *said.get("short", ())) for each in seat.get("peers", ())}
    lines = (*said.get("lines", ()), *(said[name] for name in ("line", "left") if said.get(name)))
    found |= {line["peer"] for line in lines} | set(said.get("peers", ()))
    return found | ({said["peer"]} if said.get("peer") else set())


def _named(ids: list[str], names: Names) -> str:
    words = [names.get(each, each) for each in ids]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "nobody"


def _lines(said: Mapping[str, Any], names: Names) -> str:
    return _named([line["peer"] for line in said.get("lines", ())], names)


def _proposed(said: Mapping[str, Any], names: Names) -> str:
    return "Suggested: " + "; ".join(f"{_named(seat['peers'], names)} for {wording.role(seat['role'])}" for seat in said["places"]) + "."


def _because(said: Mapping[str, Any]) -> str:
    return f": {wording.plain(said['because']).lower()}" if said.get("because") else ""


def _party(said: Mapping[str, Any], names: Names) -> str:
    words = wording.party(said["party"])
    return f"{words} ({names.get(said['peer'], said['peer'])})" if said.get("peer") else words


def _told(said: Mapping[str, Any]) -> str:
    return f", {wording.CHANNELS.get(said.get('channel', ''), 'on their behalf').lower()}" if said.get("on_behalf") else ""


def _agreements(said: Mapping[str, Any], names: Names) -> str:
    return "".join(
        f" {_party(each, names)} agreed on {when.day(each['agreed_on'])}, {wording.CHANNELS.get(each['channel'], 'at the desk').lower()}."
        for each in said.get("agreements", ())
    )


def _answered(said: Mapping[str, Any]) -> str:
    return wording.OFFERED_TO.get(said["by"], "The council")


def _by(said: Mapping[str, Any]) -> str:
    return f", {wording.CHANNELS.get(said['channel'], 'at the desk').lower()}"


_OPENED = {
    "council": "The request came from {}.",
    "adviser_offer": "People are being looked for, for {}.",
    "commissioned": "Support for {} was commissioned.",
}
_SENTENCES: dict[str, _Sentence] = {
    "requests.request-opened.v1": lambda s, _: _OPENED.get(s.get("origin", ""), _OPENED["council"]).format(wording.council(s["host"])),
    "requests.support-offered.v1": lambda s, _: (
        f"An adviser offered this to {wording.council(s['host'])}, who may answer until {when.moment(s['answer_by'])}."
    ),
    "requests.offer-accepted.v1": lambda s, _: f"{_answered(s)} accepted the offer on {when.day(s['answered_on'])}{_by(s)}.",
    "requests.offer-refused.v1": lambda s, _: f"{_answered(s)} did not want the offer{_by(s)}{_because(s)}.",
    "requests.offer-lapsed.v1": lambda _, __: "The council did not answer the offer in time.",
    "requests.request-amended.v1": lambda s, _: f"The request was changed: {', '.join(map(wording.plain, s['changed'])).lower()}.",
    "requests.request-rejected.v1": lambda _, __: "The request could not be opened as it stands.",
    "requests.question-raised.v1": lambda s, _: (
        f"It is not clear what was meant, and an adviser is asked: {doubts.briefly(s['field'], s['candidates'])}"
    ),
    "requests.question-answered.v1": lambda s, _: f"An adviser answered: {doubts.meant(s['field'], s['answer'])}.",
    "requests.request-withdrawn.v1": lambda s, _: f"The request was withdrawn{_because(s)}.",
    "matcher.match-suggested.v1": _proposed,
    "matcher.suggestion-declined.v1": lambda s, n: f"An adviser turned down {_named(s['peers'], n)}{_because(s)}.",
    "requests.request-noted.v1": lambda s, _: f"An adviser wrote a note{wording.FOR.get(s['audience'], '')}.",
    "requests.request-escalated.v1": lambda s, _: f"Escalated to a lead of the region{_because(s)}. {len(s['to'])} told.",
    "requests.escalation-settled.v1": lambda _, __: "What was escalated has been looked at.",
    "matcher.call-recorded.v1": lambda s, n: f"{_named([s['peer']], n)} was called: {wording.call(s['outcome'])}.",
    "matcher.heads-up-given.v1": lambda s, n: f"The adviser of {s['region']} was told that {_named([s['peer']], n)} may be contacted.",
    "matcher.heads-up-answered.v1": lambda s, n: (
        f"The adviser of the region of {_named([s['peer']], n)} answered: {wording.word(s['answer'], s.get('until') or '')}."
    ),
    "matcher.match-selected.v1": lambda s, n: f"An adviser chose {_lines(s, n)}{', not first suggested' if s.get('override') else ''}.",
    "matcher.replacement-selected.v1": lambda s, n: (
        f"An adviser chose {_named([s['line']['peer']], n)} instead of one who leaves{_because(s)}."
    ),
    "matcher.member-replaced.v1": lambda s, n: f"{_named([s['left']['peer']], n)} has left; {_lines(s, n)} will help.",
    "matcher.consent-asked.v1": lambda s, n: f"{_party(s, n)} was asked to agree by {when.moment(s['deadline'])}.",
    "matcher.consent-given.v1": lambda s, n: f"{_party(s, n)} agreed{_told(s)}.",
    "matcher.consent-refused.v1": lambda s, n: f"{_party(s, n)} did not agree{_told(s)}{_because(s)}.",
    "matcher.consents-completed.v1": lambda _, __: "Everybody who must agree has agreed.",
    "matcher.match-placed.v1": lambda s, n: f"{_lines(s, n)} will help, {when.span(s['starts'], s['ends'])}.",
    "matcher.match-lapsed.v1": lambda s, _: f"The match lapsed{_because(s)}.",
    "matcher.match-withdrawn.v1": lambda s, _: f"The match was taken back{_because(s)}.",
    "matcher.request-unmet.v1": lambda s, _: f"Nobody can be suggested now. It is tried again on {when.moment(s['retry_at'])}.",
    "matcher.rule-waived.v1": lambda s, n: f"An adviser waived a rule for {_named([s['peer']], n)}.",
    "matcher.peer-disqualified.v1": lambda s, n: f"{_named([s['peer']], n)} no longer qualifies: {wording.plain(s['rule']).lower()}.",
    "matcher.request-escalated.v1": lambda s, _: f"An adviser must look at this{_because(s)}.",
    "matcher.arrangement-recorded.v1": lambda s, n: f"An arrangement by telephone was recorded: {_lines(s, n)}.{_agreements(s, n)}",
    "matcher.question-raised.v1": lambda s, _: f"The arrangement does not fit: {wording.plain(s['rule']).lower()}.",
    "matcher.question-answered.v1": lambda s, _: f"An adviser answered: {wording.plain(s['answer']).lower()}.",
    "matcher.days-drawn.v1": lambda s, _: (
        f"{wording.day_count(s['drawn']['days_spent'])} drawn on {when.day(s['on'])}{_because(s)}; {s['days_left']:g} left."
    ),
    "matcher.support-completed.v1": lambda s, _: f"The support was completed on {when.day(s['completed_on'])}.",
    "matcher.support-ended-early.v1": lambda s, _: f"The support ended early, on {when.day(s['on'])}{_because(s)}.",
    "registry.capacity-held.v1": lambda s, n: f"Days of {_lines(s, n)} are set aside until {when.moment(s['expires_at'])}.",
    "registry.hold-refused.v1": lambda s, n: (
        f"No days were set aside: {wording.too_few(s['rule'], _named([s['line']['peer']], n), s['short_by'])}."
    ),
    "registry.capacity-placed.v1": lambda s, n: f"The days of {_lines(s, n)} are counted as given.",
    "registry.capacity-moved.v1": lambda s, n: f"Days are counted for {_named([s['line']['peer']], n)} now.",
    "registry.capacity-returned.v1": lambda s, n: f"The days of {_lines(s, n)} that were not given are free again.",
    "registry.hold-expired.v1": lambda _, __: "The days set aside are free again.",
    "registry.hold-released.v1": lambda _, __: "The days set aside are free again.",
}
