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
        assert (await client.get("/duplicates", params=BECAUSE)).json() == {"pairs": [], "found": 0, "apart": []}
    assert (await house.sql("select count(*) as n from peer"))[0]["n"] == before[0]["n"] + 1
    noted = await house.sql("select action from audit where action = 'registry.duplicates'")
    assert len(noted) == 2


async def test_of_whom_a_person_says_that_they_are_two_people_is_not_shown_again_until_that_is_taken_back(house: House) -> None:
    await house.register(peers=["p9,member,383,Rowan Ashdowne,labour,send,"])
    said = {"peers": ["p9", "p1"], "reason": "They sit in the same chamber."}
    async with house.browser("registry:read matches:decide", regions=["London"]) as elsewhere:
        assert (await elsewhere.post("/duplicates/apart", json=said, headers={"idempotency-key": "k0"})).status_code == 404
    async with house.browser("registry:read matches:decide", regions=["Yorkshire and The Humber"]) as client:
        assert (
            await client.post("/duplicates/apart", json={**said, "peers": ["p1", "p1"]}, headers={"idempotency-key": "k1"})
        ).status_code == 422
        assert (await client.post("/duplicates/apart", json=said, headers={"idempotency-key": "k2"})).json() == {
            "peers": ["p1", "p9"],
            "apart": True,
        }
        found = (await client.get("/duplicates", params=BECAUSE)).json()
        assert (found["pairs"], found["found"], len(found["apart"])) == ([], 0, 1)
        taken_back = await client.post("/duplicates/apart", json={**said, "apart": False}, headers={"idempotency-key": "k3"})
        assert taken_back.json()["apart"] is False
        found = (await client.get("/duplicates", params=BECAUSE)).json()
    assert (found["found"], found["apart"], found["pairs"][0]["against"]) == (1, [], [])
    noted = await house.sql("select action, subject from audit where action like 'registry.%apart' order by id")
    assert [(row["action"], row["subject"]) for row in noted] == [("registry.apart", "p1, p9"), ("registry.not_apart", "p1, p9")]
