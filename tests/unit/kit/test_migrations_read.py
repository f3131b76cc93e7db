"""Migrations are plain SQL files in dbmate's format."""

import re
from pathlib import Path

import pytest

from services.kit.database import KIT_MIGRATIONS, read_migrations


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return folder


def test_only_the_up_part_is_read_and_files_of_several_folders_are_put_in_order(tmp_path: Path) -> None:
    a = write(tmp_path / "a", "20260102_second.sql", "-- migrate:up\nselect 2;\n-- migrate:down\nselect -2;\n")
    b = write(tmp_path / "b", "20260101_first.sql", "-- a word first\n-- migrate:up\nselect 1;\n")
    assert [(version, sql.strip()) for version, sql in read_migrations([a, b])] == [("20260101", "select 1;"), ("20260102", "select 2;")]


def test_a_dollar_quoted_body_with_comments_and_semicolons_survives(tmp_path: Path) -> None:
    body = "create function f() returns int language plpgsql as $body$\nbegin\n  -- not an end; of anything\n  return 1;\nend;\n$body$;"
    folder = write(tmp_path / "a", "1_f.sql", f"-- migrate:up\n{body}\n\n-- migrate:down\ndrop function f;\n")
    assert read_migrations([folder])[0][1].strip() == body


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("words.sql", "-- migrate:up\nselect 1;"),
        ("1_nothing.sql", "select 1;"),
        ("1_down.sql", "-- migrate:down\nselect 1;\n-- migrate:up\nselect 2;"),
    ],
)
def test_a_file_that_is_no_migration_is_refused_by_name(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(ValueError, match=name):
        read_migrations([write(tmp_path / "a", name, text)])


def test_two_files_of_one_version_are_refused(tmp_path: Path) -> None:
    folders = [write(tmp_path / x, f"1_{x}.sql", "-- migrate:up\nselect 1;") for x in "ab"]
    with pytest.raises(ValueError, match=r"1_b\.sql: version 1 is taken"):
        read_migrations(folders)


def test_everything_of_the_kit_is_taken_away_by_its_down_part() -> None:
    for file in KIT_MIGRATIONS.glob("*.sql"):
        up, down = file.read_text().split("-- migrate:down")
        tables = set(re.findall(r"^create table (\w+)", up, re.MULTILINE))
        indexes = {name for name, table in re.findall(r"^create index (\w+) on (\w+)", up, re.MULTILINE) if table not in tables}
        gone = {what: set(re.split(r",\s*", names)) for what, names in re.findall(r"^drop (table|index) ([^;]+);", down, re.MULTILINE)}
        assert (gone.get("table", set()), gone.get("index", set())) == (tables, indexes), file.name
