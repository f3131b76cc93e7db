"""Everybody wants the same few: capacity is spent exactly once, whoever comes first."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from schemas.fact import Line
from services.kit.database import Connection, Database
from services.kit.work import Work
from services.matcher import handlers
from services.matcher.arranging import arrange
from services.matcher.steps import Step
from services.matcher.story import Story
from tests.chaos.conftest import Keeps
from tests.support.foreign import good
from tests.support.trial import Trial

pytestmark = pytest.mark.xdist_group("replicas")
MATCHERS, ATTEMPTS, BATCH = 3, 20_000, 200
PEERS, PLACES = 50, 10
OFFERED = (
    "select coalesce(sum(placed), 0) as placed, coalesce(sum(held), 0) as held, max(held + placed) as most from offer where owner like $1"
)


def test_advisers_who_all_choose_the_same_few_peers_never_get_more_than_these_offer(replicas: Trial, keeps: Keeps) -> None:
    """Through the three matchers' own doors: overrides of six peers with five places each."""
    starts = replicas.today + timedelta(days=30)
    crowd = replicas.crowd("popular", "principal_social_worker", 6, 5, replicas.today)
    asked: dict[str, Any] = {
        "kind": "bespoke",
        "days": 1,
        "team": [{"role": "PSW", "count": 1}],
        "authority": "Cornwall",
        "preferences": {"region": "any"},
    }
    asked |= {"from": str(starts), "to": str(starts + timedelta(days=60)), "mentee_group": None}
    replicas.foreign.post(good("popular", 120, replicas.today, **asked))
    replicas.settle()
    waiting = [story for story in replicas.stories("popular") if story["state"] in ("suggested", "unmet")]

    wishes = [(story, crowd[n % len(crowd)][0]) for n, story in enumerate(waiting)]

    def choose(mine: Sequence[tuple[dict[str, Any], str]]) -> None:
        caller = replicas.caller()
        for story, peer in mine:
            choices = {place["place"]: peer for place in story["content"]["places"]}
            said = {"because": "known_to_both", "reason": "They have worked together, and it went well."}
            body = {"expected_version": story["version"], "choices": choices, **said}
            caller.order("override", f"/matches/{story['request']}/override", body)

    with ThreadPoolExecutor(3) as advisers:
        list(advisers.map(choose, (wishes[n::3] for n in range(3))))
    replicas.settle()
    (used,) = replicas.rows("registry", OFFERED, "peer:popular%")
    assert len(waiting) == 120
    assert (used["held"], used["most"]) == (2 * 30, 2 * 5)  # in half-days
    keeps(replicas, f"{len(waiting)} advisers' choices of six peers with five places: 30 held")


def test_three_matchers_racing_for_fifty_peers_with_ten_places_fill_them_exactly(replicas: Trial, keeps: Keeps) -> None:
    """The matchers' own code, three at once, without HTTP: so that twenty thousand attempts take seconds."""
    starts = replicas.today + timedelta(days=3_000)  # a year in which nobody else wants anything
    crowd = replicas.crowd("wanted", "principal_social_worker", PEERS, PLACES, starts)
    chance = random.Random(11)
    attempts = [(f"race-{number}", *chance.choice(crowd)) for number in range(ATTEMPTS)]
    asyncio.run(_race(replicas, attempts, starts))
    replicas.settle()
    (used,) = replicas.rows("registry", OFFERED, "peer:wanted%")
    ends = Counter(row["state"] for row in replicas.rows("matcher", "select state from story where request like 'race-%'"))
    assert (used["placed"], used["held"], used["most"]) == (2 * PEERS * PLACES, 0, 2 * PLACES)  # in half-days
    assert ends == {"placed": PEERS * PLACES, "questioned": ATTEMPTS - PEERS * PLACES}
    keeps(replicas, f"{ATTEMPTS} attempts of three matchers at {PEERS} peers with {PLACES} places: {ends['placed']} placed")


async def _race(trial: Trial, attempts: Sequence[tuple[str, str, str]], starts: date) -> None:
    stopping = asyncio.Event()
    database = Database(trial.fleet.dsn("matcher"), "racer", stopping)

    async def matcher(mine: Sequence[tuple[str, str, str]]) -> None:
        for at in range(0, len(mine), BATCH):
            await database.transact(partial(_arrange, trial, mine[at : at + BATCH], starts))

    try:
        await asyncio.gather(*(matcher(attempts[n::MATCHERS]) for n in range(MATCHERS)))
    finally:
        await database.close()


async def _arrange(trial: Trial, attempts: Sequence[tuple[str, str, str]], starts: date, db: Connection) -> None:
    work = Work(db, trial.now)

    def step(_: Story | None, attempt: Any) -> Step:
        request, peer, council = attempt
        line = Line(line=1, place="principal_social_worker-1", role="principal_social_worker", peer=peer, council=council, days=1)
        story = Story(request=request, host="908", region="South West", kind="bespoke", changed_at=work.now)
        ends = starts + timedelta(days=90)
        return arrange(story, (line,), starts, ends, trial.today, "agreed_by_telephone", "adviser@example.org", work.now)

    await handlers.decide(work, attempts, lambda attempt: attempt[0], step)
    await work.flush()
