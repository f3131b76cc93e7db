"""What cannot be decided becomes a question, what cannot be served is unmet, and what was agreed by telephone is recorded."""

import pytest

from services.onebox.remote import Trouble
from tests.support.told import Told, in_order, proposed


def test_an_ambiguous_name_becomes_a_question_that_an_adviser_answers(story: Told) -> None:
    story.peer("dcs", of="Leeds", role="director_of_childrens_services")
    story.known_to_the_matcher()
    reference = story.asks("Kingston", "mentoring_new_director", team=[{"role": "DCS"}])
    line = story.request(reference)
    assert line["state"] == "question"
    asked = story.by("requests").get(f"/requests/{line['request']}")
    assert set(asked["question"]["candidates"]) == {"314", "810"}, "upon Thames and upon Hull"

    answer = {"answer": "810", "expected_version": asked["version"], "reason": "Rang them."}
    story.by("requests").post(f"/requests/{line['request']}/questions/{asked['question']['question']}/answer", answer)
    assert story.story(line["request"], "suggested")["host"] == "810"
    assert in_order(story.names(line["request"]), "question-raised", "question-answered", "request-opened", "match-suggested")


def test_a_name_that_is_no_council_is_rejected_with_the_field_and_the_remedy(story: Told) -> None:
    line = story.request(story.asks("Atlantis Borough Council", "sounding_board"))
    assert line["state"] == "rejected"
    problem = story.by("requests").get(f"/requests/{line['request']}")["problems"][0]
    assert problem["field"] == "authority"
    assert problem["remedy"]
    assert "Atlantis" not in str([fact.says for fact in story.facts(line["request"])]), "submitted values stay out of events"


def test_what_an_adviser_offers_names_nobody_until_the_council_has_accepted_it(story: Told) -> None:
    mentor = story.peer("mentor", of="Dorset", role="leader", themes="neglect")
    story.known_to_the_matcher(mentor)
    asked = story.asks("Plymouth", "bespoke", team=[{"role": "leader"}], themes=["neglect"], origin="adviser_offer")
    offered = story.request(asked)
    assert (offered["state"], story.names(offered["request"])) == ("offered", ["support-offered"])
    said = {"accepted": True, "by": "host_dcs", "channel": "telephone", "expected_version": offered["version"]}
    story.by("requests").post(f"/requests/{offered['request']}/offer/answer", said)
    assert proposed(story.story(offered["request"], "suggested")) == [mentor]
    assert in_order(story.names(offered["request"]), "support-offered", "offer-accepted", "request-opened", "match-suggested")


def test_when_nobody_can_help_the_request_is_unmet_with_reasons_and_served_when_somebody_joins(story: Told) -> None:
    request = story.request(story.asks("Cornwall", "bespoke", team=[{"role": "leader"}], themes=["neglect"]))["request"]
    unmet = story.story(request, "unmet")
    short = unmet["short"][0]
    assert short["role"] == "leader"
    assert sum(short["excluded"].values()) == short["considered"]

    joined = story.peer("joined", of="Devon", role="leader", themes="neglect")
    assert proposed(story.story(request, "suggested")) == [joined]
    assert in_order(story.names(request), "request-unmet", "match-suggested")


def test_a_council_is_never_helped_by_itself_or_by_one_that_shares_its_trust(story: Told) -> None:
    own = story.peer("own", of="Richmond upon Thames", role="principal_social_worker")
    linked = story.peer("linked", of="Kingston upon Thames", role="principal_social_worker")
    free = story.peer("free", of="Sutton", role="principal_social_worker")
    story.known_to_the_matcher(own, linked, free)
    request = story.request(story.asks("Richmond upon Thames", "bespoke", team=[{"role": "principal social worker"}]))["request"]
    suggested = story.story(request, "suggested")
    assert proposed(suggested) == [free]
    assert suggested["match"]["suggestion"]["places"][0]["excluded"]["own_council"] >= 1
    place = suggested["match"]["suggestion"]["places"][0]["place"]
    with pytest.raises(Trouble, match="cannot be overridden"):
        story.tells_matcher(
            suggested, "override", choices={place: linked}, because="wished_for", reason="They have always worked together."
        )


def test_a_rule_that_may_be_waived_takes_two_advisers(story: Told) -> None:
    other = story.peer("other", of="Cumberland", role="send_lead")
    stays = story.peer("stays", of="Blackpool", role="principal_social_worker")
    story.known_to_the_matcher(other, stays)
    request = story.request(story.asks("Blackburn with Darwen", "bespoke", team=[{"role": "principal social worker"}]))["request"]
    suggested = story.story(request, "suggested")
    assert proposed(suggested) == [stays]
    place = suggested["match"]["suggestion"]["places"][0]["place"]
    wish = {"because": "known_to_both", "reason": "Led practice there for ten years."}
    choice = {"choices": {place: other}, **wish}
    with pytest.raises(Trouble, match="Another adviser must waive"):
        story.tells_matcher(suggested, "override", **choice)

    waived = story.tells_matcher(suggested, "waive", place=place, peer=other, **wish)

    with pytest.raises(Trouble, match="Another adviser must waive"):
        story.tells_matcher(waived, "override", **choice)
    second = story.by("matcher", who="second-adviser@example.org")
    second.post(f"/matches/{request}/override", {"expected_version": waived["version"], **choice})
    chosen = story.story(request, "consenting")
    assert [line["peer"] for line in chosen["match"]["lines"]] == [other]
    assert in_order(story.names(request), "match-suggested", "rule-waived", "match-selected", "capacity-held")


def test_an_arrangement_by_telephone_spends_capacity_without_ranking_and_beyond_capacity_it_becomes_a_question(story: Told) -> None:
    peer = story.peer("rung", of="Dorset", role="head_of_service", days=4)
    story.known_to_the_matcher(peer)
    arrangement = {
        "host": "851",
        "kind": "bespoke",
        "lines": [{"role": "head_of_service", "peer": peer, "days": 3}],
        "starts": str(story.today),
        "ends": str(story.today.replace(year=story.today.year + 1)),
        "agreed_on": str(story.today),
        "reason": "Agreed on the telephone.",
    }
    first = story.by("matcher").post("/matches", arrangement)
    story.story(first["request"], "placed")
    assert story.names(first["request"]) == ["arrangement-recorded", "capacity-placed", "match-placed"]
    assert story.free_days(f"peer:{peer}") == 1

    second = story.by("matcher").post("/matches", arrangement)
    asked = story.story(second["request"], "questioned")
    assert asked["match"]["question"]["rule"] == "peer_days"
    assert asked["match"]["question"]["short_by"] == 2

    story.offer(f"peer:{peer}", 8)
    story.tells_matcher(asked, f"questions/{asked['match']['question']['question']}", answer="retry")
    story.story(second["request"], "placed")
    assert story.free_days(f"peer:{peer}") == 2


def test_an_adviser_of_another_region_neither_sees_nor_decides(story: Told) -> None:
    story.peer("x", of="Leeds", role="opposition_lead")
    story.known_to_the_matcher()
    request = story.request(story.asks("Kirklees", "bespoke", team=[{"role": "opposition_lead"}]))["request"]
    suggested = story.story(request, "suggested")
    elsewhere = story.by("matcher", regions=["London"])
    with pytest.raises(Trouble, match="There is no request"):
        elsewhere.get(f"/matches/{request}")
    with pytest.raises(Trouble, match="There is no request"):
        elsewhere.post(f"/matches/{request}/confirm", {"expected_version": suggested["version"]})
    assert request in str(story.by("matcher", regions=["Yorkshire and The Humber"]).get(f"/matches/{request}"))


def test_of_two_advisers_the_slower_is_told_who_was_faster(story: Told) -> None:
    for n, council in enumerate(("Leeds", "York")):
        story.peer(f"p{n}", of=council, role="performance_analyst")
    story.known_to_the_matcher()
    request = story.request(story.asks("Hull", "bespoke", team=[{"role": "performance analyst"}]))["request"]
    seen = story.story(request, "suggested")
    body = {"expected_version": seen["version"], "because": "best_suggestion"}
    story.by("matcher", who="fast@example.org").post(f"/matches/{request}/confirm", body)
    with pytest.raises(Trouble, match="changed it at"):
        story.by("matcher", who="slow@example.org").post(f"/matches/{request}/confirm", body)
