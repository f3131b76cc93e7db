"""PostgreSQL and Kafka crash and come back in the middle of the work: everybody waits, and goes on."""

import signal
import time

import pytest

from services.onebox.kafka import Kafka
from services.onebox.postgres import Postgres
from tests.chaos.conftest import Keeps
from tests.support.foreign import good
from tests.support.trial import Trial

pytestmark = pytest.mark.xdist_group("breakable")
REQUESTS = 600


def test_postgresql_that_crashes_twice_in_mid_flow_loses_nothing(breakable: Trial, postgres_to_break: Postgres, keeps: Keeps) -> None:
    with breakable.foreign.posting(good("crash", REQUESTS, breakable.today), 6), breakable.advisers(2, seed=21):
        for _ in range(2):
            time.sleep(2)
            postgres_to_break.restart(immediate=True)
    breakable.fleet.ready()
    keeps(breakable, f"PostgreSQL restarted with `immediate` twice under {REQUESTS} requests")


def test_what_was_taken_while_postgresql_was_away_is_not_lost_when_its_service_dies(
    breakable: Trial, postgres_to_break: Postgres, keeps: Keeps
) -> None:
    fleet = breakable.fleet
    postgres_to_break.stop(immediate=True)
    breakable.foreign.post(good("taken", 100, breakable.today))
    time.sleep(6)  # a client that acknowledges by itself does so every five seconds
    for service in fleet.services:
        fleet.kill(service)
    postgres_to_break.start()
    for service in fleet.services:
        fleet.spawn(service)
    fleet.ready()
    keeps(breakable, "every service killed with records in hand that PostgreSQL was not there for")


def test_kafka_that_crashes_in_mid_flow_loses_nothing(breakable: Trial, kafka_to_break: Kafka, keeps: Keeps) -> None:
    with breakable.foreign.posting(good("broker", REQUESTS, breakable.today), 6), breakable.advisers(2, seed=22):
        time.sleep(2)
        kafka_to_break.stop(signal.SIGKILL)
        time.sleep(1)
        kafka_to_break.start()
    breakable.fleet.ready()
    keeps(breakable, f"Kafka killed and started again under {REQUESTS} requests")
