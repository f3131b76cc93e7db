"""A case folded from what three services say about a request; each service's facts count by their own sequence. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from schemas import contacts, courses, drawing, matcher, replacing, requests
from services.desk.case import Asked, Case, Chosen, Doubt, Drawn, Gone, Raised, Word
from services.vocabulary.councils import council_regions

Said = Mapping[str, Any]
"""What a fact says, by field, as its JSON has it."""
_LINE = ("line", "place", "role", "peer", "council", "days")


def fold(case: Case, kind: str, said: Said, at: datetime, sequence: int) -> bool:
    """Take a fact of type `kind` into the case. False, and nothing changed, for one that it has,
    or that a later one of its service has overtaken."""
    service = kind.split(".", 2)[1]
    if sequence <= case.heard.get(service, 0):
        return False
    case.heard[service] = sequence
    step = _STEPS.get(kind)
    if step is not None:
        before = case.waiting
        step(case, said)
        if kind == contacts.CallRecorded.type:
            case.calls[said["peer"]] = (said["outcome"], at.isoformat())
        if service == "matcher":
            case.match_version, case.match = said["version"], said["match"]
        elif service == "requests":
            case.version = said["version"]
        if case.waiting != before:
            case.since = at
    if case.changed_at is None or at >= case.changed_at:
        case.changed_at, case.changed_by = at, said.get("actor") or service
    return True


def _content(case: Case, said: Said) -> None:
    case.standing, case.doubt = "open", None
    case.reference, case.host, case.kind, case.origin = said["reference"], said["host"], said["kind"], said["origin"]
    case.priority, case.themes, case.days, case.received_at = said["priority"], said["themes"], said["days"], said["received_at"]
    case.places = [(seat["place"], seat["role"]) for seat in said["places"]]
    case.starts, case.ends = said["starts"], said["ends"]
    case.wishes = {name: value for name, value in said.get("wishes", {}).items() if value}
    case.cost_basis, case.funder = said.get("cost_basis", ""), said.get("funder", "")
    case.regions = _regions(said["host"])
    case.commissioned_by, case.answer_by = said.get("commissioned_by") or "", said.get("answer_by")


def _offered(case: Case, said: Said) -> None:
    _content(case, said)
    case.standing = "offered"


def _offer_refused(case: Case, _: Said) -> None:
    case.standing, case.raised = "offer_refused", None


def _offer_lapsed(case: Case, _: Said) -> None:
    case.standing, case.doubt, case.raised = "offer_lapsed", None, None


def _raised(case: Case, said: Said) -> None:
    case.standing = "question"
    case.doubt = Doubt("requests", said["question"], said["field"], said["rule"], said["candidates"])
    case.host = case.host or said.get("host")
    case.regions = _regions(case.host) if case.host else _regions(*said["candidates"])


def _answered(case: Case, _: Said) -> None:
    case.doubt = None
    case.standing = "open"


def _rejected(case: Case, said: Said) -> None:
    case.standing, case.reference, case.doubt = "rejected", said["reference"], None


def _withdrawn(case: Case, _: Said) -> None:
    case.standing, case.doubt, case.raised = "withdrawn", None, None


def _raise(case: Case, said: Said) -> None:
    case.raised = Raised(said["actor"], said["because"], said["to"])


def _settled(case: Case, _: Said) -> None:
    case.raised = None


def _given_word(case: Case, said: Said) -> None:
    case.words[said["peer"]] = Word(said["region"])


def _answered_word(case: Case, said: Said) -> None:
    word = case.words.setdefault(said["peer"], Word(""))
    word.answer, word.until, word.actor = said["answer"], said.get("until") or "", said["actor"]


def _suggested(case: Case, said: Said) -> None:
    _afresh(case, "suggested")
    case.pressing_since = said.get("pressing_since")
    case.host, case.kind = said["host"], said["kind"]


def _afresh(case: Case, progress: str) -> None:
    case.progress, case.lines, case.consents, case.short, case.retry_at, case.gone = progress, [], {}, [], None, []
    case.draws = []
    case.escalated = ""


def _selected(case: Case, said: Said) -> None:
    _afresh(case, "selected")
    _lines(case, said)


def _arranged(case: Case, said: Said) -> None:
    before = case.consents if said["because"] == "retry" else {}  # tried again, it does not say anew who had agreed
    _afresh(case, "arranging")
    case.consents = before
    _lines(case, said)
    case.host, case.kind, case.starts, case.ends = said["host"], said["kind"], said["starts"], said["ends"]
    for n, agreed in enumerate(said.get("agreements", ()), 1):
        case.consents[f"agreed-{n}"] = Asked(agreed["party"], 1, agreed.get("peer"), state="given")
    if case.standing == "unknown":
        case.standing, case.origin, case.regions = "open", "arrangement", _regions(said["host"])


def _lines(case: Case, said: Said) -> None:
    case.lines = [Chosen(**{name: line[name] for name in _LINE}) for line in said["lines"]]


def _asked(case: Case, said: Said) -> None:
    case.progress = "consenting"
    case.consents[said["consent"]] = Asked(said["party"], said["stage"], said.get("peer"), said["deadline"])


def _given(case: Case, said: Said) -> None:
    if said["consent"] in case.consents:
        case.consents[said["consent"]].state = "given"


def _refused(case: Case, said: Said) -> None:
    if said["consent"] in case.consents:
        case.consents[said["consent"]].state = "refused"


def _completing(case: Case, _: Said) -> None:
    case.progress = "completing"


def _placed(case: Case, said: Said) -> None:
    case.progress, case.starts, case.ends = "placed", said["starts"], said["ends"]
    _lines(case, said)


def _over(case: Case, _: Said) -> None:
    _afresh(case, "new")
    if case.origin == "arrangement":  # given up: nobody posted a request that could be matched again
        case.standing = "withdrawn"


def _replaced(case: Case, said: Said) -> None:
    """What was asked about the one who left is settled; so is why the case was brought to a person."""
    left = said["left"]["peer"]
    _lines(case, said)
    case.consents = {name: asked for name, asked in case.consents.items() if asked.peer != left}
    case.gone, case.escalated = [gone for gone in case.gone if gone.peer != left], ""


def _unmet(case: Case, said: Said) -> None:
    _afresh(case, "unmet")
    case.pressing_since = said.get("pressing_since")
    case.short, case.retry_at = [seat["role"] for seat in said["short"]], said["retry_at"]


def _escalated(case: Case, said: Said) -> None:
    case.escalated = said["because"]


def _disqualified(case: Case, said: Said) -> None:
    seat = said.get("instead")
    instead = [each["peer"] for each in seat["candidates"]] if seat else []
    case.gone.append(Gone(said["place"], said["peer"], said["rule"], said["was"], instead))


def _waived(case: Case, said: Said) -> None:
    case.waived.append((said["place"], said["peer"], said["actor"]))


def _questioned(case: Case, said: Said) -> None:
    case.progress = "questioned"
    case.doubt = Doubt("matcher", said["question"], "", said["rule"], said["candidates"], said["short_by"], said["line"]["peer"])


def _told_what_to_do(case: Case, _: Said) -> None:
    case.progress, case.doubt = "arranging", None


def _completed(case: Case, _: Said) -> None:
    case.progress, case.gone, case.escalated, case.raised = "completed", [], "", None


def _drawn(case: Case, said: Said) -> None:
    drawn = said["drawn"]
    case.draws.append(Drawn(drawn["line"], drawn["days_spent"], said["on"], said["because"]))


def _extended(case: Case, said: Said) -> None:
    case.ends = said["ends"]


def _nothing(_: Case, __: Said) -> None:
    """The version moves on, and nothing else."""


def _regions(*councils: str | None) -> list[str]:
    known = council_regions()
    return list(dict.fromkeys(known[council] for council in councils if council and council in known))


_STEPS: dict[str, Callable[[Case, Said], None]] = {
    requests.RequestOpened.type: _content,
    requests.RequestAmended.type: _content,
    requests.SupportOffered.type: _offered,
    requests.OfferAccepted.type: _nothing,
    requests.OfferRefused.type: _offer_refused,
    requests.OfferLapsed.type: _offer_lapsed,
    requests.RequestRejected.type: _rejected,
    requests.QuestionRaised.type: _raised,
    requests.QuestionAnswered.type: _answered,
    requests.RequestWithdrawn.type: _withdrawn,
    requests.RequestNoted.type: _nothing,
    requests.RequestEscalated.type: _raise,
    requests.EscalationSettled.type: _settled,
    contacts.CallRecorded.type: _nothing,
    contacts.HeadsUpGiven.type: _given_word,
    contacts.HeadsUpAnswered.type: _answered_word,
    matcher.MatchSuggested.type: _suggested,
    matcher.SuggestionDeclined.type: _over,
    matcher.MatchSelected.type: _selected,
    matcher.ConsentAsked.type: _asked,
    matcher.ConsentGiven.type: _given,
    matcher.ConsentRefused.type: _refused,
    matcher.ConsentsCompleted.type: _completing,
    matcher.MatchPlaced.type: _placed,
    matcher.MatchLapsed.type: _over,
    matcher.MatchWithdrawn.type: _over,
    matcher.RequestUnmet.type: _unmet,
    matcher.RequestEscalated.type: _escalated,
    matcher.PeerDisqualified.type: _disqualified,
    matcher.RuleWaived.type: _waived,
    replacing.ReplacementSelected.type: _nothing,
    courses.CoursePlaceGivenUp.type: _nothing,
    replacing.MemberReplaced.type: _replaced,
    matcher.ArrangementRecorded.type: _arranged,
    matcher.QuestionRaised.type: _questioned,
    matcher.QuestionAnswered.type: _told_what_to_do,
    drawing.DaysDrawn.type: _drawn,
    matcher.SupportCompleted.type: _completed,
    matcher.SupportEndedEarly.type: _completed,
    matcher.SupportPaused.type: _nothing,
    matcher.SupportResumed.type: _nothing,
    matcher.SupportExtended.type: _extended,
}
