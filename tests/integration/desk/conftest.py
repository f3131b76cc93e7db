"""A house for each test: the service on a copy of a migrated database of the run's PostgreSQL."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from services.kit.database import migrate
from services.onebox.databases import Databases
from tests.integration.desk.house import MIGRATIONS, House


@pytest.fixture(scope="session")
async def template(postgres: Databases) -> str:
    """The name of this worker's migrated database, and of the role that owns it; nobody works in it."""
    name = "t" + uuid.uuid4().hex[:11]
    await migrate(postgres.create_database(name, name, "secret"), MIGRATIONS)
    return name


@pytest.fixture
async def house(postgres: Databases, template: str, fresh_name: str, tmp_path: Path) -> AsyncIterator[House]:
    """The desk without Kafka; nothing was heard yet."""
    server = await asyncpg.connect(postgres.superuser_dsn)
    try:
        await server.execute(f"create database {fresh_name} template {template} owner {template}")
        house = House(postgres.dsn(fresh_name, template, "secret"), tmp_path)
        yield house
        await house.database.close()
        await server.execute(f"drop database {fresh_name} with (force)")
    finally:
        await server.close()
