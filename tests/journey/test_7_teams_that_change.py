"""A team is held whole or not at all; one member who leaves is replaced while the others stay."""

from tests.support.told import Told, in_order

ROLE = "performance_analyst"


def test_a_team_of_which_one_member_has_no_days_left_holds_nobody(story: Told) -> None:
    busy = story.peer("busy", of="Cornwall", role=ROLE, days=3)
    free = story.peer("free", of="Devon", role="chief_executive")
    story.known_to_the_matcher(busy, free)
    alone = story.request(story.asks("Dorset", "bespoke", team=[{"role": ROLE}], days=3))["request"]
    team = story.request(story.asks("Somerset", "bespoke", team=[{"role": ROLE}, {"role": "chief executive"}], days=3))["request"]
    first, second = story.story(alone, "suggested"), story.story(team, "suggested")
    seats = [place["place"] for place in second["match"]["suggestion"]["places"]]

    story.tells_matcher(first, "confirm", choices={first["match"]["suggestion"]["places"][0]["place"]: busy})
    story.until(lambda: story.free_days(f"peer:{busy}") == 0, "the one who serves alone is held")
    story.tells_matcher(second, "confirm", choices=dict(zip(seats, (busy, free), strict=True)))

    story.until(lambda: "hold-refused" in story.names(team), "the team is refused")
    assert "capacity-held" not in story.names(team)
    assert story.free_days(f"peer:{free}") == 10, "nothing of the other member is held"


def test_a_member_who_says_no_is_replaced_in_one_step_the_others_stay_and_placed_work_passes_on_as_well(story: Told) -> None:
    people = {story.peer(word, of=word, role=ROLE) for word in ("Luton", "Bedford", "Thurrock", "Essex")}
    story.known_to_the_matcher(*people)
    request = story.request(story.asks("Norfolk", "bespoke", team=[{"role": ROLE, "count": 2}], days=3))["request"]
    suggested = story.story(request, "suggested")
    choices = {}
    for place in suggested["match"]["suggestion"]["places"]:
        choices[place["place"]] = next(each["peer"] for each in place["candidates"] if each["peer"] in people)
    story.tells_matcher(suggested, "confirm", choices=choices)
    now = story.story(request, "consenting")
    while not (asked := [each for each in now["match"]["consents"] if each["state"] == "asked"])[0]["peer"]:
        now = story.tells_matcher(now, f"consents/{asked[0]['consent']}", agreed=True)
    stays, leaves = (line["peer"] for line in now["match"]["lines"])
    seat = now["match"]["lines"][1]["place"]
    yes, no = (next(each["consent"] for each in asked if each["peer"] == peer) for peer in (stays, leaves))
    now = story.tells_matcher(now, f"consents/{yes}", agreed=True)

    others = story.by("matcher").get(f"/matches/{request}/stand-ins", place=seat, most=50)
    told = next(one for one in others["found"] if one["peer"]["peer"] in people)
    assert not {stays, leaves} & {one["peer"]["peer"] for one in others["found"]}
    instead = told["peer"]["peer"]
    assert f"for {leaves}: fit " in told["words"]
    story.tells_matcher(now, f"consents/{no}/refuse-and-replace", peer=instead, because="no_time")

    story.until(lambda: [line["peer"] for line in story.story(request)["match"]["lines"]] == [stays, instead], "the team is whole again")
    story.until(lambda: story.free_days(f"peer:{leaves}") == 10, "the leaver's days are free")
    now = story.story(request, "consenting")
    assert [each["state"] for each in now["match"]["consents"] if each["peer"] == stays and each["party"] == "peer"] == ["given"]
    assert in_order(story.names(request), "consent-refused", "replacement-selected", "capacity-moved", "member-replaced")
    assert "match-withdrawn" not in story.names(request)
    placed = story.everybody_agrees(request)
    assert [line["peer"] for line in placed["match"]["lines"]] == [stays, instead]
    assert story.free_days(f"peer:{instead}") == 7

    last = (people - {stays, leaves, instead}).pop()
    story.tells_matcher(
        placed, "replace", place=seat, peer=last, given=1, agreed=True, because="left_the_post", reason="Told by telephone."
    )

    story.until(lambda: [line["peer"] for line in story.story(request)["match"]["lines"]] == [stays, last], "placed work has passed on")
    assert story.story(request)["state"] == "placed"
    assert story.free_days(f"peer:{instead}") == 9, "the day that was given stays counted"
    assert story.free_days(f"peer:{last}") == 8
    assert story.names(request).count("match-placed") == 1
    history = story.by("requests").get(f"/requests/{request}/history")["events"]
    assert any(f"{instead} has left (days given: 1)" in event["sentence"] for event in history)
