"""The servers that tests may ask for: the run's own pair, shared, or a private one that a test may break."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.onebox.databases import Databases
from services.onebox.kafka import Kafka
from services.onebox.postgres import Postgres
from tests.support.servers import Broker, Servers, ask, private_postgres

pytest_plugins = ["tests.support.promised", "tests.support.sharing"]
SERVERS = pytest.StashKey[Servers]()


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.stash[SERVERS] = Servers()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist starts a worker: it is told where to ask for the servers."""
    node.workerinput["servers"] = node.config.stash[SERVERS].address()


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVERS in config.stash:
        config.stash[SERVERS].stop()


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config) -> Broker:
    """The run's Kafka, shared with other tests at the same time: use `fresh_name` in topics and groups, and do not stop it."""
    if SERVERS in pytestconfig.stash:
        return pytestconfig.stash[SERVERS].kafka()
    broker: Broker = ask(pytestconfig.workerinput["servers"], "kafka")  # type: ignore[attr-defined]
    return broker


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Databases:
    """The run's PostgreSQL, shared with other tests at the same time: use `fresh_name` in databases and roles, and do not stop it."""
    if SERVERS in pytestconfig.stash:
        return pytestconfig.stash[SERVERS].postgres()
    databases: Databases = ask(pytestconfig.workerinput["servers"], "postgres")  # type: ignore[attr-defined]
    return databases


@pytest.fixture
def fresh_name() -> str:
    """Twelve letters and digits that no other test has; fit for databases, roles, topics and groups."""
    return "t" + uuid.uuid4().hex[:11]


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A PostgreSQL for one test alone, which may stop and restart it."""
    with private_postgres() as server:
        yield server


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[Kafka]:
    """A Kafka for one test alone, which may stop and restart it."""
    with Kafka(tmp_path / "kafka") as server:
        yield server
