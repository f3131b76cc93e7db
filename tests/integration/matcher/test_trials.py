"""A price of load tried in the running matcher: asked for, run when it is due, kept, and it changes nothing."""

from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.timekeeper import Timekeeper
from services.matcher import trial_runner
from services.matcher.mirror import Mirror
from tests.integration.matcher.house import House, key
from tests.integration.matcher.test_policies import ranked


async def due(house: House) -> None:
    await Timekeeper(house.database, Clock(), trial_runner.diary)._some("trial")


async def test_a_price_is_tried_on_what_was_asked_and_changes_nothing(
    database: Database,
    house: House,
) -> None:
    await ranked(Mirror(), database, *(f"r{n}" for n in range(20)))
    async with house.caller("governor-1", "governor") as governor:
        asked = (await governor.post("/trials", json={"changes": {"mu": 0.3}}, headers=key())).json()
        assert (asked["state"], asked["outcome"]) == ("asked", None)
        await due(house)
        found = (await governor.get(f"/trials/{asked['id']}")).json()
        assert (found["state"], found["policy_version"]) == ("done", 1)
        assert (found["outcome"]["requests"], found["outcome"]["tried"]["mu"], found["outcome"]["now"]["mu"]) == (20, 0.3, 0.125)
        assert found["outcome"]["best"]["fit_kept"] == 1
        assert (await governor.get("/trials")).json()["trials"] == [found]
        assert [each["version"] for each in (await governor.get("/policies")).json()["policies"]] == [1]


async def test_where_nothing_was_asked_there_is_nothing_to_try_a_price_on(house: House) -> None:
    async with house.caller("governor-1", "governor") as governor:
        asked = (await governor.post("/trials", json={"changes": {"mu": 0.3}}, headers=key())).json()
        await due(house)
        assert (await governor.get(f"/trials/{asked['id']}")).json()["state"] == "nothing"


async def test_what_is_no_price_is_refused_with_what_to_do_and_an_adviser_tries_none(house: House) -> None:
    async with house.caller("governor-1", "governor") as governor, house.caller("adviser-1", "adviser") as adviser:
        refused = await governor.post("/trials", json={"changes": {"floor": 0.2}}, headers=key())
        assert (refused.status_code, "manyhands simulate" in refused.json()["detail"]) == (422, True)
        beyond = await governor.post("/trials", json={"changes": {"mu": 11}}, headers=key())
        assert (beyond.status_code, "mu" in beyond.json()["detail"]) == (422, True)
        assert (await adviser.post("/trials", json={"changes": {"mu": 0.3}}, headers=key())).status_code == 403
        assert (await adviser.get("/trials")).status_code == 200
        assert (await adviser.get("/trials/nothing")).status_code == 404
