"""Who may be in the register twice, over HTTP: behind the wall of regions, noted in the audit, and nothing changed."""

from tests.integration.registry.house import House

BECAUSE = {"because": "to_mend_the_register"}


async def test_a_pair_is_shown_in_the_reader_s_regions_alone_and_nobody_is_merged(house: House) -> None:
    before = await house.sql("select count(*) as n from peer")
    await house.register(peers=["p9,member,383,Rowan Ashdowne,labour,send,"])
    async with house.browser("registry:read", regions=["Yorkshire and The Humber"]) as client:
        found = (await client.get("/duplicates", params=BECAUSE)).json()
        assert (await client.get("/duplicates")).status_code == 422, "a reading says why"
    assert [[twin["peer"] for twin in pair["peers"]] for pair in found["pairs"]] == [["p1", "p9"]]
    assert (found["found"], found["pairs"][0]["because"], "email" in str(found)) == (1, ["like_name"], False)
    async with house.browser("registry:read", regions=["London"]) as client:
        assert (await client.get("/duplicates", params=BECAUSE)).json() == {"pairs": [], "found": 0}
    assert (await house.sql("select count(*) as n from peer"))[0]["n"] == before[0]["n"] + 1
    noted = await house.sql("select action from audit where action = 'registry.duplicates'")
    assert len(noted) == 2
