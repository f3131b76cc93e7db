"""Codes in plain English: councils, kinds of support, roles, rules, who must agree, what a request waits for. Pure."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from services.desk import when
from services.vocabulary.councils import reference_councils
from services.vocabulary.kinds import KINDS
from services.vocabulary.listing import listed
from services.vocabulary.parties import PARTIES as GROUPS
from services.vocabulary.priorities import PRIORITIES
from services.vocabulary.roles import ROLES
from services.vocabulary.themes import THEMES

WANTED = {
    "escalated": "Escalated to a lead",
    "question": "Questions to answer",
    "offer": "Offers that wait for an answer",
    "broken": "Matches that need another look",
    "decide": "Suggestions to decide",
    "consent": "Consents outstanding",
    "shortage": "Nobody can be suggested",
    "finish": "Support that has ended",
}
"""For what a person is wanted, in the order in which my desk shows it."""
TO_DO = {
    "escalated": "See why, and decide",
    "question": "Answer the question",
    "offer": "Record the council’s answer",
    "broken": "See what changed",
    "decide": "Decide who to ask",
    "consent": "Record the answer",
    "shortage": "See what is short",
    "finish": "Record the days",
}
STATES = {
    "new": "Being matched",
    "suggested": "Suggestions to decide",
    "unmet": "Nobody can be suggested",
    "selected": "Setting days aside",
    "consenting": "Waiting for consent",
    "completing": "Being placed",
    "placed": "Placed",
    "completed": "Completed",
    "arranging": "Being recorded",
    "questioned": "Question to answer",
    "question": "Question to answer",
    "rejected": "Could not be opened",
    "withdrawn": "Withdrawn",
    "offered": "Offered to the council",
    "offer_refused": "Offer not wanted",
    "offer_lapsed": "Offer not answered",
}
PARTIES = {
    "mentee": "the person to be mentored",
    "group_office": "the peer’s group office",
    "peer": "the peer",
    "employer": "the peer’s employer",
    "host": "the council that asked",
    "host_dcs": "the director of children’s services of the council that asked",
    "host_lead_member": "the lead member of the council that asked",
    "host_chief_executive": "the chief executive of the council that asked",
}
"""Who must agree."""
ORIGINS = {"council": "The council asked for it", "adviser_offer": "An adviser offers it", "commissioned": "It is commissioned"}
"""How a request came about."""
COMMISSIONERS = {"dfe": "the Department for Education", "region": "the region", "lga": "the Local Government Association"}
OFFERED_TO = {
    "host_dcs": "The director of children’s services",
    "host_lead_member": "The lead member",
    "host_chief_executive": "The chief executive",
    "host": "Somebody else of the council",
}
"""Who of a council may answer an offer."""
NOT_WANTED = {"not_now": "Not now", "no_need": "No need for it", "other_help": "They have other help", "not_said": "No reason given"}
DRAWING = {"call": "A call", "visit": "A meeting or a visit", "papers": "Reading papers", "other": "Another reason"}
"""For what a day of a sounding board was used."""
CALLED = {"yes": "Said yes", "no": "Said no", "no_answer": "No answer", "call_again": "To be called again"}
"""What a call came to."""
CALL_KEYS = {"yes": "y", "no": "n", "no_answer": "x", "call_again": "c"}
"""The key for each, while the focus is with the person called."""
WORDS = {"fine": "Fine", "speak_to_me": "Speak to me first", "not_now": "Not now"}
"""What the adviser of a peer's own region may answer."""
AUDIENCES = {
    "region": "Everybody who may see this request",
    "national": "National advisers and me",
    "author": "Me alone",
}
"""For whom a note is."""
FOR = {"national": " for national advisers", "author": " for themselves"}
ESCALATING = {
    "nobody_suitable": "Nobody suitable can be found",
    "no_answer": "Those who were asked do not answer",
    "disagreement": "The council or the peer disagrees",
    "needs_a_decision": "It needs a decision that is not mine",
    "other": "Another reason",
}
LEADS = {
    "principal_adviser": "Principal Adviser",
    "lead_member": "regional lead member",
    "lead_director": "regional lead director",
    "lead_chief_executive": "regional lead chief executive",
}
"""Who leads a region, by role of Cover."""
CHANNELS = {"telephone": "By telephone", "email": "By email", "meeting": "In a meeting"}
DECLINING = {
    "knows_the_council": "Too close to the council",
    "not_the_right_experience": "Not the right experience",
    "asked_too_often": "Asked too often already",
    "not_available": "Not available, I am told",
    "other": "Another reason",
}
CHOOSING = {
    "best_suggestion": "Best of those suggested",
    "known_to_both": "Known to both councils and wanted",
    "spread_of_work": "To spread the work",
    "other": "Another reason",
}
REFUSING = {"no_time": "No time", "not_suitable": "Not suitable", "conflict": "A conflict of interest", "not_said": "No reason given"}
TWINS = {
    "same_address": "One e-mail address for both",
    "like_name": "Names alike",
    "initial": "The first name of one is the initial of the other’s",
}
"""What speaks for two entries being one person."""
PEERS = {"member": "Councillor", "officer": "Officer", "associate": "Associate", "organisation": "Service of an organisation"}
"""What kinds of peers are called."""
NO_TWINS = {
    "other_address": "Two e-mail addresses",
    "other_kind": "Entered as two kinds of peer",
    "other_party": "Two parties",
    "other_council": "No council in common",
}
"""What speaks against it."""
COST_BASES = {"free": "Free to the council", "subsidised": "Subsidised", "whole_cost": "The council pays the whole cost"}
FUNDERS = {
    "lga": "Local Government Association",
    "dfe": "Department for Education",
    "region": "The region",
    "council": "The council itself",
}
"""What a request says of money; the first of each is what one means that says nothing."""
LEAVING = {
    "left_the_post": "They have left the post that they were chosen for",
    "no_longer_able": "They can no longer do it",
    "wish_of_the_council": "The council asks for somebody else",
    "other": "Something else",
}
"""Why one member of a team gives way to another."""
WITHDRAWING = {"by_host": "The council no longer needs it", "duplicate": "It was asked for twice", "entered_in_error": "Entered in error"}
TERMS = {
    "themes": "Knows the themes",
    "role": "Holds the role",
    "similarity": "Similar council",
    "politics": "Party as wished",
    "region": "Region as wished",
    "border": "Next-door council",
    "journey": "Has led improvement",
    "seniority": "Time in the role",
    "together": "Has helped them before",
    "feedback": "Feedback",
}
_REGIONS = {"inside": "from their own region, if possible", "outside": "from another region, if possible"}
_LEFT_OUT = {
    "below_floor": "fit too little",
    "other_place": "needed for another place of this request",
    "course_place": "while no course that begins then has a place left",
    "one_outside_region": "of the council’s own region, where one must come from outside it",
    "own_council": "of the council that asked",
    "role": "not in the role asked for",
    "portfolio": "without the children’s portfolio",
    "capacity": "with no days left",
    "peer_days": "with no days left",
    "council_days": "of a council with no days left",
    "declined": "turned down before",
    "not_now": "whom their own adviser asks not to ask yet",
    "dates": "with no days offered then",
    "council_dates": "of a council with no days offered then",
    "absence": "away then",
    "in_intervention": "of a council in intervention",
    "not_willing": "of a council that offers no support",
    "inactive": "resting or no longer on the register",
    "giver": "who do not give this kind of support",
    "inspection": "who have not been through an inspection",
    "accreditation": "not accredited then",
    "release": "not released by their employer then",
    "linked_council": "of a council linked with the one that asked",
    "interest": "with an interest in the council that asked",
    "avoided_council": "of a council to be avoided",
    "worked_there": "who worked there too lately",
    "challenges": "with as many visits this year as they may make",
    "paid": "who are paid, where support is to be free",
}


@cache
def _councils() -> dict[str, str]:
    return {council.la_code: council.name for council in reference_councils()}


def council(code: str | None) -> str:
    """A council's name; its code when we do not know it."""
    return _councils().get(code or "", code or "Council not yet clear")


def kind(code: str | None) -> str:
    """What a kind of support is called."""
    return first_large(KINDS[code].title) if code in KINDS else plain(code or "support")


def wished(wishes: Mapping[str, Any]) -> str:
    """What a request wishes for, but for a certain person; "" for nothing."""
    found = [
        _REGIONS.get(wishes.get("region", ""), ""),
        "at least one from another region" if wishes.get("one_outside_region") else "",
        f"of the {GROUPS.get(wishes['party'], plain(wishes['party']))} group" if wishes.get("party") else "",
        f"not from {listed([council(code) for code in wishes['avoid']], 'or')}" if wishes.get("avoid") else "",
    ]
    return first_large("; ".join(filter(None, found)))


def party(code: str) -> str:
    """Who must agree, for a person."""
    return first_large(PARTIES.get(code, plain(code)))


def role(code: str) -> str:
    """What a role is called."""
    return ROLES[code].title if code in ROLES else plain(code).lower()


def came_about(origin: str, commissioned_by: str) -> str:
    """How a request came about; what nobody posted was agreed by telephone."""
    by = f" by {COMMISSIONERS.get(commissioned_by, plain(commissioned_by))}" if commissioned_by else ""
    return f"{ORIGINS.get(origin, plain(origin))}{by}"


def themes(codes: Iterable[str]) -> str:
    """Themes in a list."""
    return ", ".join(THEMES.get(code, plain(code)) for code in codes)


def priority(code: str) -> str:
    """What a priority is called; "" for none in particular."""
    return "" if code in ("other", "") else first_large(PRIORITIES.get(code, plain(code)))


def left_out(code: str) -> str:
    """Why so many were left out, to follow on a number."""
    return _LEFT_OUT.get(code, plain(code).lower())


def titled(words: str) -> str:
    """Words that begin a line."""
    return first_large(words)


def does_not_fit(rule: str, peer: str, short_by: float | None) -> str:
    """Why what was arranged does not fit, and what can be done."""
    remedy = "Correct the register" if rule == "unknown_peer" else "Ask them whether they offer more"
    return f"{too_few(rule, peer, short_by)}. {remedy}, or give it up."


def too_few(rule: str, peer: str, short_by: float | None) -> str:
    """Why the registry set no days of a peer aside; its rules are peer_days, council_days, no_offer and unknown_peer."""
    if rule == "unknown_peer":
        return f"{peer} is not in the register with that council"
    if rule == "no_offer":
        return f"{peer} or their council offers no days then"
    return f"{'The council of ' if rule == 'council_days' else ''}{peer} has {day_count(short_by or 0)} too few"


def call(outcome: str) -> str:
    """What a call came to, to follow on a colon."""
    return CALLED.get(outcome, plain(outcome)).lower()


def word(answer: str, until: str) -> str:
    """What the adviser of a peer's own region has said; "" for nothing yet."""
    if not answer:
        return ""
    day = f" until {when.day(until)}" if until else ""
    return f"{WORDS.get(answer, plain(answer)).lower()}{day}"


def plain(code: str) -> str:
    """A code that has no title of its own, readable."""
    return first_large(code.replace("_", " "))


def day_count(number: float) -> str:
    """4 days, 1 day, 2.5 days."""
    return f"{number:g} day{'' if number == 1 else 's'}"


def first_large(words: str) -> str:
    """The words with a capital letter at their beginning."""
    return words[:1].upper() + words[1:]
