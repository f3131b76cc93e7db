"""Why, why not, and what is short, over HTTP on a real PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.kit.database import Database
from services.matcher import handlers, store
from services.matcher.mirror import Mirror
from services.matcher.story import Story
from tests.integration.matcher.house import House
from tests.integration.matcher.test_mirror import database  # noqa: F401 (a fixture)
from tests.unit.matcher.test_lacking import CAMDEN, unmet


@pytest.fixture
async def house(
    database: Database,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    """The matcher over a register of six councils, each with two directors who offer ten days."""
    monkeypatch.setattr(handlers, "mirror", Mirror())
    house = House(database._url, tmp_path)
    yield house
    await house.database.close()


async def keep(house: House, *stories: Story) -> None:
    await house.database.once(lambda db: store.save_stories(db, stories))


async def test_an_adviser_reads_what_is_short_in_their_own_regions_alone(house: House) -> None:
    north, south = "Yorkshire and The Humber", "London"
    await keep(house, *(unmet(f"r{n}", "send_lead").model_copy(update={"region": north}) for n in range(2)))
    await keep(house, unmet("r9", "lead_member", host=CAMDEN).model_copy(update={"region": south}))
    async with house.caller("adviser-1", "adviser", [north]) as adviser:
        found = (await adviser.get("/shortages")).json()
        elsewhere = (await adviser.get("/shortages", params={"region": south})).json()
    assert (found["unmet"], found["places"], [each["code"] for each in found["roles"]]) == (2, 2, ["send_lead"])
    assert found["recruits"][0]["requests"] == ["r0", "r1"]
    assert elsewhere == {"unmet": 0, "places": 0, "recruits": [], "roles": [], "themes": [], "regions": [], "months": []}
    async with house.caller("national-1", "national_adviser") as everywhere:
        assert [each["code"] for each in (await everywhere.get("/shortages")).json()["regions"]] == [north, south]
