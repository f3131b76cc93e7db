"""What a call came to, and a word with the adviser of a peer's own region: noted, binding nobody."""

from datetime import timedelta

import pytest

from services.matcher import contacts
from services.matcher.steps import Broken
from tests.unit.matcher.test_decisions import NOW, TODAY, selected, suggested


def test_a_call_to_somebody_proposed_is_noted_and_changes_nothing() -> None:
    story = suggested()
    step = contacts.called(story, "p2", "no", "adviser")
    (fact,) = step.facts
    assert (type(fact).__name__, step.story is story, step.propose) == ("CallRecorded", True, False)
    assert contacts.called(selected(), "p1", "yes", "adviser").facts


@pytest.mark.parametrize(("peer", "outcome", "rule"), [("nobody", "yes", "not_proposed"), ("p1", "perhaps", "outcome")])
def test_a_call_is_to_somebody_proposed_or_chosen_and_comes_to_one_of_four(peer: str, outcome: str, rule: str) -> None:
    with pytest.raises(Broken) as error:
        contacts.called(suggested(), peer, outcome, "adviser")
    assert error.value.rule == rule


def test_the_adviser_of_another_region_is_told_and_nobody_of_the_own() -> None:
    assert contacts.told(suggested(), "h1", "p1", "390", "North East", "adviser").facts
    with pytest.raises(Broken) as error:
        contacts.told(suggested(), "h1", "p1", "301", "London", "adviser")
    assert error.value.rule == "own_region"


def test_not_now_needs_a_day_that_lies_ahead_and_other_answers_have_none() -> None:
    story = suggested()
    ahead = TODAY + timedelta(days=40)
    for until in (None, TODAY):
        with pytest.raises(Broken) as error:
            contacts.answered(story, "h1", "p1", "not_now", until, "adviser", NOW)
        assert error.value.rule == "until"
    (fact,) = contacts.answered(story, "h1", "p1", "not_now", ahead, "adviser", NOW).facts
    assert fact.model_dump()["until"] == ahead
    (fact,) = contacts.answered(story, "h1", "p1", "fine", ahead, "adviser", NOW).facts
    assert fact.model_dump()["until"] is None
