"""The hard rules, a sentence each: who may not be proposed, whatever the fit."""

from datetime import date

import pytest

from schemas.registry import CouncilState, Offer, PeerState
from services.matcher.columns import Register
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import ABSOLUTE, RULES, Ask, excluded_by, rank
from tests.unit.matcher.given import (
    BRADFORD,
    DUDLEY,
    GREENWICH,
    KIRKLEES,
    LEEDS,
    PORTSMOUTH,
    STARTS,
    TODAY,
    ask,
    council,
    load,
    offer,
    peer,
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


def test_a_peer_who_left_a_post_at_the_council_that_asks_before_the_work_starts_may_be_proposed() -> None:
    back = peer(posts=(post("lead_member"), post("chief_executive", at=LEEDS, until=date(2026, 11, 30))))
    assert left_out(register(back)) is None


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


def one_for_each_rule() -> tuple[Register, Ask]:
    """Eleven peers, each left out by another rule in the order of the rules, and one who may be proposed."""
    states: list[PeerState | CouncilState] = [
        peer("inactive", active=False),
        peer("own_council", of=LEEDS),
        peer("linked_council", of=BRADFORD),
        peer("avoided_council", of=DUDLEY),
        peer("role", role="leader"),
        peer("not_willing", of=KIRKLEES),
        peer("dates", offers=()),
        peer("peer_days", days=2),
        peer("council_dates", of="201"),
        peer("council_days", of="202"),
        peer("declined"),
        peer("below_floor", of=GREENWICH, themes=()),
        peer("fine"),
        council(LEEDS, linked=(BRADFORD,)),
        council(KIRKLEES, willing=False),
        council("201", offers=()),
        council("202", days=2),
    ]
    return register(*states), ask(avoid=frozenset({DUDLEY}), declined=frozenset({"declined"}))


def test_every_exclusion_is_counted_by_its_rule_and_the_counts_add_up() -> None:
    known, asked = one_for_each_rule()
    place = rank(known, [asked], DEFAULT_POLICY, TODAY)[0].suggestions[0]
    assert place.excluded == {**dict.fromkeys(RULES, 1), "below_floor": 1}
    assert place.considered == 13
    assert sum(place.excluded.values()) + len(place.candidates) == place.considered


def test_the_rule_that_is_named_for_a_peer_is_the_one_under_which_the_peer_is_counted() -> None:
    known, asked = one_for_each_rule()
    for code in RULES:
        assert excluded_by(known, asked, "lead_member", code, DEFAULT_POLICY, TODAY) == code
    assert excluded_by(known, asked, "lead_member", "fine", DEFAULT_POLICY, TODAY) is None


def test_a_peer_who_breaks_several_rules_is_counted_under_the_first() -> None:
    known = register(peer(of=LEEDS, role="leader", offers=(), active=True))
    assert left_out(known) == "own_council"


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


def test_only_wishes_the_role_and_a_decline_may_be_waived() -> None:
    assert set(RULES) - ABSOLUTE == {"avoided_council", "role", "declined"}


def test_every_rule_is_one_sentence_with_its_source() -> None:
    for rule in RULES.values():
        assert rule.sentence.endswith(".")
        assert rule.sentence.count(".") == 1
        assert rule.source
        assert rule.counted
