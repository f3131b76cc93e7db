"""The examples: every event version as it may stand on its topic, one story over all of them, and readable for ever."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import schemas
from schemas.envelope import STRUCTURED, Envelope, read
from schemas.fact import FACTS
from schemas.publish import EVERY_FACT, FOLDER, short
from schemas.topics import OUTSIDE, topics

EXAMPLES = Path(schemas.__file__).with_name("examples")
FILES = sorted(EXAMPLES.glob("*/*/*.json"))
OF_INTAKE = "intake.support-requested.v1"


def event_version(file: Path) -> str:
    """`matcher.match-placed.v1`, from the two folders that the file lies in."""
    return f"{file.parts[-3]}.{file.parts[-2]}"


def heard(file: Path) -> tuple[Envelope, bytes]:
    return read([("content-type", STRUCTURED.encode())], file.read_bytes())


def named(file: Path) -> str:
    return f"{event_version(file)}: {file.stem}"


@pytest.mark.parametrize("file", FILES, ids=named)
def test_an_example_is_read_as_the_fact_that_its_folder_names(file: Path) -> None:
    envelope, payload = heard(file)
    assert envelope.type == f"manyhands.{event_version(file)}"
    FACTS[envelope.type].model_validate_json(payload)


@pytest.mark.parametrize("file", FILES, ids=named)
def test_an_example_fits_the_published_schema(file: Path) -> None:
    schema = json.loads((FOLDER / f"{event_version(file)}.json").read_text("utf-8"))
    checker = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert [problem.message for problem in checker.iter_errors(json.loads(file.read_bytes())["data"])] == []


@pytest.mark.parametrize("file", FILES, ids=named)
def test_no_word_of_an_example_is_lost_on_its_reader(file: Path) -> None:
    envelope, payload = heard(file)
    understood = FACTS[envelope.type].model_validate_json(payload).model_dump(mode="json", by_alias=True)
    assert missing(json.loads(payload), understood) == []


def missing(said: Any, understood: Any, path: str = "") -> list[str]:
    """Paths of what was said and not understood the same; a field that was left out may have its default."""
    if isinstance(said, dict) and isinstance(understood, dict):
        return [gone for key in said for gone in missing(said[key], understood.get(key, "(ignored)"), f"{path}.{key}")]
    if isinstance(said, list) and isinstance(understood, list) and len(said) == len(understood):
        return [gone for n, pair in enumerate(zip(said, understood, strict=True)) for gone in missing(*pair, f"{path}[{n}]")]
    return [] if said == understood else [path]


def test_every_event_version_has_an_example() -> None:
    assert {event_version(file) for file in FILES} == {short(fact) for fact in EVERY_FACT}


def test_the_examples_count_without_a_gap_by_service_and_subject_as_the_services_do() -> None:
    numbers = defaultdict(list)
    for file in FILES:
        envelope, _ = heard(file)
        if event_version(file) != OF_INTAKE:
            numbers[envelope.source, envelope.subject].append((envelope.sequence, envelope.time))
    for subject, said in numbers.items():
        assert [sequence for sequence, _ in sorted(said)] == list(range(1, len(said) + 1)), subject
        assert [time for _, time in sorted(said)] == sorted(time for _, time in said), subject


def test_every_cause_is_an_example_too_is_not_later_and_belongs_to_the_same_story() -> None:
    told = {envelope.id: envelope for envelope, _ in map(heard, FILES)}
    assert len(told) == len(FILES)
    caused = [envelope for envelope in told.values() if envelope.causation]
    assert caused
    for envelope in caused:
        cause = told[envelope.causation]
        assert cause.time <= envelope.time, envelope.id
        assert envelope.correlation == (cause.correlation or cause.id), envelope.id


def test_each_example_is_said_by_a_service_that_may_say_it() -> None:
    by_topic = {topic.name: topic.producers for topic in topics()}
    for file in FILES:
        envelope, _ = heard(file)
        fact = FACTS[envelope.type]
        speaker = envelope.source.removeprefix("/manyhands/") if envelope.source.startswith("/manyhands/") else OUTSIDE
        assert speaker in by_topic.get(fact.topic, ("requests", "matcher", "registry")), named(file)
