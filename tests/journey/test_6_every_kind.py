"""A request of every kind of support: each is taken from Kafka and comes to a suggestion for all its places, or says what is short."""

from datetime import timedelta
from typing import Any

from services.vocabulary.kinds import KINDS, Kind
from tests.support.told import Told

HOST = "Southampton"
DONORS = ("Leeds", "Durham", "Camden", "Dudley", "Devon", "Essex", "Kent", "Norfolk", "Surrey", "Trafford", "Wigan", "Bolton")


def came(kind: Kind) -> dict[str, Any]:
    """How a request of a kind comes about that no council asks for by itself."""
    return {} if "council" in kind.origins else {"origin": "commissioned", "commissioned_by": "region"}


def test_every_kind_is_suggested_for_once_its_givers_are_there_and_says_what_is_short_before(story: Told) -> None:
    places = sorted({(place.role, nth) for kind in KINDS.values() for place in kind.places for nth in range(place.count)})
    homes = dict(zip(places, DONORS, strict=False))
    peers = {(role, nth): story.peer(f"{role}-{nth}", of=homes[role, nth], role=role, days=60) for role, nth in places}
    story.course("leaders", places=3, in_days=40)
    story.known_to_the_matcher()
    requests = {code: story.request(story.asks(HOST, kind.title, **came(kind)))["request"] for code, kind in KINDS.items()}

    needy = {code for code, kind in KINDS.items() if kind.needs & {"accreditation", "inspection"}}
    for code, request in requests.items():
        found = story.story(request, "suggested", "unmet")
        assert (found["kind"], found["state"]) == (code, "unmet" if code in needy else "suggested")
        if code in needy:
            lacking = {rule for place in found["short"] for rule in place["excluded"]}
            assert lacking & {"accreditation", "inspection"}, (code, lacking)

    story.accredited(*peers.values())
    for home in homes.values():
        story.inspected(home)
    for code, request in requests.items():
        suggested = story.story(request, "suggested")["match"]["suggestion"]["places"]
        assert [place["role"] for place in suggested] == [role for role, count in KINDS[code].team for _ in range(count)], code
        firsts = [place["candidates"][0] for place in suggested]
        assert len({first["peer"] for first in firsts}) == len({first["council"] for first in firsts}) == len(firsts), code


def test_of_three_who_ask_for_a_course_with_two_places_the_third_waits_and_gets_the_one_that_is_given_up(story: Told) -> None:
    cohort = story.course("few", places=2, in_days=310)
    people = [story.peer(word, of=word, role="lead_member") for word in ("Devon", "Kent", "Durham")]
    story.known_to_the_matcher(*people)

    def asks(council: str) -> dict[str, Any]:
        starts, ends = story.today + timedelta(days=300), str(story.today + timedelta(days=330))
        request = story.request(story.asks(council, "place on a leadership course", starts=starts, to=ends))["request"]
        return story.story(request, "suggested", "unmet")

    def course() -> dict[str, int]:
        found = next(each for each in story.by("matcher").get("/courses")["cohorts"] if each["cohort"] == cohort)
        return {name: found[name] for name in ("places", "taken", "proposed", "waiting")}

    first, second, third = (asks(council) for council in ("Leeds", "Camden", "Essex"))
    assert [first["cohort"], second["cohort"]] == [cohort, cohort]
    assert (third["state"], [list(place["excluded"])[-1] for place in third["short"]]) == ("unmet", ["course_place"])
    assert course() == {"places": 2, "taken": 0, "proposed": 2, "waiting": 1}

    for asked in (first, second):
        story.tells_matcher(asked, "confirm")
    placed = story.everybody_agrees(first["request"])
    story.until(lambda: course() == {"places": 2, "taken": 2, "proposed": 0, "waiting": 1}, "two places are taken")
    assert story.story(third["request"])["state"] == "unmet"

    story.tells_matcher(placed, "give-up-place", because="left_the_council")

    third = story.story(third["request"], "suggested")
    assert third["cohort"] == cohort
    assert course() == {"places": 2, "taken": 1, "proposed": 1, "waiting": 0}
    assert story.story(first["request"])["state"] == "placed", "the companion's part goes on"
    assert "course-place-given-up" in story.names(first["request"])
