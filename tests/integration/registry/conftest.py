"""A registry for each test, in a database of its own on the run's PostgreSQL."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from services.kit.database import migrate
from services.onebox.databases import Databases
from tests.integration.registry.house import CAMDEN, ESSEX, HULL, LEEDS, MIGRATIONS, House


@pytest.fixture(scope="session")
async def template(postgres: Databases) -> str:
    """The name of this worker's migrated database, and of the role that owns it; nobody works in it."""
    name = "t" + uuid.uuid4().hex[:11]
    await migrate(postgres.create_database(name, name, "secret"), MIGRATIONS)
    return name


@pytest.fixture
async def empty(postgres: Databases, template: str, fresh_name: str, tmp_path: Path) -> AsyncIterator[House]:
    """A registry with nothing in it."""
    server = await asyncpg.connect(postgres.superuser_dsn)
    try:
        await server.execute(f"create database {fresh_name} template {template} owner {template}")
        house = House(postgres.dsn(fresh_name, template, "secret"), tmp_path)
        yield house
        await house.close()
        await server.execute(f"drop database {fresh_name} with (force)")
    finally:
        await server.close()


@pytest.fixture
async def house(empty: House) -> House:
    """A registry of four councils, of which Leeds offers 15 days and Essex 100, with peers of both who offer ten days each."""
    await empty.register(
        councils=[LEEDS, CAMDEN, HULL, ESSEX],
        peers=[
            "p1,member,Leeds,Rowan Ashdown,Labour,SEND,rowan@example.org",
            "p2,officer,Leeds,Idris Calder,,,",
            "p3,member,Essex,Maud Tarn,Conservative,,",
            "p4,officer,Essex,Wren Okafor,,,",
        ],
        offers=[
            "leeds-27,council:383,15,2027-01-01,2027-12-31",
            "essex-27,council:Essex,100,2027-01-01,2027-12-31",
            "p1-27,peer:p1,10,2027-01-01,2027-12-31",
            "p2-27,peer:p2,10,2027-01-01,2027-12-31",
            "p3-27,peer:p3,10,2027-01-01,2027-12-31",
            "p4-27,peer:p4,10,2027-01-01,2027-12-31",
        ],
    )
    await empty.forget()
    return empty
