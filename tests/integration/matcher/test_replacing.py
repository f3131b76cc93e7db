"""A member of a team gives way to somebody against whom a rule stands: two advisers, over HTTP on a real PostgreSQL."""

from typing import Any

import httpx

from schemas.requests import Wishes
from services.kit.clock import Clock
from services.kit.database import Connection
from services.kit.work import Work
from services.matcher import domain, handlers
from services.matcher.steps import Step
from services.matcher.story import Story
from tests.integration.matcher.house import House, key
from tests.integration.matcher.test_why import DIRECTOR, DURHAM, opens

PLACE, AVOIDED, TWO = f"{DIRECTOR}-2", "p3301", "/problems/second_adviser"


async def held(house: House) -> None:
    """The registry has set the days of the team aside, and consents are asked for."""

    async def do(db: Connection) -> None:
        work = Work(db, Clock().now())

        def step(story: Story | None, _: Any) -> Step | None:
            return domain.held(story, story.current.match, work.now) if story else None

        await handlers.decide(work, ["r1"], lambda name: name, step)
        await work.flush()

    await house.database.once(do)


async def tells(adviser: httpx.AsyncClient, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    """A command about the request as it stands: the answer's code, and what it says."""
    version = (await adviser.get("/matches/r1")).json()["version"]
    answer = await adviser.post(f"/matches/r1/{path}", json={"expected_version": version, **body}, headers=key())
    return answer.status_code, answer.json()


async def test_a_rule_that_one_adviser_has_waived_another_passes_over_to_replace_a_member_and_an_absolute_one_nobody(house: House) -> None:
    await opens(house, "r1", DIRECTOR, DIRECTOR, wishes=Wishes(avoid=("330",)))
    anew = {"place": PLACE, "because": "left_the_post"}
    why = {"because": "knows_them", "reason": "They know this service well."}
    async with house.caller("first", "adviser") as first, house.caller("second", "adviser") as second:
        await tells(first, "confirm")
        await held(house)
        team = (await first.get("/matches/r1")).json()["match"]["lines"]
        assert (await tells(second, "replace", peer=AVOIDED, **anew))[1]["type"] == TWO
        assert (await tells(first, "waive", place=PLACE, peer=AVOIDED, **why))[0] == 200
        assert (await tells(first, "replace", peer=AVOIDED, **anew))[1]["type"] == TWO, "nobody relies on a waiver of their own"
        unknown = await tells(second, "waive", place=PLACE, peer="nobody", **why)
        assert (unknown[0], unknown[1]["type"]) == (409, "/problems/inactive"), "an absolute rule is not waived"
        status, story = await tells(second, "replace", peer=AVOIDED, **anew)
    assert status == 200, story
    assert story["match"]["replacing"]["line"]["peer"] == AVOIDED
    assert story["match"]["known"] == [[AVOIDED, "avoided_council"]], "it is not brought up again"
    assert [line["council"] == DURHAM for line in team] == [False, False]
    types = [fact["type"].split(".")[2] for fact in await house.said()]
    assert [name for name in types if name in ("rule-waived", "replacement-selected")] == ["rule-waived", "replacement-selected"]
