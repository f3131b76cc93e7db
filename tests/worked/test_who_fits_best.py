"""Who comes first among those who may serve: a sentence for each term of the fit. Alike peers stand in the order of their names."""

from datetime import date
from typing import Any

from schemas.registry import CouncilState, Feedback, Inspection, PeerState
from tests.unit.matcher.given import (
    BRADFORD,
    CITY_OF_LONDON,
    DUDLEY,
    GREENWICH,
    KIRKLEES,
    LEEDS,
    LEWISHAM,
    PORTSMOUTH,
    SHEFFIELD,
    ask,
    council,
    load,
    peer,
    post,
    register,
)
from tests.worked.asking import suggested, weighing
from tests.worked.cases import beside, shows

BOURNEMOUTH = "839"
"""The tenth statistical neighbour of Leeds."""

TEAM = ask("lead_member", "director_of_childrens_services")


def director() -> PeerState:
    return peer("dcs", of=DUDLEY, role="director_of_childrens_services")


@shows("term:themes")
def test_whoever_knows_the_theme_comes_before_whoever_does_not() -> None:
    known = register(peer("ada", themes=("finance",)), peer("wren", themes=("send",)))
    assert suggested(known, ask())[0] == "wren"


@shows("term:themes")
def test_whoever_knows_both_themes_comes_before_whoever_knows_one() -> None:
    known = register(peer("ada", themes=("send",)), peer("wren", themes=("send", "neglect")))
    assert suggested(known, ask(themes=("send", "neglect")))[0] == "wren"


@beside("term:themes")
def test_knowing_more_than_was_asked_for_brings_nobody_forward() -> None:
    known = register(peer("ada", themes=("send",)), peer("wren", themes=("send", "finance", "neglect")))
    assert suggested(known, ask()) == ["ada", "wren"]


@shows("term:themes")
def test_whoever_knows_a_theme_close_by_comes_before_whoever_knows_a_far_one() -> None:
    known = register(peer("ada", themes=("finance",)), peer("wren", themes=("mental_health",)))
    assert suggested(known, ask())[0] == "wren"


@shows("term:feedback")
def test_in_a_team_whoever_was_rated_highly_for_work_in_teams_comes_first() -> None:
    known = register(peer("ada"), peer("wren", feedback=Feedback(count=3, mean=5)), director())
    assert suggested(known, TEAM)[0] == "wren"


@beside("term:feedback")
def test_two_ratings_are_too_few_to_bring_anybody_forward() -> None:
    known = register(peer("ada"), peer("wren", feedback=Feedback(count=2, mean=5)), director())
    assert suggested(known, TEAM) == ["ada", "wren"]


@beside("term:feedback")
def test_a_rating_like_that_of_most_puts_nobody_before_a_peer_whom_nobody_has_rated() -> None:
    known = register(peer("ada"), peer("wren", feedback=Feedback(count=9, mean=4)), director())
    assert suggested(known, TEAM) == ["ada", "wren"]


@beside("term:feedback")
def test_feedback_does_not_count_in_mentoring() -> None:
    known = register(peer("ada"), peer("wren", feedback=Feedback(count=9, mean=5)))
    assert suggested(known, ask()) == ["ada", "wren"]


@shows("term:similarity")
def test_a_statistical_neighbour_comes_before_a_council_unlike_the_host() -> None:
    known = register(peer("ada", of=DUDLEY), peer("wren", of=PORTSMOUTH))
    assert suggested(known, ask()) == ["wren", "ada"]


@shows("term:similarity")
def test_a_nearer_statistical_neighbour_comes_before_a_farther_one() -> None:
    known = register(peer("ada", of=LEWISHAM), peer("wren", of=PORTSMOUTH))
    assert suggested(known, ask()) == ["wren", "ada"]


@beside("term:similarity")
def test_two_peers_of_one_council_are_alike() -> None:
    known = register(peer("wren", of=PORTSMOUTH), peer("ada", of=PORTSMOUTH))
    assert suggested(known, ask()) == ["ada", "wren"]


@shows("term:politics")
def test_between_two_councillors_the_party_wished_for_comes_first() -> None:
    known = register(peer("ada", party="conservative"), peer("wren", party="labour"))
    assert suggested(known, ask(party="labour")) == ["wren", "ada"]


@beside("term:politics")
def test_where_no_party_was_wished_for_none_comes_first() -> None:
    known = register(peer("ada", party="conservative"), peer("wren", party="labour"))
    assert suggested(known, ask()) == ["ada", "wren"]


@beside("term:politics")
def test_in_a_team_the_party_of_one_member_does_not_count() -> None:
    known = register(peer("ada", party="conservative"), peer("wren", party="labour"), peer("dcs", role="director_of_childrens_services"))
    assert suggested(known, ask("lead_member", "director_of_childrens_services", party="labour")) == ["ada", "wren"]


@shows("term:region")
def test_a_council_that_wishes_for_its_own_region_gets_it_first() -> None:
    known = register(peer("ada", of=PORTSMOUTH), peer("wren", of=SHEFFIELD))
    assert suggested(known, ask(region="inside")) == ["wren", "ada"]


@shows("term:region")
def test_a_council_that_wishes_for_another_region_gets_that_first() -> None:
    known = register(peer("ada", of=SHEFFIELD), peer("wren", of=BOURNEMOUTH))
    assert suggested(known, ask(region="outside")) == ["wren", "ada"]


@beside("term:region")
def test_without_a_wish_no_region_comes_first() -> None:
    known = register(peer("ada", of=PORTSMOUTH), peer("wren", of=PORTSMOUTH))
    assert suggested(known, ask(region="any")) == ["ada", "wren"]


@shows("term:border")
def test_of_two_equally_similar_councils_the_one_over_the_border_comes_second() -> None:
    known = register(peer("ada", of=BRADFORD), peer("wren", of=GREENWICH))
    assert suggested(known, ask()) == ["wren", "ada"]


@beside("term:border")
def test_a_much_more_similar_council_comes_first_although_it_lies_over_the_border() -> None:
    known = register(peer("ada", of=GREENWICH), peer("wren", of=KIRKLEES))
    assert suggested(known, ask()) == ["wren", "ada"]


@shows("term:role")
def test_whoever_holds_the_role_asked_for_clears_the_floor_with_half_of_the_themes() -> None:
    assert suggested(register(peer(of=CITY_OF_LONDON)), ask(themes=("send", "neglect"))) == ["p1"]


@beside("term:role")
def test_the_role_alone_does_not_clear_the_floor() -> None:
    assert suggested(register(peer(of=CITY_OF_LONDON)), ask(themes=("finance", "neglect"))) == []


HERE, THERE = "831", "350"
"""Two councils that are as like Leeds as one another, neither beside it."""
SINCE_2020 = date(2020, 5, 11)


def here(name: str, **changes: Any) -> PeerState:
    return peer(name, of=HERE, **{"posts": (post("lead_member", at=HERE, since=SINCE_2020),)} | changes)


def there(name: str, **changes: Any) -> PeerState:
    return peer(name, of=THERE, **{"posts": (post("lead_member", at=THERE, since=SINCE_2020),)} | changes)


def judged(code: str, *judgements: str, area: str | None = None, first: int = 2021) -> CouncilState:
    """A council that was inspected every other May with these judgements."""
    return council(code, inspections=tuple(_inspection(first + 2 * n, judgement, area) for n, judgement in enumerate(judgements)))


def _inspection(year: int, judgement: str, area: str | None = None) -> Inspection:
    return Inspection(starts=date(year, 5, 20), published=date(year, 7, 1), judgement=judgement, area=area)


@shows("term:journey")
def test_whoever_led_from_inadequate_to_good_comes_before_whoever_was_good_throughout() -> None:
    known = register(judged(HERE, "good", "good"), judged(THERE, "inadequate", "good"), here("ada"), there("wren"))
    assert suggested(known, ask(), weighing("journey")) == ["wren", "ada"]


@shows("term:journey")
def test_one_step_up_counts_less_than_two() -> None:
    known = register(
        judged(HERE, "inadequate", "requires_improvement"), judged(THERE, "inadequate", "requires_improvement", "good"),
        here("ada"), there("wren"),
    )  # fmt: skip
    assert suggested(known, ask(), weighing("journey")) == ["wren", "ada"]


@beside("term:journey")
def test_whoever_took_office_after_the_judgement_rose_has_led_no_journey() -> None:
    known = register(
        judged(THERE, "inadequate", "good", first=2019),
        here("ada"),
        there("wren", posts=(post("lead_member", at=THERE, since=date(2021, 6, 1)),)),
    )
    assert suggested(known, ask(), weighing("journey")) == ["ada", "wren"]


@beside("term:journey")
def test_a_fall_of_the_judgement_sets_nobody_back() -> None:
    known = register(judged(HERE, "good", "inadequate"), here("ada"), there("wren"))
    assert suggested(known, ask(), weighing("journey")) == ["ada", "wren"]


@shows("term:journey")
def test_the_judgement_that_counts_is_that_of_the_area_in_which_the_theme_is_judged() -> None:
    by_area = council(
        THERE,
        inspections=tuple(
            _inspection(year, judgement, area)
            for year, judgement, area in (
                (2021, "inadequate", "children_in_care"), (2023, "good", "children_in_care"),
                (2021, "good", "help_and_protection"), (2023, "good", "help_and_protection"),
            )
        ),
    )  # fmt: skip
    known = register(by_area, here("ada", themes=("adoption", "neglect")), there("wren", themes=("adoption", "neglect")))
    assert suggested(known, ask(themes=("adoption",)), weighing("journey")) == ["wren", "ada"]
    assert suggested(known, ask(themes=("neglect",)), weighing("journey")) == ["ada", "wren"]


@shows("term:seniority")
def test_whoever_has_long_held_the_role_comes_before_whoever_has_just_taken_it_on() -> None:
    known = register(here("ada", posts=(post("lead_member", at=HERE, since=date(2026, 5, 11)),)), here("wren"))
    assert suggested(known, ask(), weighing("seniority")) == ["wren", "ada"]


@shows("term:seniority")
def test_years_in_the_role_at_another_council_count_as_well() -> None:
    moved = (
        post("lead_member", at=DUDLEY, since=date(2021, 5, 1), until=date(2026, 5, 1)),
        post("lead_member", at=HERE, since=date(2026, 5, 11)),
    )
    known = register(here("ada", posts=(post("lead_member", at=HERE, since=date(2026, 5, 11)),)), here("wren", posts=moved))
    assert suggested(known, ask(), weighing("seniority")) == ["wren", "ada"]


@beside("term:seniority")
def test_after_a_councils_term_of_four_years_more_years_bring_nobody_forward() -> None:
    known = register(
        here("ada", posts=(post("lead_member", at=HERE, since=date(2022, 5, 9)),)),
        here("wren", posts=(post("lead_member", at=HERE, since=date(2005, 5, 9)),)),
    )
    assert suggested(known, ask(), weighing("seniority")) == ["ada", "wren"]


@shows("term:together")
def test_whoever_has_helped_this_council_before_comes_before_an_equal_who_has_not() -> None:
    before = load("peer:wren", placed=(date(2026, 2, 2),), hosts=(LEEDS,))
    other = load("peer:ada", placed=(date(2026, 2, 2),), hosts=(DUDLEY,))
    assert suggested(register(here("ada"), here("wren"), before, other), ask(), weighing("together")) == ["wren", "ada"]


@beside("term:together")
def test_colleagues_of_one_council_that_has_helped_before_stay_as_they_are_to_one_another() -> None:
    before = load(f"council:{HERE}", placed=(date(2026, 2, 2),), hosts=(LEEDS,))
    assert suggested(register(here("ada"), here("wren"), before), ask(), weighing("together")) == ["ada", "wren"]


@shows("term:reciprocal")
def test_a_council_that_the_host_has_helped_within_a_year_comes_second() -> None:
    helped = load(f"council:{LEEDS}", placed=(date(2026, 1, 12),), hosts=(HERE,))
    assert suggested(register(here("ada"), there("wren"), helped), ask()) == ["wren", "ada"]


@beside("term:reciprocal")
def test_help_that_the_host_gave_longer_ago_does_not_count() -> None:
    helped = load(f"council:{LEEDS}", placed=(date(2025, 12, 1),), hosts=(HERE,))
    assert suggested(register(here("ada"), there("wren"), helped), ask()) == ["ada", "wren"]


@beside("term:reciprocal")
def test_help_that_the_host_gave_to_a_third_council_does_not_count() -> None:
    helped = load(f"council:{LEEDS}", placed=(date(2026, 1, 12),), hosts=(DUDLEY,))
    assert suggested(register(here("ada"), there("wren"), helped), ask()) == ["ada", "wren"]
