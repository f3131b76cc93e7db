"""How a request's facts become what a page shows: its state, for what a person is wanted, and until when."""

import json
from datetime import date, timedelta

from schemas import contacts, drawing, matcher, requests
from schemas.fact import Agreed, Fact, Line
from services.desk.case import Case, from_json, to_json
from services.desk.folding import fold
from services.desk.hearsay import shortened
from tests.support.stories import BATH, LEEDS, NOW, Story


def told(story: Story, *facts: Fact, case: Case | None = None) -> Case:
    case = case or Case(request=story.request)
    for number, fact in enumerate(facts):
        service = fact.type.split(".")[1]
        assert fold(case, fact.type, json.loads(fact.model_dump_json()), NOW + timedelta(hours=number), case.heard.get(service, 0) + 1)
    return case


def test_a_suggestion_waits_for_a_decision_and_a_choice_for_its_consents() -> None:
    story = Story(priority="newly_appointed")
    case = told(story, story.opened(), story.suggested())
    assert (case.state, case.waiting, case.urgency, case.regions) == ("suggested", "decide", 2, ["Yorkshire and The Humber"])
    assert case.since == NOW + timedelta(hours=1)
    told(story, story.selected(), case=case)
    assert (case.waiting, [line.peer for line in case.lines], case.deadline) == ("", ["p1"], None)
    told(story, story.asked("c1", days=7), story.asked("c2", "peer", days=2, peer="p1"), case=case)
    assert case.waiting == "consent"
    assert case.deadline == case.consents["c2"].deadline
    told(story, story.given("c2", "peer"), case=case)
    assert case.deadline == case.consents["c1"].deadline
    told(story, story.given("c1"), story.placed(), case=case)
    assert (case.state, case.waiting) == ("placed", "")


def test_placed_work_waits_again_when_the_peer_no_longer_qualifies() -> None:
    story = Story()
    case = told(story, story.opened(), story.suggested(), story.selected(), story.placed(), story.disqualified())
    assert (case.waiting, case.gone[0].rule) == ("broken", "portfolio")


def test_when_the_one_who_left_is_replaced_nobody_waits_and_the_other_is_shown() -> None:
    story = Story()
    case = told(
        story,
        story.opened(),
        story.suggested(),
        story.selected(),
        story.asked("c1", "peer", peer="p1"),
        story.placed(),
        story.disqualified(),
    )
    told(story, story.replaced("p2"), case=case)
    assert (case.state, case.waiting, [line.peer for line in case.lines]) == ("placed", "", ["p2"])
    assert (case.gone, case.consents) == ([], {})


def test_an_unclear_council_is_asked_of_the_advisers_of_every_region_it_could_lie_in() -> None:
    story = Story()
    case = told(story, story.doubted(LEEDS, BATH))
    assert (case.waiting, case.host) == ("question", None)
    assert case.regions == ["Yorkshire and The Humber", "South West"]


def test_nobody_is_wanted_for_what_is_withdrawn() -> None:
    story = Story()
    case = told(story, story.opened(), story.suggested(), story.withdrawn())
    assert (case.state, case.waiting) == ("withdrawn", "")


def test_a_fact_that_comes_again_or_too_late_changes_nothing() -> None:
    story = Story()
    case = told(story, story.opened(), story.suggested(), story.unmet())
    before = to_json(case)
    assert not fold(case, "manyhands.matcher.match-suggested.v1", json.loads(story.suggested().model_dump_json()), NOW, 1)
    assert to_json(case) == before
    assert case.waiting == "shortage"


def test_a_case_is_read_as_it_was_written() -> None:
    story = Story()
    case = told(story, story.opened(), story.suggested(), story.selected(), story.asked(), story.disqualified())
    assert from_json(to_json(case)) == case


def test_a_timeline_keeps_whom_a_suggestion_names_and_not_its_arithmetic() -> None:
    kept = shortened(json.loads(Story().suggested("p7").model_dump_json()))
    assert kept["places"] == [{"place": "lead_member-1", "role": "lead_member", "peers": ["p7"]}]


def test_what_is_escalated_is_wanted_first_and_what_was_to_do_can_be_done_still() -> None:
    story = Story()
    said = {"request": story.request, "version": 1, "actor": "a1"}
    raised = requests.RequestEscalated(**said, because="other", to=("lead-1",))
    case = told(story, story.opened(), story.suggested(), raised)
    assert (case.waiting, case.to_do, case.raised and case.raised.to) == ("escalated", "decide", ["lead-1"])
    told(story, requests.RequestNoted(**said, entry="n1", audience="region"), case=case)
    assert case.waiting == "escalated"
    told(story, requests.EscalationSettled(**said), case=case)
    assert (case.waiting, case.raised) == ("decide", None)


def test_calls_and_the_word_of_a_peers_own_region_stand_beside_the_peer_and_move_nothing_on() -> None:
    story = Story()
    case = told(story, story.opened(), story.suggested())
    said = {"match": case.match, "request": story.request, "version": case.match_version, "actor": "a1", "peer": "p1"}
    told(story, contacts.CallRecorded(**said, outcome="no_answer"), contacts.CallRecorded(**said, outcome="yes"), case=case)
    given = contacts.HeadsUpGiven(**said, heads_up="h1", council="390", region="North East")
    told(story, given, contacts.HeadsUpAnswered(**said, heads_up="h1", answer="not_now", until=date(2027, 3, 31)), case=case)
    assert case.calls["p1"] == ("yes", (NOW + timedelta(hours=1)).isoformat())
    assert (case.words["p1"].region, case.words["p1"].answer, case.words["p1"].until) == ("North East", "not_now", "2027-03-31")
    assert (case.state, case.waiting, case.match_version) == ("suggested", "decide", said["version"])
    assert from_json(to_json(case)) == case


def test_an_arrangement_keeps_who_had_agreed_when_it_is_tried_again_and_is_withdrawn_when_it_is_given_up() -> None:
    story = Story()
    line = Line(line=1, place="lead_member-1", role="lead_member", peer="p1", council="390", days=2)
    said = {"match": "m1", "request": story.request, "actor": "a1"}
    agreed = {"host": LEEDS, "kind": "sounding_board", "lines": (line,), "starts": date(2026, 12, 1), "ends": date(2027, 1, 1)}
    first = matcher.ArrangementRecorded(
        **said, **agreed, version=1, agreed_on=date(2026, 11, 20), because="agreed_by_telephone",
        agreements=(Agreed(party="peer", peer="p1", agreed_on=date(2026, 11, 19), channel="telephone"),),
    )  # fmt: skip
    again = matcher.ArrangementRecorded(**said, **agreed, version=2, agreed_on=date(2026, 11, 23), because="retry")
    case = told(story, first, again)
    assert [(asked.party, asked.state) for asked in case.consents.values()] == [("peer", "given")]
    told(story, matcher.MatchWithdrawn(**said, version=3, because="by_adviser"), case=case)
    assert (case.state, case.waiting) == ("withdrawn", "")


def test_an_offer_waits_for_the_councils_answer_until_its_time_and_then_for_nobody() -> None:
    story = Story()
    content = story.opened().model_dump() | {"origin": "adviser_offer"}
    offered = requests.SupportOffered(**content, answer_by=NOW + timedelta(days=14))
    case = told(story, offered)
    assert (case.state, case.waiting, case.deadline) == ("offered", "offer", (NOW + timedelta(days=14)).isoformat().replace("+00:00", "Z"))
    said = {"request": story.request, "by": "host_dcs", "channel": "telephone", "answered_on": NOW.date(), "actor": "a"}
    refused = told(story, offered, requests.OfferRefused(**said, version=2, because="not_now"))
    assert (refused.state, refused.waiting) == ("offer_refused", "")
    lapsed = told(story, offered, requests.OfferLapsed(request=story.request, version=2, answer_by=NOW))
    assert (lapsed.state, lapsed.waiting) == ("offer_lapsed", "")
    told(story, requests.OfferAccepted(**said, version=2), requests.RequestOpened(**{**content, "version": 3}), case=case)
    assert (case.state, case.waiting, case.deadline, case.version) == ("new", "", None, 3)


def test_what_is_drawn_of_a_sounding_board_is_counted_by_line_until_another_is_chosen() -> None:
    story = Story()
    case = told(story, story.opened(), story.suggested(), story.selected(), story.placed())
    case.kind = "sounding_board"
    use = {"match": "m1", "request": story.request, "version": 7, "on": NOW.date(), "because": "call", "actor": "a"}
    drawn = drawing.DaysDrawn(**use, drawn=matcher.LineSpent(line=1, days_spent=1.5), days_left=2.5)
    told(story, drawn, case=case)
    assert (case.drawing, case.drawn(1), case.match_version, case.state) == (True, 1.5, 7, "placed")
    told(story, story.suggested(), case=case)
    assert (case.drawing, case.draws) == (False, [])
