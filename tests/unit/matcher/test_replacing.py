"""A member of a team gives way to another while the others stay: what was agreed with them stands."""

from datetime import date

import pytest

from schemas.fact import Line
from schemas.matcher import RequestEscalated
from schemas.replacing import MemberReplaced, ReplacementSelected
from services.matcher import domain, replacing
from services.matcher.consents import Consent
from services.matcher.standins import stand_in, stand_ins
from services.matcher.steps import Broken, Step
from services.matcher.story import Story
from tests.unit.matcher.given import (
    BRADFORD,
    DUDLEY,
    GREENWICH,
    LEEDS,
    PORTSMOUTH,
    TODAY,
    WAKEFIELD,
    ask,
    council,
    load,
    peer,
    policy,
    register,
)
from tests.unit.matcher.test_decisions import NOW, consenting, names, placed

TEAM = ("director_of_childrens_services", "head_of_service", "lead_member")
STARTS = date(2026, 12, 7)


def asked(story: Story) -> list[Consent]:
    return [each for each in story.current.consents if each.state == "asked"]


def agreed(story: Story, stages: int = 1) -> Story:
    """Everybody who is asked agrees, stage by stage."""
    for _ in range(stages):
        for each in asked(story):
            story = domain.answer_consent(story, each.consent, True, "adviser", "telephone", "agreed", NOW, on_behalf=True).story
    return story


def chosen(story: Story, place: str = "head_of_service-2", name: str = "new", *, given: float = 0, sure: bool = False) -> Step:
    said = (place, name, "330", given, STARTS, "adviser", "no_time", NOW)
    return replacing.replace_member(story, *said, agreed=sure)


def moved(step: Step) -> Step:
    """The registry has moved the capacity."""
    story = step.story
    assert story.current.replacing is not None
    return replacing.moved(story, story.current.match, story.current.replacing.line.line, NOW)


def test_choosing_somebody_else_changes_nothing_before_the_capacity_has_moved() -> None:
    story = consenting(*TEAM)
    step = chosen(story)
    (fact,) = step.facts
    assert isinstance(fact, ReplacementSelected)
    assert (fact.leaves, fact.line.line, fact.line.peer, fact.line.days) == (2, 4, "new", 4)
    assert step.story.state == "consenting"
    assert step.story.current.model_copy(update={"replacing": None}) == story.current


def test_with_the_capacity_the_new_one_is_asked_and_what_the_others_agreed_stands() -> None:
    story = agreed(consenting(*TEAM), 2)  # the council at first, then the three peers: now the officers' employers are asked
    assert {each.party for each in asked(story)} == {"employer"}
    after = moved(chosen(story))
    assert isinstance(after.facts[0], MemberReplaced)
    assert [line.peer for line in after.story.current.lines] == [story.current.lines[0].peer, "new", story.current.lines[2].peer]
    assert [(each.party, each.peer) for each in asked(after.story) if each.party == "peer"] == [("peer", "new")]
    given = {(each.party, each.peer) for each in after.story.current.consents if each.state == "given"}
    assert {("host_dcs", None), ("peer", story.current.lines[0].peer), ("peer", story.current.lines[2].peer)} <= given
    assert story.current.lines[1].peer not in {each.peer for each in after.story.current.consents}


def test_who_agreed_to_the_whole_team_is_asked_again_and_then_the_match_completes() -> None:
    story = agreed(consenting(*TEAM), 3)
    assert {each.party for each in asked(story)} == {"host"}
    after = moved(chosen(story)).story
    assert [each.state for each in after.current.consents if each.party == "host"] == ["planned"]
    assert agreed(after, 3).state == "completing"


def test_a_consent_that_is_still_asked_for_keeps_its_deadline() -> None:
    story = agreed(consenting(*TEAM))
    after = moved(chosen(story))
    left = story.current.lines[1].peer
    old = {each.peer: each.deadline for each in asked(story)}
    now = {each.peer: each.deadline for each in asked(after.story) if each.peer != "new"}
    assert now == {who: deadline for who, deadline in old.items() if who != left}
    assert ("consent_deadline", old[story.current.lines[0].peer]) in after.later


def test_a_replacement_that_the_registry_refuses_leaves_the_team_as_it_was_and_tells_a_person() -> None:
    story = consenting(*TEAM)
    kept = replacing.move_refused(chosen(story).story, story.current.match, NOW)
    assert kept is not None
    assert [fact.because for fact in kept.facts if isinstance(fact, RequestEscalated)] == ["replacement_refused"]
    assert (kept.story.state, kept.story.current) == ("consenting", story.current)
    assert replacing.move_refused(story, story.current.match, NOW) is None, "what was refused was the match itself"


def test_in_the_meantime_nobody_answers_nobody_completes_and_nobody_else_is_replaced() -> None:
    pending = chosen(consenting(*TEAM)).story
    with pytest.raises(Broken, match="being replaced"):
        domain.answer_consent(pending, asked(pending)[0].consent, True, "a", "desk", "agreed", NOW, on_behalf=True)
    with pytest.raises(Broken, match="being replaced"):
        chosen(pending, "lead_member-3")


def test_a_member_who_says_no_is_replaced_in_one_step_and_not_asked_again_for_this_request() -> None:
    story = agreed(consenting(*TEAM))
    consent = next(each for each in asked(story) if each.peer == story.current.lines[1].peer)
    refused, place = replacing.refused(story, consent.consent, "adviser", "telephone", "no_time", NOW, on_behalf=True)
    step = chosen(refused.story, place)
    assert names(refused) + names(step) == ["ConsentRefused", "ReplacementSelected"]
    assert story.current.lines[1].peer in step.story.declined
    first = consenting(*TEAM)
    whole = asked(first)[0].consent
    with pytest.raises(Broken, match="about the whole match"):
        replacing.refused(first, whole, "adviser", "telephone", "no_time", NOW, on_behalf=True)


def test_placed_work_passes_on_at_once_when_those_who_must_have_agreed_and_what_was_given_is_kept() -> None:
    story = placed(*TEAM)
    with pytest.raises(Broken, match="have agreed"):
        chosen(story)
    step = chosen(story, given=1.5, sure=True)
    assert [(fact.given, fact.line.days) for fact in step.facts if isinstance(fact, ReplacementSelected)] == [(1.5, 2.5)]
    after = moved(step)
    assert names(after) == ["MemberReplaced"]
    assert (after.story.state, after.story.current.lines[1].peer) == ("placed", "new")
    assert [(line.peer, line.days) for line in after.story.current.former] == [(story.current.lines[1].peer, 1.5)]
    with pytest.raises(Broken, match="nothing is left"):
        chosen(story, given=4, sure=True)


@pytest.mark.parametrize(("place", "name", "words"), [("9", "new", "Name one of them"), ("lead_member-3", None, "in the team already")])
def test_a_place_that_is_not_there_and_a_peer_who_is_in_the_team_are_refused(place: str, name: str | None, words: str) -> None:
    story = consenting(*TEAM)
    with pytest.raises(Broken, match=words):
        chosen(story, place, name or story.current.lines[0].peer)


def test_one_to_one_work_in_hand_is_cancelled_and_not_passed_on() -> None:
    with pytest.raises(Broken, match="cancel"):
        chosen(consenting("lead_member"), "lead_member-1")


def test_a_line_number_is_never_used_again() -> None:
    once = moved(chosen(placed(*TEAM), given=1, sure=True)).story
    twice = chosen(once, name="newer", sure=True)
    assert [fact.line.line for fact in twice.facts if isinstance(fact, ReplacementSelected)] == [5]


LEAD = Line(line=1, place="1", role="lead_member", peer="a", council=PORTSMOUTH, days=4)
SECOND = Line(line=2, place="2", role="lead_member", peer="b", council=DUDLEY, days=4)


def test_stand_ins_come_in_the_order_in_which_teams_are_composed_and_nobody_of_the_team_is_among_them() -> None:
    people = [
        peer("a"), peer("b", of=DUDLEY, party="conservative"), peer("twin"), peer("same", of=LEEDS),
        peer("one_group", of=GREENWICH), peer("other", of=GREENWICH, party="conservative"),
    ]  # fmt: skip
    team = ask("lead_member", "lead_member")
    found = stand_ins(register(*people), team, (LEAD, SECOND), SECOND, policy(floor=0.1), TODAY, 9)
    assert [one.peer.peer for one in found] == ["other", "one_group", "twin"]
    assert [(one.council_twice, one.mixed) for one in found] == [(False, True), (False, False), (True, False)]
    assert "a second member from Portsmouth; councillors of one group alone" in found[2].words


def test_the_one_from_outside_the_region_is_replaced_by_another_from_outside() -> None:
    people = [peer("a", of=BRADFORD), peer("b", of=DUDLEY), peer("near", of=WAKEFIELD), peer("far", of=GREENWICH)]
    known, team, by = register(*people), ask("lead_member", "lead_member", one_outside_region=True), policy(floor=0.1)
    stays, leaves = (Line(line=n, place=str(n), role="lead_member", peer=name, council=of, days=4) for n, name, of in MIXED)
    assert [one.peer.peer for one in stand_ins(known, team, (stays, leaves), leaves, by, TODAY, 9)] == ["far"]
    assert {one.peer.peer for one in stand_ins(known, team, (stays, leaves), stays, by, TODAY, 9)} == {"near", "far"}
    named = stand_in(known, team, (stays, leaves), leaves, "near", by, TODAY)
    assert named is not None
    assert named.rules == ("one_outside_region",)


MIXED = ((1, "a", BRADFORD), (2, "b", DUDLEY))


def test_what_a_stand_in_changes_is_told_before_in_fit_and_load() -> None:
    people = [peer("a"), peer("b", of=DUDLEY, party="conservative"), peer("c", of=GREENWICH, party="conservative")]
    known = register(*people, load("peer:b", held=1), council(DUDLEY))
    (found,) = stand_ins(known, ask("lead_member", "lead_member"), (LEAD, SECOND), SECOND, policy(), TODAY, 5)
    assert found.value == pytest.approx(found.fit - found.load)
    assert found.load < 0, "whoever leaves carries work, and the new one carries none"
    assert f"c of Greenwich for b: fit {found.fit:+.3f}, load price {found.load:+.3f}." in found.words


def test_of_a_named_peer_the_rules_are_told_too_and_nobody_is_said_of_an_unknown_one() -> None:
    known = register(peer("a"), peer("b", of=DUDLEY), peer("own", of=LEEDS))
    named = stand_in(known, ask("lead_member", "lead_member"), (LEAD, SECOND), SECOND, "own", policy(), TODAY)
    assert named is not None
    assert named.rules == ("own_council",)
    assert stand_in(known, ask("lead_member", "lead_member"), (LEAD, SECOND), SECOND, "nobody", policy(), TODAY) is None
