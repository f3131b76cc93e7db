"""Courses and their places: from a file or by a call, and never more places given than there are, whoever asks at the same time."""

from datetime import date

from schemas.courses import CohortState, CoursePlaceGivenUp
from schemas.fact import Fact
from schemas.matcher import MatchWithdrawn
from schemas.registry import CapacityHeld, CapacityPlaced, HoldRefused
from tests.integration.registry.house import House, completed, ended, line, selected
from tests.integration.registry.test_api import READ, WRITE, key, ok
from tests.integration.registry.test_races import PEERS, crowd, race

HEADER = "cohort,course,offered_by,from,ask_by,places"


def wish(match: str, peer: str) -> Fact:
    """A peer to go beside whoever is given a place on the course."""
    council = "383" if PEERS.index(peer) % 2 else "881"
    return selected(match, line(1, peer, council, days=1)).model_copy(update={"cohort": "leaders"})


async def course(house: House, row: str = "leaders,Leading,london,2027-01-11,2026-12-31,2") -> None:
    told = await house.imports("cohorts", row, header=HEADER)
    assert told[-1]["imported"], told


async def test_a_course_is_entered_and_read_and_never_has_fewer_places_than_are_taken(house: House) -> None:
    await crowd(house, days=10, council_days=1000)
    await course(house)
    assert await house.state("cohort:leaders") == CohortState(
        version=1,
        cohort="leaders",
        course="Leading",
        offered_by="London",
        starts=date(2027, 1, 11),
        ask_by=date(2026, 12, 31),
        places=2,
        taken=0,
    )
    wrong = await house.imports("cohorts", "x,Leading,nowhere,2027-01-11,2027-02-01,0", header=HEADER)
    assert [each["column"] for each in wrong[:-1] if "column" in each] == ["offered_by", "places", "ask_by"]
    await house.hear(wish("m1", "p1"), wish("m2", "p2"))
    row = {"cohort": "leaders", "course": "Leading", "offered_by": "383", "from": "2027-01-11", "places": "1"}
    async with house.browser(READ, WRITE) as client:
        assert (await client.post("/cohorts", json=row, headers=key("k1"))).json()["problems"][0]["rule"] == "below_used"
        assert ok(await client.post("/cohorts", json=row | {"places": "3"}, headers=key("k2")))["outcome"] == "changed"
        (shown,) = ok(await client.get("/cohorts"))["cohorts"]
        assert (shown["places"], shown["held"], shown["placed"], shown["offered_by"]) == (3, 2, 0, "383")
        assert (await client.get("/export/cohorts.csv")).text.splitlines()[1] == "leaders,Leading,383,2027-01-11,2027-01-11,3"


async def test_a_place_is_held_given_given_up_and_let_go_with_its_match(house: House) -> None:
    await crowd(house, days=10, council_days=1000)
    await course(house)
    await house.hear(wish("m1", "p1"), wish("m2", "p2"), wish("m3", "p3"))
    assert [fact.rule for fact in await house.facts(HoldRefused)] == ["course_place"]
    await house.hear(completed("m1", line(1, "p1", "881", days=1)), ended(MatchWithdrawn, "m2"))
    assert len(await house.facts(CapacityPlaced)) == 1
    assert (await house.state("cohort:leaders")).taken == 1
    said = {"match": "m1", "request": "r-m1", "version": 9, "cohort": "leaders", "because": "left", "actor": "a"}
    await house.hear(CoursePlaceGivenUp(**said))
    assert (await house.state("cohort:leaders")).taken == 0
    assert await house.account("p1-27") == (0, 1), "the companion's day stays given"
    assert await house.parked() == []


async def test_of_two_places_two_are_given_whoever_asks_at_the_same_time(empty: House) -> None:
    await crowd(empty, days=10, council_days=1000)
    await course(empty)
    await race(empty, *[[[wish(f"m{replica}-{n}", PEERS[5 * replica + n])] for n in range(5)] for replica in range(3)])
    assert (len(await empty.facts(CapacityHeld)), len(await empty.facts(HoldRefused))) == (2, 13)
    assert (await empty.state("cohort:leaders")).taken == 2
    assert await empty.deadlocks() == 0
