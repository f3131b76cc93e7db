"""The 153 English councils with children's services, their statistical neighbours and land borders, read once from the tables beside."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from services.vocabulary.tables import rows, several

REGIONS = (
    "East Midlands",
    "East of England",
    "London",
    "North East",
    "North West",
    "South East",
    "South West",
    "West Midlands",
    "Yorkshire and The Humber",
)
COUNCIL_TYPES = ("county", "unitary", "metropolitan", "london_borough", "city_corporation")
PARTNER = "partner_organisation"
"""The type of a body that is no council and gives help: a scrutiny centre, a charity, a pool of paid associates. See is_partner."""


@dataclass(frozen=True, slots=True)
class Council:
    """A council by its DfE three-digit code. `linked` holds the codes of councils that share a trust, a company or a director with it."""

    la_code: str
    gss_code: str
    name: str
    official_name: str
    region: str
    type: str
    aliases: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotACouncil:
    """A word that is no council with children's services, or could be several. `candidates` are the la_codes to choose from."""

    word: str
    candidates: tuple[str, ...]
    why: str


@cache
def reference_councils() -> tuple[Council, ...]:
    """All 153, by la_code. Sources and licences: SOURCES.md beside the table."""
    return tuple(
        Council(
            la_code=row["la_code"],
            gss_code=row["gss_code"],
            name=row["name"],
            official_name=row["official_name"],
            region=row["region"],
            type=row["type"],
            aliases=several(row["aliases"]),
            linked=several(row["linked"]),
        )
        for row in rows("councils.csv")
    )


@cache
def council_regions() -> Mapping[str, str]:
    """The region of each council, by its three-digit code."""
    return {council.la_code: council.region for council in reference_councils()}


def is_partner(code: str) -> bool:
    """Whether a code is that of a partner organisation: DfE's codes of councils begin at 201."""
    return code.startswith("0")


@cache
def _names() -> Mapping[str, str]:
    return {council.la_code: council.name for council in reference_councils()}


def council_name(code: str) -> str:
    """What a council is called; a code that is not one of the 153 is itself."""
    return _names().get(code, code)


@cache
def not_councils() -> tuple[NotACouncil, ...]:
    """Districts, abolished councils, areas, places and councils of other nations, each with the English councils it may stand for."""
    return tuple(NotACouncil(row["word"], several(row["candidates"]), row["why"]) for row in rows("not_councils.csv"))


@cache
def statistical_neighbours() -> Mapping[str, tuple[str, ...]]:
    """By la_code the ten most similar councils, nearest first. Not symmetric. Source: DfE, May 2025."""
    nearest: dict[str, list[str]] = {}
    for row in rows("neighbours.csv"):
        nearest.setdefault(row["la_code"], []).append(row["neighbour"])
    return MappingProxyType({la_code: tuple(codes) for la_code, codes in nearest.items()})


@cache
def land_borders() -> Mapping[str, frozenset[str]]:
    """By la_code the councils that share a land border with it; symmetric, islands are absent. Source: ONS boundaries of 2023."""
    beside: dict[str, set[str]] = {}
    for row in rows("borders.csv"):
        beside.setdefault(row["la_code_a"], set()).add(row["la_code_b"])
        beside.setdefault(row["la_code_b"], set()).add(row["la_code_a"])
    return MappingProxyType({la_code: frozenset(codes) for la_code, codes in beside.items()})
