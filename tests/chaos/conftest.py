"""Two installations for all fault tests: one with replicas on the run's servers, and one on a pair of servers that tests may break."""

import uuid
from collections.abc import Callable, Iterator

import pytest

from services.onebox.databases import Databases
from services.onebox.kafka import Kafka
from services.onebox.postgres import Postgres
from tests.support.promised import Count
from tests.support.servers import Broker, private_postgres
from tests.support.trial import Trial

Keeps = Callable[[Trial, str], None]


@pytest.fixture(scope="package")
def replicas(kafka: Broker, postgres: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """Three matchers, two registries and one that takes requests."""
    trial = Trial(tmp_path_factory.mktemp("replicas"), kafka.bootstrap, postgres, f"r{uuid.uuid4().hex[:9]}", {"matcher": 3, "registry": 2})
    with trial.running():
        yield trial


@pytest.fixture(scope="package")
def kafka_to_break(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A Kafka for the tests of one installation."""
    with Kafka(tmp_path_factory.mktemp("kafka")) as server:
        yield server


@pytest.fixture(scope="package")
def postgres_to_break() -> Iterator[Postgres]:
    """A PostgreSQL for the tests of one installation."""
    with private_postgres() as server:
        yield server


@pytest.fixture(scope="package")
def breakable(kafka_to_break: Kafka, postgres_to_break: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trial]:
    """One process of each service, on servers that may be stopped, with a clock that may be moved."""
    trial = Trial(tmp_path_factory.mktemp("breakable"), kafka_to_break.bootstrap, postgres_to_break.databases, "")
    with trial.running():
        yield trial


@pytest.fixture
def keeps(count: Count) -> Keeps:
    """Hold an installation to its promises: count them, have them printed with what happened, and fail when one was broken."""

    def check(trial: Trial, happened: str) -> None:
        promises = trial.promises()
        count(promises.counts(), happened)
        assert promises.kept, "\n".join(promises.examples)
        assert not trial.done.surprises, "\n".join(trial.done.surprises[:10])

    return check
