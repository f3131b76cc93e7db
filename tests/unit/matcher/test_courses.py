"""Places on courses: who is given one, who waits in which order, and what becomes of a place that is given up."""

from datetime import date, timedelta

import pytest

from schemas.courses import CohortState, CoursePlaceGivenUp
from schemas.fact import Line
from schemas.matcher import MatchSelected, MatchSuggested, Shortage
from services.matcher import arranging, courses, domain, lacking, rounds
from services.matcher.columns import Register
from services.matcher.ranking import rank
from services.matcher.steps import Broken, Step
from services.matcher.story import Story
from tests.unit.matcher.given import TODAY, ask, cohort, peer, policy, register
from tests.unit.matcher.test_decisions import INPUTS, NOW, content, names, placed, shortlist

COURSE = {"kind": "leadership_place"}


def found(*cohorts: CohortState, **changes: object) -> str | None:
    return courses.place_for(register(*cohorts), ask(**COURSE, **changes), TODAY)


def opened(request: str = "r1", given: str | None = "leading-1") -> Step:
    """A request that has a suggestion with a place on a course, or waits for one."""
    asked = content(request=request, **COURSE)
    short = [] if given else [Shortage(place="lead_member-1", role="lead_member", considered=9, excluded={"course_place": 9})]
    places = [shortlist(asked.places[0], "p1", "p2")] if given else []
    return domain.proposed(domain.opened(asked, "London", NOW).story, places, short, INPUTS, NOW, NOW, given)


def test_the_earliest_course_with_a_place_within_the_dates_is_taken() -> None:
    early, later = cohort("early", starts=date(2027, 1, 4)), cohort("later", starts=date(2027, 2, 1))
    assert found(later, early) == "early"
    assert found(later, cohort("early", starts=date(2027, 1, 4), taken=8)) == "later"
    assert found(cohort("before", starts=date(2026, 11, 30)), cohort("after", starts=date(2027, 6, 1))) is None


def test_a_place_that_is_proposed_is_not_free_but_for_the_request_that_it_is_proposed_to() -> None:
    known = register(cohort(places=1))
    known.add_open([("cohort:leading-1", 1.0)])
    assert courses.place_for(known, ask(**COURSE), TODAY) is None
    assert courses.place_for(known, ask(**COURSE, cohort="leading-1"), TODAY) == "leading-1"


def test_whoever_is_proposed_anew_keeps_the_place_and_takes_no_second_one() -> None:
    known = register(peer(days=30), cohort(places=1))
    first = rank(known, [ask(**COURSE)], policy(), TODAY)[0]
    assert (first.cohort, known.open_to("cohort:leading-1")) == ("leading-1", 1)
    again = rank(known, [ask(**COURSE, cohort="leading-1")], policy(), TODAY)[0]
    assert (again.cohort, known.open_to("cohort:leading-1")) == ("leading-1", 1)


def test_the_place_goes_with_the_suggestion_and_with_what_is_chosen() -> None:
    step = opened()
    assert isinstance(step.facts[0], MatchSuggested)
    assert (step.facts[0].cohort, step.story.cohort) == ("leading-1", "leading-1")
    chosen = domain.select(step.story, {"lead_member-1": ("p1", "301")}, "a", "best", NOW, override=False, cohort="leading-1")
    assert isinstance(chosen.facts[0], MatchSelected)
    assert chosen.facts[0].cohort == "leading-1"


def test_a_place_that_was_gone_when_it_was_to_be_held_is_no_fault_of_the_peer() -> None:
    chosen = domain.select(opened().story, {"lead_member-1": ("p1", "301")}, "a", "best", NOW, override=False, cohort="leading-1").story
    step = domain.hold_refused(chosen, chosen.current.match, chosen.current.lines[0], "course_place", 0, NOW)
    assert (step.propose, step.story.declined, step.story.cohort) == (True, frozenset(), None)


def waiting_lists(known: Register, *stories: Story) -> dict[str, tuple[str, ...]]:
    return {each.cohort.cohort: each.requests for each in courses.lists(known, stories)}


def test_the_waiting_list_of_a_course_has_those_who_could_go_when_it_begins_in_the_order_in_which_they_are_given() -> None:
    known = register(cohort(taken=8), cohort("later", starts=date(2027, 9, 1), taken=8))
    stories = [opened("r2", None).story, opened("r1", None).story, opened("r3").story]
    assert waiting_lists(known, *stories) == {"leading-1": ("r2", "r1"), "later": ()}


def test_what_is_short_is_the_course_and_no_recruit_is_looked_for() -> None:
    assert lacking.needs([opened("r1", None).story]) == []


def test_a_place_that_was_given_is_given_up_and_the_companion_stays() -> None:
    story = placed().model_copy(update={"cohort": "leading-1"})
    step = courses.give_up(story, "adviser", "left_the_council", NOW)
    assert isinstance(step.facts[0], CoursePlaceGivenUp)
    assert (step.facts[0].cohort, step.story.cohort, step.story.state) == ("leading-1", None, "placed")
    with pytest.raises(Broken, match="No place on a course is given"):
        courses.give_up(step.story, "adviser", "left_the_council", NOW + timedelta(days=1))


def test_who_takes_the_request_back_waits_no_more() -> None:
    step = domain.withdrawn(opened().story, NOW)
    assert (names(step), step.story.cohort, len(step.closes)) == (["MatchWithdrawn"], None, 1)


def test_a_round_leaves_those_who_wait_for_a_course_to_their_own_order() -> None:
    outcome = rounds.decide(register(peer(), cohort(taken=8)), [opened("r1", None).story], (), policy(), NOW)
    assert (outcome.considered, outcome.changes, outcome.unmet) == (0, (), ())


def test_what_was_arranged_by_telephone_takes_no_place_and_lets_go_of_the_one_that_was_proposed() -> None:
    story, line = opened().story, Line(line=1, place="lead_member-1", role="lead_member", peer="p1", council="301", days=1)
    step = arranging.arrange(story, (line,), TODAY, TODAY, TODAY, "told", "adviser", NOW)
    assert step.story.cohort is None
    assert courses.moved(story, step.story) == [("cohort:leading-1", -1.0)]
