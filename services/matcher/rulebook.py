"""The hard rules as data: what each says, where it comes from, whether it may be waived, and which setting of the policy it reads."""

from dataclasses import dataclass
from typing import Final

_DIRECT = "Peers give time at a council they have no direct association with (local.gov.uk, About peer challenges)."
_OFFER = "The national improvement offer of 2013: "
_REGISTER = _OFFER + "an availability register of accredited people."
_LIMITED = _OFFER + "there will be occasions of limited capacity."
_RELEASE = "Officers need their line manager's approval, for one peer challenge a year (local.gov.uk, Becoming a peer)."
_ASKED = "The preferences of the request."
_OURS = "A default of our own; no published rule was found."


ONE_OUTSIDE, COURSE_PLACE = "one_outside_region", "course_place"


@dataclass(frozen=True, slots=True)
class Rule:
    """Why a peer is left out, in one sentence, and (`counted`) for so many peers. Absolute: never broken.

    Others may be waived with a reason and a second adviser. `setting` is the field of the policy that the rule reads, "" for none.
    """

    code: str
    sentence: str
    counted: str
    absolute: bool
    source: str
    setting: str = ""


_IN_ORDER: Final = (
    Rule("inactive", "The peer is not on the register or is resting.", "not on the register or resting", True, _REGISTER),
    Rule(
        "role",
        "The peer does not hold the role asked for on the day the work starts.",
        "not in the role asked for",
        False,
        _OFFER + "appropriate member peers with responsibility in their own authority.",
    ),
    Rule(
        "giver",
        "The peer is not one of those who give this kind of support: councillors, officers, associates or organisations.",
        "who do not give this kind",
        False,
        _OFFER + "which kinds of support there are; who gives each is declared with it.",
    ),
    Rule(
        "portfolio",
        "The peer is not lead member for children's services on the day the work starts, and mentoring of a lead member needs that.",
        "without the children's portfolio",
        False,
        _OFFER + "member peers with responsibility for children's services in their own authority.",
    ),
    Rule(
        "inspection",
        "The peer has not been lead member or director of a council while it was inspected, and this kind of support needs that.",
        "never in post during an inspection",
        False,
        _OFFER + "a buddy is somebody who has already gone through an inspection.",
    ),
    Rule(
        "accreditation",
        "The peer has no accreditation on the day the work starts, and this kind of support needs one.",
        "without an accreditation",
        False,
        _OFFER + "nationally accredited people for peer review, challenge or diagnostic activity.",
    ),
    Rule(
        "release",
        "The peer's employer has released them for other dates than the day the work starts.",
        "released by their employer for other dates",
        True,
        _RELEASE,
    ),
    Rule(
        "not_willing",
        "The peer's council does not offer support at present.",
        "of a council that offers no support",
        True,
        _OFFER + "councils choose to engage.",
    ),
    Rule(
        "in_intervention",
        "The peer's council is itself at a stage of intervention at which the policy asks no help of it.",
        "of a council in intervention",
        False,
        _OURS,
        "no_giving_from",
    ),
    Rule("dates", "The peer offers no days for work of that kind that starts on that day.", "with no days offered then", True, _REGISTER),
    Rule(
        "council_dates",
        "The peer's council offers no days for work of that kind that starts on that day.",
        "of a council with no days offered then",
        True,
        _REGISTER,
    ),
    Rule(
        "absence",
        "The peer is away on the day the work starts, or on one of the days that a team spends together.",
        "away then",
        True,
        _REGISTER,
    ),
    Rule(
        "own_council",
        "The peer belongs to the council that asks, or holds a post there when the work starts.",
        "of the council that asks",
        True,
        _DIRECT,
    ),
    Rule(
        "linked_council",
        "The peer's council shares a trust, a director or a chief executive with the council that asks.",
        "of a council linked with it",
        True,
        _DIRECT,
    ),
    Rule(
        "interest",
        "The peer has declared an interest in the council that asks.",
        "with an interest in it",
        True,
        _DIRECT,
    ),
    Rule(
        "avoided_council",
        "The council that asks wishes to avoid the peer's council.",
        "of a council it wishes to avoid",
        False,
        _ASKED,
    ),
    Rule(
        "worked_there",
        "The peer held a post at the council that asks too short a time ago.",
        "who worked there not long ago",
        False,
        _OURS,
        "cooling_off_months",
    ),
    Rule("peer_days", "No offer of the peer that is open on that day has enough free days.", "with too few free days", True, _LIMITED),
    Rule(
        "council_days",
        "No offer of the peer's council that is open on that day has enough free days.",
        "of a council with too few free days",
        True,
        _LIMITED,
    ),
    Rule(
        "challenges",
        "The peer is an officer and has as many visits with a peer team within a year as the policy allows.",
        "with enough visits that year",
        False,
        _RELEASE,
        "challenges_a_year",
    ),
    Rule(
        "paid",
        "The peer is an associate or a service of an organisation, who are paid, and the request asks for support that is free.",
        "who are paid, where support is to be free",
        False,
        _OFFER + "support is free, subsidised or at whole cost.",
    ),
    Rule(
        "not_now",
        "The adviser of the peer's own region asks not to ask them until a day that has not come.",
        "whom their own adviser asks not to ask yet",
        False,
        "Decision 1406: an answer to a heads-up counts for every request until its day.",
    ),
    Rule(
        "declined",
        "The peer has been declined for this request, or said no to it.",
        "declined for this request",
        False,
        "Nobody is asked again who has just said no.",
    ),
)

RULES: Final = {rule.code: rule for rule in _IN_ORDER}
"""Every hard rule by code, in the order in which they are tried: a peer who breaks several is counted under the first.

First come those that hang on the day, the role and the kind alone, so that they are tried once for many requests; then those between
councils; then those that change with every piece of work.
"""

OF_THE_WHOLE: Final = {
    rule.code: rule
    for rule in (
        Rule(
            ONE_OUTSIDE,
            "The council that asks needs at least one of the team from outside its region.",
            "of the region of the council that asks, which needs one from outside",
            True,
            _ASKED,
        ),
        Rule(
            COURSE_PLACE,
            "No course that begins within the dates of the request has a place left, so it waits for one.",
            "while no course that begins then has a place left",
            True,
            _LIMITED,
        ),
    )
}
"""The rules that no single peer breaks: what a request as a whole must have before anybody is proposed for it."""

EVERY: Final = RULES | OF_THE_WHOLE

OF_CAPACITY: Final = frozenset(
    {
        "not_willing",
        "in_intervention",
        "dates",
        "absence",
        "peer_days",
        "council_dates",
        "council_days",
        "challenges",
        "not_now",
        "declined",
        "avoided_council",
    }
)
"""The rules that are about what is still free, or about this choice alone: they say nothing against somebody who was chosen before."""

ABSOLUTE: Final = frozenset(code for code, rule in EVERY.items() if rule.absolute)
"""The rules that no override and no replacement may break."""
