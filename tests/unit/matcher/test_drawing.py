"""A sounding board's days are drawn one by one, within what was placed and within the dates; what is wrong is said with its field."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from schemas.drawing import DaysDrawn
from schemas.matcher import SupportCompleted
from services.matcher import arranging, drawing
from services.matcher.giving import deployments
from services.matcher.steps import Broken
from services.matcher.story import Story
from tests.unit.matcher.given import TODAY
from tests.unit.matcher.test_giving import given

NOW = datetime.combine(TODAY, time(9), UTC)
FIRST = TODAY - timedelta(days=30)


def board(days: float = 4, **fields: Any) -> Story:
    """A sounding board that is placed since a month."""
    return given("r1", "p1", starts=FIRST, days=days, **{"kind": "sounding_board", **fields})


def drawn(story: Story, days: float, on: date = TODAY, line: int = 1) -> Story:
    return drawing.draw(story, line, days, on, "call", "adviser", NOW).story


def test_each_use_is_said_with_its_day_its_reason_and_what_is_left() -> None:
    step = drawing.draw(drawn(board(), 1.5), 1, 0.5, FIRST, "visit", "adviser", NOW)
    (fact,) = step.facts
    assert isinstance(fact, DaysDrawn)
    assert (fact.drawn.line, fact.drawn.days_spent, fact.days_left) == (1, 0.5, 2)
    assert (fact.on, fact.because, fact.actor, fact.version) == (FIRST, "visit", "adviser", step.story.version)
    assert (step.story.state, [each.left for each in step.story.current.draws]) == ("placed", [2.5, 2])


def test_what_was_placed_can_be_drawn_to_the_last_half_day_and_no_further() -> None:
    all_of_it = drawn(drawn(board(), 3.5), 0.5)
    assert drawing.left(all_of_it, 1) == 0
    with pytest.raises(Broken) as broken:
        drawn(all_of_it, 0.5)
    assert broken.value.detail == "Days left here: 0. Enter no more than that; for more, ask for support anew."


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"days": 4.5}, "days"),
        ({"on": FIRST - timedelta(days=1)}, "on"),
        ({"on": TODAY + timedelta(days=1)}, "on"),
        ({"on": date(2027, 3, 2)}, "on"),
        ({"line": 2}, "line"),
    ],
)
def test_more_than_is_left_another_line_or_a_day_outside_the_work_is_refused_with_its_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Broken) as broken:
        drawn(board(), **{"days": 1, **wrong})
    assert [problem.field for problem in broken.value.problems] == [field]
    assert all(problem.remedy for problem in broken.value.problems)


def test_days_are_drawn_of_placed_work_of_a_kind_that_is_drawn_alone() -> None:
    for story, rule in ((board(state="consenting"), "not_placed"), (board(kind="peer_review"), "not_drawn")):
        with pytest.raises(Broken) as broken:
            drawn(story, 1)
        assert broken.value.rule == rule


def test_completed_work_counts_as_many_days_as_were_spent_and_no_more_than_were_placed() -> None:
    step = arranging.complete(drawn(board(), 1.5), {1: 1.5}, TODAY, "adviser", NOW)
    assert isinstance(step.facts[0], SupportCompleted)
    assert [one.days for one in deployments(step.story)] == [1.5]
    assert deployments(arranging.complete(board(), {1: 0}, TODAY, "adviser", NOW).story) == []
    over = arranging.complete(board(kind="bespoke"), {1: 5}, TODAY, "adviser", NOW).story
    assert [one.days for one in deployments(over)] == [4]
    with pytest.raises(Broken) as broken:
        arranging.complete(board(), {1: 4.5}, TODAY, "adviser", NOW)
    assert broken.value.rule == "more_than_placed"
