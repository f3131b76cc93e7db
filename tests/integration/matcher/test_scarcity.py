"""Scarcity prices in the running matcher: worked out from its own history, used by every replica, kept with every ranking."""

from functools import partial

from services.kit.database import Database
from services.matcher.mirror import Mirror, replay
from tests.integration.matcher.house import House, key
from tests.integration.matcher.test_policies import ranked

WHY = "the year's requests are in"


async def test_where_nothing_was_asked_nothing_is_known_to_be_scarce(house: House) -> None:
    async with house.caller("governor-1", "governor") as governor:
        assert (await governor.get("/scarcity")).status_code == 404
        refused = await governor.post("/scarcity", json={"reason": WHY}, headers=key())
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/no_history")
        assert (await governor.get("/scarcity")).status_code == 404, "nothing half-written"


async def test_prices_from_the_last_year_rank_on_every_replica_at_once_and_an_old_ranking_is_replayed_without_them(
    database: Database,
    house: House,
) -> None:
    one, other = Mirror(), Mirror()
    before, first = await ranked(one, database, *(f"r{n}" for n in range(40)))
    await ranked(other, database, "r41")
    assert first.scarcity_version == 0

    async with house.caller("governor-1", "governor") as governor:
        answer = await governor.post("/scarcity", json={"reason": WHY}, headers=key())
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert (found["version"], found["requests"], found["places"]) == (1, 41, 41)
        assert found["roles"]["director_of_childrens_services"] > 0, "forty-one requests, and two placements of each of twelve directors"
        assert (await governor.get("/scarcity")).json() == found

    for mirror in (one, other):
        after, inputs = await ranked(mirror, database, "r50")
        assert inputs.scarcity_version == 1
        assert all(candidate.price["scarcity"] > 0 for place in after[0].suggestions for candidate in place.candidates)
        assert await database.once(partial(replay, ident=inputs.ranking)) == after
    assert await database.once(lambda db: replay(db, first.ranking)) == before


async def test_an_adviser_reads_what_is_scarce_and_changes_nothing(house: House) -> None:
    async with house.caller("adviser-1", "adviser") as adviser:
        assert (await adviser.post("/scarcity", json={"reason": WHY}, headers=key())).status_code == 403
