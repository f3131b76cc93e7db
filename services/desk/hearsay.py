"""What the desk takes from a fact: its JSON as it came, ids and codes, of which the pages need little. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from schemas.envelope import Undecodable

_LONG = frozenset({"places", "short", "instead"})
"""Fields that carry the arithmetic of candidates."""


@dataclass(frozen=True, slots=True)
class Told:
    """A fact about a request: what it says, by field, and the JSON it came as."""

    said: Mapping[str, Any]
    payload: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the registry's state: its version, and the JSON it came as."""

    version: int
    payload: bytes


def told(payload: bytes) -> Told:
    """Read a fact about a request; it is one of ours, so only that it is a request's is looked at. Errors: Undecodable."""
    said = _object(payload)
    if not isinstance(said.get("request"), str):
        raise Undecodable("invalid_payload", "the fact names no request")
    return Told(said, payload)


def record(payload: bytes) -> Record:
    """Read a record of the registry's state. Errors: Undecodable."""
    version = _object(payload).get("version")
    if not isinstance(version, int):
        raise Undecodable("invalid_payload", "the record has no version")
    return Record(version, payload)


def shortened(said: Mapping[str, Any]) -> dict[str, Any]:
    """A fact without the arithmetic of its candidates: whom it proposes for which place, and no more."""
    short = {name: value for name, value in said.items() if name not in _LONG}
    for name in _LONG & said.keys():
        seats = said[name] if isinstance(said[name], list) else [said[name]] if said[name] else []
        short[name] = [
            {"place": seat["place"], "role": seat["role"], "peers": [each["peer"] for each in seat.get("candidates", ())]} for seat in seats
        ]
    return short


def _object(payload: bytes) -> dict[str, Any]:
    try:
        said = from_json(payload)
    except ValueError:
        raise Undecodable("not_json", "the value is not JSON") from None
    if not isinstance(said, dict):
        raise Undecodable("not_an_object", "the value is not a JSON object")
    return said
