"""Somebody who was proposed, chosen or placed no longer qualifies: what is found, and what follows."""

from dataclasses import replace
from datetime import date

from schemas.fact import Line
from schemas.registry import PeerState
from schemas.requests import Wishes
from services.matcher import turnover
from services.matcher.columns import Register
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.story import Story
from services.matcher.turnover import Fault, disqualified, faults
from tests.unit.matcher.given import ALWAYS, BRADFORD, GREENWICH, council, load, offer, peer, post, register
from tests.unit.matcher.test_decisions import NOW, names, placed, selected, shortlist, suggested

TODAY = NOW.date()


def found(story: Story, known: Register, today: date = TODAY) -> list[tuple[str, str]]:
    return [(fault.peer, fault.rule) for fault in faults(story, known, DEFAULT_POLICY, today)]


def everybody(*changed: PeerState) -> Register:
    """p1, p2 and p3 of test_decisions as they qualify, but for those who are given."""
    usual = [peer(f"p{n}", of=f"30{n}") for n in (1, 2, 3)]
    known = {state.peer: state for state in [*usual, *changed]}
    return register(*known.values())


def test_nobody_is_found_while_everybody_qualifies() -> None:
    assert [found(story, everybody()) for story in (suggested(), selected(), placed())] == [[], [], []]


def test_a_councillor_who_has_lost_the_post_before_the_first_day_is_found() -> None:
    left = peer("p1", of="301", posts=(post("lead_member", "301", until=date(2026, 12, 1)),))
    assert found(selected(), everybody(left)) == [("p1", "role")]


def test_a_councillor_who_leaves_the_post_in_the_middle_of_the_work_is_found_on_that_day_and_not_before() -> None:
    leaves = peer("p1", of="301", posts=(post("lead_member", "301", until=date(2027, 2, 1)),))
    assert found(placed(), everybody(leaves), date(2027, 2, 1)) == []
    assert found(placed(), everybody(leaves), date(2027, 2, 2)) == [("p1", "role")]
    assert found(placed(), everybody(leaves), date(2027, 6, 1)) == [], "the work is over"


def test_a_peer_whose_days_are_all_used_still_qualifies_for_what_was_agreed() -> None:
    known = register(*(peer(f"p{n}", of=f"30{n}") for n in (1, 2, 3)), load("peer:p1", used={"o-p1": 8.0}))
    assert found(selected(), known) == []
    ended = peer("p1", of="301", offers=(offer("o-p1", 8, ALWAYS[0], date(2026, 11, 30)),))
    assert found(placed(), everybody(ended)) == []


def test_what_an_adviser_passed_over_knowingly_is_not_found_again() -> None:
    story = selected()
    match = story.current.model_copy(update={"known": frozenset({("p1", "role")})})
    left = peer("p1", of="301", role="leader")
    assert found(story.model_copy(update={"match": match}), everybody(left)) == []
    linked = council("383", linked=("301",))
    known = register(linked, left, *(peer(f"p{n}", of=f"30{n}") for n in (2, 3)))
    assert found(story.model_copy(update={"match": match}), known) == [("p1", "linked_council")], "something else has come up"


def test_a_suggestion_is_made_anew_and_says_who_fell_out() -> None:
    step = disqualified(suggested(), [Fault("lead_member-1", "lead_member", "p2", "role")], {}, NOW)
    assert (names(step), step.propose, step.story.state) == (["PeerDisqualified"], True, "new")
    assert [candidate.peer for place in step.closes for candidate in place.candidates] == ["p1", "p2", "p3"], "they weigh no more"


def test_a_match_in_hand_is_withdrawn_and_the_next_is_proposed() -> None:
    step = disqualified(selected(), [Fault("lead_member-1", "lead_member", "p1", "inactive")], {}, NOW)
    assert (names(step), step.propose) == (["PeerDisqualified", "MatchWithdrawn"], True)


def test_placed_work_is_a_persons_to_decide_and_is_brought_up_once() -> None:
    story = placed()
    (fault,) = faults(story, everybody(peer("p1", of="301", active=False)), DEFAULT_POLICY, TODAY)
    assert story.content is not None
    other = shortlist(story.content.places[0], "p4")
    step = disqualified(story, [fault], {"p1": other}, NOW)
    assert (names(step), step.propose, step.story.state) == (["PeerDisqualified", "RequestEscalated"], False, "placed")
    assert step.facts[0].instead == other  # type: ignore[attr-defined]
    assert found(step.story, everybody(peer("p1", of="301", active=False))) == []


def test_nobody_who_is_in_the_work_already_takes_another_place_in_it() -> None:
    story = placed("director_of_childrens_services", "lead_member")
    peers = {line.peer for line in story.current.lines}
    (line, _) = story.current.lines
    asked = turnover.replacement(story, Fault(line.place, line.role, line.peer, "role"), everybody(), TODAY)
    assert asked.declined == peers
    assert (asked.places, asked.days) == (((line.place, line.role),), line.days)
    assert asked.starts == story.current.starts
    assert replace(asked, starts=TODAY).ends == story.current.ends


def test_where_the_one_from_outside_the_region_leaves_whoever_takes_the_place_comes_from_outside_too() -> None:
    story = placed("director_of_childrens_services", "lead_member")
    assert story.content is not None
    story = story.model_copy(update={"content": story.content.model_copy(update={"wishes": Wishes(one_outside_region=True)})})
    far, near = story.current.lines
    known = everybody(peer(far.peer, of=GREENWICH), peer(near.peer, of=BRADFORD))

    def needed(gone: Line) -> bool:
        return turnover.replacement(story, Fault(gone.place, gone.role, gone.peer, "role"), known, TODAY).one_outside_region

    assert (needed(far), needed(near)) == (True, False)
