"""Requests as an outside service would post them: good ones in people's own words, bad ones of every sort; the same for the same seed."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from services.onebox.sample import FIRST_NAMES, LAST_NAMES
from services.vocabulary.councils import Council, reference_councils
from services.vocabulary.kinds import KINDS, Kind
from services.vocabulary.roles import ROLES

Record = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]
"""A Kafka record: key, value, headers."""

TYPE = "manyhands.intake.support-requested.v1"
DOUBTFUL = ("Kingston", "Northamptonshire", "Cumbria Council", "Newcastle Borough Council", "Nottingham County Council")
"""Authorities that a person has to choose between."""

_THEMES = (
    "SEND", "SEND", "special educational needs", "fostering sufficiency", "foster carers", "sufficiency", "front door", "MASH", "workforce",
    "recruitment and retention", "care leavers", "leadership", "governance", "neglect", "exploitation", "county lines", "UASC", "EHE",
    "early help", "family hubs", "finance", "budget", "corporate parenting", "QA", "youth justice", "domestic abuse", "adoption",
    "safeguarding partnership", "data and performance", "inspection readiness",
)  # fmt: skip
_GROUPS = ("Labour", "Labour", "Conservative", "Con", "Lib Dem", "Liberal Democrat", "Independent", "Green")
_ROLES = {
    "lead_member": "Lead Member",
    "scrutiny_chair": "chair of scrutiny",
    "chief_executive": "Chief Executive",
    "director_of_childrens_services": "DCS",
    "assistant_director": "AD",
    "head_of_service": "Head of Service",
    "principal_social_worker": "PSW",
    "performance_analyst": "analyst",
}
_NOTES = ("Would like to begin with a call.", "Evenings suit best.", "The improvement board has agreed this.", "Remote is fine.")


def requests(seed: int, count: int, today: date) -> Iterator[dict[str, Any]]:
    """The data of `count` requests over all kinds, with a reference of their own each. Three in a hundred name an authority in doubt."""
    rng = np.random.default_rng([seed, 2])
    councils = reference_councils()
    need = np.exp(0.6 * rng.standard_normal(len(councils)))
    kinds = list(KINDS.values())
    share = np.array([kind.of_a_hundred for kind in kinds]) / sum(kind.of_a_hundred for kind in kinds)
    for number in range(count):
        kind = kinds[number] if number < len(kinds) else kinds[int(rng.choice(len(kinds), p=share))]
        council = councils[int(rng.choice(len(councils), p=need / need.sum()))]
        authority = str(rng.choice(DOUBTFUL)) if rng.random() < 0.03 else _written(council, rng)
        yield {
            "reference": f"INT-{today.year}-{seed:02d}-{number + 1:05d}",
            "revision": 1,
            "authority": authority,
            "kind": kind.code if rng.random() < 0.7 else kind.title,
            "themes": rng.choice(_THEMES, int(rng.integers(1, 4)), replace=False).tolist(),
            **_when(kind, rng, today),
            **_who(kind, rng),
            **_how(kind),
            "cost_basis": str(rng.choice(["free", "free", "subsidised", "whole_cost"])),
            "funder": str(rng.choice(["council", "region", "LGA", "LGA", "DfE"])),
            "contact": _contact(rng),
            "notes": str(rng.choice(_NOTES)),
        }


def _written(council: Council, rng: np.random.Generator) -> str:
    """The council as people write it."""
    ways = [council.name, council.name, council.official_name, council.name.upper(), council.la_code, *council.aliases[:1]]
    if council.type == "london_borough":
        ways.append(f"LB {council.name}")
    return ways[int(rng.integers(len(ways)))]


def _when(kind: Kind, rng: np.random.Generator, today: date) -> dict[str, Any]:
    """Dates within a year of today; what is left out has a default by kind."""
    said: dict[str, Any] = {}
    if rng.random() < 0.8:
        begins = today + timedelta(days=int(rng.integers(14, 90)))
        said |= {"from": begins.isoformat(), "to": (begins + timedelta(days=kind.window_days)).isoformat()}
    if rng.random() < 0.7:
        said["days"] = max(1.0, kind.days + float(rng.integers(-2, 3)) / 2)
    if rng.random() < 0.5:
        said["priority"] = kind.priority
    elif rng.random() < 0.1:
        said["priority"] = "preventing_failure"
    return said


def _who(kind: Kind, rng: np.random.Generator) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if rng.random() < 0.3:
        said["team"] = [{"role": _ROLES.get(role, ROLES[role].title), "count": count} for role, count in kind.team]
    if kind.same_group and rng.random() < 0.8:
        said["mentee_group"] = str(rng.choice(_GROUPS))
    if rng.random() < 0.6:
        avoid = [reference_councils()[int(rng.integers(153))].la_code] if rng.random() < 0.2 else []
        same = bool(rng.random() < 0.9) if "mentee_group" in said else None
        region = str(rng.choice(["any", "inside", "outside"], p=[0.35, 0.4, 0.25]))
        said["preferences"] = {"region": region, "same_group": same, "avoid": avoid, "named_peer": None}
    return said


def _how(kind: Kind) -> dict[str, str]:
    """Where a council does not ask for it by itself: who did. What is left out means that the council asks."""
    if "council" in kind.origins:
        return {}
    return {"origin": "commissioned", "commissioned_by": "region"} if "commissioned" in kind.origins else {"origin": "adviser_offer"}


def _contact(rng: np.random.Generator) -> dict[str, str]:
    first, last = str(rng.choice(FIRST_NAMES)), str(rng.choice(LAST_NAMES))
    return {"name": f"{first} {last}", "email": f"{first}.{last}@example.org".lower()}


def cloud_event(data: Mapping[str, Any], event_id: str, **headers: bytes | None) -> Record:
    """A record of the binary mode, made by hand as an outsider would; `headers` replace those of CloudEvents (underscore for hyphen)."""
    pairs: dict[str, bytes | None] = {
        "ce_specversion": b"1.0",
        "ce_id": event_id.encode(),
        "ce_source": b"/sample/intake",
        "ce_type": TYPE.encode(),
        "ce_time": b"2026-01-05T09:00:00Z",
        "content-type": b"application/json",
    }
    pairs |= {name.replace("content_type", "content-type"): value for name, value in headers.items()}
    return str(data.get("reference", "")).encode(), json.dumps(data).encode(), list(pairs.items())


_LEFT_OUT = object()
BAD_CONTENT: dict[str, dict[str, Any]] = {
    "unknown_authority": {"authority": "Atlantis City Council"},
    "authority_in_wales": {"authority": "Cardiff"},
    "district": {"authority": "Ipswich Borough Council"},
    "ambiguous_authority": {"authority": "Kingston"},
    "abolished_authority": {"authority": "Cumbria County Council"},
    "no_authority": {"authority": _LEFT_OUT},
    "empty_authority": {"authority": ""},
    "authority_is_a_number": {"authority": 383},
    "no_reference": {"reference": _LEFT_OUT},
    "empty_reference": {"reference": ""},
    "reference_with_control_character": {"reference": "INT\u0000-2026"},
    "no_kind": {"kind": _LEFT_OUT},
    "unknown_kind": {"kind": "moral support"},
    "unknown_role": {"team": [{"role": "chief wizard", "count": 1}]},
    "nobody_in_team": {"team": [{"role": "DCS", "count": 0}]},
    "team_is_a_word": {"team": "a DCS"},
    "themes_are_a_word": {"themes": "SEND"},
    "unknown_group": {"mentee_group": "Monster Raving Loony"},
    "unknown_priority": {"priority": "because I say so"},
    "from_after_to": {"from": "2026-06-30", "to": "2026-02-01"},
    "no_such_day": {"from": "2026-02-31"},
    "negative_days": {"days": -4},
    "days_in_words": {"days": "four"},
    "days_not_halves": {"days": 1.3},
    "days_not_a_number": {"days": float("nan")},
    "revision_zero": {"revision": 0},
    "unknown_region_wish": {"preferences": {"region": "nearby"}},
    "unknown_council_to_avoid": {"preferences": {"avoid": ["Narnia"]}},
    "notes_too_long": {"notes": "a" * 5_000},
}
"""Fields that are wrong in a record that is otherwise right, by what is wrong."""

BAD_RECORDS: dict[str, Callable[[Record], Record]] = {
    "not_json": lambda r: (r[0], b"authority=Leeds", r[2]),
    "cut_off": lambda r: (r[0], (r[1] or b"")[:-20], r[2]),
    "a_list": lambda r: (r[0], b"[1, 2, 3]", r[2]),
    "a_word": lambda r: (r[0], b'"Leeds"', r[2]),
    "too_deep": lambda r: (r[0], b"[" * 20_000, r[2]),
    "body_not_utf8": lambda r: (r[0], b'{"reference": "\xff\xfe"}', r[2]),
    "empty_value": lambda r: (r[0], b"", r[2]),
    "null_value": lambda r: (r[0], None, r[2]),
    "no_key_and_null_value": lambda r: (None, None, r[2]),
    "oversized": lambda r: (r[0], b'{"notes": "' + b"a" * 300_000 + b'"}', r[2]),
    "no_headers": lambda r: (r[0], r[1], []),
    "null_header": lambda r: (r[0], r[1], [*r[2], ("ce_note", None)]),
    "null_id": lambda r: (r[0], r[1], _with(r[2], "ce_id", None)),
    "header_not_utf8": lambda r: (r[0], r[1], [*r[2], ("ce_note", b"\xff\xfe")]),
    "other_type": lambda r: (r[0], r[1], _with(r[2], "ce_type", b"org.example.lunch-ordered.v1")),
    "other_specversion": lambda r: (r[0], r[1], _with(r[2], "ce_specversion", b"0.3")),
    "no_such_time": lambda r: (r[0], r[1], _with(r[2], "ce_time", b"yesterday")),
    "structured_not_json": lambda r: (r[0], b"<event/>", [("content-type", b"application/cloudevents+json")]),
    "structured_without_data": lambda r: (r[0], b'{"specversion": "1.0"}', [("content-type", b"application/cloudevents+json")]),
}
"""What is wrong with a whole record, by what is wrong."""


def bad_requests(seed: int, count: int) -> Iterator[Record]:
    """`count` records, every sort of `BAD_CONTENT` and `BAD_RECORDS` in turn.

    None is right as it stands, but not every one deserves a refusal: an ambiguous authority is a question.
    """
    sorts = (*BAD_CONTENT, *BAD_RECORDS)
    for number, good in enumerate(requests(seed, count, date(2026, 1, 5))):
        good["authority"], good["reference"] = "383", f"BAD-{seed:02d}-{number + 1:05d}"
        yield spoiled(sorts[number % len(sorts)], good, f"bad-{seed}-{number + 1}")


def spoiled(sort: str, good: Mapping[str, Any], event_id: str) -> Record:
    """A record of good data, made bad in one way. Errors: KeyError for a sort that is in neither table."""
    if sort in BAD_CONTENT:
        return cloud_event({name: value for name, value in {**good, **BAD_CONTENT[sort]}.items() if value is not _LEFT_OUT}, event_id)
    return BAD_RECORDS[sort](cloud_event(good, event_id))


def _with(headers: list[tuple[str, bytes | None]], name: str, value: bytes | None) -> list[tuple[str, bytes | None]]:
    return [(key, value if key == name else old) for key, old in headers]
