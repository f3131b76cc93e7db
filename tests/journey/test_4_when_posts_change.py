"""Posts turn over fast: who was proposed, chosen or placed and no longer qualifies is found at once, and the adviser is told why."""

from tests.support.told import Told, in_order, proposed


def test_a_councillor_who_loses_the_post_is_not_proposed_any_more_and_the_next_is(story: Told) -> None:
    gone = story.peer("gone", of="Bolton", role="scrutiny_chair")
    stays = story.peer("stays", of="Bury", role="scrutiny_chair")
    story.known_to_the_matcher(gone, stays)
    request = story.request(story.asks("Oldham", "bespoke", team=[{"role": "scrutiny_chair"}]))["request"]
    assert set(proposed(story.story(request, "suggested"))) == {gone, stays}

    story.leave(gone)

    story.until(lambda: proposed(story.story(request, "suggested")) == [stays], "only the other is proposed")
    told = next(fact.says for fact in story.facts(request) if fact.name == "peer-disqualified")
    assert (told["peer"], told["rule"], told["was"]) == (gone, "role", "proposed")


def test_a_match_in_hand_ends_when_its_peer_leaves_the_post_and_the_days_are_free_again(story: Told) -> None:
    gone = story.peer("gone", of="Stockport", role="chief_executive")
    story.known_to_the_matcher(gone)
    request = story.request(story.asks("Tameside", "bespoke", team=[{"role": "chief_executive"}], days=3))["request"]
    story.tells_matcher(story.story(request, "suggested"), "confirm")
    story.story(request, "consenting")
    assert story.free_days(f"peer:{gone}") == 7
    stays = story.peer("stays", of="Trafford", role="chief_executive")

    story.leave(gone)

    story.until(lambda: proposed(story.story(request, "suggested")) == [stays], "somebody else is proposed")
    assert in_order(story.names(request), "capacity-held", "peer-disqualified", "match-withdrawn", "match-suggested")
    story.until(lambda: story.free_days(f"peer:{gone}") == 10, "the days are free again")


def test_placed_work_whose_peer_leaves_the_post_is_brought_to_a_person_with_somebody_who_could_take_over(story: Told) -> None:
    gone = story.peer("gone", of="Swindon", role="director_of_childrens_services")
    story.known_to_the_matcher(gone)
    request = story.request(story.asks("Reading", "bespoke", team=[{"role": "DCS"}], days=3))["request"]
    story.tells_matcher(story.story(request, "suggested"), "confirm")
    placed = story.everybody_agrees(request)
    assert placed["match"]["lines"][0]["peer"] == gone
    instead = story.peer("instead", of="Slough", role="director_of_childrens_services")

    story.leave(gone)

    story.until(lambda: "request-escalated" in story.names(request), "a person is told")
    told = next(fact.says for fact in story.facts(request) if fact.name == "peer-disqualified")
    assert (told["peer"], told["rule"], told["was"]) == (gone, "role", "placed")
    assert [candidate["peer"] for candidate in told["instead"]["candidates"]] == [instead]
    assert story.story(request)["state"] == "placed", "only a person ends what was agreed"
    assert story.free_days(f"peer:{gone}") == 7, "the days stay counted"
    history = story.by("requests").get(f"/requests/{request}/history")["events"]
    assert any("no longer qualifies" in event["sentence"] for event in history)
