"""Contracts grow by addition: planted breaking edits of published schemas are caught, allowed ones pass."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from schemas.compatibility import compatible, unread_by_new
from schemas.publish import FOLDER

Edit = Callable[[dict[str, Any]], None]

# no fact of ours has a constant, a union of two kinds or a list of distinct things yet, but one may come
INVENTED: dict[str, Any] = {
    "type": "object",
    "properties": {
        "shape": {"const": "a"},
        "mark": {"anyOf": [{"type": "string", "maxLength": 8}, {"type": "integer"}, {"type": "null"}]},
        "codes": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["shape", "mark", "codes"],
}


def published(name: str) -> dict[str, Any]:
    if name == "invented":
        return copy.deepcopy(INVENTED)
    schema: dict[str, Any] = json.loads((FOLDER / f"{name}.v1.json").read_text("utf-8"))
    return schema


def at(schema: Any, path: str) -> Any:
    """The node at `path`: keys and indexes, parted by slashes; the whole for an empty path."""
    for part in path.split("/") if path else ():
        schema = schema[int(part)] if isinstance(schema, list) else schema[part]
    return schema


def put(path: str, value: Any) -> Edit:
    owner, _, key = path.rpartition("/")
    return lambda schema: at(schema, owner).__setitem__(key, value)


def cut(path: str) -> Edit:
    owner, _, key = path.rpartition("/")
    return lambda schema: at(schema, owner).__delitem__(key)


def require(field: str, of: str = "") -> Edit:
    return lambda schema: at(schema, of).setdefault("required", []).append(field)


def release(field: str, of: str = "") -> Edit:
    return lambda schema: at(schema, of)["required"].remove(field)


def rename(field: str, to: str, of: str = "") -> Edit:
    def edit(schema: dict[str, Any]) -> None:
        fields = at(schema, of)["properties"]
        fields[to] = fields.pop(field)

    return both(edit, release(field, of), require(to, of))


def both(*edits: Edit) -> Edit:
    def edit(schema: dict[str, Any]) -> None:
        for each in edits:
            each(schema)

    return edit


BREAKING: list[tuple[str, str, Edit]] = [
    ("a required field is dropped", "registry.capacity-held", both(cut("properties/expires_at"), release("expires_at"))),
    ("an optional field is dropped", "matcher.consent-given", cut("properties/peer")),
    ("a required field is renamed", "matcher.match-selected", rename("because", "reason")),
    ("a field of a part is renamed", "registry.capacity-placed", rename("peer", "person", of="$defs/Line")),
    ("a string becomes a whole number", "matcher.match-lapsed", put("properties/because", {"type": "integer"})),
    ("a number becomes a whole number", "matcher.match-suggested", put("$defs/Candidate/properties/fit", {"type": "integer"})),
    ("a list becomes one value", "registry.capacity-held", put("properties/lines", {"$ref": "#/$defs/Line"})),
    ("one value becomes a list", "registry.hold-refused", put("properties/line", {"type": "array", "items": {"$ref": "#/$defs/Line"}})),
    ("an optional field becomes required", "requests.request-opened", require("warnings")),
    ("a new field is required", "registry.peer-left", both(put("properties/by", {"type": "string"}), require("by"))),
    (
        "a new field of a part is required",
        "registry.peer-state",
        both(put("$defs/Post/properties/grade", {}), require("grade", of="$defs/Post")),
    ),
    ("a required field may be missing", "matcher.match-placed", release("ends")),
    ("the least value is raised", "matcher.consent-asked", put("properties/stage/minimum", 2)),
    ("the least value is lowered", "matcher.consent-asked", put("properties/stage/minimum", 0)),
    ("texts may be shorter only", "matcher.match-withdrawn", put("properties/because/maxLength", 32)),
    ("texts may be longer", "matcher.match-withdrawn", put("properties/because/maxLength", 128)),
    ("a pattern changes", "registry.council-registered", put("properties/council/pattern", "^E[0-9]{8}$")),
    ("a pattern of a part goes", "matcher.match-selected", cut("$defs/Line/properties/council/pattern")),
    ("a day becomes an instant", "matcher.match-placed", put("properties/starts/format", "date-time")),
    ("half days are counted in whole ones", "matcher.support-extended", put("properties/days/multipleOf", 1)),
    ("half days are counted in quarters", "registry.load-state", put("$defs/OfferUse/properties/used/multipleOf", 0.25)),
    ("a word leaves an enum", "requests.request-opened", put("$defs/Wishes/properties/region/enum", ["any", "inside"])),
    ("a word joins an enum", "requests.request-opened", put("$defs/Wishes/properties/region/enum", ["any", "inside", "outside", "near"])),
    ("null is no longer allowed", "matcher.consent-asked", put("properties/peer", {"type": "string", "minLength": 1, "maxLength": 64})),
    ("null is allowed", "matcher.match-placed", put("properties/host", {"anyOf": [{"type": "string"}, {"type": "null"}]})),
    ("a union loses a kind", "invented", put("properties/mark", {"anyOf": [{"type": "string", "maxLength": 8}, {"type": "null"}]})),
    ("a constant changes", "invented", put("properties/shape/const", "b")),
    ("a list must not be empty", "requests.question-raised", put("properties/candidates/minItems", 1)),
    ("a list may be empty", "registry.capacity-held", cut("properties/lines/minItems")),
    ("a list must not repeat", "invented", put("properties/codes/uniqueItems", True)),
    (
        "values of a map change kind",
        "matcher.request-unmet",
        put("$defs/Shortage/properties/excluded/additionalProperties", {"type": "string"}),
    ),
    ("values of a map narrow", "matcher.match-suggested", put("$defs/Candidate/properties/price/additionalProperties/minimum", 0)),
    ("a default changes", "registry.peer-state", put("properties/active/default", False)),
    ("unknown fields are refused", "registry.hold-expired", put("additionalProperties", False)),
]

ALLOWED: list[tuple[str, str, Edit]] = [
    ("an optional field is added", "matcher.match-placed", put("properties/level", {"type": "string", "default": "regional"})),
    ("an optional field of a part is added", "registry.capacity-held", put("$defs/Line/properties/note_code", {"type": "string"})),
    (
        "a part gains an optional field, and the default of the whole with it",
        "requests.request-opened",
        both(
            put("$defs/Wishes/properties/gender", {"type": "string", "pattern": "^[a-z]+$", "default": "any"}),
            put("properties/wishes/default/gender", "any"),
        ),
    ),
    ("a description is improved", "matcher.match-suggested", put("$defs/Candidate/description", "A peer, and the sums.")),
    (
        "an optional list of parts is added",
        "matcher.consent-given",
        put("properties/terms", {"type": "array", "items": {"type": "string"}}),
    ),
    ("a part is known by another name", "registry.hold-refused", lambda schema: _call_line(schema, "Seat")),
    ("nothing changes", "matcher.arrangement-recorded", lambda schema: None),
]


def _call_line(schema: dict[str, Any], name: str) -> None:
    schema["$defs"][name] = schema["$defs"].pop("Line")
    schema["properties"]["line"] = {"$ref": f"#/$defs/{name}"}


@pytest.mark.parametrize(("name", "edit"), [pytest.param(name, edit, id=words) for words, name, edit in BREAKING])
def test_a_breaking_edit_is_caught(name: str, edit: Edit) -> None:
    old, new = published(name), published(name)
    edit(new)
    assert compatible(old, new)


@pytest.mark.parametrize(("name", "edit"), [pytest.param(name, edit, id=words) for words, name, edit in ALLOWED])
def test_an_allowed_edit_passes(name: str, edit: Edit) -> None:
    old, new = published(name), published(name)
    edit(new)
    assert compatible(old, new) == []


WIDER: list[tuple[str, Edit]] = [
    ("notes may be longer", put("properties/notes/anyOf/0/maxLength", 8000)),
    ("quarter days may be asked for", put("properties/days/anyOf/0/multipleOf", 0.25)),
    ("the kind may be left out", release("kind")),
    ("a region may be near", put("$defs/Preferences/properties/region/enum", ["any", "inside", "outside", "near"])),
    ("any reference is taken", cut("properties/reference/pattern")),
]


@pytest.mark.parametrize("edit", [pytest.param(edit, id=words) for words, edit in WIDER])
def test_intake_may_be_widened_because_only_we_read_it_and_a_fact_may_not(edit: Edit) -> None:
    old, new = published("intake.support-requested"), published("intake.support-requested")
    edit(new)
    assert unread_by_new(old, new) == []
    assert compatible(old, new)


def test_intake_may_not_be_narrowed() -> None:
    old, new = published("intake.support-requested"), published("intake.support-requested")
    put("properties/notes/anyOf/0/maxLength", 2000)(new)
    assert unread_by_new(old, new) == ["notes: new readers refuse what was right before"]


def test_a_problem_names_the_field_and_who_would_be_hurt() -> None:
    old, new = published("registry.capacity-held"), published("registry.capacity-held")
    put("$defs/Line/properties/days/multipleOf", 1)(new)
    put("properties/match/maxLength", 80)(new)
    assert compatible(old, new) == [
        "lines[].days: multipleOf is narrower or another; new readers refuse what was right before",
        "match: old readers refuse what may be written from now on",
    ]
