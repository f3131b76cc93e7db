"""Ratings of work in teams: few count for nothing, many pull away from the mean, nobody is punished for having none."""

import pytest

from schemas.registry import Feedback
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import rank
from services.vocabulary.themes import THEMES, nearness
from tests.unit.matcher.given import TODAY, ask, peer, register


@pytest.mark.parametrize(
    ("given", "term"),
    [(None, 0.75), ((2, 1.0), 0.75), ((3, 4.0), 0.75), ((5, 5.0), 0.875), ((15, 5.0), 0.9375), ((5, 1.0), 0.375)],
)
def test_the_mean_of_ratings_is_drawn_towards_the_usual_one(given: tuple[int, float] | None, term: float) -> None:
    feedback = Feedback(count=given[0], mean=given[1]) if given else None
    known = register(peer(feedback=feedback), peer("dcs", role="director_of_childrens_services"))
    ranked = rank(known, [ask("lead_member", "director_of_childrens_services")], DEFAULT_POLICY, TODAY)[0]
    assert ranked.suggestions[0].candidates[0].terms["feedback"] == term


def test_nearness_is_the_same_both_ways_and_whole_for_the_theme_itself_alone() -> None:
    for one in THEMES:
        for other in THEMES:
            assert nearness(one, other) == nearness(other, one)
            assert (nearness(one, other) == 10) == (one == other)


@pytest.mark.parametrize(
    ("asked", "known", "tenths"),
    [("send", "mental_health", 6), ("send", "elective_home_education", 3), ("send", "finance", 0), ("unheard_of", "send", 0)],
)
def test_near_themes_count_more_than_those_of_the_family_and_others_nothing(asked: str, known: str, tenths: int) -> None:
    assert nearness(asked, known) == tenths
