"""The same thing is said again and again, in any order: it happens once."""

import json
import random
from collections import Counter

import pytest

from services.onebox.sample_requests import cloud_event
from tests.chaos.conftest import Keeps
from tests.support.foreign import good, start_over
from tests.support.trial import Trial

pytestmark = pytest.mark.xdist_group("breakable")
REQUESTS = 400
OUTCOMES = "select o.outcome, r.reference from outcome o join request r on r.id = o.request where r.reference like 'often%'"


def test_an_intake_event_delivered_up_to_five_times_in_any_order_has_one_effect(breakable: Trial, keeps: Keeps) -> None:
    chance = random.Random(5)
    first = good("often", REQUESTS, breakable.today)
    newer = [
        cloud_event({**json.loads(value or b""), "revision": 2, "days": 3}, f"newer-{n}") for n, (_, value, _) in enumerate(first[::4])
    ]
    deliveries = [record for record in first + newer for _ in range(chance.randint(1, 5))]
    chance.shuffle(deliveries)
    breakable.foreign.post(deliveries)
    breakable.settle()
    ends = Counter((row["reference"], row["outcome"]) for row in breakable.rows("requests", OUTCOMES))
    assert sum(ends.values()) == len(deliveries)
    for number in range(REQUESTS):
        reference = f"often-{number}"
        begun = sum(ends[reference, outcome] for outcome in ("opened", "question", "rejected"))
        # a request in question is asked about anew when its newer revision comes
        assert begun == 1 or (begun == 2 and ends[reference, "question"] == 2 and number % 4 == 0), reference
        assert ends[reference, "amended"] <= (number % 4 == 0), reference
    keeps(breakable, f"{REQUESTS} requests and {len(newer)} revisions delivered {len(deliveries)} times in any order")


def test_services_that_hear_everything_again_from_the_beginning_do_nothing_again(breakable: Trial, keeps: Keeps) -> None:
    with breakable.advisers(3, seed=3):
        breakable.foreign.post(good("replayed", 300, breakable.today), seconds=3)
    breakable.settle()
    fleet, before, states = breakable.fleet, breakable.counted(), breakable.states()
    for service in fleet.services:
        fleet.end(service)
    groups = sum(start_over(fleet.kafka, fleet.prefix, service) for service in fleet.services)
    for service in fleet.services:
        fleet.spawn(service)
    fleet.ready()
    breakable.settle()
    assert breakable.counted() == before
    assert breakable.states() == states
    assert groups == 7
    keeps(
        breakable,
        f"{sum(before.values())} facts of {len(before)} sorts and all intake heard again by {groups} consumers from the beginning",
    )
