"""Processes are killed, as by kill -9: whoever is left, or comes back, goes on where they stopped."""

import random
import time

import httpx
import pytest

from tests.chaos.conftest import Keeps
from tests.support.foreign import good
from tests.support.trial import Trial

pytestmark = pytest.mark.xdist_group("replicas")
MATCHERS, SHARED = (1, 2, 3), 400
REQUESTS, KILLS, SECONDS = 2_000, 10, 25


def handled(trial: Trial, n: int) -> int:
    """How many requests one matcher has handled since it started."""
    lines = httpx.get(f"{trial.fleet.url('matcher', n)}/metrics").text.splitlines()
    wanted = 'manyhands_events_handled_total{consumer="matcher.requests.events.v1"'
    return round(sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(wanted)))


def opened_as(trial: Trial, name: str) -> set[str]:
    """The ids of the requests that were opened under references that begin with a name."""
    query = "select id from request where reference like $1 and content is not null"
    return {row["id"] for row in trial.rows("requests", query, f"{name}-%")}


def test_three_matchers_share_the_work_of_one_and_one_killed_under_load_costs_no_request(replicas: Trial, keeps: Keeps) -> None:
    before = [handled(replicas, n) for n in MATCHERS]
    replicas.foreign.post(good("shared", SHARED, replicas.today))
    replicas.settle()
    shares = [handled(replicas, n) - old for n, old in zip(MATCHERS, before, strict=True)]
    opened = opened_as(replicas, "shared")
    assert sum(shares) == len(opened) > SHARED * 0.9
    assert min(shares) > len(opened) / 6

    with replicas.foreign.posting(good("orphaned", SHARED, replicas.today), 3), replicas.advisers(2, seed=5):
        time.sleep(1.5)
        replicas.fleet.kill("matcher", 2)
    replicas.settle()
    opened = opened_as(replicas, "orphaned")
    told = {row["request"] for row in replicas.rows("matcher", "select request from story where state <> 'new'")}
    assert len(opened) > SHARED * 0.9
    assert opened <= told
    replicas.fleet.spawn("matcher", 2)
    keeps(replicas, f"{SHARED} requests shared by three matchers ({' + '.join(map(str, shares))}); {SHARED} more, and one of them killed")


def test_processes_killed_at_random_instants_during_two_thousand_requests_lose_nothing(replicas: Trial, keeps: Keeps) -> None:
    chance = random.Random(20_260_901)
    fleet, killed = replicas.fleet, dict.fromkeys(("requests", "matcher", "registry"), 0)
    with replicas.foreign.posting(good("killed", REQUESTS, replicas.today), SECONDS), replicas.advisers(3, seed=9):
        begun = time.monotonic()
        for number in range(KILLS):
            at = begun + SECONDS * (number + chance.random()) / KILLS
            time.sleep(max(0.0, at - time.monotonic()))
            service = list(killed)[number % 3]
            n = chance.randint(1, fleet.replicas[service])
            fleet.kill(service, n)
            killed[service] += 1
            time.sleep(chance.uniform(0, 0.5))
            fleet.spawn(service, n)
    fleet.ready()
    commands = sum(replicas.done.kinds.values())
    replaced = replicas.done.kinds["replacement"]
    keeps(
        replicas,
        f"{sum(killed.values())} kills ({killed}) during {REQUESTS} requests; {commands} commands so far, {replaced} of them replacements",
    )
    assert sum(killed.values()) >= 10
    assert replicas.states()["placed"] > 0
    assert replaced > 0
    half_way = "select request from story where doc::json -> 'match' ->> 'replacing' is not null"
    assert replicas.rows("matcher", half_way) == [], "whoever gives way has given way, or stays"
