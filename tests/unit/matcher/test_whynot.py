"""Why not this one: the rule with its fact, or what puts others ahead, and what would have to change, in words that can be read out."""

from datetime import date
from typing import Any

import pytest

from schemas.registry import Inspection, Interest, Intervention, LoadState, PeerState, Span
from services.matcher.columns import Register
from services.matcher.grounds import FACTS, Ground
from services.matcher.policy import DEFAULT_POLICY, Policy
from services.matcher.ranking import RULES, Ask
from services.matcher.whynot import WhyNot, why_not
from tests.unit.matcher.given import (
    CITY_OF_LONDON,
    DUDLEY,
    GREENWICH,
    LEEDS,
    PORTSMOUTH,
    TODAY,
    ask,
    council,
    load,
    offer,
    peer,
    policy,
    post,
    proposed,
    register,
)

OFFICER: dict[str, Any] = {"kind": "officer", "party": None, "role": "head_of_service"}
VISIT = {"kind": "diagnostic"}
ACCREDITED: dict[str, Any] = {"accreditations": (Span(starts=date(2020, 1, 1)),)}


def looked_at(known: Register, asked: Ask | None = None, name: str = "p1", by: Policy = DEFAULT_POLICY, place: str = "1") -> WhyNot:
    return why_not(known, asked or ask(), place, name, by, TODAY)


def the_ground(code: str, found: WhyNot) -> Ground:
    return next(ground for ground in found.grounds if ground.rule == code)


CASES: dict[str, tuple[tuple[Any, ...], Ask, str, str]] = {
    "inactive": ((peer(active=False),), ask(), "They are resting, or have left the register.", "they were active again"),
    "role": (
        (peer(posts=(post("leader"), post("lead_member", until=date(2026, 10, 31)))),),
        ask(),
        "On 1 December 2026 they hold the post of leader of the council at Portsmouth. "
        "They were lead member for children's services at Portsmouth until 31 October 2026.",
        "they were lead member for children's services again on 1 December 2026",
    ),
    "giver": (
        (peer(kind="officer", party=None),),
        ask(kind="mentoring_new_lead_member"),
        "They are registered as officer; mentoring of a newly appointed lead member is given by: member.",
        "",
    ),
    "paid": (
        (peer(kind="associate", party=None),),
        ask(),
        "They are registered as associate, and the support is to be free.",
        "the request said who pays: subsidised or whole cost",
    ),
    "portfolio": (
        (peer(posts=(post("leader"), post("lead_member", since=date(2027, 5, 10)))),),
        ask("leader", kind="mentoring_new_lead_member"),
        "On 1 December 2026 they hold the post of leader of the council at Portsmouth. "
        "They become lead member for children's services at Portsmouth on 10 May 2027.",
        "the work began on 10 May 2027 or later",
    ),
    "inspection": (
        (peer(), council(PORTSMOUTH, inspections=(Inspection(starts=date(2027, 2, 8)),))),
        ask(kind="inspection_buddy"),
        "The first inspection that they lived through began on 8 February 2027.",
        "the work began on 8 February 2027 or later",
    ),
    "accreditation": (
        (peer(**OFFICER, accreditations=(Span(starts=date(2020, 1, 1), ends=date(2026, 5, 3)),)),),
        ask("head_of_service", **VISIT),
        "Their accreditation holds until 3 May 2026.",
        "their accreditation, which holds until 3 May 2026, were renewed",
    ),
    "release": (
        (peer(**OFFICER, **ACCREDITED, releases=(Span(starts=date(2027, 1, 1), ends=date(2027, 3, 31)),)),),
        ask("head_of_service", **VISIT),
        "Their employer has released them for 1 January 2027 to 31 March 2027.",
        "their employer released them for work that begins on 1 December 2026",
    ),
    "not_willing": (
        (peer(), council(PORTSMOUTH, willing=False)),
        ask(),
        "Portsmouth offers no support at present.",
        "Portsmouth offered support again",
    ),
    "in_intervention": (
        (peer(), council(PORTSMOUTH, interventions=(Intervention(state="direction", starts=date(2025, 6, 2)),))),
        ask(),
        "Portsmouth is in intervention (direction) since 2 June 2025; policy 1 asks no help of councils from direction on.",
        "the intervention at Portsmouth ended before 1 December 2026",
    ),
    "dates": (
        (peer(offers=(offer("o", 8, date(2027, 3, 1), date(2027, 6, 30)),)),),
        ask(),
        "They offer no days for work that begins on 1 December 2026; "
        "what is offered is for work that begins from 1 March 2027 to 30 June 2027.",
        "they offered 4 days for work that begins on 1 December 2026",
    ),
    "council_dates": (
        (peer(), council(PORTSMOUTH, offers=())),
        ask(),
        "Portsmouth offers no days for work that begins on 1 December 2026.",
        "Portsmouth offered 4 days for work that begins on 1 December 2026",
    ),
    "absence": (
        (peer(absences=(Span(starts=date(2026, 11, 1), ends=date(2027, 1, 31)),)),),
        ask(),
        "They are away from 1 November 2026 to 31 January 2027.",
        "the work began after 31 January 2027",
    ),
    "own_council": ((peer(of=LEEDS),), ask(), "Leeds, which asks, is their own council.", ""),
    "linked_council": (
        (peer(), council(PORTSMOUTH, linked=(LEEDS,))),
        ask(),
        "Portsmouth and Leeds share a trust, a director or a chief executive.",
        "",
    ),
    "interest": (
        (peer(interests=(Interest(council=LEEDS, starts=date(2024, 1, 1)),)),),
        ask(),
        "They have declared an interest in Leeds, since 1 January 2024.",
        "",
    ),
    "avoided_council": (
        (peer(),),
        ask(avoid=frozenset({PORTSMOUTH})),
        "Leeds wishes to avoid Portsmouth.",
        "Leeds no longer wished to avoid Portsmouth",
    ),
    "worked_there": (
        (peer(posts=(post("lead_member"), post("leader", LEEDS, date(2019, 1, 1), date(2024, 3, 3)))),),
        ask(),
        "They were leader of the council at Leeds until 3 March 2024; policy 1 lets 60 months pass.",
        "the work began after 3 March 2029",
    ),
    "peer_days": (
        (peer(), load("peer:p1", used={"o-p1": 7.0})),
        ask(),
        "They have 1 day free of 8 offered for work that begins on 1 December 2026; 4 are asked.",
        "they had 3 more days free in December 2026",
    ),
    "council_days": (
        (peer(), council(PORTSMOUTH, days=3)),
        ask(),
        "Portsmouth has 3 days free of 3 offered for work that begins on 1 December 2026; 4 are asked.",
        "Portsmouth had 1 more day free in December 2026",
    ),
    "challenges": (
        (peer(**OFFICER, **ACCREDITED), load("peer:p1", challenges=(date(2026, 7, 3),))),
        ask("head_of_service", **VISIT),
        "Their visits with a peer team within a year of 1 December 2026: 3 July 2026; policy 1 allows 1 a year.",
        "the work began on 3 July 2027 or later",
    ),
    "not_now": (
        (peer(),),
        ask(),
        "The adviser of their own region asks not to ask them until 31 March 2027.",
        "they were asked on 31 March 2027 or later",
    ),
    "declined": (
        (peer(),),
        ask(declined=frozenset({"p1"})),
        "An adviser declined them for this request, or they or somebody who must agree said no.",
        "",
    ),
}
BY = {"in_intervention": policy(no_giving_from="direction")}


def test_every_rule_says_the_fact_behind_it() -> None:
    assert {"inactive", *FACTS} >= set(RULES), "write the fact of the new rule in grounds.py, and its case here"
    assert set(CASES) >= set(RULES)


@pytest.mark.parametrize("code", CASES)
def test_a_rule_says_the_fact_behind_it_and_the_smallest_change_that_would_lift_it(code: str) -> None:
    states, asked, fact, change = CASES[code]
    known = register(*states)
    known.spare({"p1": date(2027, 3, 31)} if code == "not_now" else {})
    ground = the_ground(code, looked_at(known, asked, by=BY.get(code, DEFAULT_POLICY)))
    assert (ground.fact, ground.change) == (fact, change)
    assert ground.sentence == RULES[code].sentence


@pytest.mark.parametrize("code", [code for code, case in CASES.items() if "the work began" in case[3]])
def test_work_that_begins_when_the_answer_says_meets_the_rule(code: str) -> None:
    states, asked, _, change = CASES[code]
    words = change.removeprefix("the work began ").removesuffix(" or later").removeprefix("on ").removeprefix("after ")
    then = date.fromordinal(_day(words).toordinal() + ("after" in change))
    for day, broken in ((then, False), (date.fromordinal(then.toordinal() - 1), True)):
        moved = looked_at(register(*states), ask(*(role for _, role in asked.places), kind=asked.kind, starts=day, ends=date(2032, 1, 1)))
        assert (code in {ground.rule for ground in moved.grounds}) is broken


def _day(words: str) -> date:
    number, month, year = words.split()
    months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
    return date(int(year), months.index(month) + 1, int(number))


def test_every_rule_that_stands_against_somebody_is_told_not_the_first_alone() -> None:
    known = register(peer(active=False, posts=(post("leader"),)), load("peer:p1", used={"o-p1": 7.0}))
    found = looked_at(known)
    assert [ground.rule for ground in found.grounds] == ["inactive", "role", "peer_days"]
    assert found.words.startswith("p1 may not be proposed, by 3 rules.")
    assert (
        "They would be suggested if they were active again, they were lead member for children's services on 1 December 2026 and "
        "they had 3 more days free in December 2026." in found.words
    )


def test_what_nothing_can_change_is_said_to_be_so() -> None:
    found = looked_at(register(peer(of=LEEDS)))
    assert found.never
    assert found.ways == ()
    assert found.words.startswith(
        "p1 may not be proposed. Leeds, which asks, is their own council. Nothing can change this: Leeds, which asks, is their own council."
    )


def test_a_rule_that_may_be_waived_says_so_and_an_absolute_one_does_not() -> None:
    waivable, absolute = looked_at(register(peer(posts=(post("leader"),)))), looked_at(register(peer(days=2)))
    assert "An adviser may waive this with a reason and the agreement of a second adviser." in waivable.words
    assert "waive" not in absolute.words
    assert "if they had 2 more days free in December 2026." in absolute.words


def test_somebody_who_is_not_on_the_register_is_said_to_be_unknown() -> None:
    found = looked_at(register(peer("p2")), name="p1")
    assert found.words == "p1 may not be proposed. Nobody of this number is on the register."


def test_who_fits_too_little_beside_a_rule_is_told_that_too() -> None:
    found = looked_at(register(peer(of=CITY_OF_LONDON, themes=(), days=2)))
    assert "Even without that: fits 0.275, below the floor of 0.450: nobody below it is proposed." in found.words
    assert found.ways[0] == "they had 2 more days free in December 2026 and they knew SEND"


def test_below_the_floor_the_themes_that_would_do_are_named_and_do() -> None:
    known = register(peer(of=CITY_OF_LONDON, themes=()))
    found = looked_at(known)
    assert (found.verdict, found.ways) == ("below_floor", ("they knew SEND", "the policy's floor were 0.175 lower"))
    assert proposed(register(peer(of=CITY_OF_LONDON, themes=("send",))), ask()) == ["p1"]
    assert proposed(known, ask(), policy(floor=0.45 - 0.175)) == ["p1"]


def test_beyond_the_limit_the_fit_that_may_be_given_up_is_named() -> None:
    found = looked_at(register(peer("p1", of=GREENWICH), peer("p2")), ask(priority="newly_appointed"))
    assert found.verdict == "beyond_limit"
    assert found.words.startswith(
        "p1 fits 0.875 where the best free fit is 1.000: a request of this priority gives up no more than 0.050 of fit. "
        "They would be suggested if the policy let a request of this priority give up 0.075 more fit."
    )


def crowded(*, more: int = 0, busy: int = 9) -> Register:
    """p1 of a busy council, and others of another who are worth more."""
    others = [peer(f"q{n}", of=DUDLEY, themes=("send",)) for n in range(2 + more)]
    return register(peer("p1"), *others, load(f"council:{PORTSMOUTH}", held=busy), load(f"council:{DUDLEY}", held=1))


def test_who_is_outranked_is_told_by_what_and_what_would_have_to_change() -> None:
    tight = policy(shortlist=2, expected_places=12)
    known = crowded()
    found = looked_at(known, by=tight)
    assert found.verdict == "outranked"
    assert [candidate.peer for candidate in found.ahead] == ["q0", "q1"]
    last = found.ahead[-1]
    assert found.own is not None
    assert sum(found.behind.values()) == pytest.approx(last.value - found.own.value)
    assert found.behind["price_council"] > 0
    assert found.ways[0].startswith("the council price of Portsmouth were lower by ")
    assert found.ways[-1] == "1 of those ahead were declined"
    assert proposed(known, ask(declined=frozenset({"q0"})), tight) == ["q1", "p1"]


def test_a_council_that_carries_so_much_less_as_is_said_brings_its_peer_in_and_one_more_does_not() -> None:
    tight = policy(shortlist=2, expected_places=12)
    fewer = int(looked_at(crowded(), by=tight).ways[0].split("as with ")[1].split()[0])
    assert 1 <= fewer < 9
    assert "p1" in proposed(crowded(busy=9 - fewer), ask(), tight)
    assert "p1" not in proposed(crowded(busy=9 - fewer + 1), ask(), tight)


def test_a_wish_of_the_request_that_keeps_somebody_out_is_named() -> None:
    known = register(peer("p1"), peer("q1", party="conservative"), peer("q2", party="conservative"))
    found = looked_at(known, ask(party="conservative"), by=policy(shortlist=2))
    assert "the request did not wish for a party" in found.ways
    assert "p1" in proposed(known, ask(), policy(shortlist=2))


def test_who_is_proposed_is_said_to_be_and_nothing_would_have_to_change() -> None:
    found = looked_at(register(peer("p1")))
    assert (found.verdict, found.ways, found.never) == ("proposed", (), False)
    assert found.words.startswith("p1 is among the 1 who may be proposed for this place now.")


def test_who_is_proposed_for_another_place_of_a_team_is_said_to_be() -> None:
    known = register(peer("p1"), peer("p2", of=DUDLEY))
    verdicts = {looked_at(known, ask("lead_member", "lead_member"), name, place="1").verdict for name in ("p1", "p2")}
    assert verdicts == {"proposed", "elsewhere"}


def test_who_could_serve_a_request_of_which_another_place_is_empty_is_told_which() -> None:
    found = looked_at(register(peer("p1")), ask("lead_member", "chief_executive"))
    assert found.verdict == "unserved"
    assert "nobody is: 2 (chief_executive) of the request cannot be filled" in found.words


def test_explaining_adds_no_load() -> None:
    known = register(peer("p1"), council(PORTSMOUTH))
    before = known.load_vector(TODAY)
    looked_at(known)
    assert known.load_vector(TODAY) == before


def test_no_answer_names_anybody_for_there_are_no_names_to_know() -> None:
    assert not {"name", "email"} & {*PeerState.model_fields, *LoadState.model_fields}


def test_the_limit_of_open_shortlists_is_named_where_it_keeps_somebody_out() -> None:
    known = register(peer(), peer("p2", of=DUDLEY))
    known.add_open([("p1", 1.0)])
    found = looked_at(known, by=policy(exposure=3))
    assert (found.verdict, found.ways) == ("exposed", ("one of their open suggestions were decided",))
    assert "is on as many open shortlists as the policy allows (3): there only where nobody else can fill the place" in found.words
