"""May a contract change like this? Compares two JSON Schemas of one event version, for those who read and those who write.

Facts are kept for ever, and services are replaced one by one. So two things must hold for every change of a published version:

- new readers read old data: whatever the old schema let through, the new one lets through, and means the same (`unread_by_new`);
- old readers survive new data: whatever is written from now on, the old schema lets through (`unread_by_old`).

Together: fields may be added if they can be missing, words may be improved, and that is all. Narrowing breaks the first rule; widening (a
larger maximum, one more word in an enum, a required field made optional, null allowed) breaks the second. Either is a new version.
What outsiders post is different: there we are the only readers, and a wider contract is in use only after the new readers are; so widening
intake is allowed, and the first rule decides alone.

jsoncompat does most of it. With role "deserializer" it asks whether old data fit the new schema, with role "serializer" whether new data
fit the old one. The first must run on schemas closed with additionalProperties: false, or a field added to an open schema counts as
narrowing (old data might have used its name); the second on open ones, as readers ignore what they do not know. It does not look at
`pattern`, `format` and `default`, refuses a fractional `multipleOf`, and closing hides what an author closed: `_marks` covers these.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from jsoncompat import check_compat

Schema = Mapping[str, Any]
_Role = Literal["deserializer", "serializer"]
_Marks = dict[str, dict[str, list[Any]]]


def compatible(old: Schema, new: Schema) -> list[str]:
    """What is wrong with `new` as the next edition of `old`, both ways; empty when nothing is. Each sentence begins with a field's path."""
    return unread_by_new(old, new) + unread_by_old(old, new)


def unread_by_new(old: Schema, new: Schema) -> list[str]:
    """Where new readers refuse data that was right before, or take it to mean something else."""
    before, after = _marks(old), _marks(new)
    refused = _refusals(_closed(old), _closed(new), "deserializer")
    return [
        *(f"{field}: new readers refuse what was right before" for field in refused),
        *(
            f"{path}: {keyword} is narrower or another; new readers refuse what was right before"
            for path, keyword in _narrower(before, after)
        ),
        *(f"{path}: the default is another; old data without the field would change their meaning" for path in _moved(before, after)),
    ]


def unread_by_old(old: Schema, new: Schema) -> list[str]:
    """Where readers of the old schema refuse data that are right from now on."""
    before, after = _marks(old), _marks(new)
    refused = _refusals(old, new, "serializer")
    return [
        *(f"{field}: old readers refuse what may be written from now on" for field in refused),
        *(f"{path}: {keyword} is wider or another; old readers refuse new data" for path, keyword in _narrower(after, before)),
    ]


def _refusals(old: Schema, new: Schema, role: _Role) -> list[str]:
    """The fields by which jsoncompat refuses the change; `(whole)` when it is none of them alone."""
    if _fits(old, new, role):
        return []
    names = sorted({*old.get("properties", {}), *new.get("properties", {})})
    return [name for name in names if not _fits(_only(old, name), _only(new, name), role)] or ["(whole)"]


def _fits(old: Schema, new: Schema, role: _Role) -> bool:
    return bool(check_compat(json.dumps(_without_steps(old)), json.dumps(_without_steps(new)), role))


def _only(schema: Schema, name: str) -> Schema:
    """The schema as if it had this one field."""
    fields = {field: of for field, of in schema.get("properties", {}).items() if field == name}
    return {**schema, "properties": fields, "required": [field for field in schema.get("required", []) if field == name]}


def _closed(schema: Any) -> Any:
    """The schema with every object of named fields refusing others; maps stay as they are."""
    if isinstance(schema, list):
        return [_closed(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    parts = {key: _closed(part) for key, part in schema.items()}
    return {**parts, "additionalProperties": False} if isinstance(schema.get("properties"), Mapping) and "type" in schema else parts


def _without_steps(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_steps(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {key: _without_steps(part) for key, part in schema.items() if key != "multipleOf" or isinstance(part, Mapping)}


def _marks(schema: Schema) -> _Marks:
    """What jsoncompat does not look at, by path (`lines[].days`, `terms{}`) and keyword; alternatives of a union share its path."""
    marks: _Marks = {}
    for path, node in _nodes(schema, schema, ""):
        here = marks.setdefault(path or "(whole)", {})
        for keyword in ("pattern", "format", "multipleOf", "default"):
            if keyword in node:
                here.setdefault(keyword, []).append(node[keyword])
        if node.get("additionalProperties") is False:
            here["additionalProperties"] = [False]
    return marks


def _nodes(whole: Schema, node: Any, path: str) -> Iterator[tuple[str, Schema]]:
    if not isinstance(node, Mapping):
        return
    yield path, node
    if "$ref" in node:
        yield from _nodes(whole, whole["$defs"][node["$ref"].removeprefix("#/$defs/")], path)
    for name, child in node.get("properties", {}).items():
        yield from _nodes(whole, child, f"{path}.{name}".removeprefix("."))
    for keyword, suffix in (("items", "[]"), ("additionalProperties", "{}"), ("propertyNames", "{name}")):
        yield from _nodes(whole, node.get(keyword), path + suffix)
    for keyword in ("anyOf", "oneOf", "allOf"):
        for child in node.get(keyword, []):
            yield from _nodes(whole, child, path)


def _narrower(written: _Marks, read: _Marks) -> Iterator[tuple[str, str]]:
    """Paths and keywords where `read` may refuse what `written` allows. A pattern or format counts as narrower unless it is the same."""
    for path in sorted(written.keys() & read.keys()):
        for keyword in ("pattern", "format", "multipleOf", "additionalProperties"):
            allowed, asked = written[path].get(keyword, []), read[path].get(keyword, [])
            steps = keyword == "multipleOf" and allowed and all((into / step).is_integer() for into in allowed for step in asked)
            if asked and not steps and sorted(asked) != sorted(allowed):
                yield path, keyword


def _moved(before: _Marks, after: _Marks) -> Iterator[str]:
    """Paths whose default is not what it was."""
    for path in sorted(before.keys() & after.keys()):
        olds, news = before[path].get("default", []), after[path].get("default", [])
        if olds and news and not all(_keeps(old, new) for old, new in zip(olds, news, strict=False)):
            yield path


def _keeps(old: Any, new: Any) -> bool:
    """The same default; a default object may have gained fields, as its type may."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return all(key in new and _keeps(part, new[key]) for key, part in old.items())
    return bool(old == new) and type(old) is type(new)
