"""Who comes first among those who may serve: a sentence for each term of the fit. Alike peers stand in the order of their names."""

from schemas.registry import Feedback, PeerState
from tests.unit.matcher.given import (
    BRADFORD,
    CITY_OF_LONDON,
    DUDLEY,
    GREENWICH,
    KIRKLEES,
    LEWISHAM,
    PORTSMOUTH,
    SHEFFIELD,
    ask,
    peer,
    register,
)
from tests.worked.asking import suggested
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
