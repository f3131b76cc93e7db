"""A request is followed to its end: what matcher and registry say moves it on and is told in its story."""

from datetime import UTC, date, datetime
from typing import Any

from schemas import matcher as m
from schemas import registry as r
from schemas.fact import Line
from tests.integration.requests.house import House, asked

LINES = (Line(line=1, place="lead_member-1", role="lead_member", peer="p1", council="380", days=4),)
SOON = datetime(2026, 12, 24, 12, tzinfo=UTC)
WINDOW: dict[str, Any] = {"starts": date(2026, 12, 1), "ends": date(2027, 5, 31)}


def suggested(request: str, match: str = "m1", version: int = 1) -> m.MatchSuggested:
    candidate = m.Candidate(peer="p1", council="380", rank=1, fit=0.8, value=0.7, terms={"themes": 0.8}, weights={"themes": 1}, price={})
    place = m.PlaceSuggestion(place="lead_member-1", role="lead_member", considered=9, excluded={"own_council": 1}, candidates=(candidate,))
    ranked = {"registry_version": 7, "policy_version": 1, "as_of": date(2026, 11, 23), "ranking": "k1"}
    return m.MatchSuggested(
        match=match, request=request, version=version, host="383", kind="sounding_board", days=4, places=(place,), **WINDOW, **ranked
    )


def selected(request: str, match: str = "m1", version: int = 2) -> m.MatchSelected:
    chosen = {"because": "best_suggestion", "actor": "adviser-1", "expires_at": SOON}
    return m.MatchSelected(match=match, request=request, version=version, host="383", lines=LINES, **WINDOW, **chosen)


def held(request: str, match: str = "m1") -> r.CapacityHeld:
    return r.CapacityHeld(match=match, request=request, lines=LINES, expires_at=SOON)


def placed(request: str, match: str = "m1", version: int = 6) -> m.MatchPlaced:
    return m.MatchPlaced(match=match, request=request, version=version, host="383", lines=LINES, **WINDOW)


async def opened(house: House) -> str:
    (fact,) = await house.post(asked())
    return fact.subject


async def test_a_request_is_followed_from_the_suggestion_to_the_placement(house: House) -> None:
    request = await opened(house)
    for number, (fact, state) in enumerate(
        [
            (suggested(request), "suggested"),
            (selected(request), "selected"),
            (held(request), "held"),
            (m.ConsentsCompleted(match="m1", request=request, version=3, lines=LINES, starts=WINDOW["starts"]), "consenting"),
            (r.CapacityPlaced(match="m1", request=request, lines=LINES), "consenting"),
            (placed(request), "placed"),
        ],
        1,
    ):
        await house.hear(house.fact(fact, number))
        assert await house.state(request) == state


async def test_facts_that_come_in_one_batch_or_twice_lead_to_the_same_end(house: House) -> None:
    request = await opened(house)
    facts = [house.fact(suggested(request), 1), house.fact(selected(request), 2), house.fact(placed(request), 3)]
    await house.hear(*facts, house.fact(held(request)))
    await house.hear(*facts)
    assert await house.state(request) == "placed"
    ((count,),) = await house.sql("select count(*) from history where request = $1", request)
    assert count == 5


async def test_an_old_fact_that_is_replayed_late_is_told_and_moves_nothing(house: House) -> None:
    request = await opened(house)
    await house.hear(house.fact(placed(request, "m2"), 9), house.fact(suggested(request, "m1"), 3))
    assert await house.state(request) == "placed"
    await house.hear(house.fact(suggested(request, "m1"), 4))
    assert await house.state(request) == "placed"
    ((count,),) = await house.sql("select count(*) from history where request = $1", request)
    assert count == 4


async def test_an_arrangement_by_telephone_makes_a_request_that_nobody_posted(house: House) -> None:
    said = {"because": "agreed_by_telephone", "actor": "adviser-1", "agreed_on": date(2026, 11, 1)}
    fact = m.ArrangementRecorded(
        match="m1", request="r-by-telephone", version=1, host="383", kind="sounding_board", lines=LINES, **WINDOW, **said
    )
    await house.hear(house.fact(fact, 1), house.fact(placed("r-by-telephone", version=2), 2))
    (row,) = await house.sql("select origin, host, kind, regions, state, content from request")
    assert dict(row) == {
        "origin": "arrangement",
        "host": "383",
        "kind": "sounding_board",
        "regions": ["Yorkshire and The Humber"],
        "state": "placed",
        "content": None,
    }


async def test_an_arrangement_for_a_request_we_know_is_told_of_that_one(house: House) -> None:
    request = await opened(house)
    said = {"because": "agreed_by_telephone", "actor": "adviser-1", "agreed_on": date(2026, 11, 1)}
    fact = m.ArrangementRecorded(match="m1", request=request, version=1, host="383", kind="sounding_board", lines=LINES, **WINDOW, **said)
    await house.hear(house.fact(fact, 1))
    (row,) = await house.sql("select origin, state from request")
    assert (row["origin"], row["state"]) == ("council", "selected")


async def test_a_newer_revision_does_not_forget_how_far_the_request_has_come(house: House) -> None:
    request = await opened(house)
    await house.hear(house.fact(suggested(request), 1))
    await house.post(asked(revision=2, days=9))
    assert await house.state(request) == "suggested"
    (row,) = await house.sql("select heard, match from request")
    assert (row["heard"], row["match"]) == (1, "m1")


async def test_facts_about_requests_of_another_installation_are_told_and_harm_nothing(house: House) -> None:
    await house.hear(house.fact(suggested("never-heard-of"), 1))
    assert await house.sql("select from request") == []
    assert await house.sql("select from parked") == []
