"""The tool that checks our AsyncAPI document says yes to a right one and no to a wrong one."""

from pathlib import Path

from tests.support.node import asyncapi_diagnostics

RIGHT = """\
asyncapi: 3.0.0
info: {title: Lamps, version: 1.0.0, description: Street lamps., contact: {name: a, url: https://example.org, email: a@example.org}}
channels:
  lit:
    address: lamps.lit
    messages: {lampLit: {payload: {type: object, properties: {lamp: {type: string}}}}}
operations:
  sayLit: {action: send, channel: {$ref: '#/channels/lit'}, messages: [{$ref: '#/channels/lit/messages/lampLit'}]}
"""


def errors(tmp_path: Path, document: str) -> list[str]:
    file = tmp_path / "asyncapi.yaml"
    file.write_text(document)
    return [f"{found['path']}: {found['message']}" for found in asyncapi_diagnostics(file) if found["severity"] == 0]


def test_a_right_document_has_no_errors(tmp_path: Path) -> None:
    assert errors(tmp_path, RIGHT) == []


def test_an_operation_that_neither_sends_nor_receives_is_an_error_at_its_place(tmp_path: Path) -> None:
    found = errors(tmp_path, RIGHT.replace("action: send", "action: shout"))
    assert any(text.startswith("operations.sayLit.action") for text in found), found


def test_a_reference_to_a_channel_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    found = errors(tmp_path, RIGHT.replace("channel: {$ref: '#/channels/lit'}", "channel: {$ref: '#/channels/dark'}"))
    assert any("dark" in text for text in found), found


def test_a_payload_that_is_no_json_schema_is_an_error(tmp_path: Path) -> None:
    assert errors(tmp_path, RIGHT.replace("type: string", "type: lamp"))
