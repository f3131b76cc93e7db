"""Ranking policies: one person writes numbers down, another adopts them, and from that moment every replica ranks by them."""

from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from services.kit.database import Connection, Database
from services.matcher import policy_store
from services.matcher.mirror import Mirror, replay
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import Ranked
from services.matcher.steps import Inputs
from tests.integration.matcher.house import House, key
from tests.integration.matcher.test_mirror import NOW, ask

WHY = "the busiest councils carry too much"
LATER = datetime(2026, 11, 24, 9, tzinfo=UTC)


async def written(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/policies", json={"changes": changes, "reason": WHY}, headers=key())
    assert answer.status_code == 201, answer.text
    policy: dict[str, Any] = answer.json()
    return policy


async def ranked(mirror: Mirror, database: Database, *requests: str) -> tuple[list[Ranked], Inputs]:
    async def work(db: Connection) -> tuple[list[Ranked], Inputs]:
        return await mirror.rank(db, [ask(request) for request in requests], NOW)

    return await database.once(work)


async def test_a_new_installation_begins_with_the_policy_that_the_release_brings(house: House) -> None:
    async with house.caller("governor-1", "governor") as governor:
        (first,) = (await governor.get("/policies")).json()["policies"]
    assert (first["version"], first["active"], first["author"]) == (1, True, DEFAULT_POLICY.author)
    assert first["policy"] == DEFAULT_POLICY.model_dump(mode="json")


async def test_nobody_adopts_a_policy_that_they_wrote_down_themselves(house: House) -> None:
    async with house.caller("governor-1", "governor") as author, house.caller("governor-2", "governor") as other:
        draft = await written(author, mu=0.2)
        assert not draft["active"]
        body = {"expected_active": 1, "reason": WHY}

        alone = await author.post("/policies/2/adopt", json=body, headers=key())
        assert (alone.status_code, alone.json()["type"]) == (409, "/problems/second_approver")

        agreed = (await other.post("/policies/2/adopt", json=body, headers=key())).json()
        assert (agreed["active"], agreed["author"], agreed["approved_by"], agreed["because"]) == (True, "governor-1", "governor-2", WHY)

    assert await house.said() == [
        {
            "type": "manyhands.matcher.policy-adopted.v1",
            "subject": "policy",
            "policy_version": 2,
            "replaces": 1,
            "author": "governor-1",
            "actor": "governor-2",
        }
    ]
    audit = await house.database.once(lambda db: db.fetch("select actor, action, subject from audit order by id"))
    assert [tuple(row) for row in audit] == [("governor-1", "policy.write", "policy:2"), ("governor-2", "policy.adopt", "policy:2")]


async def test_who_has_seen_another_policy_active_is_told_and_nothing_changes(house: House) -> None:
    async with house.caller("governor-1", "governor") as author, house.caller("governor-2", "governor") as other:
        await written(author, mu=0.2)
        await written(author, mu=0.3)
        await other.post("/policies/2/adopt", json={"expected_active": 1, "reason": WHY}, headers=key())
        late = await other.post("/policies/3/adopt", json={"expected_active": 1, "reason": WHY}, headers=key())
        assert (late.status_code, late.json()["type"]) == (409, "/problems/other_policy")
        assert "Policy 2 is active, adopted by governor-2" in late.json()["detail"]
        again = await other.post("/policies/2/adopt", json={"expected_active": 2, "reason": WHY}, headers=key())
        assert (again.status_code, again.json()["type"]) == (409, "/problems/adopted_before")


async def test_to_go_back_is_to_write_down_the_old_numbers_as_a_new_version(house: House) -> None:
    async with house.caller("governor-1", "governor") as author, house.caller("governor-2", "governor") as other:
        await written(author, mu=0.2, floor=0.5)
        await other.post("/policies/2/adopt", json={"expected_active": 1, "reason": WHY}, headers=key())
        back = (await author.post("/policies", json={"like": 1, "reason": "the trial is over"}, headers=key())).json()
    assert back["version"] == 3
    numbers = DEFAULT_POLICY.model_dump(mode="json", exclude={"version", "author", "written_on", "reason"})
    assert {name: back["policy"][name] for name in numbers} == numbers


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"mu": -1}, "mu: Input should be greater than or equal to 0"),
        ({"weights": {"charm": 1}}, "unknown terms charm"),
        ({"weights": {"role": 0.5, "similarity": 0.4}}, "weights: they sum to 0.9; change them so that they sum to 1"),
        ({"mood": 1}, "mood: Extra inputs are not permitted"),
        ({"author": "governor-9"}, "author cannot be chosen"),
    ],
)
async def test_what_cannot_be_a_policy_is_refused_by_the_name_of_its_field(house: House, changes: dict[str, Any], says: str) -> None:
    async with house.caller("governor-1", "governor") as author:
        answer = await author.post("/policies", json={"changes": changes, "reason": WHY}, headers=key())
        assert answer.status_code == 422
        assert says in answer.json()["detail"]
        assert len((await author.get("/policies")).json()["policies"]) == 1, "nothing half-written"


async def test_an_adviser_reads_policies_and_changes_none(house: House) -> None:
    async with house.caller("adviser-1", "adviser") as adviser:
        assert (await adviser.get("/policies/1")).status_code == 200
        assert (await adviser.post("/policies", json={"changes": {}, "reason": WHY}, headers=key())).status_code == 403
        assert (await adviser.get("/policies/7")).status_code == 404


async def test_every_replica_ranks_by_the_new_policy_from_its_next_batch_on_and_an_old_ranking_is_replayed_by_the_old(
    database: Database,
) -> None:
    one, other = Mirror(), Mirror()
    before, first = await ranked(one, database, "r1")
    await ranked(other, database, "r2")
    strict = DEFAULT_POLICY.model_copy(update={"version": 2, "shortlist": 2, "written_on": date(2026, 11, 24)})

    async def adopted(db: Connection) -> None:
        await policy_store.write(db, strict, LATER)
        await policy_store.adopt(db, 2, "governor-2", LATER, WHY)

    await database.once(adopted)

    for mirror in (one, other):
        after, inputs = await ranked(mirror, database, "r3")
        assert inputs.policy_version == 2
        assert [len(place.candidates) for place in after[0].suggestions] == [2]
    assert [len(place.candidates) for place in before[0].suggestions] == [DEFAULT_POLICY.shortlist]
    assert await database.once(lambda db: replay(db, first.ranking)) == before


async def test_a_policy_whose_adoption_is_rolled_back_ranks_nothing(database: Database) -> None:
    mirror = Mirror()
    await ranked(mirror, database, "r1")

    async def fails(db: Connection) -> None:
        await policy_store.write(db, DEFAULT_POLICY.model_copy(update={"version": 2, "shortlist": 2}), LATER)
        await policy_store.adopt(db, 2, "governor-2", LATER, WHY)
        await mirror.refresh(db)
        raise LookupError

    with pytest.raises(LookupError):
        await database.once(fails)
    _, inputs = await ranked(mirror, database, "r2")
    assert inputs.policy_version == 1
