"""What may be held and placed: sentences that need no database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.courses import CoursePlaceGivenUp
from schemas.fact import Line
from schemas.matcher import ArrangementRecorded, ConsentsCompleted, MatchLapsed, MatchSelected
from schemas.registry import CapacityHeld, CapacityMoved, CapacityPlaced, HoldExpired, HoldRefused, HoldReleased
from schemas.replacing import ReplacementSelected
from services.registry import domain, places
from services.registry.domain import Account, BrokenStory, Decision, Hold, Known
from services.registry.ledger import Ledger

DAY = date(2027, 1, 4)
NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)
COUNCILS = {"p1": "383", "p2": "383"}


def account(offer: str, owner: str, days: float, *, used: float = 0, starts: date = DAY, ends: date = DAY) -> Account:
    return Account(offer, owner, starts, ends, domain.half_days(days), domain.half_days(used))


def known(*accounts: Account, councils: Mapping[str, str] = COUNCILS, **rooms: int) -> Known:
    of_owner: dict[str, list[Account]] = {}
    for each in accounts:
        of_owner.setdefault(each.owner, []).append(each)
    return Known(of_owner, {}, councils, rooms)


def plenty() -> Known:
    return known(account("a", "peer:p1", 10), account("b", "peer:p2", 10), account("c", "council:383", 50))


def line(number: int, peer: str = "p1", days: float = 4, council: str = "383") -> Line:
    return Line(line=number, place=f"place-{number}", role="lead_member", peer=peer, council=council, days=days)


def choice(*lines: Line) -> MatchSelected:
    said: dict[str, Any] = {"match": "m1", "request": "r1", "version": 1, "host": "202", "because": "best_fit", "actor": "a"}
    return MatchSelected(**said, lines=lines, starts=DAY, ends=DAY, expires_at=NOON)


def arrangement(*lines: Line) -> ArrangementRecorded:
    said: dict[str, Any] = {"match": "m1", "request": "r1", "version": 1, "host": "202", "because": "by_telephone", "actor": "a"}
    return ArrangementRecorded(**said, kind="bespoke", lines=lines, starts=DAY, ends=DAY, agreed_on=DAY)


def instead(leaves: int, new: Line, *, given: float = 0) -> ReplacementSelected:
    """Somebody else is chosen for a line of the match."""
    said: dict[str, Any] = {"match": "m1", "request": "r1", "version": 2, "because": "no_time", "actor": "a"}
    return ReplacementSelected(**said, leaves=leaves, line=new, given=given, starts=DAY, expires_at=NOON + timedelta(days=9))


def consents(*lines: Line) -> ConsentsCompleted:
    return ConsentsCompleted(match="m1", request="r1", version=1, lines=lines, starts=DAY)


def lapse() -> MatchLapsed:
    return MatchLapsed(match="m1", request="r1", version=1, because="consent_deadline")


def held(*lines: Line) -> Hold:
    decision = domain.select(choice(*lines), None, plenty())
    assert decision.hold is not None
    return decision.hold


def refusal(decision: Decision) -> tuple[int, str, float]:
    assert isinstance(decision.fact, HoldRefused)
    return decision.fact.line.line, decision.fact.rule, decision.fact.short_by


def test_a_selection_is_held_with_every_line() -> None:
    decision = domain.select(choice(line(1), line(2, "p2")), None, plenty())
    assert decision.fact == CapacityHeld(match="m1", request="r1", lines=(line(1), line(2, "p2")), expires_at=NOON)
    assert domain.charges(decision.hold) == {("a", "held"): 8, ("b", "held"): 8, ("c", "held"): 16}


def test_days_are_charged_to_the_offer_with_most_free_days() -> None:
    few_left, many_left = account("a", "peer:p1", 10, used=6), account("b", "peer:p1", 6)
    decision = domain.select(choice(line(1)), None, known(few_left, many_left, account("c", "council:383", 50)))
    assert decision.hold is not None
    assert decision.hold.lines[0].peer_offer == "b"


def test_of_two_offers_alike_the_first_by_name_is_charged() -> None:
    decision = domain.select(
        choice(line(1)), None, known(account("b", "peer:p1", 6), account("a", "peer:p1", 6), account("c", "council:383", 50))
    )
    assert decision.hold is not None
    assert decision.hold.lines[0].peer_offer == "a"


def test_all_days_of_a_line_come_from_one_offer_even_if_two_together_would_do() -> None:
    two_small = known(account("a", "peer:p1", 3), account("b", "peer:p1", 3), account("c", "council:383", 50))
    assert refusal(domain.select(choice(line(1)), None, two_small)) == (1, "peer_days", 1)


def test_two_lines_of_one_peer_may_be_charged_to_two_offers() -> None:
    two_small = known(account("a", "peer:p1", 4), account("b", "peer:p1", 4), account("c", "council:383", 50))
    decision = domain.select(choice(line(1), line(2)), None, two_small)
    assert [each.peer_offer for each in decision.hold.lines] == ["a", "b"] if decision.hold else False


@pytest.mark.parametrize(
    ("starts", "ends"), [(DAY + timedelta(days=1), DAY + timedelta(days=9)), (date(2026, 1, 1), DAY - timedelta(days=1))]
)
def test_an_offer_that_is_not_in_force_when_the_work_starts_is_none(starts: date, ends: date) -> None:
    closed = known(account("a", "peer:p1", 10, starts=starts, ends=ends), account("c", "council:383", 50))
    assert refusal(domain.select(choice(line(1)), None, closed)) == (1, "no_offer", 4)


def test_work_is_charged_to_an_offer_that_names_its_kind_or_none_at_all() -> None:
    for_reviews = replace(account("a", "peer:p1", 20), kinds=("peer_review",))
    offered = known(for_reviews, account("b", "peer:p1", 6), account("c", "council:383", 50))
    for kind, offer in (("peer_review", "a"), ("bespoke", "b")):
        decision = domain.select(choice(line(1)).model_copy(update={"kind": kind}), None, offered)
        assert decision.hold is not None
        assert decision.hold.lines[0].peer_offer == offer


def test_days_for_another_kind_of_support_are_no_offer() -> None:
    for_reviews = replace(account("a", "peer:p1", 20), kinds=("peer_review",))
    asked = choice(line(1)).model_copy(update={"kind": "bespoke"})
    assert refusal(domain.select(asked, None, known(for_reviews, account("c", "council:383", 50)))) == (1, "no_offer", 4)


def test_without_an_offer_of_the_council_nothing_is_held() -> None:
    assert refusal(domain.select(choice(line(1)), None, known(account("a", "peer:p1", 10)))) == (1, "no_offer", 4)


def test_the_council_may_be_short_though_each_peer_has_days() -> None:
    scarce = known(account("a", "peer:p1", 10), account("b", "peer:p2", 10), account("c", "council:383", 7.5))
    assert refusal(domain.select(choice(line(1), line(2, "p2")), None, scarce)) == (2, "council_days", 0.5)


def test_a_peer_of_another_council_than_the_line_says_is_unknown() -> None:
    moved = known(account("a", "peer:p1", 10), account("c", "council:383", 50), councils={"p1": "202"})
    assert refusal(domain.select(choice(line(1)), None, moved)) == (1, "unknown_peer", 4)


def test_the_same_selection_again_is_no_decision() -> None:
    hold = held(line(1))
    assert domain.select(choice(line(1)), hold, plenty()) == Decision(hold)


def test_a_selection_that_was_let_go_is_not_held_again_when_it_is_repeated() -> None:
    hold = domain.release(lapse(), held(line(1))).hold
    assert domain.select(choice(line(1)), hold, plenty()) == Decision(hold)


def test_consents_place_the_lines_they_name_and_free_those_that_were_replaced() -> None:
    decision = domain.complete(consents(line(2, "p2")), held(line(1), line(2, "p2")))
    assert decision.fact == CapacityPlaced(match="m1", request="r1", lines=(line(2, "p2"),))
    assert domain.charges(decision.hold) == {("b", "placed"): 8, ("c", "placed"): 8}


@pytest.mark.parametrize("hold", [None, held(line(1))])
def test_consents_for_a_line_that_was_never_held_break_the_story(hold: Hold | None) -> None:
    with pytest.raises(BrokenStory):
        domain.complete(consents(line(1), line(2, "p2")), hold)


def test_consents_after_the_end_of_a_hold_change_nothing() -> None:
    over = domain.expire(held(line(1)), NOON).hold
    assert domain.complete(consents(line(1)), over) == Decision(over)


def test_a_hold_expires_at_its_time_exactly_once() -> None:
    hold = held(line(1))
    assert domain.expire(hold, NOON - timedelta(seconds=1)) == Decision(hold)
    first = domain.expire(hold, NOON)
    assert first.fact == HoldExpired(match="m1", request="r1")
    assert domain.expire(first.hold, NOON).fact is None
    assert domain.charges(first.hold) == {}


def test_what_is_placed_does_not_expire() -> None:
    placed = domain.complete(consents(line(1)), held(line(1))).hold
    assert domain.expire(placed, NOON) == Decision(placed)


def test_a_hold_beside_placed_lines_expires_alone() -> None:
    placed = domain.complete(consents(line(1)), held(line(1))).hold
    more = domain.select(choice(line(1), line(2, "p2")), placed, plenty()).hold
    decision = domain.expire(more, NOON)
    assert decision.fact == HoldExpired(match="m1", request="r1")
    assert decision.hold is not None
    assert decision.hold.state == "placed"
    assert domain.charges(decision.hold) == {("a", "placed"): 8, ("c", "placed"): 8}


@pytest.mark.parametrize("placed", [False, True])
def test_the_end_of_a_match_lets_go_of_all_that_is_held_or_placed_once(placed: bool) -> None:
    hold: Hold | None = held(line(1))
    if placed:
        hold = domain.complete(consents(line(1)), hold).hold
    decision = domain.release(lapse(), hold)
    assert decision.fact == HoldReleased(match="m1", request="r1", because="consent_deadline")
    assert domain.charges(decision.hold) == {}
    assert domain.release(lapse(), decision.hold) == Decision(decision.hold)


def test_an_arrangement_places_at_once_and_has_no_backstop() -> None:
    decision = domain.arrange(arrangement(line(1)), None, plenty())
    assert decision.fact == CapacityPlaced(match="m1", request="r1", lines=(line(1),))
    assert decision.hold is not None
    assert decision.hold.expires_at is None
    assert domain.arrange(arrangement(line(1)), decision.hold, plenty()).fact is None


def test_an_arrangement_of_what_is_held_places_the_hold_without_charging_twice() -> None:
    nothing_left = known(account("a", "peer:p1", 4, used=4), account("c", "council:383", 4, used=4))
    decision = domain.arrange(arrangement(line(1)), held(line(1)), nothing_left)
    assert decision.fact == CapacityPlaced(match="m1", request="r1", lines=(line(1),))
    assert domain.charges(decision.hold) == {("a", "placed"): 8, ("c", "placed"): 8}


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["select", "arrange", "complete", "lapse", "expire"]),
        st.integers(0, 5),
        st.integers(1, 3),
        st.sampled_from(["p1", "p2"]),
    ),
    max_size=40,
)


@given(STEPS)
def test_whatever_is_said_no_account_is_overdrawn_and_each_has_used_what_its_lines_say(steps: Sequence[tuple[str, int, int, str]]) -> None:
    accounts = [account("a", "peer:p1", 6), account("b", "peer:p2", 6), account("c", "council:383", 8)]
    ledger = Ledger({}, accounts, COUNCILS, {"leading-1": 2})
    for what, match, number, peer in steps:
        told: dict[str, Any] = {"match": f"m{match}", "request": f"r{match}"}
        lines = (line(number, peer, days=1.5),)
        try:
            match what:
                case "select":
                    ledger.hear(choice(*lines).model_copy(update=told | {"cohort": "leading-1"}))
                case "arrange":
                    ledger.hear(arrangement(*lines).model_copy(update=told))
                case "complete":
                    ledger.hear(consents(*lines).model_copy(update=told))
                case "lapse":
                    ledger.hear(lapse().model_copy(update=told))
                case "expire":
                    ledger.expire(f"m{match}", NOON)
        except BrokenStory:
            pass
    used: dict[str, int] = {}
    for hold in ledger.holds.values():
        for (offer, _), days in domain.charges(hold).items():
            used[offer] = used.get(offer, 0) + days
        assert (hold.state == "held") == any(each.state == "held" for each in hold.lines)
    assert all(used.get(each.offer, 0) <= each.offered for each in accounts)
    assert sum(len(places.seat(hold)) for hold in ledger.holds.values()) <= 2
    # and what is left can be had, to the last half-day
    for each in accounts[:2]:
        left = min(each.offered - used.get(each.offer, 0), accounts[2].offered - used.get("c", 0))
        if left:
            peer = each.owner.partition(":")[2]
            last = choice(line(1, peer, days=left / 2)).model_copy(update={"match": f"last-{peer}"})
            assert isinstance(ledger.hear(last), CapacityHeld)
            used["c"] = used.get("c", 0) + left


def p3_with(days: float) -> Known:
    """p3 has so many days left, and their council four."""
    return known(account("d", "peer:p3", days), account("c", "council:383", 4), councils={"p3": "383"})


def states(hold: Hold | None) -> dict[int, tuple[str, float]]:
    assert hold is not None
    return {each.line.line: (each.state, each.line.days) for each in hold.lines}


def test_a_member_of_a_held_team_gives_way_and_the_others_stay_held() -> None:
    before = held(line(1), line(2, "p2"))
    found = domain.move(instead(2, line(3, "p3")), before, p3_with(4))
    assert states(found.hold) == {1: ("held", 4), 2: ("free", 4), 3: ("held", 4)}
    assert found.fact == CapacityMoved(match="m1", request="r1", leaves=2, line=line(3, "p3"))
    assert found.hold is not None
    assert found.hold.expires_at == NOON + timedelta(days=9)


def test_what_the_leaver_gives_up_is_there_for_the_new_one_of_the_same_council() -> None:
    before = held(line(1), line(2, "p2"))
    full = known(account("d", "peer:p3", 4), account("c", "council:383", 8, used=8), councils={"p3": "383"})
    assert isinstance(domain.move(instead(2, line(3, "p3")), before, full).fact, CapacityMoved)
    camden = known(account("d", "peer:p3", 4), account("k", "council:202", 8, used=8), councils={"p3": "202"})
    other = domain.move(instead(2, line(3, "p3", council="202")), before, camden)
    assert isinstance(other.fact, HoldRefused)


def test_a_replacement_that_cannot_be_had_leaves_everything_as_it_was() -> None:
    before = held(line(1), line(2, "p2"))
    found = domain.move(instead(2, line(3, "p3")), before, p3_with(1))
    assert found.hold is before
    assert isinstance(found.fact, HoldRefused)
    assert (found.fact.rule, found.fact.short_by) == ("peer_days", 3)


def test_days_given_before_somebody_left_placed_work_stay_counted_and_the_rest_is_free() -> None:
    before = domain.complete(consents(line(1), line(2, "p2")), held(line(1), line(2, "p2"))).hold
    found = domain.move(
        instead(2, line(3, "p3", days=2.5), given=1.5),
        before,
        p3_with(4),
    )
    assert states(found.hold) == {1: ("placed", 4), 2: ("placed", 1.5), 3: ("placed", 2.5)}
    assert found.hold is not None
    assert found.hold.state == "placed"


def test_the_same_replacement_again_changes_nothing_and_one_of_nobody_s_line_is_parked() -> None:
    roomy = p3_with(4)
    once = domain.move(instead(2, line(3, "p3")), held(line(1), line(2, "p2")), roomy).hold
    assert domain.move(instead(2, line(3, "p3")), once, roomy) == Decision(once)
    for wrong in (instead(7, line(8, "p3")), instead(2, line(8, "p3"))):
        with pytest.raises(BrokenStory):
            domain.move(wrong, once, roomy)
    with pytest.raises(BrokenStory):
        domain.move(instead(1, line(3, "p3")), None, roomy)


def test_after_a_replacement_the_consents_of_the_new_team_place_it_and_the_leaver_s_days_stay_free() -> None:
    roomy = p3_with(4)
    once = domain.move(instead(2, line(3, "p3")), held(line(1), line(2, "p2")), roomy).hold
    done = domain.complete(consents(line(1), line(3, "p3")), once)
    assert states(done.hold) == {1: ("placed", 4), 2: ("free", 4), 3: ("placed", 4)}


def test_a_place_on_a_course_is_held_with_the_days_and_of_the_last_place_there_is_only_one() -> None:
    accounts = [account("a", "peer:p1", 10), account("b", "peer:p2", 10), account("c", "council:383", 50)]
    ledger = Ledger({}, accounts, COUNCILS, {"leading-1": 1})
    told = [{"match": f"m{n}", "cohort": "leading-1"} for n in (0, 1)]
    first, second = (choice(line(1, peer)).model_copy(update=said) for peer, said in zip(("p1", "p2"), told, strict=True))
    assert isinstance(ledger.hear(first), CapacityHeld)
    refused = ledger.hear(second)
    assert isinstance(refused, HoldRefused)
    assert (refused.rule, refused.short_by) == ("course_place", 0)
    assert places.seat(ledger.holds["m0"]) == {("leading-1", "held"): 1}
    given_up = CoursePlaceGivenUp(match="m0", request="r1", version=2, cohort="leading-1", because="left", actor="a")
    assert ledger.hear(given_up) is None
    assert isinstance(ledger.hear(second), CapacityHeld), "whoever waits gets it"
