"""Who may serve at all: the register, roles, the portfolio, inspections, accreditation, release, absence."""

from datetime import date
from typing import Any

from schemas.registry import CouncilState, Inspection, Intervention, PeerState, Span
from tests.unit.matcher.given import DUDLEY, LEEDS, PORTSMOUTH, STARTS, ask, council, load, offer, peer, post, register
from tests.worked.asking import refused, suggested, under
from tests.worked.cases import beside, shows

VISIT = ask("director_of_childrens_services", kind="peer_review")
ACCREDITED = (Span(starts=date(2025, 1, 1)),)
BUDDY = ask(kind="inspection_buddy")
POOL = CouncilState(
    version=1,
    council="010",
    name="A pool of associates",
    region="London",
    kind="partner_organisation",
    willing=True,
    offers=(offer("pool", 90),),
)
ASSOCIATE = peer(of="010", kind="associate", party=None)


def director(**changes: Any) -> PeerState:
    return peer(kind="officer", party=None, role="director_of_childrens_services", **changes)


@shows("inactive")
def test_a_peer_who_rests_is_not_suggested() -> None:
    assert refused(register(peer(active=False)), ask(), "inactive")


@beside("inactive")
def test_a_peer_who_is_back_from_a_rest_is_suggested() -> None:
    assert suggested(register(peer(active=False), peer(version=2)), ask()) == ["p1"]


@shows("role")
def test_a_councillor_who_lost_the_portfolio_last_month_is_not_suggested_as_a_mentor() -> None:
    gone = peer(posts=(post("lead_member", until=date(2026, 10, 31)),))
    assert refused(register(gone), ask(), "role")


@beside("role")
def test_a_councillor_who_loses_the_portfolio_on_the_first_day_of_the_work_is_still_suggested() -> None:
    going = peer(posts=(post("lead_member", until=STARTS),))
    assert suggested(register(going), ask()) == ["p1"]


@shows("role")
def test_a_councillor_who_takes_up_the_portfolio_the_day_after_the_work_starts_is_not_suggested() -> None:
    coming = peer(posts=(post("lead_member", since=date(2026, 12, 2)),))
    assert refused(register(coming), ask(), "role")


@shows("role")
def test_a_director_is_not_suggested_where_a_lead_member_is_asked_for() -> None:
    assert refused(register(director()), ask(), "role")


@shows("giver")
def test_an_officer_is_not_suggested_to_mentor_a_lead_member_whatever_post_was_written_down() -> None:
    assert refused(register(peer(kind="officer", party=None)), ask(kind="mentoring_new_lead_member"), "giver")


@shows("giver")
def test_a_councillor_is_not_put_on_a_remote_diagnostic() -> None:
    assert refused(register(peer(accreditations=ACCREDITED)), ask(kind="diagnostic"), "giver")


@beside("giver")
def test_an_officer_may_be_a_sounding_board_for_a_council() -> None:
    assert suggested(register(director()), ask("director_of_childrens_services", kind="sounding_board")) == ["p1"]


@shows("portfolio")
def test_a_former_lead_member_is_not_suggested_to_mentor_a_new_one() -> None:
    former = peer(role="former_lead_member")
    assert refused(register(former), ask("former_lead_member", kind="mentoring_new_lead_member"), "portfolio")


@shows("portfolio")
def test_a_leader_without_the_childrens_portfolio_does_not_mentor_a_lead_member() -> None:
    assert refused(register(peer(role="leader")), ask("leader", kind="mentoring_defined_period"), "portfolio")


@beside("portfolio")
def test_a_leader_who_holds_the_childrens_portfolio_too_may_mentor_a_lead_member() -> None:
    both = peer(posts=(post("leader"), post("lead_member")))
    assert suggested(register(both), ask("leader", kind="mentoring_defined_period")) == ["p1"]


@beside("portfolio")
def test_a_former_lead_member_may_be_a_sounding_board() -> None:
    former = peer(role="former_lead_member")
    assert suggested(register(former), ask("former_lead_member", kind="sounding_board")) == ["p1"]


@shows("inspection")
def test_a_lead_member_whose_council_was_never_inspected_is_no_inspection_buddy() -> None:
    assert refused(register(peer()), BUDDY, "inspection")


@shows("inspection")
def test_a_lead_member_who_took_office_after_the_inspection_is_no_inspection_buddy() -> None:
    inspected = council(PORTSMOUTH, inspections=(Inspection(starts=date(2022, 5, 8)),))
    assert refused(register(inspected, peer()), BUDDY, "inspection")


@shows("inspection")
def test_an_inspection_that_begins_after_the_support_does_not_make_a_buddy() -> None:
    inspected = council(PORTSMOUTH, inspections=(Inspection(starts=date(2026, 12, 2)),))
    assert refused(register(inspected, peer()), BUDDY, "inspection")


@shows("inspection")
def test_a_scrutiny_chair_has_not_been_through_an_inspection_as_the_one_in_charge() -> None:
    inspected = council(PORTSMOUTH, inspections=(Inspection(starts=date(2024, 3, 4)),))
    watched = peer(posts=(post("scrutiny_chair", until=date(2025, 5, 1)), post("lead_member", since=date(2025, 5, 2))))
    assert refused(register(inspected, watched), BUDDY, "inspection")


@beside("inspection")
def test_a_lead_member_inspected_in_the_first_week_of_office_is_an_inspection_buddy() -> None:
    inspected = council(PORTSMOUTH, inspections=(Inspection(starts=date(2022, 5, 9)),))
    assert suggested(register(inspected, peer()), BUDDY) == ["p1"]


@beside("inspection")
def test_an_inspection_lived_through_at_another_council_counts() -> None:
    inspected = council(DUDLEY, inspections=(Inspection(starts=date(2019, 6, 3)),))
    moved = peer(posts=(post("lead_member", at=DUDLEY, since=date(2018, 5, 1), until=date(2021, 5, 1)), post("lead_member")))
    assert suggested(register(inspected, moved), BUDDY) == ["p1"]


@shows("accreditation")
def test_a_director_without_an_accreditation_is_not_put_on_a_peer_review() -> None:
    assert refused(register(director()), VISIT, "accreditation")


@shows("accreditation")
def test_a_director_whose_accreditation_lapsed_the_day_before_is_not_put_on_a_peer_review() -> None:
    lapsed = director(accreditations=(Span(starts=date(2023, 12, 1), ends=date(2026, 11, 30)),))
    assert refused(register(lapsed), VISIT, "accreditation")


@beside("accreditation")
def test_a_director_whose_accreditation_lasts_to_the_first_day_may_be_put_on_a_peer_review() -> None:
    lasting = director(accreditations=(Span(starts=date(2023, 12, 1), ends=STARTS),))
    assert suggested(register(lasting), VISIT) == ["p1"]


@beside("accreditation")
def test_mentoring_needs_no_accreditation() -> None:
    assert suggested(register(peer()), ask(kind="mentoring_new_lead_member")) == ["p1"]


@shows("release")
def test_an_officer_whose_employer_released_them_for_last_year_only_is_not_put_on_a_visit() -> None:
    last_year = (Span(starts=date(2025, 4, 1), ends=date(2026, 3, 31)),)
    assert refused(register(director(accreditations=ACCREDITED, releases=last_year)), VISIT, "release")


@beside("release")
def test_an_officer_whose_employer_has_released_them_for_this_year_may_be_put_on_a_visit() -> None:
    this_year = (Span(starts=date(2026, 4, 1), ends=date(2027, 3, 31)),)
    assert suggested(register(director(accreditations=ACCREDITED, releases=this_year)), VISIT) == ["p1"]


@beside("release")
def test_an_employer_who_has_said_nothing_yet_is_asked_when_the_officer_is_chosen() -> None:
    assert suggested(register(director(accreditations=ACCREDITED)), VISIT) == ["p1"]


@beside("release")
def test_an_officer_needs_no_release_for_mentoring() -> None:
    over = (Span(starts=date(2025, 4, 1), ends=date(2026, 3, 31)),)
    assert suggested(register(director(releases=over)), ask("director_of_childrens_services", kind="mentoring_new_director")) == ["p1"]


@shows("challenges")
def test_a_director_who_was_on_a_peer_review_in_march_is_not_put_on_another_in_december() -> None:
    known = register(director(accreditations=ACCREDITED), load("peer:p1", challenges=(date(2026, 3, 2),)))
    assert refused(known, VISIT, "challenges")


@shows("challenges")
def test_a_visit_that_is_planned_for_next_spring_counts_as_well() -> None:
    known = register(director(accreditations=ACCREDITED), load("peer:p1", challenges=(date(2027, 4, 5),)))
    assert refused(known, VISIT, "challenges")


@beside("challenges")
def test_a_director_may_go_on_a_peer_review_again_after_a_whole_year() -> None:
    known = register(director(accreditations=ACCREDITED), load("peer:p1", challenges=(date(2025, 12, 1),)))
    assert suggested(known, VISIT) == ["p1"]


@beside("challenges")
def test_two_visits_a_year_are_allowed_where_the_policy_says_so() -> None:
    known = register(director(accreditations=ACCREDITED), load("peer:p1", challenges=(date(2026, 3, 2),)))
    assert suggested(known, VISIT, under(challenges_a_year=2)) == ["p1"]


@beside("challenges")
def test_councillors_have_no_yearly_limit_of_visits() -> None:
    known = register(peer(accreditations=ACCREDITED), load("peer:p1", challenges=(date(2026, 3, 2),)))
    assert suggested(known, ask(kind="peer_review")) == ["p1"]


@beside("challenges")
def test_a_director_who_was_on_a_peer_review_may_still_mentor_this_year() -> None:
    known = register(director(), load("peer:p1", challenges=(date(2026, 3, 2),)))
    assert suggested(known, ask("director_of_childrens_services", kind="mentoring_new_director")) == ["p1"]


@shows("absence")
def test_a_peer_who_is_on_leave_when_the_work_starts_is_not_suggested() -> None:
    assert refused(register(peer(absences=(Span(starts=date(2026, 11, 1), ends=STARTS),))), ask(), "absence")


@shows("absence")
def test_a_director_who_is_away_on_the_last_day_of_a_peer_review_is_not_put_on_it() -> None:
    away = director(accreditations=ACCREDITED, absences=(Span(starts=date(2026, 12, 4)),))
    assert refused(register(away), VISIT, "absence")


@beside("absence")
def test_a_director_whose_leave_begins_after_the_last_day_of_a_peer_review_may_be_put_on_it() -> None:
    away = director(accreditations=ACCREDITED, absences=(Span(starts=date(2026, 12, 7)),))
    assert suggested(register(away), VISIT) == ["p1"]


@beside("absence")
def test_a_peer_who_is_back_from_leave_on_the_first_day_is_suggested() -> None:
    assert suggested(register(peer(absences=(Span(starts=date(2026, 11, 1), ends=date(2026, 11, 30)),))), ask()) == ["p1"]


@shows("in_intervention")
def test_a_council_under_direction_gives_no_help_where_the_policy_bars_it() -> None:
    directed = council(PORTSMOUTH, interventions=(Intervention(state="direction", starts=date(2026, 2, 1)),))
    assert refused(register(directed, peer()), ask(), "in_intervention", under(no_giving_from="direction"))


@beside("in_intervention")
def test_a_council_with_an_improvement_notice_gives_where_only_those_under_direction_are_barred() -> None:
    noticed = council(PORTSMOUTH, interventions=(Intervention(state="notice", starts=date(2026, 2, 1)),))
    assert suggested(register(noticed, peer()), ask(), under(no_giving_from="direction")) == ["p1"]


@beside("in_intervention")
def test_a_council_that_left_intervention_last_year_gives_again() -> None:
    left = council(PORTSMOUTH, interventions=(Intervention(state="trust", starts=date(2019, 2, 1), ends=date(2025, 2, 1)),))
    assert suggested(register(left, peer()), ask(), under(no_giving_from="informal")) == ["p1"]


@beside("in_intervention")
def test_every_council_has_something_to_give_unless_the_policy_bars_it() -> None:
    directed = council(PORTSMOUTH, interventions=(Intervention(state="commissioner", starts=date(2026, 2, 1)),))
    assert suggested(register(directed, peer()), ask()) == ["p1"]


@shows("dates")
def test_a_peer_whose_offer_ended_the_day_before_is_not_suggested() -> None:
    assert refused(register(peer(offers=(offer("o", 8, ends=date(2026, 11, 30)),))), ask(), "dates")


@shows("dates")
def test_days_offered_for_another_kind_of_support_are_none_for_this_one() -> None:
    for_mentoring = offer("o", 8).model_copy(update={"kinds": ("mentoring_defined_period",)})
    assert refused(register(peer(offers=(for_mentoring,))), ask(), "dates")


@beside("dates")
def test_days_offered_for_this_kind_of_support_among_others_are_offered() -> None:
    for_both = offer("o", 8).model_copy(update={"kinds": ("mentoring_defined_period", ask().kind)})
    assert suggested(register(peer(offers=(for_both,))), ask()) == ["p1"]


@beside("dates")
def test_a_peer_whose_offer_ends_on_the_first_day_of_the_work_is_suggested() -> None:
    assert suggested(register(peer(offers=(offer("o", 8, ends=STARTS),))), ask()) == ["p1"]


@shows("peer_days")
def test_a_peer_with_half_a_day_too_little_is_not_suggested() -> None:
    assert refused(register(peer(days=8), load("peer:p1", used={"o-p1": 4.5})), ask(), "peer_days")


@beside("peer_days")
def test_a_peer_with_exactly_the_days_asked_for_is_suggested() -> None:
    assert suggested(register(peer(days=8), load("peer:p1", used={"o-p1": 4})), ask()) == ["p1"]


@shows("not_willing")
def test_nobody_is_taken_from_a_council_that_offers_no_support() -> None:
    assert refused(register(council(PORTSMOUTH, willing=False), peer()), ask(), "not_willing")


@beside("not_willing")
def test_a_council_may_receive_although_it_gives_nothing() -> None:
    assert suggested(register(council(LEEDS, willing=False), peer()), ask()) == ["p1"]


@shows("council_dates")
def test_a_peer_whose_council_offers_days_from_new_year_only_is_not_suggested_in_december() -> None:
    late = council(PORTSMOUTH, offers=(offer("o", 50, starts=date(2027, 1, 1)),))
    assert refused(register(late, peer()), ask(), "council_dates")


@shows("paid")
def test_a_paid_associate_is_not_put_on_work_that_is_to_be_free() -> None:
    assert refused(register(POOL, ASSOCIATE), ask(), "paid")


@beside("paid")
def test_an_associate_may_serve_where_the_council_pays() -> None:
    assert suggested(register(POOL, ASSOCIATE), ask(cost_basis="subsidised")) == ["p1"]


@shows("worked_there")
def test_an_associate_who_left_the_council_that_asks_half_a_year_ago_does_not_go_back_paid() -> None:
    left = post("lead_member", LEEDS, date(2020, 5, 1), date(2026, 6, 1))
    before = ASSOCIATE.model_copy(update={"posts": (*ASSOCIATE.posts, left)})
    assert refused(register(POOL, before), ask(cost_basis="whole_cost"), "worked_there")


@shows("council_dates")
def test_a_council_that_offers_days_for_mentoring_alone_gives_none_for_anything_else() -> None:
    for_mentoring = offer("o", 50).model_copy(update={"kinds": ("mentoring_defined_period",)})
    assert refused(register(council(PORTSMOUTH, offers=(for_mentoring,)), peer()), ask(), "council_dates")


@beside("council_dates")
def test_a_peer_whose_council_offers_days_from_the_first_day_is_suggested() -> None:
    timely = council(PORTSMOUTH, offers=(offer("o", 50, starts=STARTS),))
    assert suggested(register(timely, peer()), ask()) == ["p1"]


@shows("council_days")
def test_a_peer_whose_council_has_given_all_its_days_is_not_suggested() -> None:
    known = register(council(PORTSMOUTH, days=50), peer(), load(f"council:{PORTSMOUTH}", used={f"o{PORTSMOUTH}": 50}))
    assert refused(known, ask(), "council_days")


@beside("council_days")
def test_a_peer_whose_council_has_just_enough_days_left_is_suggested() -> None:
    known = register(council(PORTSMOUTH, days=50), peer(), load(f"council:{PORTSMOUTH}", used={f"o{PORTSMOUTH}": 46}))
    assert suggested(known, ask()) == ["p1"]
