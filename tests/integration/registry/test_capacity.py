"""Holding and placing, heard at the edge and kept in PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from schemas.matcher import MatchLapsed, MatchWithdrawn
from schemas.registry import CapacityHeld, CapacityPlaced, HoldExpired, HoldRefused, HoldReleased
from services.registry import store
from services.registry.domain import HeldLine, Hold
from tests.integration.registry.house import MONDAY, House, arranged, completed, ended, line, selected


async def test_a_selection_holds_days_of_the_peer_and_of_the_council(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1", days=4.5)))
    (held,) = await house.facts(CapacityHeld)
    assert (held.match, held.request, [each.peer for each in held.lines]) == ("m1", "r-m1", ["p1"])
    assert await house.account("p1-27") == (4.5, 0)
    assert await house.account("leeds-27") == (4.5, 0)


async def test_what_is_said_of_a_match_is_about_its_request_and_because_of_the_selection(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1")), ids=["the-selection"])
    (said,) = await house.said()
    assert (said.subject, said.causation, said.correlation, said.sequence) == ("r-m1", "the-selection", "story-of-r-m1", 1)


async def test_the_load_of_both_is_said_when_something_is_held(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1", days=4)))
    peer, council = await house.state("load:peer:p1"), await house.state("load:council:383")
    assert (peer.held, peer.placed, [(use.offer, use.used) for use in peer.offers]) == (1, (), [("p1-27", 4.0)])
    assert (council.held, [(use.offer, use.used) for use in council.offers]) == (1, [("leeds-27", 4.0)])


async def test_completed_consents_place_what_is_held(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1", days=4)))
    await house.hear(completed("m1", line(1, "p1", days=4)))
    (placed,) = await house.facts(CapacityPlaced)
    assert placed.lines == (line(1, "p1", days=4),)
    assert await house.account("p1-27") == (0, 4)
    load = await house.state("load:peer:p1")
    assert (load.held, load.placed) == (0, (MONDAY,))


async def test_a_whole_story_in_one_batch_ends_as_it_would_in_many(house: House) -> None:
    await house.hear(
        selected("m1", line(1, "p1")), completed("m1", line(1, "p1")), selected("m2", line(1, "p2")), ended(MatchWithdrawn, "m2")
    )
    assert [type(fact) for fact in await house.facts(CapacityHeld, CapacityPlaced, HoldReleased)] == [
        CapacityHeld,
        CapacityPlaced,
        CapacityHeld,
        HoldReleased,
    ]
    assert [await house.account(offer) for offer in ("p1-27", "p2-27", "leeds-27")] == [(0, 4), (0, 0), (0, 4)]
    assert await house.unsound() == []


async def test_a_peer_without_enough_days_is_refused_naming_the_line_and_how_many_days_are_missing(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1", days=7)), selected("m2", line(1, "p1", days=4.5)))
    (refused,) = await house.facts(HoldRefused)
    assert (refused.match, refused.line.line, refused.rule, refused.short_by) == ("m2", 1, "peer_days", 1.5)
    assert await house.account("p1-27") == (7, 0)


async def test_a_council_without_enough_days_is_refused_though_the_peer_has_them(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1", days=10)), selected("m2", line(1, "p2", days=5.5)))
    (refused,) = await house.facts(HoldRefused)
    assert (refused.match, refused.rule, refused.short_by) == ("m2", "council_days", 0.5)


async def test_two_lines_of_one_match_share_what_their_council_has_left_all_or_none(house: House) -> None:
    await house.hear(selected("m0", line(1, "p1", days=6)))
    await house.hear(selected("m1", line(1, "p2", days=6), line(2, "p1", days=3.5)))
    (refused,) = await house.facts(HoldRefused)
    assert (refused.line.line, refused.rule, refused.short_by) == (2, "council_days", 0.5)
    assert await house.account("p2-27") == (0, 0)
    assert await house.account("leeds-27") == (6, 0)


@pytest.mark.parametrize(
    ("peer", "council", "starts", "rule"),
    [
        ("nobody", "383", MONDAY, "unknown_peer"),
        ("p3", "383", MONDAY, "unknown_peer"),
        ("p1", "383", MONDAY.replace(year=2028), "no_offer"),
    ],
)
async def test_who_is_not_there_or_offers_nothing_then_is_refused(
    house: House, peer: str, council: str, starts: datetime, rule: str
) -> None:
    await house.hear(selected("m1", line(1, peer, council), starts=starts))
    (refused,) = await house.facts(HoldRefused)
    assert (refused.rule, refused.short_by) == (rule, 4)


async def test_days_that_are_offered_for_reviews_go_to_a_review_alone(house: House) -> None:
    await house.imports("offers", "p1-27,peer:p1,10,2027-01-01,2027-12-31,peer review", header="offer,owner,days,from,to,kinds")
    mentoring, review = (
        selected(match, line(1, "p1")).model_copy(update={"kind": kind}) for match, kind in (("m1", "bespoke"), ("m2", "peer_review"))
    )
    await house.hear(mentoring, review)
    assert [(refused.match, refused.rule) for refused in await house.facts(HoldRefused)] == [("m1", "no_offer")]
    assert await house.account("p1-27") == (4, 0)


async def test_a_peer_who_is_no_longer_active_is_refused(house: House) -> None:
    await house.imports("peers", "p1,member,Leeds,Rowan Ashdown,Labour,,,no", header="peer,kind,council,name,party,themes,email,active")
    await house.hear(selected("m1", line(1, "p1")))
    assert [refused.rule for refused in await house.facts(HoldRefused)] == ["unknown_peer"]


async def test_the_same_selection_again_changes_nothing_and_says_nothing(house: House) -> None:
    again = selected("m1", line(1, "p1"))
    await house.hear(again)
    await house.hear(again, again)
    await house.hear(again, ids=["an-id"])
    await house.hear(again, ids=["an-id"])
    assert len(await house.facts(CapacityHeld)) == 1
    assert await house.account("p1-27") == (4, 0)


async def test_a_replacement_is_a_new_line_on_the_same_match_and_the_line_it_replaced_is_let_go_in_the_end(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1"), line(2, "p3", "881")))
    await house.hear(selected("m1", line(1, "p1"), line(3, "p4", "881")))
    assert [[each.line for each in held.lines] for held in await house.facts(CapacityHeld)] == [[1, 2], [1, 2, 3]]
    await house.hear(completed("m1", line(1, "p1"), line(3, "p4", "881")))
    assert [await house.account(offer) for offer in ("p1-27", "p3-27", "p4-27", "essex-27")] == [(0, 4), (0, 0), (0, 4), (0, 4)]
    assert await house.unsound() == []


async def test_a_replacement_that_cannot_be_had_leaves_the_others_held(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1")))
    await house.hear(selected("m1", line(1, "p1"), line(2, "p2", days=11)))
    assert [refused.line.line for refused in await house.facts(HoldRefused)] == [2]
    assert await house.account("p1-27") == (4, 0)


@pytest.mark.parametrize("kind", [MatchLapsed, MatchWithdrawn])
async def test_the_end_of_a_match_lets_go_of_what_is_held_saying_why(house: House, kind: type[MatchLapsed]) -> None:
    await house.hear(selected("m1", line(1, "p1")))
    await house.hear(ended(kind, "m1", "consent_refused"))
    await house.hear(ended(kind, "m1", "consent_refused"))
    (released,) = await house.facts(HoldReleased)
    assert released.because == "consent_refused"
    assert await house.account("p1-27") == (0, 0)
    assert (await house.state("load:peer:p1")).held == 0


async def test_the_end_of_a_match_that_was_never_held_says_nothing(house: House) -> None:
    await house.hear(ended(MatchWithdrawn, "m1"))
    assert await house.said() == []
    assert await house.parked() == []


@pytest.mark.parametrize("kind", [MatchLapsed, MatchWithdrawn])
async def test_a_match_that_ends_in_the_instant_of_its_placement_gives_back_what_was_placed(house: House, kind: type[MatchLapsed]) -> None:
    await house.hear(selected("m1", line(1, "p1")), completed("m1", line(1, "p1")))
    await house.hear(ended(kind, "m1"), ended(kind, "m1"))
    assert [released.match for released in await house.facts(HoldReleased)] == ["m1"]
    assert await house.account("p1-27") == (0, 0)
    assert (await house.state("load:peer:p1")).placed == ()


async def test_an_arrangement_is_placed_at_once(house: House) -> None:
    await house.hear(arranged("m1", line(1, "p1")))
    assert [each.match for each in await house.facts(CapacityPlaced)] == ["m1"]
    assert await house.account("p1-27") == (0, 4)


async def test_an_arrangement_over_capacity_is_refused_and_can_be_tried_again_when_there_is_room(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1", days=8)), arranged("m2", line(1, "p1")))
    assert [(refused.rule, refused.short_by) for refused in await house.facts(HoldRefused)] == [("peer_days", 2)]
    await house.hear(ended(MatchWithdrawn, "m1"), arranged("m2", line(1, "p1")))
    assert [each.match for each in await house.facts(CapacityPlaced)] == ["m2"]
    await house.hear(arranged("m2", line(1, "p1")))
    assert len(await house.facts(CapacityPlaced)) == 1


async def test_a_hold_expires_at_its_backstop_and_not_before(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1"), expires_at=datetime.now(UTC) + timedelta(days=10)))
    house.moved(timedelta(days=9, hours=23))
    await house.due()
    assert await house.facts(HoldExpired) == []
    house.moved(timedelta(days=10, hours=1))
    await house.due()
    assert [expired.match for expired in await house.facts(HoldExpired)] == ["m1"]
    assert await house.account("p1-27") == (0, 0)
    said = [said for said in await house.said() if isinstance(said.fact, HoldExpired)]
    assert (said[0].subject, said[0].correlation) == ("r-m1", "story-of-r-m1")


@pytest.mark.parametrize("first", ["completed", "withdrawn"])
async def test_a_hold_that_was_placed_or_let_go_does_not_expire(house: House, first: str) -> None:
    await house.hear(selected("m1", line(1, "p1")))
    await house.hear(completed("m1", line(1, "p1")) if first == "completed" else ended(MatchWithdrawn, "m1"))
    house.moved(timedelta(days=60))
    await house.due()
    assert await house.facts(HoldExpired) == []


async def test_consents_that_complete_after_the_hold_has_expired_place_nothing_and_say_nothing_more(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1")))
    house.moved(timedelta(days=60))
    await house.due()
    await house.hear(completed("m1", line(1, "p1")))
    assert [type(fact) for fact in await house.facts(CapacityPlaced, HoldExpired, HoldReleased)] == [HoldExpired]
    assert await house.parked() == []


async def test_consents_for_what_was_never_held_are_parked_for_a_person(house: House) -> None:
    await house.hear(completed("m1", line(1, "p1")), selected("m2", line(1, "p1")))
    assert await house.parked() == ["handler_failed"]
    assert [held.match for held in await house.facts(CapacityHeld)] == ["m2"]


async def test_all_days_of_a_line_go_to_the_offer_with_most_free_days_that_is_in_force_when_the_work_starts(house: House) -> None:
    await house.register(offers=["p1-b,peer:p1,6,2027-01-01,2027-03-31", "p1-c,peer:p1,90,2027-02-01,2027-12-31"])
    await house.hear(selected("m1", line(1, "p1", days=7)))
    assert [await house.account(offer) for offer in ("p1-27", "p1-b", "p1-c")] == [(7, 0), (0, 0), (0, 0)]
    await house.hear(selected("m2", line(1, "p1", days=5)))
    assert await house.account("p1-b") == (5, 0)


@pytest.mark.parametrize("days", [10.5, -1])
async def test_the_statement_refuses_what_a_wrong_decision_would_let_through(house: House, days: float) -> None:
    def hold(days: float) -> Hold:
        each = line(1, "p1", days=1).model_copy(update={"days": days})
        return Hold("m1", "r-m1", "held", None, (HeldLine(each, MONDAY, "held", "p1-27", "leeds-27"),))

    before, after = ({}, [hold(days)]) if days > 0 else ({"m1": hold(1)}, [replace(hold(1), state="released", lines=())])
    with pytest.raises(store.OverCapacity):
        await house.database.once(lambda db: store.save(db, before, after))
    assert await house.account("p1-27") == (0, 0)


@pytest.mark.parametrize("wrong", ["held = 21", "placed = 21", "held = 11, placed = 10", "held = -1", "placed = -1"])
async def test_the_table_refuses_what_every_statement_would_let_through(house: House, wrong: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await house.sql(f"update offer set {wrong} where offer = 'p1-27'")


async def test_the_load_counts_first_days_of_the_last_year_only(house: House) -> None:
    today = house.clock.now().date()
    await house.register(offers=["old-p1,peer:p1,20,2020-01-01,2026-12-31", "old-leeds,council:383,20,2020-01-01,2026-12-31"])
    long_ago, lately = today - timedelta(days=365), today - timedelta(days=364)
    await house.hear(arranged("m1", line(1, "p1"), starts=long_ago), arranged("m2", line(1, "p1"), starts=lately))
    assert (await house.state("load:peer:p1")).placed == (lately,)
