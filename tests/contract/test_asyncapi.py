"""asyncapi.yaml says what the models and topics.yaml say, and the official parser finds no fault with it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from schemas import asyncapi
from schemas.envelope import Envelope
from schemas.publish import EVERY_FACT, schema, short
from schemas.topics import topics
from tests.support.node import asyncapi_diagnostics

ERROR, WARNING = 0, 1


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The committed document."""
    whole: dict[str, Any] = yaml.safe_load(asyncapi.FILE.read_text("utf-8"))
    return whole


def test_the_committed_document_is_what_the_models_say() -> None:
    assert asyncapi.main(["--check"]) == 0


def test_a_change_shows_as_drift_until_the_document_is_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "asyncapi.yaml"
    file.write_text(asyncapi.FILE.read_text("utf-8").replace("partitions: 12", "partitions: 6", 1))
    monkeypatch.setattr(asyncapi, "FILE", file)
    assert asyncapi.main(["--check"]) == 1
    assert asyncapi.main([]) == 0
    assert asyncapi.main(["--check"]) == 0


def test_the_official_parser_finds_no_error_and_no_warning() -> None:
    assert [found for found in asyncapi_diagnostics(asyncapi.FILE) if found["severity"] in (ERROR, WARNING)] == []


def test_each_fact_stands_on_its_topic_and_a_record_that_is_parked_on_every_parked_topic(document: dict[str, Any]) -> None:
    on = {name: set(channel["messages"]) for name, channel in document["channels"].items()}
    for fact in EVERY_FACT:
        expected = {fact.topic} if fact.topic != "parked" else {topic.parked for topic in topics() if topic.parked}
        assert {name for name, messages in on.items() if short(fact) in messages} == expected, fact.type


def test_who_says_and_who_hears_is_what_the_topics_file_says(document: dict[str, Any]) -> None:
    operations = {
        (operation["action"], operation["tags"][0]["name"], operation["channel"]["$ref"].removeprefix("#/channels/"))
        for operation in document["operations"].values()
    }
    says = {("send", who, topic.name) for topic in topics() for who in topic.producers}
    hears = {("receive", who, topic.name) for topic in topics() for who in topic.consumers}
    assert operations == says | hears


def test_the_headers_that_we_write_fit_the_headers_of_the_document(document: dict[str, Any]) -> None:
    headers = Draft202012Validator(document["components"]["schemas"]["Headers"])
    moment = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    full = Envelope("1", "manyhands.matcher.match-placed.v1", "/manyhands/matcher", "r-1", moment, "c-1", "e-1", 7).headers()
    headers.validate({name: value.decode() for name, value in full})
    assert {name for name, _ in full} == set(document["components"]["schemas"]["Headers"]["properties"])
    assert not headers.is_valid({name: value.decode() for name, value in full if name != "ce_id"})


def test_the_payloads_are_the_published_schemas_with_their_parts_beside_them(document: dict[str, Any]) -> None:
    components = document["components"]["schemas"]
    for fact in EVERY_FACT:
        published = schema(fact)
        assert components[short(fact)]["properties"].keys() == published["properties"].keys(), fact.type
        assert published.get("$defs", {}).keys() <= components.keys(), fact.type
