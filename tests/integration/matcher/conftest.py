"""A matcher's database for each test, and its calls over it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.kit.database import Database, migrate
from services.matcher import store
from services.matcher.handlers import mirror
from services.matcher.mirror import Mirror
from services.onebox.databases import Databases
from tests.integration.matcher.house import House
from tests.integration.matcher.test_mirror import MIGRATIONS, register


@pytest.fixture
async def database(postgres: Databases, fresh_name: str) -> AsyncIterator[Database]:
    """A matcher's database with six councils, each with two directors who offer ten days."""
    url = postgres.create_database(fresh_name, fresh_name, "secret")
    await migrate(url, MIGRATIONS)
    database = Database(url, "test", asyncio.Event())
    await database.once(lambda db: store.keep_records(db, register()))
    yield database
    await database.close()


@pytest.fixture
async def house(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """The matcher over that database, as one replica that knows nothing of it yet."""
    fresh = Mirror()
    for room in [room for name, room in sys.modules.items() if name.startswith("services.matcher.")]:
        if getattr(room, "mirror", None) is mirror:
            monkeypatch.setattr(room, "mirror", fresh)
    house = House(database._url, tmp_path)
    yield house
    await house.database.close()
