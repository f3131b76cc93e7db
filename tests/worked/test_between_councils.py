"""What stands between two councils: own council, links, interests, wishes, earlier posts, and what was said before."""

from dataclasses import replace
from datetime import date

from schemas.registry import Interest
from services.matcher.ranking import rank
from tests.unit.matcher.given import (
    BRADFORD,
    DUDLEY,
    LEEDS,
    PORTSMOUTH,
    STARTS,
    TODAY,
    WAKEFIELD,
    ask,
    cohort,
    council,
    peer,
    post,
    register,
)
from tests.worked.asking import IN_FORCE, refused, suggested, under
from tests.worked.cases import beside, shows

SINCE = date(2015, 5, 1)


@shows("own_council")
def test_nobody_is_suggested_to_their_own_council() -> None:
    assert refused(register(peer(of=LEEDS)), ask(), "own_council")


@shows("own_council")
def test_a_chief_executive_who_runs_two_councils_is_not_suggested_to_the_second() -> None:
    shared = peer(posts=(post("lead_member"), post("chief_executive", at=LEEDS)))
    assert refused(register(shared), ask(), "own_council")


@beside("own_council")
def test_a_peer_who_will_join_the_council_that_asks_only_after_the_work_has_started_may_help_it() -> None:
    joining = peer(posts=(post("lead_member"), post("leader", at=LEEDS, since=date(2027, 5, 10))))
    assert suggested(register(joining), ask()) == ["p1"]


@shows("linked_council")
def test_a_council_whose_service_is_run_by_the_same_trust_does_not_help() -> None:
    assert refused(register(council(LEEDS, linked=(PORTSMOUTH,)), peer()), ask(), "linked_council")


@shows("linked_council")
def test_a_link_counts_whichever_of_the_two_declared_it() -> None:
    assert refused(register(council(PORTSMOUTH, linked=(LEEDS,)), peer()), ask(), "linked_council")


@beside("linked_council")
def test_a_council_that_is_linked_with_a_third_one_may_help() -> None:
    assert suggested(register(council(PORTSMOUTH, linked=(DUDLEY,)), council(LEEDS, linked=(BRADFORD,)), peer()), ask()) == ["p1"]


@shows("interest")
def test_a_peer_whose_sister_works_for_the_council_that_asks_is_not_suggested_to_it() -> None:
    assert refused(register(peer(interests=(Interest(council=LEEDS, starts=SINCE),))), ask(), "interest")


@beside("interest")
def test_a_declared_interest_that_has_ended_no_longer_counts() -> None:
    ended = Interest(council=LEEDS, starts=SINCE, ends=date(2026, 11, 30))
    assert suggested(register(peer(interests=(ended,))), ask()) == ["p1"]


@beside("interest")
def test_an_interest_in_another_council_does_not_count() -> None:
    assert suggested(register(peer(interests=(Interest(council=DUDLEY, starts=SINCE),))), ask()) == ["p1"]


@shows("avoided_council")
def test_nobody_is_taken_from_a_council_that_the_host_wishes_to_avoid() -> None:
    assert refused(register(peer()), ask(avoid=frozenset({PORTSMOUTH})), "avoided_council")


@beside("avoided_council")
def test_a_wish_to_avoid_one_council_says_nothing_about_another() -> None:
    assert suggested(register(peer()), ask(avoid=frozenset({DUDLEY}))) == ["p1"]


@shows("one_outside_region")
def test_a_council_that_needs_one_from_outside_its_region_gets_no_team_of_neighbours() -> None:
    neighbours = register(peer("a", of=BRADFORD), peer("b", of=WAKEFIELD))
    asked = ask("lead_member", "lead_member", one_outside_region=True)
    assert suggested(neighbours, asked) == []
    short = rank(neighbours, [asked], IN_FORCE.get(), TODAY)[0].shortages
    assert [place.excluded for place in short] == [{"one_outside_region": 2}]


@shows("one_outside_region")
def test_one_of_a_team_is_from_outside_the_region_although_neighbours_fit_better() -> None:
    known = register(peer("a", of=BRADFORD), peer("b", of=WAKEFIELD), peer("far", of=PORTSMOUTH, themes=("send", "neglect")))
    asked = ask("lead_member", "lead_member", themes=("finance", "send"), one_outside_region=True)
    by = under(floor=0.0, weights={**IN_FORCE.get().weights, "region": 0.9}, give_up={"default": 1.0})
    first = rank(known, [replace(asked, region="inside")], by, TODAY)[0].suggestions
    assert "far" in {place.candidates[0].peer for place in first}


@beside("one_outside_region")
def test_a_council_that_does_not_need_it_may_have_a_team_of_neighbours() -> None:
    assert suggested(register(peer("a", of=BRADFORD), peer("b", of=WAKEFIELD)), ask("lead_member", "lead_member")) != []


COURSE = {"kind": "leadership_place", "priority": "newly_appointed"}


@shows("course_place")
def test_a_place_on_a_course_that_is_full_is_waited_for() -> None:
    asked = ask(**COURSE)
    assert suggested(register(peer(), cohort(places=2, taken=2)), asked) == []
    short = rank(register(peer(), cohort(places=2, taken=2)), [asked], IN_FORCE.get(), TODAY)[0].shortages
    assert [place.excluded for place in short] == [{"course_place": 1}]


@shows("course_place")
def test_a_course_that_begins_after_the_dates_of_the_request_or_whose_last_day_to_ask_is_past_gives_no_place() -> None:
    late = cohort("late", starts=date(2027, 6, 1))
    assert suggested(register(peer(), late), ask(**COURSE)) == []
    assert suggested(register(peer(), cohort()), ask(**COURSE, asked=date(2027, 1, 2))) == []


@shows("course_place")
def test_of_three_requests_for_two_places_the_last_in_order_waits_although_nobody_is_chosen_yet() -> None:
    known = register(*(peer(f"p{n}", days=30) for n in range(3)), cohort(places=2))
    ranked = rank(known, [ask(request=name, **COURSE) for name in ("first", "second", "third")], IN_FORCE.get(), TODAY)
    assert [each.cohort for each in ranked] == ["leading-1", "leading-1", None]


@beside("course_place")
def test_a_place_on_the_earliest_course_with_room_comes_with_a_companion() -> None:
    full, later = cohort("full", taken=8), cohort("later", starts=date(2027, 2, 1))
    known = register(peer(), full, later, cohort("last", starts=date(2027, 3, 1)))
    assert suggested(known, ask(**COURSE)) == ["p1"]


@beside("course_place")
def test_work_of_other_kinds_waits_for_no_course() -> None:
    assert suggested(register(peer(), cohort(taken=8)), ask()) == ["p1"]


@shows("worked_there")
def test_an_officer_who_left_the_council_that_asks_last_year_is_not_suggested_to_it() -> None:
    back = peer(posts=(post("assistant_director", at=LEEDS, since=SINCE, until=date(2025, 9, 30)), post("lead_member")))
    assert refused(register(back), ask(), "worked_there")


@shows("worked_there")
def test_a_councillor_who_lost_a_seat_there_five_years_ago_to_the_day_is_not_suggested() -> None:
    back = peer(posts=(post("member", at=LEEDS, since=SINCE, until=date(2021, 12, 1)), post("lead_member")))
    assert refused(register(back), ask(), "worked_there")


@beside("worked_there")
def test_somebody_who_left_a_day_longer_ago_than_that_may_help() -> None:
    back = peer(posts=(post("member", at=LEEDS, since=SINCE, until=date(2021, 11, 30)), post("lead_member")))
    assert suggested(register(back), ask()) == ["p1"]


@beside("worked_there")
def test_a_policy_with_a_shorter_cooling_off_lets_them_help_sooner() -> None:
    back = peer(posts=(post("assistant_director", at=LEEDS, since=SINCE, until=date(2025, 9, 30)), post("lead_member")))
    assert suggested(register(back), ask(), under(cooling_off_months=12)) == ["p1"]


@shows("not_now")
def test_a_peer_whom_the_adviser_of_their_own_region_asks_not_to_ask_before_spring_is_not_suggested() -> None:
    known = register(peer(), peer("p2"))
    known.spare({"p1": date(2027, 3, 31)})
    assert refused(known, ask(), "not_now")
    assert suggested(known, ask()) == ["p2"]


@beside("not_now")
def test_once_their_day_has_come_they_are_suggested_as_before() -> None:
    known = register(peer())
    known.spare({"p1": date(2027, 3, 31)})
    known.spare({})
    assert suggested(known, ask()) == ["p1"]


@shows("declined")
def test_a_peer_who_said_no_to_this_request_is_not_asked_again_for_it() -> None:
    assert refused(register(peer()), ask(declined=frozenset({"p1"})), "declined")


@beside("declined")
def test_a_peer_who_said_no_to_another_request_is_asked_as_before() -> None:
    assert suggested(register(peer()), ask(request="r2", starts=STARTS)) == ["p1"]
