"""A council asks, a peer is proposed, an adviser decides, everybody agrees, and the support is placed."""

from tests.support.told import Told, in_order, proposed


def test_a_newly_appointed_lead_member_gets_a_mentor_and_every_step_is_an_event(story: Told) -> None:
    mentor = story.peer("mentor", of="Leeds", role="lead_member", party="Labour")
    story.known_to_the_matcher(mentor)

    reference = story.asks("Kirklees Council", "mentoring_new_lead_member", mentee_group="Labour", days=4)
    request = story.request(reference)["request"]
    suggested = story.story(request, "suggested")
    assert proposed(suggested) == [mentor]

    story.tells_matcher(suggested, "confirm", because="best_suggestion")
    assert story.free_days(f"peer:{mentor}") == 10 or story.story(request, "consenting")
    story.everybody_agrees(request)

    facts = story.facts(request)
    assert [fact.name for fact in facts] == [
        "request-opened",
        "match-suggested",
        "match-selected",
        "capacity-held",
        "consent-asked",  # the mentee agrees the route
        "consent-given",
        "consent-asked",  # the peer's group office
        "consent-given",
        "consent-asked",  # the peer
        "consent-given",
        "consent-asked",  # the mentee approves the one profile
        "consent-given",
        "consents-completed",
        "capacity-placed",
        "match-placed",
    ]
    assert story.free_days(f"peer:{mentor}") == 6
    assert len({fact.envelope.correlation for fact in facts}) == 1, "one story has one correlation"
    for service in ("requests", "matcher", "registry"):
        numbers = [fact.envelope.sequence for fact in facts if fact.service == service]
        assert numbers == list(range(1, len(numbers) + 1)), f"{service} numbers its facts without a gap"
    known = {fact.envelope.id for fact in facts}
    assert all(
        f.envelope.causation in known for f in facts if f.name in ("match-suggested", "capacity-held", "capacity-placed", "match-placed")
    )


def test_the_requests_service_follows_a_request_to_its_end_and_tells_its_history(story: Told) -> None:
    story.peer("chief", of="Trafford", role="chief_executive")
    story.known_to_the_matcher()
    request = story.request(story.asks("Bolton", "sounding_board", team=[{"role": "Chief Executive"}]))["request"]
    story.tells_matcher(story.story(request, "suggested"), "confirm")
    placed = story.everybody_agrees(request)
    story.tells_matcher(placed, "complete", days={1: placed["match"]["lines"][0]["days"]}, completed_on=str(story.today))
    story.until(lambda: story.by("requests").get(f"/requests/{request}")["state"] == "completed", "the requests service knows the end")

    history = story.by("requests").get(f"/requests/{request}/history")["events"]
    kinds = [event["type"].split(".")[-2] for event in history]
    assert in_order(kinds, "request-opened", "match-suggested", "match-selected", "capacity-held", "match-placed", "support-completed")
    assert {event["service"] for event in history} == {"requests", "matcher", "registry"}
    assert all(event["sentence"] for event in history)


def test_every_suggestion_says_why_with_every_term_and_the_price_of_load(story: Told) -> None:
    near = story.peer("near", of="Leeds", role="scrutiny_chair", themes="SEND")
    far = story.peer("far", of="Surrey", role="scrutiny_chair", themes="finance")
    story.known_to_the_matcher(near, far)
    request = story.request(story.asks("Bradford", "scrutiny_support", themes=["SEND"], team=[{"role": "scrutiny chair"}]))["request"]
    place = story.story(request, "suggested")["match"]["suggestion"]["places"][0]

    best = place["candidates"][0]
    assert best["peer"] == near
    assert best["terms"]["themes"] == 1
    assert {"themes", "role", "similarity"} <= set(best["terms"])
    assert abs(best["fit"] - sum(best["terms"][t] * best["weights"][t] for t in best["terms"])) < 1e-6
    assert abs(best["value"] - (best["fit"] - sum(best["price"].values()))) < 1e-6
    assert place["considered"] == sum(place["excluded"].values()) + len(place["candidates"])
    assert place["excluded"]["below_floor"] == 1, "the far one covers no theme and is counted as such"


def test_a_structured_mode_event_is_the_same_request(story: Told) -> None:
    story.peer("analyst", of="Leeds", role="performance_analyst")
    story.known_to_the_matcher()
    reference = story.asks("Hull", "bespoke", structured=True, team=[{"role": "analyst"}])
    assert story.story(story.request(reference)["request"], "suggested")["host"] == "810"
