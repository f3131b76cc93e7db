"""How rows about what lasts from a day to a day are understood, and what is said of councils that are no more."""

import pytest

from services.registry import rows
from services.registry.register import DATED, Kind
from services.registry.rows import Fault
from tests.unit.registry.test_rows import COUNCILS

GOOD: dict[Kind, dict[str, str]] = {
    "accreditations": {"peer": "p1", "from": "2026-01-01", "to": ""},
    "training": {"peer": "p1", "training": "team-leading", "from": "2026-01-01", "to": "2028-12-31"},
    "interests": {"peer": "p1", "council": "Leeds City Council", "from": "2026-01-01", "to": "2026-12-31"},
    "absences": {"peer": "p1", "from": "2026-08-01", "to": "2026-08-31"},
    "releases": {"peer": "p1", "from": "2026-04-01", "to": "2027-03-31"},
    "evidence": {"peer": "p1", "theme": "SEND", "level": "Has led it", "from": "2024-01-01", "to": ""},
    "feedback": {"peer": "p1", "match": "m-1", "council": "Leeds", "rating": "4", "on": "2026-03-01"},
    "inspections": {
        "council": "Leeds",
        "start": "2022-03-01",
        "published": "2022-05-09",
        "judgement": "RI",
        "area": "looked after children",
    },
    "interventions": {"council": "Leeds", "state": "Improvement notice", "from": "2024-02-01", "to": ""},
}


def faults(kind: Kind, /, **cells: str) -> list[Fault]:
    found = rows.read(kind, {**GOOD[kind], **{name.rstrip("_"): cell for name, cell in cells.items()}}, COUNCILS)
    return found if isinstance(found, list) else []


@pytest.mark.parametrize("kind", DATED)
def test_a_good_row_is_understood_and_written_back_in_the_same_columns(kind: Kind) -> None:
    found = rows.read(kind, GOOD[kind], COUNCILS)
    assert isinstance(found, DATED[kind])
    again = rows.read(kind, dict(zip(found.columns, found.cells(), strict=True)), COUNCILS)
    assert again == found


@pytest.mark.parametrize(
    ("kind", "cells", "column", "rule"),
    [
        ("accreditations", {"from_": ""}, "from", "missing"),
        ("accreditations", {"to": "2025-12-31"}, "to", "ends_before_start"),
        ("interests", {"council": "Atlantis"}, "council", "unknown_council"),
        ("absences", {"to": ""}, "to", "missing"),
        ("absences", {"from_": "2026-02-30"}, "from", "date"),
        ("releases", {"peer": "two words"}, "peer", "identifier"),
        ("training", {"training": ""}, "training", "missing"),
        ("evidence", {"theme": "gardening"}, "theme", "unknown_theme"),
        ("evidence", {"level": "wizard"}, "level", "unknown_level_of_evidence"),
        ("feedback", {"rating": "6"}, "rating", "rating"),
        ("feedback", {"rating": "4.5"}, "rating", "rating"),
        ("feedback", {"on": "2026-02-30"}, "on", "date"),
        ("feedback", {"council": "Atlantis"}, "council", "unknown_council"),
        ("inspections", {"published": "2022-02-01"}, "published", "ends_before_start"),
        ("inspections", {"judgement": "splendid"}, "judgement", "unknown_judgement"),
        ("inspections", {"area": "the canteen"}, "area", "unknown_area_of_an_inspection"),
        ("interventions", {"state": "friendly chat"}, "state", "unknown_state_of_intervention"),
    ],
)
def test_a_bad_cell_is_named_with_its_rule(kind: Kind, cells: dict[str, str], column: str, rule: str) -> None:
    (fault,) = faults(kind, **cells)
    assert (fault.column, fault.rule) == (column, rule)


@pytest.mark.parametrize(
    ("name", "ended"),
    [
        ("Cumbria County Council", "county council abolished 2023"),
        ("Cumbria", "county council abolished 2023"),
        ("909", "former code of Cumbria"),
    ],
)
def test_a_council_that_is_no_more_is_told_with_what_succeeded_it(name: str, ended: str) -> None:
    (fault,) = faults("inspections", council=name)
    assert fault.reason == f"This council is no more ({ended})."
    assert fault.remedy == "Write the code of what succeeded it: 942 (Cumberland) or 943 (Westmorland and Furness)."
