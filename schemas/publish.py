"""The published JSON Schemas: one frozen file per event version, written from the models. `python -m schemas.publish [--check]`.

A file may be written anew as long as the change is compatible (see schemas.compatibility); a breaking change is refused and nothing is
written: it needs a new version beside the old one. Examples: schemas/examples.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from schemas import (  # noqa: F401  (each fills FACTS)
    contacts,
    courses,
    drawing,
    intake,
    matcher,
    parked,
    registry,
    replacing,
    requests,
    rounds,
)
from schemas.compatibility import compatible, unread_by_new
from schemas.fact import FACTS, Fact
from schemas.topics import OUTSIDE, topics

FOLDER = Path(__file__).with_name("published")
EVERY_FACT = tuple(fact for _, fact in sorted(FACTS.items()))


class _Plain(GenerateJsonSchema):
    """Without the titles that pydantic makes of field names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def short(fact: type[Fact]) -> str:
    """The type as file names have it: `matcher.match-suggested.v1`."""
    return fact.type.removeprefix("manyhands.")


def schema(fact: type[Fact]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a fact's data; a field with a default may be missing. Unknown fields are to be ignored."""
    body = fact.model_json_schema(by_alias=True, schema_generator=_Plain)
    return {"$schema": _Plain.schema_dialect, **body, "title": fact.type}


def problems(folder: Path = FOLDER, known: Iterable[type[Fact]] = EVERY_FACT) -> list[str]:
    """Breaking changes of the models against the published files of `folder`, one sentence each; empty when there is none."""
    models = {f"{short(fact)}.json": fact for fact in known}
    found = []
    for file in sorted(folder.glob("*.json")):
        fact = models.get(file.name)
        if fact is None:
            found.append(f"{file.name}: no model says this any more, but its facts are kept for ever; bring the model back")
            continue
        judge = unread_by_new if _outsiders_write(fact) else compatible
        found += [f"{file.name}: {problem}" for problem in judge(json.loads(file.read_text("utf-8")), schema(fact))]
    return found


def drift(folder: Path = FOLDER, known: Iterable[type[Fact]] = EVERY_FACT) -> list[str]:
    """Names of the files that are not what the models say."""
    texts = _texts(known)
    there = {file.name: file.read_text("utf-8") for file in folder.glob("*.json")}
    return sorted(name for name in texts.keys() | there.keys() if texts.get(name) != there.get(name))


def write(folder: Path = FOLDER, known: Iterable[type[Fact]] = EVERY_FACT) -> None:
    """Write every file. The caller has looked at `problems` first."""
    for name, text in _texts(known).items():
        (folder / name).write_text(text, "utf-8")


def _texts(known: Iterable[type[Fact]]) -> dict[str, str]:
    return {f"{short(fact)}.json": json.dumps(schema(fact), indent=2, ensure_ascii=False) + "\n" for fact in known}


def _outsiders_write(fact: type[Fact]) -> bool:
    return any(topic.name == fact.topic and OUTSIDE in topic.producers for topic in topics())


def main(arguments: list[str]) -> int:
    """0 when the files are what the models say (or have been written), 1 with the reasons otherwise."""
    parser = argparse.ArgumentParser(prog="python -m schemas.publish", description="Write the published JSON Schemas from the models.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is out of date")
    check = parser.parse_args(arguments).check
    wrong = problems()
    if wrong:
        wrong.append("Nothing was written. A breaking change is a new version beside the old one: see docs/contracts.md.")
    elif check:
        wrong = [f"{name}: out of date; run python -m schemas.publish and commit it" for name in drift()]
    else:
        write()
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
