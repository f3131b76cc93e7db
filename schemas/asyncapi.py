"""asyncapi.yaml: every topic, who says and hears what on it, and the schemas, as one AsyncAPI 3 document.

Written from the models and topics.yaml: `python -m schemas.asyncapi [--check]`. Source: https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import yaml

from schemas.fact import Fact
from schemas.parked import RecordParked
from schemas.publish import EVERY_FACT, schema, short
from schemas.topics import Topic, topics

FILE = Path(__file__).with_name("asyncapi.yaml")

_INFO = {
    "title": "Manyhands",
    "version": "1.0.0",
    "description": (
        "Requests for peer support in children's services, and how they are matched to peers with capacity. Facts in the past tense, as "
        "CloudEvents 1.0 in Kafka: attributes in headers, JSON in the value. Readers ignore fields and types that they do not know. "
        "Contracts grow by addition; a break is a new version."
    ),
}

_TEXT = {"type": "string", "minLength": 1}
_HEADERS = {
    "title": "CloudEvents 1.0 attributes, binary mode",
    "type": "object",
    "required": ["ce_specversion", "ce_id", "ce_source", "ce_type"],
    "properties": {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "ce_id": _TEXT | {"description": "unique within its source; the same id again is the same event"},
        "ce_source": _TEXT | {"description": "who says it: /manyhands/<service>, or a URI of an outside poster"},
        "ce_type": _TEXT,
        "ce_subject": _TEXT | {"description": "what it is about; of our facts also the record's key"},
        "ce_time": {"type": "string", "format": "date-time"},
        "ce_correlationid": _TEXT | {"description": "shared by everything that follows from one intake event"},
        "ce_causationid": _TEXT | {"description": "the id of the event that led to this one"},
        "ce_sequence": {
            "type": "string",
            "pattern": "^[0-9]{1,18}$",
            "description": "counts a service's facts about a subject, without a gap",
        },
        "content-type": {
            "type": "string",
            "description": "application/json; application/cloudevents+json is read too, with all in the value",
        },
    },
}


class _Plain(yaml.SafeDumper):
    """Without anchors: every part is written out where it stands."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def document() -> dict[str, Any]:
    """The whole document. Errors: ValueError when two different parts of facts go by one name."""
    return {
        "asyncapi": "3.0.0",
        "info": _INFO,
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(topic) for topic in topics()},
        "operations": {name: operation for topic in topics() for name, operation in _operations(topic).items()},
        "components": {"messages": {short(fact): _message(fact) for fact in EVERY_FACT}, "schemas": {"Headers": _HEADERS, **_schemas()}},
    }


def text() -> str:
    """The document as committed."""
    head = "# Generated from the models and topics.yaml by `python -m schemas.asyncapi`; do not edit.\n"
    return head + yaml.dump(document(), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=140)


def _channel(topic: Topic) -> dict[str, Any]:
    kept = {"cleanup.policy": [topic.cleanup], "retention.ms": topic.retention_ms}
    return {
        "address": topic.name,
        "description": f"Key: {topic.key}.",
        "messages": {short(fact): {"$ref": f"#/components/messages/{short(fact)}"} for fact in _said_on(topic)},
        "bindings": {"kafka": {"partitions": topic.partitions, "topicConfiguration": kept, "bindingVersion": "0.5.0"}},
    }


def _said_on(topic: Topic) -> list[type[Fact]]:
    if topic.parked is None:
        return [RecordParked]
    return [fact for fact in EVERY_FACT if fact.topic == topic.name]


def _operations(topic: Topic) -> dict[str, Any]:
    """One for each service and direction; it covers every message of the channel."""
    channel = {"$ref": f"#/channels/{topic.name}"}
    says = {f"{who}.says.{topic.name}": {"action": "send", "channel": channel, "tags": [{"name": who}]} for who in topic.producers}
    hears = {f"{who}.hears.{topic.name}": {"action": "receive", "channel": channel, "tags": [{"name": who}]} for who in topic.consumers}
    return says | hears


def _message(fact: type[Fact]) -> dict[str, Any]:
    return {
        "name": fact.type,
        "title": fact.__name__,
        "summary": schema(fact)["description"].partition("\n")[0],
        "contentType": "application/json",
        "headers": {"allOf": [{"$ref": "#/components/schemas/Headers"}, {"properties": {"ce_type": {"const": fact.type}}}]},
        "payload": {"$ref": f"#/components/schemas/{short(fact)}"},
    }


def _schemas() -> dict[str, Any]:
    """The facts by their short types, and the parts they share by their names."""
    parts: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    for fact in EVERY_FACT:
        body = _pointing_to_components(schema(fact))
        del body["$schema"]
        for name, part in body.pop("$defs", {}).items():
            if parts.setdefault(name, part) != part:
                raise ValueError(f"two different parts of facts are called {name}; rename the one in {fact.__name__}")
        facts[short(fact)] = body
    return parts | facts


def _pointing_to_components(node: Any) -> Any:
    if isinstance(node, list):
        return [_pointing_to_components(part) for part in node]
    if not isinstance(node, dict):
        return node
    return {
        key: part.replace("#/$defs/", "#/components/schemas/") if key == "$ref" else _pointing_to_components(part)
        for key, part in node.items()
    }


def main(arguments: list[str]) -> int:
    """0 when the file is what the models say (or has been written), 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m schemas.asyncapi", description="Write asyncapi.yaml from the models and topics.yaml.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when the file is out of date")
    if not parser.parse_args(arguments).check:
        FILE.write_text(text(), "utf-8")
    elif not FILE.exists() or FILE.read_text("utf-8") != text():
        sys.stderr.write(f"{FILE.name}: out of date; run python -m schemas.asyncapi and commit it\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
