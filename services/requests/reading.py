"""Reads what was submitted: the validated request with its hash, or what is wrong with which field, never the value. Pure."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from schemas.fact import Problem
from schemas.intake import SupportRequested

OURS = ("/manyhands/", "/api/")
"""Sources that no outsider may use: what our own services say, and what comes through the API."""
FIELDS = frozenset(field.alias or name for name, field in SupportRequested.model_fields.items())
_LATER = ("origin", "commissioned_by")
"""Fields that the contract did not have from its beginning: left out, they leave the hash of what was submitted before them as it is."""
_NAMES = uuid.UUID("0f3f7d0c-2f7b-5d39-9a53-6f1d8f8c2a10")
_LONGEST_SOURCE = 200
_MOST_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Submission:
    """A record that can be read. `digest` is the hash of its validated content, whatever the order and spelling of its JSON."""

    request: str
    source: str
    asked: SupportRequested
    digest: bytes


def read(source: str, data: Mapping[str, Any]) -> Submission | tuple[Problem, ...]:
    """The submission of `source` (one of our own is allowed: the caller knows whom it talks to), or the problems with it."""
    if not 0 < len(source) <= _LONGEST_SOURCE or not source.isprintable():
        return (_BAD_SOURCE,)
    asked = validate(data)
    if isinstance(asked, tuple):
        return asked
    later = {name for name in _LATER if getattr(asked, name) is None}
    digest = hashlib.sha256(asked.__pydantic_serializer__.to_json(asked, exclude=later)).digest()
    return Submission(request_id(source, asked.reference), source, asked, digest)


def validate(data: Mapping[str, Any]) -> SupportRequested | tuple[Problem, ...]:
    """The data as a request, or the problems with it, at most twenty."""
    try:
        return SupportRequested.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False)[:_MOST_PROBLEMS]
        return tuple(_problem(".".join(map(str, each["loc"])) or "(whole)", each["type"], each.get("ctx", {})) for each in found)


def request_id(source: str, reference: str) -> str:
    """The id of what `source` calls `reference`: the same on every replica and in every replay. Neither holds a line break."""
    return str(uuid.uuid5(_NAMES, f"{source}\n{reference}"))


def reserved(source: str) -> tuple[Problem, ...]:
    """The problem with an outsider's source that claims to be one of us; empty when it does not."""
    return (_RESERVED_SOURCE,) if source.startswith(OURS) else ()


_BAD_SOURCE = Problem(
    field="ce_source",
    rule="source_unusable",
    reason=f"The CloudEvents source is empty, longer than {_LONGEST_SOURCE} characters, or holds control characters.",
    remedy="Send a short source that names your system, for example /intake/north-west.",
)
_RESERVED_SOURCE = Problem(
    field="ce_source",
    rule="source_reserved",
    reason="The CloudEvents source is one that Manyhands itself uses.",
    remedy="Send a source that names your own system, for example /intake/north-west.",
)

# By pydantic's error type: our rule, what is wrong, what to do. Limits in braces come from the contract.
_SENTENCES = {
    "missing": ("missing", "This field is missing.", "Add it."),
    "string_type": ("not_text", "This is not text.", "Write it as text in quotation marks."),
    "string_unicode": ("not_text", "This is not readable text.", "Write it in Unicode."),
    "string_too_short": ("empty", "This is empty.", "Fill it in, or leave it out if it is not required."),
    "string_too_long": ("too_long", "This is longer than {max_length} characters.", "Shorten it."),
    "string_pattern_mismatch": ("characters", "This holds a control character.", "Take out line breaks, tabs and the like."),
    "finite_number": ("not_a_number", "This is not a number.", "Write it in figures, for example 4 or 2.5."),
    "greater_than": ("too_small", "This is not more than {gt}.", "Write a larger number."),
    "greater_than_equal": ("too_small", "This is less than {ge}.", "Write a larger number."),
    "less_than_equal": ("too_large", "This is more than {le}.", "Write a smaller number."),
    "multiple_of": ("step", "This is not in steps of {multiple_of}.", "Round it to a multiple of {multiple_of}."),
    "too_long": ("too_many", "This list has more than {max_length} entries.", "Keep the most important ones."),
    "tuple_type": ("not_a_list", "This is not a list.", "Write it in square brackets, even a single entry."),
    "literal_error": ("unknown_word", "This is not one of the words that are accepted here.", "Write {expected}."),
    "model_type": ("not_an_object", "This is not an object.", "Write its fields in curly brackets."),
}
# The same for families of types that pydantic tells apart more finely than a reader needs.
_FAMILIES = {
    "int": ("not_whole", "This is not a whole number.", "Write it in figures, for example 1."),
    "float": ("not_a_number", "This is not a number.", "Write it in figures, for example 4 or 2.5."),
    "date": ("not_a_date", "This is not a date.", "Write year-month-day, for example 2026-12-01."),
    "bool": ("not_yes_or_no", "This is neither true nor false.", "Write true or false."),
}
_OTHER = ("not_accepted", "This cannot be read.", "See the description of the intake event for what belongs here.")


def _problem(field: str, kind: str, limits: Mapping[str, Any]) -> Problem:
    rule, reason, remedy = _SENTENCES.get(kind) or _FAMILIES.get(kind.split("_")[0]) or _OTHER
    return Problem(field=field, rule=rule, reason=reason.format_map(limits), remedy=remedy.format_map(limits))
