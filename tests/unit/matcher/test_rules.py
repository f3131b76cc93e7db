"""The hard rules, a sentence each: who may not be proposed, whatever the fit."""

from datetime import date
from typing import Any

import pytest

from schemas.registry import Inspection, Interest, Intervention, Offer, PeerState, Span
from services.matcher.columns import Register
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import ABSOLUTE, RULES, Ask, excluded_by, rank
from services.matcher.records import State
from services.matcher.rules import months_before
from services.vocabulary.kinds import KINDS
from tests.unit.matcher.given import (
    BRADFORD,
    CAMDEN,
    DUDLEY,
    KIRKLEES,
    LEEDS,
    LEWISHAM,
    PORTSMOUTH,
    STARTS,
    TODAY,
    WAKEFIELD,
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


def left_out(known: Register, asked: Ask | None = None, name: str = "p1") -> str | None:
    """The rule that leaves the peer out, once both readings of the rules agree about it."""
    asked = asked or ask()
    rule = excluded_by(known, asked, asked.places[0][1], name, DEFAULT_POLICY, TODAY)
    ranked = rank(known, [asked], DEFAULT_POLICY, TODAY)[0]
    place = (ranked.suggestions or ranked.shortages)[0]
    was_proposed = bool(ranked.suggestions) and name in {candidate.peer for candidate in ranked.suggestions[0].candidates}
    assert was_proposed == (rule is None)
    assert rule is None or place.excluded[rule] >= 1
    return rule


def test_a_peer_whom_no_rule_leaves_out_is_proposed() -> None:
    assert left_out(register(peer())) is None


def test_a_peer_who_rests_is_not_proposed() -> None:
    assert left_out(register(peer(active=False))) == "inactive"


def test_somebody_who_is_not_on_the_register_is_left_out_as_inactive() -> None:
    assert excluded_by(register(peer()), ask(), "lead_member", "nobody", DEFAULT_POLICY, TODAY) == "inactive"


def test_a_peer_is_not_proposed_to_the_own_council() -> None:
    assert left_out(register(peer(of=LEEDS))) == "own_council"


def test_a_peer_who_holds_a_second_post_at_the_council_that_asks_is_not_proposed_to_it() -> None:
    shared = peer(posts=(post("lead_member"), post("chief_executive", at=LEEDS)))
    assert left_out(register(shared)) == "own_council"


@pytest.mark.parametrize(
    ("left_on", "rule"),
    [("2026-11-30", "worked_there"), ("2021-12-01", "worked_there"), ("2021-11-30", None), ("2026-12-01", "own_council")],
)
def test_a_peer_who_left_the_council_that_asks_within_five_years_may_not_help_it(left_on: str, rule: str | None) -> None:
    back = peer(posts=(post("lead_member"), post("chief_executive", at=LEEDS, since=date(2015, 1, 1), until=date.fromisoformat(left_on))))
    assert left_out(register(back)) == rule


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 12, 1), 60, date(2021, 12, 1)),
        (date(2028, 3, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
        (date(30, 1, 1), 600, date.min),
    ],
)
def test_some_months_before_a_day_is_that_day_of_the_month_or_its_last(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


@pytest.mark.parametrize(("host_says", "donor_says"), [((PORTSMOUTH,), ()), ((), (LEEDS,))])
def test_a_peer_of_a_linked_council_is_not_proposed_whichever_of_the_two_declared_the_link(
    host_says: tuple[str, ...], donor_says: tuple[str, ...]
) -> None:
    known = register(council(LEEDS, linked=host_says), council(PORTSMOUTH, linked=donor_says), peer())
    assert left_out(known) == "linked_council"


def test_a_peer_of_a_council_that_the_host_asked_to_avoid_is_not_proposed() -> None:
    assert left_out(register(peer()), ask(avoid=frozenset({PORTSMOUTH}))) == "avoided_council"


def test_a_director_is_not_proposed_where_a_lead_member_is_asked_for() -> None:
    assert left_out(register(peer(role="director_of_childrens_services", kind="officer"))) == "role"


def test_a_councillor_who_lost_the_portfolio_last_month_is_not_suggested_as_a_mentor() -> None:
    assert left_out(register(peer(posts=(post("lead_member", until=date(2026, 10, 31)),)))) == "role"


def test_a_post_counts_from_its_first_day_to_its_last() -> None:
    assert left_out(register(peer(posts=(post("lead_member", since=STARTS, until=STARTS),)))) is None


def test_a_post_that_begins_after_the_first_day_of_the_work_does_not_count() -> None:
    assert left_out(register(peer(posts=(post("lead_member", since=date(2026, 12, 2)),)))) == "role"


def test_a_former_lead_member_is_asked_for_by_that_role() -> None:
    former = peer(posts=(post("lead_member", until=date(2025, 5, 1)), post("former_lead_member", since=date(2025, 5, 2))))
    assert left_out(register(former), ask("former_lead_member")) is None


def test_a_role_held_at_another_council_than_the_own_counts_and_counts_once() -> None:
    known = register(peer(posts=(post("lead_member", at=DUDLEY), post("lead_member"))))
    assert left_out(known) is None
    assert rank(known, [ask()], DEFAULT_POLICY, TODAY)[0].suggestions[0].considered == 1


def test_a_peer_of_a_council_that_is_not_willing_is_not_proposed() -> None:
    assert left_out(register(council(PORTSMOUTH, willing=False), peer())) == "not_willing"


def test_a_peer_of_a_council_that_the_registry_does_not_know_is_not_proposed() -> None:
    known = register(peer())
    known.apply([(99, f"council:{PORTSMOUTH}", None)])
    assert left_out(known) == "not_willing"


@pytest.mark.parametrize("offers", [(), (offer("o", 8, ends=date(2026, 11, 30)),), (offer("o", 8, starts=date(2026, 12, 2)),)])
def test_a_peer_who_offers_no_days_on_the_first_day_of_the_work_is_not_proposed(offers: tuple[Offer, ...]) -> None:
    assert left_out(register(peer(offers=offers))) == "dates"


def test_an_offer_counts_from_its_first_day_to_its_last() -> None:
    assert left_out(register(peer(offers=(offer("o", 8, starts=STARTS, ends=STARTS),)))) is None


def test_a_peer_with_too_few_free_days_is_not_proposed() -> None:
    assert left_out(register(peer(days=8), load("peer:p1", used={"o-p1": 4.5}))) == "peer_days"


def test_a_peer_with_exactly_the_days_asked_for_is_proposed() -> None:
    assert left_out(register(peer(days=8), load("peer:p1", used={"o-p1": 4}))) is None


def test_days_of_two_offers_are_not_added_up() -> None:
    assert left_out(register(peer(offers=(offer("a", 3), offer("b", 3))))) == "peer_days"


def test_of_two_offers_the_one_with_most_free_days_counts() -> None:
    two = peer(offers=(offer("a", 20), offer("b", 6)))
    assert left_out(register(two, load("peer:p1", used={"a": 18, "b": 1}))) is None


def test_days_of_an_offer_that_is_not_open_then_do_not_help() -> None:
    assert left_out(register(peer(offers=(offer("now", 2), offer("later", 20, starts=date(2027, 4, 1)))))) == "peer_days"


def test_a_peer_of_a_council_that_offers_no_days_then_is_not_proposed() -> None:
    late = council(PORTSMOUTH, offers=(offer("o", 50, starts=date(2027, 1, 1)),))
    assert left_out(register(late, peer())) == "council_dates"


def test_a_peer_of_a_council_with_too_few_free_days_is_not_proposed() -> None:
    known = register(council(PORTSMOUTH, days=50), peer(), load(f"council:{PORTSMOUTH}", used={f"o{PORTSMOUTH}": 46.5}))
    assert left_out(known) == "council_days"


def test_a_peer_who_was_declined_for_this_request_is_not_proposed_for_it_again() -> None:
    assert left_out(register(peer()), ask(declined=frozenset({"p1"}))) == "declined"


def test_a_decline_of_somebody_unknown_leaves_nobody_out() -> None:
    assert left_out(register(peer()), ask(declined=frozenset({"p9"}))) is None


def test_a_council_that_is_linked_and_avoided_is_counted_as_linked() -> None:
    known = register(council(LEEDS, linked=(PORTSMOUTH,)), peer())
    assert left_out(known, ask(avoid=frozenset({PORTSMOUTH, LEEDS}))) == "linked_council"


EVERYTHING = KINDS["peer_review"].model_copy(
    update={"code": "everything", "needs": frozenset({"portfolio", "inspection", "accreditation", "release", "same_days"})}
)
CHOOSY = policy(no_giving_from="notice")


def fit_for_anything(name: str, **changes: Any) -> PeerState:
    """A lead member of Portsmouth who has what any kind of support needs, but for the changes."""
    return peer(name, **{"accreditations": (ALWAYS_SPAN,), **changes})


ALWAYS_SPAN = Span(starts=date(2020, 1, 1))
OVER = Span(starts=date(2020, 1, 1), ends=date(2020, 12, 31))
INSPECTED = (Inspection(starts=date(2024, 3, 4)),)


def one_for_each_rule() -> tuple[Register, Ask]:
    """Peers who are each left out by another rule, in the order of the rules, and one who may be proposed."""
    at_leeds = post("leader", at=LEEDS, since=date(2020, 1, 1), until=date(2025, 1, 1))
    states: list[State] = [
        fit_for_anything("inactive", active=False),
        fit_for_anything("role", role="leader"),
        fit_for_anything("giver", kind="organisation"),
        fit_for_anything("inspection", of="203"),
        fit_for_anything("accreditation", accreditations=()),
        fit_for_anything("release", kind="officer", releases=(OVER,)),
        fit_for_anything("not_willing", of=KIRKLEES),
        fit_for_anything("in_intervention", of=CAMDEN),
        fit_for_anything("dates", offers=()),
        fit_for_anything("council_dates", of="201"),
        fit_for_anything("absence", absences=(ALWAYS_SPAN,)),
        fit_for_anything("own_council", of=LEEDS),
        fit_for_anything("linked_council", of=BRADFORD),
        fit_for_anything("interest", interests=(Interest(council=LEEDS, starts=date(2020, 1, 1)),)),
        fit_for_anything("avoided_council", of=DUDLEY),
        fit_for_anything("worked_there", posts=(post("lead_member"), at_leeds)),
        fit_for_anything("peer_days", days=2),
        fit_for_anything("council_days", of=WAKEFIELD),
        fit_for_anything("challenges", kind="officer", releases=(ALWAYS_SPAN,)),
        fit_for_anything("paid", kind="associate"),
        fit_for_anything("not_now"),
        fit_for_anything("declined"),
        fit_for_anything("below_floor", of=LEWISHAM, themes=()),
        fit_for_anything("fine"),
        council(LEEDS, linked=(BRADFORD,), inspections=INSPECTED),
        council(KIRKLEES, willing=False, inspections=INSPECTED),
        council("201", offers=(), inspections=INSPECTED),
        council(WAKEFIELD, days=2, inspections=INSPECTED),
        council(CAMDEN, inspections=INSPECTED, interventions=(Intervention(state="direction", starts=date(2026, 1, 1)),)),
        *(council(code, inspections=INSPECTED) for code in (PORTSMOUTH, BRADFORD, DUDLEY, LEWISHAM)),
        load("peer:challenges", challenges=(date(2027, 3, 1),)),
    ]
    known = register(*states)
    known.spare({"not_now": date(2026, 10, 1)})
    return known, ask(kind="everything", avoid=frozenset({DUDLEY}), declined=frozenset({"declined"}))


@pytest.fixture
def a_kind_with_every_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "everything", EVERYTHING)


@pytest.mark.usefixtures("a_kind_with_every_need")
def test_every_exclusion_is_counted_by_its_rule_and_the_counts_add_up() -> None:
    known, asked = one_for_each_rule()
    place = rank(known, [asked], CHOOSY, TODAY)[0].suggestions[0]
    everybody = {name for name in known.records.peers if name not in ("below_floor", "fine")}
    assert place.excluded == {**dict.fromkeys(everybody, 1), "below_floor": 1}
    assert place.considered == 24
    assert sum(place.excluded.values()) + len(place.candidates) == place.considered


@pytest.mark.usefixtures("a_kind_with_every_need")
def test_the_rule_that_is_named_for_a_peer_is_the_one_under_which_the_peer_is_counted() -> None:
    known, asked = one_for_each_rule()
    assert set(RULES) - set(known.records.peers) == {"portfolio"}, "whoever is asked for as a lead member has the portfolio"
    for code in set(RULES) & set(known.records.peers):
        assert excluded_by(known, asked, "lead_member", code, CHOOSY, TODAY) == code
    assert excluded_by(known, asked, "lead_member", "fine", CHOOSY, TODAY) is None


def test_a_former_lead_member_has_no_portfolio_to_mentor_a_lead_member_from() -> None:
    former = peer(role="former_lead_member")
    assert left_out(register(former), ask("former_lead_member", kind="mentoring_defined_period")) == "portfolio"
    assert left_out(register(former), ask("former_lead_member", kind="sounding_board")) is None


def test_a_peer_who_breaks_several_rules_is_counted_under_the_first() -> None:
    known = register(peer(of=LEEDS, role="leader", offers=(), active=True))
    assert left_out(known) == "role"


def test_a_guest_of_the_host_who_belongs_to_a_linked_council_is_counted_once_as_of_the_host() -> None:
    guest = peer(of=BRADFORD, posts=(post("lead_member", at=BRADFORD), post("leader", at=LEEDS)))
    known = register(council(LEEDS, linked=(BRADFORD,)), guest)
    assert rank(known, [ask()], DEFAULT_POLICY, TODAY)[0].shortages[0].excluded == {"own_council": 1}


def test_without_any_peer_the_request_is_short_and_nobody_was_considered() -> None:
    shortage = rank(register(), [ask()], DEFAULT_POLICY, TODAY)[0].shortages[0]
    assert (shortage.considered, shortage.excluded) == (0, {})


def test_a_host_that_the_registry_does_not_know_can_still_be_helped() -> None:
    known = register(peer())
    known.apply([(99, f"council:{LEEDS}", None)])
    assert proposed(known, ask()) == ["p1"]


def test_what_may_be_waived_is_said_rule_by_rule() -> None:
    assert set(RULES) - ABSOLUTE == {
        "role", "giver", "portfolio", "inspection", "accreditation", "in_intervention", "avoided_council", "worked_there", "challenges",
        "paid", "not_now", "declined",
    }  # fmt: skip


def test_every_rule_is_one_sentence_with_its_source() -> None:
    for rule in RULES.values():
        assert rule.sentence.endswith(".")
        assert rule.sentence.count(".") == 1
        assert rule.source
        assert rule.counted
