"""Installations of the echo service on the run's servers, or on a pair that the tests of one file may break."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from services.kit.observe import places_of_errors
from services.onebox.databases import Databases
from services.onebox.kafka import Kafka
from services.onebox.postgres import Postgres
from tests.integration.kit.installation import Installation, Parts
from tests.support.servers import Broker, private_postgres

NO_KAFKA = "127.0.0.1:9"


@contextlib.asynccontextmanager
async def installed(databases: Databases, kafka: str, folder: Path) -> AsyncIterator[Installation]:
    """A whole installation, or one without topics where there is no Kafka; at the end its processes are killed."""
    name = f"t{uuid.uuid4().hex[:11]}"
    installation = Installation(name, folder, databases.create_database(name, name, "secret"), kafka)
    try:
        yield await installation.prepare(topics=kafka != NO_KAFKA)
    finally:
        await installation.end()


@pytest.fixture(autouse=True, scope="session")
def plain_logs() -> None:
    """structlog's own way of showing exceptions draws pictures of them, which costs more than most of these tests."""
    structlog.configure(processors=[structlog.processors.add_log_level, places_of_errors, structlog.processors.JSONRenderer()])


@pytest.fixture
async def stored(postgres: Databases, tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation with a database and no Kafka."""
    async with installed(postgres, NO_KAFKA, tmp_path) as installation:
        yield installation


@pytest.fixture
async def parts(stored: Installation) -> AsyncIterator[Parts]:
    """The parts of one echo process, over `stored`."""
    async with stored.parts() as parts:
        yield parts


@pytest.fixture
async def installation(postgres: Databases, kafka: Broker, tmp_path: Path) -> AsyncIterator[Installation]:
    """A whole installation on the run's servers."""
    async with installed(postgres, kafka.bootstrap, tmp_path) as installation:
        yield installation


@pytest.fixture(scope="module")
def breakable_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A Kafka for the tests of one file, which stop it and leave it running."""
    with Kafka(tmp_path_factory.mktemp("kafka")) as server:
        yield server


@pytest.fixture(scope="module")
def breakable_postgres() -> Iterator[Postgres]:
    """A PostgreSQL for the tests of one file, which stop it and leave it running."""
    with private_postgres() as server:
        yield server


@pytest.fixture
async def breakable(breakable_postgres: Postgres, breakable_kafka: Kafka, tmp_path: Path) -> AsyncIterator[Installation]:
    """A whole installation on servers that may be broken, and that run again if a test that failed left them stopped."""
    for server in (breakable_postgres, breakable_kafka):
        if server.pid is None:
            server.start()
    async with installed(breakable_postgres.databases, breakable_kafka.bootstrap, tmp_path) as installation:
        yield installation
