"""What follows from what, for one request: pure decisions, in milliseconds."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schemas import matcher as say
from schemas.fact import Agreed, Line
from schemas.matcher import Candidate, PlaceSuggestion, Shortage
from schemas.requests import Place, RequestContent
from services.matcher import arranging, consents, domain, waivers
from services.matcher.steps import Broken, Inputs, Step, match_id, open_suggestions
from services.matcher.story import Story

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
TODAY = NOW.date()
INPUTS = Inputs("ranking-1", 7, 1, NOW.date())


def content(*roles: str, **fields: Any) -> RequestContent:
    places = tuple(Place(place=f"{role}-{n}", role=role) for n, role in enumerate(roles or ("lead_member",), 1))
    kind = "bespoke" if len(places) > 1 else "sounding_board" if places[0].role == "lead_member" else "observation"
    known: dict[str, Any] = {
        "request": "r1", "version": 1, "reference": "INT-1", "revision": 1, "host": "383", "kind": kind, "priority": "other",
        "themes": ("send",), "places": places, "starts": date(2026, 12, 7), "ends": date(2027, 5, 31), "days": 4,
        "cost_basis": "free", "funder": "LGA", "received_at": "2026-11-23T10:00:00Z",
    }  # fmt: skip
    return RequestContent(**known | fields)


def shortlist(place: Place, *peers: str) -> PlaceSuggestion:
    candidates = tuple(
        Candidate(peer=peer, council=f"30{n}", rank=n, fit=0.9, value=0.9, terms={}, weights={}, price={})
        for n, peer in enumerate(peers, 1)
    )
    return PlaceSuggestion(place=place.place, role=place.role, considered=9, excluded={}, candidates=candidates)


def names(step: Step) -> list[str]:
    return [type(fact).__name__ for fact in step.facts]


def suggested(*roles: str, peers: tuple[str, ...] = ("p1", "p2", "p3"), **fields: Any) -> Story:
    asked = content(*roles, **fields)
    story = domain.opened(asked, "London", NOW).story
    places = [shortlist(place, *(f"{peer}{n or ''}" for peer in peers)) for n, place in enumerate(asked.places)]
    return domain.proposed(story, places, [], INPUTS, NOW).story


def selected(*roles: str, **fields: Any) -> Story:
    story = suggested(*roles, **fields)
    chosen = {p.place: (p.candidates[0].peer, p.candidates[0].council) for p in open_suggestions(story)}
    return domain.select(story, chosen, "adviser", "best_suggestion", NOW, override=False).story


def consenting(*roles: str, **fields: Any) -> Story:
    story = selected(*roles, **fields)
    return domain.held(story, story.current.match, NOW).story


def asked(story: Story) -> list[str]:
    return [consent.party for consent in story.current.consents if consent.state == "asked"]


def agree(story: Story, agreed: bool = True) -> Step:
    consent = next(consent for consent in story.current.consents if consent.state == "asked")
    return domain.answer_consent(story, consent.consent, agreed, "adviser", "telephone", "no_time", NOW, on_behalf=True)


def placed(*roles: str) -> Story:
    story = consenting(*roles)
    while story.state == "consenting":
        story = agree(story).story
    return domain.capacity_placed(story, story.current.match, NOW).story


def test_an_opened_request_is_proposed_and_the_match_has_the_same_name_in_every_replay() -> None:
    story = domain.opened(content(), "London", NOW)
    assert story.propose
    one, other = (domain.proposed(story.story, [shortlist(content().places[0], "p1")], [], INPUTS, NOW) for _ in range(2))
    assert names(one) == ["MatchSuggested"]
    assert one.story.current.match == other.story.current.match == match_id("r1", 1)


def test_every_fact_carries_the_next_version_of_its_story() -> None:
    step = agree(consenting("director_of_childrens_services"))
    versions = [fact.version for fact in step.facts]  # type: ignore[attr-defined]
    assert versions == list(range(versions[0], versions[0] + len(versions)))
    assert step.story.version == versions[-1]


def test_a_selection_closes_the_shortlists_that_weighed_as_load() -> None:
    story = suggested()
    step = domain.select(story, {"lead_member-1": ("p2", "302")}, "adviser", "knows_the_area", NOW, override=False)
    assert [candidate.peer for place in step.closes for candidate in place.candidates] == ["p1", "p2", "p3"]
    assert names(step) == ["MatchSelected"]


def test_a_hold_outlives_every_consent_deadline() -> None:
    story = selected("lead_member")
    stages = len({consent.stage for consent in story.current.consents})
    last = NOW
    for _ in range(stages):
        last = consents.deadline(last, story.kind, "other")
    assert story.current.expires_at is not None
    assert story.current.expires_at > last


def test_urgent_requests_count_hours_and_others_working_days() -> None:
    urgent, other = consenting(priority="preventing_failure"), consenting()
    assert urgent.current.consents[0].deadline == NOW + timedelta(hours=24)
    assert other.current.consents[0].deadline == NOW + timedelta(days=7)


@pytest.mark.parametrize(
    ("roles", "parties"),
    [
        (("lead_member",), [["mentee"], ["group_office"], ["peer"], ["mentee"]]),
        (("director_of_childrens_services",), [["peer"], ["employer"], ["host"]]),
        (
            ("director_of_childrens_services", "lead_member"),
            [["host_dcs", "host_lead_member", "host_chief_executive"], ["peer", "peer"], ["employer"], ["host"]],
        ),
    ],
)
def test_consents_are_asked_stage_by_stage_in_the_order_of_their_kind(roles: tuple[str, ...], parties: list[list[str]]) -> None:
    story, seen = consenting(*roles), []
    while story.state == "consenting":
        seen.append(asked(story))
        for _ in seen[-1]:
            story = agree(story).story
    assert seen == parties
    assert story.state == "completing"


def test_a_match_is_placed_only_after_the_registry_has_placed_its_capacity() -> None:
    story = consenting()
    while story.state == "consenting":
        step = agree(story)
        story = step.story
    assert names(step)[-1] == "ConsentsCompleted"
    assert story.state == "completing"
    assert names(domain.capacity_placed(story, story.current.match, NOW)) == ["MatchPlaced"]


def test_a_refusal_ends_the_match_and_the_next_is_proposed_without_the_one_who_said_no() -> None:
    story = consenting("director_of_childrens_services")
    step = agree(story, agreed=False)
    assert names(step) == ["ConsentRefused", "MatchWithdrawn"]
    assert step.propose
    assert step.story.declined == {"p1"}


def test_silence_lets_a_match_lapse_and_is_no_refusal() -> None:
    story = consenting()
    assert names(domain.deadline_passed(story, NOW + timedelta(days=6))) == []
    step = domain.deadline_passed(story, NOW + timedelta(days=8))
    assert names(step) == ["MatchLapsed"]
    assert step.propose


def test_the_backstop_ends_a_match_in_hand_and_nothing_else() -> None:
    story = consenting()
    assert names(domain.hold_expired(story, story.current.match, NOW)) == ["MatchLapsed"]
    assert names(domain.hold_expired(placed(), match_id("r1", 1), NOW)) == []
    assert names(domain.hold_expired(story, "another match", NOW)) == []


def test_a_refused_hold_goes_on_to_the_next_candidate() -> None:
    story = selected()
    step = domain.hold_refused(story, story.current.match, story.current.lines[0], "peer_days", 2, NOW)
    assert names(step) == []
    assert step.propose
    assert step.story.declined == {"p1"}


def test_a_late_answer_of_the_registry_to_a_match_that_has_ended_changes_nothing() -> None:
    story = consenting()
    withdrawn = domain.withdrawn(story, NOW).story
    for step in (
        domain.held(withdrawn, story.current.match, NOW),
        domain.capacity_placed(withdrawn, story.current.match, NOW),
        domain.hold_refused(withdrawn, story.current.match, story.current.lines[0], "peer_days", 1, NOW),
    ):
        assert names(step) == []
        assert step.story == withdrawn


def test_a_withdrawal_lets_go_of_a_match_in_hand_and_leaves_what_is_placed_to_a_person() -> None:
    assert names(domain.withdrawn(consenting(), NOW)) == ["MatchWithdrawn"]
    assert names(domain.withdrawn(placed(), NOW)) == ["RequestEscalated"]
    again = domain.withdrawn(consenting(), NOW).story
    assert names(domain.withdrawn(again, NOW)) == []


def test_an_amendment_is_proposed_anew_unless_it_is_placed() -> None:
    anew = content(days=2)
    undecided = domain.amended(suggested(), anew, "London", NOW)
    assert (names(undecided), undecided.propose) == ([], True)
    assert undecided.closes, "the old shortlist weighs no more"
    in_hand = domain.amended(consenting(), anew, "London", NOW)
    assert (names(in_hand), in_hand.propose) == (["MatchWithdrawn"], True)
    done = domain.amended(placed(), anew, "London", NOW)
    assert (names(done), done.propose) == (["RequestEscalated"], False)


def test_an_unmet_request_says_so_once_and_again_only_for_other_reasons() -> None:
    story = domain.opened(content(), "London", NOW).story
    short = [Shortage(place="lead_member-1", role="lead_member", considered=9, excluded={"role": 9})]
    first = domain.proposed(story, [], short, INPUTS, NOW)
    assert names(first) == ["RequestUnmet"]
    assert first.later == (("retry_unmet", first.story.retry_at),)
    same = domain.proposed(first.story, [], short, INPUTS, NOW)
    assert (names(same), same.later) == ([], ())
    other = [short[0].model_copy(update={"excluded": {"role": 8, "peer_days": 1}})]
    assert names(domain.proposed(first.story, [], other, INPUTS, NOW)) == ["RequestUnmet"]


def test_an_unmet_request_is_asked_again_in_the_morning_and_not_before() -> None:
    story = domain.opened(content(), "London", NOW).story
    short = [Shortage(place="lead_member-1", role="lead_member", considered=9, excluded={"role": 9})]
    unmet = domain.proposed(story, [], short, INPUTS, NOW).story
    assert not domain.retry(unmet, NOW).propose
    assert domain.retry(unmet, NOW + timedelta(days=1)).propose
    assert domain.reconsidered(unmet).propose
    assert not domain.reconsidered(suggested()).propose


@pytest.mark.parametrize(
    ("chosen", "rule"),
    [
        ({}, "places"),
        ({"lead_member-1": ("p1", "301"), "nowhere": ("p2", "302")}, "places"),
    ],
)
def test_a_selection_fills_every_place_and_no_other(chosen: dict[str, tuple[str, str]], rule: str) -> None:
    with pytest.raises(Broken) as error:
        domain.select(suggested(), chosen, "adviser", "x", NOW, override=False)
    assert error.value.rule == rule


def test_one_person_cannot_take_two_places() -> None:
    story = suggested("lead_member", "lead_member")
    chosen = dict.fromkeys([place.place for place in open_suggestions(story)], ("p1", "301"))
    with pytest.raises(Broken, match="two places"):
        domain.select(story, chosen, "adviser", "x", NOW, override=False)


def test_what_is_decided_cannot_be_decided_again() -> None:
    for story in (selected(), consenting(), placed()):
        with pytest.raises(Broken) as error:
            domain.select(story, {"lead_member-1": ("p1", "301")}, "adviser", "x", NOW, override=True)
        assert error.value.rule == "not_open"
        with pytest.raises(Broken):
            domain.decline(story, ["p1"], "adviser", "x", NOW)


def test_only_proposed_peers_can_be_declined() -> None:
    with pytest.raises(Broken) as error:
        domain.decline(suggested(), ["somebody else"], "adviser", "x", NOW)
    assert error.value.rule == "not_proposed"
    step = domain.decline(suggested(), ["p1", "p2"], "adviser", "x", NOW)
    assert names(step) == ["SuggestionDeclined"]
    assert step.story.declined == {"p1", "p2"}
    assert step.closes


def arranged() -> Story:
    story = replace_state(domain.opened(content(), "London", NOW).story)
    line = Line(line=1, place="lead_member-1", role="lead_member", peer="p9", council="390", days=3)
    starts, ends = date(2026, 12, 1), date(2027, 1, 31)
    return arranging.arrange(story, (line,), starts, ends, date(2026, 11, 20), "agreed_by_telephone", "adviser", NOW).story


def replace_state(story: Story) -> Story:
    return story.model_copy(update={"content": None})


def test_an_arrangement_beyond_capacity_becomes_a_question_that_can_be_tried_again_or_given_up() -> None:
    story = arranged()
    step = domain.hold_refused(story, story.current.match, story.current.lines[0], "peer_days", 2, NOW)
    assert names(step) == ["QuestionRaised"]
    question = step.story.current.question
    assert question is not None
    again = arranging.answer_question(step.story, question.question, "retry", "adviser", NOW)
    assert names(again) == ["QuestionAnswered", "ArrangementRecorded"]
    assert names(domain.capacity_placed(again.story, again.story.current.match, NOW)) == ["MatchPlaced"]
    up = arranging.answer_question(step.story, question.question, "withdraw", "adviser", NOW)
    assert names(up) == ["QuestionAnswered", "MatchWithdrawn"]
    assert up.story.state == "withdrawn"
    with pytest.raises(Broken):
        arranging.answer_question(up.story, question.question, "retry", "adviser", NOW)


def test_who_has_agreed_beforehand_is_told_with_the_arrangement_and_nobody_else_can_have() -> None:
    story = replace_state(domain.opened(content(kind="sounding_board"), "London", NOW).story)
    line = Line(line=1, place="lead_member-1", role="lead_member", peer="p9", council="390", days=3)

    def arrange(agreed_on: date, *told: Agreed) -> Step:
        dates = (date(2026, 12, 1), date(2027, 1, 31), agreed_on)
        return arranging.arrange(story, (line,), *dates, "agreed_by_telephone", "adviser", NOW, told)

    def told(party: str, peer: str | None = None, on: date = TODAY) -> Agreed:
        return Agreed(party=party, peer=peer, agreed_on=on, channel="telephone")

    step = arrange(NOW.date(), told("mentee"), told("peer", "p9"))
    (fact,) = step.facts
    assert isinstance(fact, say.ArrangementRecorded)
    assert [each.party for each in fact.agreements] == ["mentee", "peer"]
    assert [(each.party, each.state) for each in step.story.current.consents] == [
        ("mentee", "given"),
        ("peer", "given"),
        ("mentee", "given"),
    ]
    for rule, wrong in (("not_asked", told("employer", "p9")), ("agreed_on", told("mentee", on=NOW.date() + timedelta(days=1)))):
        with pytest.raises(Broken) as error:
            arrange(NOW.date(), wrong)
        assert error.value.rule == rule


def test_nobody_is_arranged_for_their_own_council() -> None:
    story = replace_state(domain.opened(content(), "London", NOW).story)
    line = Line(line=1, place="x", role="lead_member", peer="p9", council="383", days=3)
    with pytest.raises(Broken) as error:
        arranging.arrange(story, (line,), NOW.date(), NOW.date(), NOW.date(), "x", "adviser", NOW)
    assert error.value.rule == "own_council"


def test_only_placed_work_is_completed_and_every_line_says_its_days() -> None:
    with pytest.raises(Broken) as error:
        arranging.complete(consenting(), {1: 4}, NOW.date(), "adviser", NOW)
    assert error.value.rule == "not_placed"
    with pytest.raises(Broken) as error:
        arranging.complete(placed(), {}, NOW.date(), "adviser", NOW)
    assert error.value.rule == "lines"
    assert names(arranging.complete(placed(), {1: 3.5}, NOW.date(), "adviser", NOW)) == ["SupportCompleted"]


def test_inputs_name_what_a_suggestion_rested_on() -> None:
    story = domain.opened(content(), "London", NOW).story
    other = replace(INPUTS, registry_version=99)
    fact = domain.proposed(story, [shortlist(content().places[0], "p1")], [], other, NOW).facts[0]
    assert (fact.registry_version, fact.policy_version, fact.ranking) == (99, 1, "ranking-1")  # type: ignore[attr-defined]


def test_a_rule_is_waived_by_one_adviser_and_relied_on_by_another() -> None:
    step = waivers.waive(suggested(), "lead_member-1", "p9", ["portfolio"], "adviser-1", "known_to_both", NOW)
    assert names(step) == ["RuleWaived"]
    assert step.story.state == "suggested"
    waivers.relied_on(step.story, "p9", ["portfolio"], "adviser-2")
    for peer, rules, actor in (
        ("p9", ["portfolio"], "adviser-1"),
        ("p9", ["portfolio", "role"], "adviser-2"),
        ("p8", ["portfolio"], "adviser-2"),
    ):
        with pytest.raises(Broken, match="Another adviser must waive"):
            waivers.relied_on(step.story, peer, rules, actor)
    waivers.relied_on(suggested(), "p1", [], "adviser-1")


def test_nothing_is_waived_while_what_was_chosen_is_being_held() -> None:
    with pytest.raises(Broken, match="while somebody may still be chosen"):
        waivers.waive(selected(), "lead_member-1", "p9", ["role"], "adviser-1", "known_to_both", NOW)
