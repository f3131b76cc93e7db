"""Why, why not, and what is short, over HTTP on a real PostgreSQL."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.registry import PeerState
from services.kit.clock import Clock
from services.kit.database import Connection
from services.kit.work import Work
from services.matcher import domain, handlers, store
from services.matcher.story import Story
from tests.integration.matcher.house import House, key
from tests.integration.matcher.test_mirror import DONORS, register
from tests.unit.matcher.test_decisions import content
from tests.unit.matcher.test_lacking import CAMDEN, unmet

DIRECTOR, DURHAM = "director_of_childrens_services", "840"
PLACE = f"{DIRECTOR}-1"


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


async def opens(house: House, request: str = "r1", *roles: str, **fields: Any) -> None:
    """Durham asks for two days of somebody, and what there is is proposed."""
    now = Clock().now()
    starts = now.date() + timedelta(days=20)
    asked = content(
        *(roles or (DIRECTOR,)), request=request, host=DURHAM, days=2, starts=starts, ends=starts + timedelta(days=60), **fields
    )

    async def do(db: Connection) -> None:
        work = Work(db, now)
        step = domain.opened(asked, "North East", now)
        await handlers.decide(work, [request], lambda name: name, lambda *_: step)
        await work.flush()

    await house.database.once(do)


async def leaves(house: House, peer: str) -> None:
    """The peer holds no post any more, as a record that comes after all others says."""
    known = {key: doc for key, _, _, doc in register()}
    gone = PeerState.model_validate_json(known[f"peer:{peer}"]).model_copy(update={"version": 2, "posts": ()})
    position = await house.database.once(lambda db: db.fetchval("select max(position) + 1 from registry_record"))
    await house.database.once(lambda db: store.keep_records(db, [(f"peer:{peer}", 2, position, gone.model_dump_json())]))


async def why(house: House, peer: str, request: str = "r1", place: str = PLACE) -> dict[str, Any]:
    async with house.caller("adviser-1", "adviser", ["North East"]) as adviser:
        answer = await adviser.get(f"/matches/{request}/why", params={"place": place, "peer": peer})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


async def test_of_an_open_request_everybody_on_the_register_can_be_asked_about(house: House) -> None:
    await opens(house)
    found = {peer: await why(house, peer) for peer in (f"p{council}{n}" for council in DONORS for n in (1, 2))}
    verdicts = [each["verdict"] for each in found.values()]
    assert (verdicts.count("proposed"), verdicts.count("outranked")) == (5, 7)
    assert {each["when"] for each in found.values()} == {"now"}
    outranked = next(each for each in found.values() if each["verdict"] == "outranked")
    assert len(outranked["ahead"]) == 5
    gap = outranked["ahead"][-1]["value"] - outranked["own"]["value"]
    assert sum(outranked["behind"].values()) == pytest.approx(gap, abs=1e-6)
    assert outranked["ways"]
    assert (outranked["policy_version"], outranked["scarcity_version"]) == (1, 0)
    assert outranked["registry_version"] == len(register()) - 1


async def test_what_a_request_proposes_itself_does_not_weigh_against_those_whom_it_proposes(house: House) -> None:
    await opens(house)
    first = (await why(house, "p2021"))["ahead"][0]["peer"]
    before = handlers.mirror.register.load_vector(Clock().now().date())
    found = await why(house, first)
    assert found["ahead"][0]["price"]["reach"] < 0, "the council carries nothing but this suggestion"
    assert handlers.mirror.register.load_vector(Clock().now().date()) == before


async def test_a_decided_request_is_explained_as_it_stood_when_it_was_proposed(house: House) -> None:
    await opens(house)
    ahead = next(found for found in [await why(house, f"p{council}1") for council in DONORS] if found["verdict"] == "outranked")
    loser = ahead["peer"]
    async with house.caller("adviser-1", "adviser", ["North East"]) as adviser:
        version = (await adviser.get("/matches/r1")).json()["version"]
        answer = await adviser.post("/matches/r1/confirm", json={"expected_version": version}, headers=key())
        assert answer.status_code == 200, answer.text
        chosen = answer.json()["match"]["lines"][0]["peer"]
    await leaves(house, loser)
    await opens(house, "r2")

    then, now = await why(house, loser), await why(house, loser, "r2")
    assert (then["when"], then["verdict"], then["rule"]) == ("proposed", "outranked", None)
    assert {name: then[name] for name in ("own", "ahead", "behind", "words")} == {
        name: ahead[name] for name in ("own", "ahead", "behind", "words")
    }
    assert then["registry_version"] < now["registry_version"]
    assert (now["when"], now["verdict"], now["rule"]) == ("now", "ruled_out", "role")
    assert "they hold no post" in now["words"]
    assert (await why(house, chosen))["verdict"] == "chosen"


async def test_of_an_unmet_request_the_rule_and_what_would_have_to_change_are_told(house: House) -> None:
    await opens(house, "r1", "send_lead")
    found = await why(house, "p2021", place="send_lead-1")
    assert (found["verdict"], [ground["rule"] for ground in found["grounds"]]) == ("ruled_out", ["role"])
    assert found["grounds"][0]["fact"].endswith("they hold the post of director of children's services at Camden.")
    assert found["ways"][0].startswith("they were lead for special educational needs and disabilities on ")


async def test_a_council_is_explained_by_those_of_its_people_who_come_nearest(house: House) -> None:
    await opens(house)
    await leaves(house, "p2022")
    async with house.caller("adviser-1", "adviser", ["North East"]) as adviser:
        found = (await adviser.get("/matches/r1/why-council", params={"place": PLACE, "council": CAMDEN})).json()
        nobody = (await adviser.get("/matches/r1/why-council", params={"place": PLACE, "council": "873"})).json()
    assert (found["people"], found["left_out"], [each["peer"] for each in found["nearest"]]) == (2, {"role": 1}, ["p2021", "p2022"])
    assert found["words"].startswith("Camden has 2 on the register, of whom rules leave 1 to propose for this place (1 not in the role")
    assert nobody["words"] == "Nobody of Cambridgeshire is on the register."


async def test_a_request_of_another_region_and_a_place_that_is_not_there_are_refused(house: House) -> None:
    await opens(house)
    asked = {"place": PLACE, "peer": "p2021"}
    async with house.caller("adviser-2", "adviser", ["London"]) as elsewhere:
        assert (await elsewhere.get("/matches/r1/why", params=asked)).status_code == 404
        assert (await elsewhere.get("/matches/r1/why-council", params={"place": PLACE, "council": CAMDEN})).status_code == 404
    async with house.caller("adviser-1", "adviser", ["North East"]) as adviser:
        assert (await adviser.get("/matches/r1/why", params=asked | {"place": "9"})).status_code == 422


async def test_a_team_is_explained_by_its_constraints_and_alternatives_and_one_that_is_not_whole_by_what_would_make_it_so(
    house: House,
) -> None:
    await opens(house, "r1", DIRECTOR, DIRECTOR)
    await opens(house, "r2", DIRECTOR, "send_lead")
    async with house.caller("adviser-1", "adviser", ["North East"]) as adviser:
        proposed = (await adviser.get("/matches/r1")).json()["match"]["suggestion"]["places"]
        whole, lacking = [(await adviser.get(f"/matches/{request}/team")).json() for request in ("r1", "r2")]
    assert {place: each["peer"] for place, each in whole["members"].items()} == {p["place"]: p["candidates"][0]["peer"] for p in proposed}
    assert [each["code"] for each in whole["constraints"]] == ["councils"]
    assert len(whole["alternatives"]) == 2
    assert whole["words"][0].startswith("That each comes from a council of their own cost ")
    assert (lacking["members"], [each["role"] for each in lacking["empty"]]) == ({}, ["send_lead"])
    assert lacking["words"] == [each["words"] for each in lacking["empty"]]
