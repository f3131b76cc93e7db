"""The published JSON Schemas: one file per event version, always what the models say, never broken in place."""

import json
import shutil
from pathlib import Path
from typing import ClassVar

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field

from schemas.fact import Fact
from schemas.matcher import MatchLapsed
from schemas.publish import EVERY_FACT, FOLDER, drift, problems, schema, short, write


class MatchForgotten(Fact):
    """A fact that nobody has published yet."""

    type: ClassVar[str] = "manyhands.matcher.match-forgotten.v1"
    topic: ClassVar[str] = "matcher.events.v1"

    match: str


class LongerLapse(MatchLapsed):
    """match-lapsed with one more optional field."""

    stage: int | None = Field(default=None, ge=1)


class ShorterLapse(Fact):
    """match-lapsed without its reason."""

    type: ClassVar[str] = MatchLapsed.type
    topic: ClassVar[str] = MatchLapsed.topic

    match: str
    request: str
    version: int


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the published files that a test may change."""
    return shutil.copytree(FOLDER, tmp_path / "published")


def instead(fact: type[Fact]) -> list[type[Fact]]:
    """Every fact, with `fact` in place of the one of its type, or beside them."""
    return [other for other in EVERY_FACT if other.type != fact.type] + [fact]


def test_the_committed_files_are_what_the_models_say() -> None:
    assert problems() == []
    assert drift() == []


def test_there_is_one_valid_schema_for_each_event_version() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {f"{short(fact)}.json" for fact in EVERY_FACT}
    for file in FOLDER.iterdir():
        Draft202012Validator.check_schema(json.loads(file.read_text("utf-8")))


def test_intake_is_published_under_the_names_that_outsiders_write() -> None:
    fields = json.loads((FOLDER / "intake.support-requested.v1.json").read_text("utf-8"))
    assert {"from", "to"} <= fields["properties"].keys()
    assert "from_" not in fields["properties"]
    assert fields["required"] == ["reference", "authority", "kind"]


def test_codes_are_open_words_and_the_only_enum_is_the_wish_for_a_region() -> None:
    parts = [part for fact in EVERY_FACT for part in (schema(fact), *schema(fact).get("$defs", {}).values())]
    assert {name for part in parts for name, field in part["properties"].items() if '"enum":' in json.dumps(field)} == {"region"}


def test_a_new_event_type_is_allowed_and_shows_as_drift_until_it_is_published(folder: Path) -> None:
    known = instead(MatchForgotten)
    assert problems(folder, known) == []
    assert drift(folder, known) == ["matcher.match-forgotten.v1.json"]
    write(folder, known)
    assert drift(folder, known) == []


def test_an_added_optional_field_is_allowed_and_shows_as_drift_until_it_is_published(folder: Path) -> None:
    known = instead(LongerLapse)
    assert problems(folder, known) == []
    assert drift(folder, known) == ["matcher.match-lapsed.v1.json"]


def test_a_dropped_field_is_a_problem(folder: Path) -> None:
    found = problems(folder, instead(ShorterLapse))
    assert "matcher.match-lapsed.v1.json: because: new readers refuse what was right before" in found


def test_an_event_type_that_is_no_longer_said_can_still_be_read(folder: Path) -> None:
    known = [fact for fact in EVERY_FACT if fact is not MatchLapsed]
    assert [problem.partition(":")[0] for problem in problems(folder, known)] == ["matcher.match-lapsed.v1.json"]
