"""What peers have lived through: how far judgements rose while they led, from posts and inspections alone."""

from datetime import date
from typing import Any

import pytest

from schemas.registry import Inspection, Post
from services.matcher.lived import climbs
from services.vocabulary.ladder import AREAS, JUDGEMENTS
from services.vocabulary.themes import JUDGED_AS, THEMES
from tests.unit.matcher.given import PORTSMOUTH, council, peer, post


def risen(judgements: str, post_held: Post | None = None, **changes: Any) -> float:
    """What the journey is with the impact of leaders. judgements: a letter for each year from 2020 on: i, r, g, o, or a dash for none."""
    grades = dict(zip("irgo", JUDGEMENTS, strict=True))
    known = tuple(Inspection(starts=date(2020 + n, 3, 1), judgement=grades[each]) for n, each in enumerate(judgements) if each != "-")
    held = post_held or post("lead_member", since=date(2021, 5, 1), until=date(2026, 5, 1))
    table = climbs([peer(posts=(held,), **changes)], {PORTSMOUTH: council(PORTSMOUTH, inspections=known)})
    return float(table[AREAS.index("leaders"), 0])


@pytest.mark.parametrize(
    ("judgements", "journey"),
    [
        ("i-g", 1.0), ("i-r", 0.5), ("r-g", 0.5), ("r-o", 1.0), ("i-o", 1.0),
        ("g-g", 0.0), ("g-i", 0.0), ("--i", 0.0), ("i--", 0.0), ("---", 0.0),
        ("--i-g", 1.0),   # the first judgement came during the post as well
        ("g-i-g", 1.0),   # it fell and rose again in one post
        ("i------g", 0.0), # the peer had left before it rose
        ("ig", 0.0),      # it had risen before the peer came
        ("rgi", 0.0),
    ],
)  # fmt: skip
def test_the_journey_is_half_of_the_steps_by_which_the_judgement_rose_during_one_post(judgements: str, journey: float) -> None:
    assert risen(judgements) == journey


def test_who_was_there_without_leading_has_led_no_journey() -> None:
    assert risen("i-g", post("member", since=date(2021, 5, 1))) == 0
    assert risen("i-g", post("assistant_director", since=date(2021, 5, 1)), kind="officer") == 1


def test_two_posts_do_not_make_one_journey() -> None:
    known = tuple(Inspection(starts=date(year, 3, 1), judgement=grade) for year, grade in ((2020, "inadequate"), (2022, "good")))
    gap = (post("lead_member", since=date(2019, 5, 1), until=date(2021, 5, 1)), post("lead_member", since=date(2022, 5, 1)))
    assert climbs([peer(posts=gap)], {PORTSMOUTH: council(PORTSMOUTH, inspections=known)}).max() == 0


def test_an_area_without_a_judgement_of_its_own_counts_by_the_whole() -> None:
    whole = [Inspection(starts=date(year, 3, 1), judgement=grade) for year, grade in ((2020, "inadequate"), (2022, "good"))]
    own = Inspection(starts=date(2022, 3, 1), judgement="inadequate", area="care_leavers")
    for known in ((*whole, own), (own, *whole)):
        table = climbs([peer(posts=(post("lead_member", since=date(2021, 5, 1)),))], {PORTSMOUTH: council(PORTSMOUTH, inspections=known)})
        assert dict(zip(AREAS, table[:, 0].tolist(), strict=True)) == dict.fromkeys(AREAS, 1.0) | {"care_leavers": 0.0}


def test_every_theme_is_judged_in_an_area_that_exists() -> None:
    assert set(JUDGED_AS) == set(THEMES)
    assert set(JUDGED_AS.values()) == set(AREAS)
