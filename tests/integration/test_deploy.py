"""The script that makes the databases of the containers, run on a real PostgreSQL."""

import asyncio
import os
from pathlib import Path

import asyncpg
import pytest

from services.onebox.databases import BINARIES, CREATE_DATABASE
from services.onebox.fleet import SERVICES
from services.onebox.postgres import Postgres
from tests.support.house_rules import ROOT

MOUNTED_AT = "/etc/manyhands/create_database.sql"


async def test_each_role_enters_its_own_database_and_no_other(own_postgres: Postgres, tmp_path: Path) -> None:
    script = (ROOT / "deploy" / "postgres" / "databases.sh").read_text()
    assert f"{CREATE_DATABASE.relative_to(ROOT)}:{MOUNTED_AT}:ro" in (ROOT / "deploy" / "compose.yaml").read_text()
    here = tmp_path / "databases.sh"
    here.write_text(script.replace(MOUNTED_AT, str(CREATE_DATABASE)))
    server = own_postgres.databases
    passwords = {f"{service.upper()}_PASSWORD": f"of-{service}" for service in SERVICES}
    environment = os.environ | passwords | {"PATH": f"{BINARIES}:{os.environ['PATH']}", "PGHOST": "127.0.0.1", "PGPORT": str(server.port)}
    environment["PGPASSWORD"] = server.superuser_password
    script_run = await asyncio.create_subprocess_exec("bash", str(here), env=environment)
    assert await script_run.wait() == 0
    for role in SERVICES:
        for database in (*(f"manyhands_{service}" for service in SERVICES), "postgres"):
            address = server.dsn(database, f"manyhands_{role}", f"of-{role}")
            if database == f"manyhands_{role}":
                connection = await asyncpg.connect(address)
                await connection.execute("create table mine (id integer)")
                await connection.close()
            else:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await asyncpg.connect(address)
