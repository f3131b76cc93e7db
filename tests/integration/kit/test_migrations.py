"""Migrations are applied once, in order, whoever runs them; dbmate could go on where we stopped."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from services.kit.database import KIT_MIGRATIONS, migrate, read_migrations
from services.onebox.databases import Databases

FUNCTION = """-- migrate:up
create table log (words text);
create function note(words text) returns void language plpgsql as $body$
begin
    -- a semicolon; a quote ' and another $tag$ in the body are part of it
    insert into log values (words || ';' || $tag$it's$tag$);
end;
$body$;
insert into log select 'slow' from pg_sleep(0.3);

-- migrate:down
drop function note;
drop table log;
"""


@pytest.fixture
def url(postgres: Databases, fresh_name: str) -> str:
    return postgres.create_database(fresh_name, fresh_name, "secret")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "20260901000001_function.sql").write_text(FUNCTION)
    (tmp_path / "20260901000002_use.sql").write_text("-- migrate:up\nselect note('used');\n-- migrate:down\nselect 1;\n")
    return tmp_path


async def test_runners_at_the_same_time_apply_each_migration_once_and_in_order(url: str, folder: Path) -> None:
    done = await asyncio.gather(*(migrate(url, [KIT_MIGRATIONS, folder]) for _ in range(3)))
    wanted = [version for version, _ in read_migrations([KIT_MIGRATIONS, folder])]
    assert {"20260901000001", "20260901000002"} < set(wanted)
    assert sorted(done) == [[], [], wanted]
    connection = await asyncpg.connect(url)
    assert [row["words"] for row in await connection.fetch("select words from log")] == ["slow", "used;it's"]
    versions = [row["version"] for row in await connection.fetch("select version from schema_migrations order by version")]
    assert versions == wanted, "in dbmate's own table"
    await connection.close()


async def test_a_migration_that_fails_leaves_no_trace_and_those_before_it_stand(url: str, folder: Path) -> None:
    bad = folder / "20260901000003_bad.sql"
    bad.write_text("-- migrate:up\ncreate table half (a int);\nselect 1/0;\n-- migrate:down\n")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(url, [folder])
    connection = await asyncpg.connect(url)
    assert await connection.fetchval("select to_regclass('half')") is None
    await connection.close()

    bad.write_text("-- migrate:up\ncreate table half (a int);\n-- migrate:down\ndrop table half;\n")
    assert await migrate(url, [folder]) == ["20260901000003"]
    assert await migrate(url, [folder]) == []


async def test_the_down_parts_undo_what_the_up_parts_did(url: str) -> None:
    tables = "select count(*) from pg_tables where schemaname = 'public' and tablename <> 'schema_migrations'"
    await migrate(url, [KIT_MIGRATIONS])
    connection = await asyncpg.connect(url)
    assert await connection.fetchval(tables) > 8
    for file in sorted(KIT_MIGRATIONS.glob("*.sql"), reverse=True):
        await connection.execute(file.read_text().split("-- migrate:down")[1])
    assert await connection.fetchval(tables) == 0
    await connection.close()
