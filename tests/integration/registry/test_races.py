"""Replicas of the registry that want the same capacity at the same time: never too much, never too little, never stuck."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from schemas.fact import Fact
from schemas.matcher import MatchWithdrawn
from schemas.registry import CapacityHeld, CapacityPlaced, HoldExpired, HoldRefused, HoldReleased
from tests.integration.registry.house import ESSEX, LEEDS, MONDAY, House, completed, ended, line, selected

PEERS = [f"p{number}" for number in range(1, 51)]


async def crowd(house: House, *, days: int, council_days: int) -> None:
    """Fifty peers of Leeds and Essex who offer `days` each."""
    councils = {peer: "383" if number % 2 else "881" for number, peer in enumerate(PEERS)}
    await house.register(
        councils=[LEEDS, ESSEX],
        peers=[f"{peer},officer,{councils[peer]},Rowan Ashdown,,," for peer in PEERS],
        offers=[
            *(f"{peer}-27,peer:{peer},{days},2027-01-01,2027-12-31" for peer in PEERS),
            *(f"c{code}-27,council:{code},{council_days},2027-01-01,2027-12-31" for code in ("383", "881")),
        ],
    )
    await house.forget()


def wish(match: str, peer: str) -> Fact:
    return selected(match, line(1, peer, "383" if PEERS.index(peer) % 2 else "881", days=1))


async def race(house: House, *streams: Sequence[Sequence[Fact]]) -> None:
    """Every stream of batches in a replica of its own, all at once."""
    replicas = [house.replica() for _ in streams]

    async def run(replica: House, batches: Sequence[Sequence[Fact]]) -> None:
        for batch in batches:
            await replica.hear(*batch)

    try:
        await asyncio.wait_for(asyncio.gather(*map(run, replicas, streams)), 100)
    finally:
        for replica in replicas:
            await replica.close()


@pytest.mark.parametrize(("council_days", "places"), [(1000, 500), (180, 360)], ids=["peers-are-scarce", "councils-are-scarce"])
async def test_three_replicas_racing_for_fifty_peers_with_ten_places_fill_them_exactly(
    empty: House, council_days: int, places: int
) -> None:
    await crowd(empty, days=10, council_days=council_days)
    chance = random.Random(7)
    streams = [[[wish(f"m{replica}-{batch}-{n}", chance.choice(PEERS)) for n in range(100)] for batch in range(12)] for replica in range(3)]
    await race(empty, *streams)
    assert await empty.deadlocks() == 0
    held, refused = await empty.facts(CapacityHeld), await empty.facts(HoldRefused)
    assert (len(held), len(refused)) == (places, 3600 - places)
    assert await empty.unsound() == []
    assert await empty.parked() == []


async def test_the_last_load_said_is_the_load_that_is(empty: House) -> None:
    await crowd(empty, days=10, council_days=1000)
    streams = [[[wish(f"m{replica}-{batch}", PEERS[batch % 3])] for batch in range(40)] for replica in range(3)]
    await race(empty, *streams)
    for owner in ("peer:p1", "peer:p2", "peer:p3", "council:383", "council:881"):
        (row,) = await empty.sql("select count(*) as lines from hold_line where $1 in ('peer:' || peer, 'council:' || council)", owner)
        (account,) = await empty.sql("select sum(held) as used from offer where owner = $1", owner)
        load = await empty.state(f"load:{owner}")
        assert (load.held, sum(use.used for use in load.offers)) == (row["lines"], account["used"] / 2), owner


async def test_batches_that_want_the_same_accounts_in_opposite_orders_queue_up_and_do_not_embrace(empty: House) -> None:
    await crowd(empty, days=100, council_days=1000)
    there, back = PEERS, PEERS[::-1]
    streams = [
        [[wish(f"m{replica}-{batch}-{n}", peer) for n, peer in enumerate(order)] for batch in range(10)]
        for replica, order in enumerate([there, back, there, back])
    ]
    await race(empty, *streams)
    assert len(await empty.facts(CapacityHeld)) == 4 * 10 * 50
    assert await empty.deadlocks() == 0
    assert await empty.unsound() == []


async def test_a_hold_that_expires_while_its_last_consent_comes_in_ends_one_way_only(empty: House) -> None:
    await crowd(empty, days=20, council_days=1000)
    deadline = datetime.now(UTC) + timedelta(days=1)
    chosen = [selected(f"m{n}", line(1, PEERS[n % 2], "383" if n % 2 else "881", days=0.5), expires_at=deadline) for n in range(80)]
    await empty.hear(*chosen)
    empty.moved(timedelta(days=2))
    keeper, consents = empty.replica(), empty.replica()

    async def consent() -> None:
        for choice in reversed(chosen):  # they expire from the first on: in the middle the two meet
            await consents.hear(completed(choice.match, *choice.lines))

    await asyncio.gather(consent(), keeper.due(batch=1))
    await asyncio.gather(keeper.close(), consents.close())
    placed = [fact.match for fact in await empty.facts(CapacityPlaced)]
    expired = [fact.match for fact in await empty.facts(HoldExpired)]
    assert sorted(placed + expired) == sorted(choice.match for choice in chosen)
    assert placed, "no consent was ever first"
    assert expired, "no expiry was ever first"
    assert await empty.unsound() == []
    assert await empty.parked() == []


async def test_an_expiry_that_meets_a_last_consent_half_way_waits_and_then_finds_nothing_to_do(house: House) -> None:
    deadline = datetime.now(UTC) + timedelta(days=1)
    await house.hear(selected("m1", line(1, "p1"), expires_at=deadline), selected("m2", line(1, "p1")))
    house.moved(timedelta(days=2))
    async with house.half_way(completed("m1", line(1, "p1"))):
        expiry = asyncio.create_task(house.due())
        await asyncio.sleep(0.3)
        assert not expiry.done()
    await asyncio.wait_for(expiry, 10)
    assert [type(fact) for fact in await house.facts(CapacityPlaced, HoldExpired)] == [CapacityPlaced]
    assert await house.unsound() == []


async def test_holds_on_two_offers_of_one_owner_at_once_are_both_in_the_load_that_is_said_last(house: House) -> None:
    await house.register(offers=["p1-28,peer:p1,10,2028-01-01,2028-12-31", "leeds-28,council:383,10,2028-01-01,2028-12-31"])
    async with house.half_way(selected("m1", line(1, "p1"))):
        other = asyncio.create_task(house.hear(selected("m2", line(1, "p1"), starts=MONDAY.replace(year=2028))))
        await asyncio.sleep(0.3)
        assert not other.done()
    await asyncio.wait_for(other, 10)
    for owner in ("peer:p1", "council:383"):
        load = await house.state(f"load:{owner}")
        assert (load.held, len(load.offers)) == (2, 2)


async def test_withdrawals_racing_selections_of_others_give_back_exactly_what_was_held(empty: House) -> None:
    await crowd(empty, days=10, council_days=1000)
    first = [wish(f"first-{n}", PEERS[n % 50]) for n in range(500)]
    await empty.hear(*first)
    withdrawn = [[ended(MatchWithdrawn, f"first-{n}") for n in range(at, at + 25)] for at in range(0, 500, 25)]
    again = [[wish(f"again-{at + n}", PEERS[-(at + n) % 50]) for n in range(25)] for at in range(0, 500, 25)]
    await race(empty, withdrawn, again)
    held, released = await empty.facts(CapacityHeld), await empty.facts(HoldReleased)
    (row,) = await empty.sql("select count(*) as lines from hold_line where state = 'held'")
    assert (len(released), row["lines"]) == (500, len(held) - 500)
    assert await empty.unsound() == []


async def test_an_import_of_offers_while_days_are_held_neither_sticks_nor_cuts_below_what_is_held(empty: House) -> None:
    await crowd(empty, days=10, council_days=1000)
    replica = empty.replica()
    endings = []

    async def shrink() -> None:
        for days in (9, 8, 7, 6, 5, 4, 3, 2, 1):
            told = await replica.imports("offers", *(f"{peer}-27,peer:{peer},{days},2027-01-01,2027-12-31" for peer in PEERS[::-1]))
            assert told[-1].get("done"), told
            endings.append(told[-1]["imported"])

    streams = [[[wish(f"m{stream}-{batch}-{n}", peer) for n, peer in enumerate(PEERS)] for batch in range(5)] for stream in range(2)]
    await asyncio.gather(shrink(), race(empty, *streams))
    await replica.close()
    assert await empty.deadlocks() == 0
    assert await empty.unsound() == []
    assert await empty.parked() == []
    assert endings[0]
    assert not endings[-1]
