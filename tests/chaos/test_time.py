"""Deadlines and second thoughts race with decisions: each match ends one way only. The clock stays where these tests move it."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.kit import clock
from tests.chaos.conftest import Keeps
from tests.support.advisers import Caller, agrees
from tests.support.foreign import good
from tests.support.trial import Trial

pytestmark = pytest.mark.xdist_group("breakable")
PAIRS = 100


@pytest.fixture(scope="module")
def officers(breakable: Trial) -> Trial:
    """An installation with officers enough for everybody who asks for one here."""
    breakable.crowd("timely", "head_of_service", 50, 10, breakable.today)
    return breakable


def suggested(trial: Trial, name: str, count: int) -> list[dict[str, Any]]:
    """So many requests for one officer's support, posted and suggested."""
    starts = trial.today + timedelta(days=120)
    asked: dict[str, Any] = {"from": str(starts), "to": str(starts + timedelta(days=60)), "days": 0.5, "mentee_group": None}
    team: dict[str, Any] = {"kind": "bespoke", "team": [{"role": "Head of Service", "count": 1}], "preferences": {"region": "any"}}
    trial.foreign.post(good(name, count, trial.today, **asked, **team))
    trial.settle()
    return [story for story in trial.stories(name) if story["state"] == "suggested"]


def confirmed(adviser: Caller, story: dict[str, Any]) -> dict[str, Any] | None:
    body = {"expected_version": story["version"], "because": "best_suggestion"}
    return adviser.order("confirm", f"/matches/{story['request']}/confirm", body)


def test_withdrawals_racing_selections_leave_nothing_held(officers: Trial, keeps: Keeps) -> None:
    chance, adviser, council = random.Random(8), officers.caller(), officers.caller("requests")
    waiting = suggested(officers, "regretted", PAIRS)
    versions = {row["id"]: row["version"] for row in officers.rows("requests", "select id, version from request")}

    def withdraw(story: dict[str, Any]) -> None:
        body = {"expected_version": versions[story["request"]], "reason_code": "by_host"}
        time.sleep(chance.uniform(0, 0.1))
        council.order("withdraw", f"/requests/{story['request']}/withdraw", body)

    def select(story: dict[str, Any]) -> bool:
        time.sleep(chance.uniform(0, 0.3))
        return confirmed(adviser, story) is not None

    with ThreadPoolExecutor(4) as councils, ThreadPoolExecutor(4) as advisers:
        withdrawn, selected = councils.map(withdraw, waiting), advisers.map(select, waiting)
        first = Counter(selected)
        list(withdrawn)
    officers.settle()
    requests = [story["request"] for story in waiting]
    states = officers.rows("matcher", "select state, count(*) as n from story where request = any($1) group by state", requests)
    held = officers.rows("registry", "select match from hold where request = any($1) and state = 'held'", requests)
    assert {row["state"]: row["n"] for row in states} == {"withdrawn": len(waiting)}
    assert held == []
    assert first[True], "no selection was ever first"
    assert first[False], "no withdrawal was ever first"
    keeps(officers, f"{len(waiting)} withdrawals racing selections: {first[True]} selections were first, {first[False]} withdrawals")


def test_holds_that_expire_while_the_last_consents_come_in_end_one_way_only(officers: Trial, keeps: Keeps) -> None:
    waiting, caller = suggested(officers, "expiring", PAIRS), officers.caller()
    with ThreadPoolExecutor(4) as advisers:
        chosen = [story for story in advisers.map(lambda story: confirmed(caller, story), waiting) if story]
    officers.settle()
    wanted = {story["request"]: story["match"]["match"] for story in chosen}
    consenting = [story for story in officers.stories("expiring") if story["state"] == "consenting"]
    with ThreadPoolExecutor(4) as parties:
        nearly = list(parties.map(lambda story: agrees(caller, story, leave=1), consenting))
        last = [parties.submit(agrees, caller, story) for story in nearly]
        while sum(future.done() for future in last) < len(last) // 3:
            time.sleep(0.01)
        moved = officers.now + timedelta(days=90)
        clock.move(officers.fleet.clock_file, timedelta(days=90))
    officers.settle()
    matches = [wanted[story["request"]] for story in nearly]
    ends = Counter(row["state"] for row in officers.rows("registry", "select state from hold where match = any($1)", matches))
    assert officers.now >= moved
    assert sum(ends.values()) == len(matches)
    assert set(ends) <= {"placed", "expired", "released"}
    assert ends["placed"], "no consent was ever first"
    assert ends["expired"] + ends["released"], "no deadline was ever first"
    keeps(officers, f"{len(matches)} last consents racing the end of their holds: {dict(ends)}")
