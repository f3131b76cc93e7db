"""docs/importing.md names every column and every word that a file may use."""

import re
from pathlib import Path

import pytest

from services.registry.register import ENTRIES, Kind
from services.vocabulary import words
from services.vocabulary.councils import COUNCIL_TYPES, REGIONS

PAGE = (Path(__file__).parents[3] / "docs" / "importing.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("kind", ENTRIES)
def test_the_page_names_the_columns_of_a_file_in_their_order_and_which_are_required(kind: Kind) -> None:
    rows = re.findall(r"^\| `([a-z_]+)` \| (required)? ?\|", section(f"{kind}.csv"), re.MULTILINE)
    assert tuple(column for column, _ in rows) == ENTRIES[kind].columns
    assert {column for column, required in rows if not required} == ENTRIES[kind].optional


def test_the_page_names_every_role_theme_and_party() -> None:
    listed = re.findall(r"^\| `([a-z_]+)` \|", section("Words"), re.MULTILINE)
    assert listed == [*words.ROLES, *words.THEMES, *words.PARTIES]


def test_the_page_names_every_region_and_type_of_council() -> None:
    text = section("councils.csv")
    assert ", ".join(REGIONS) in text
    assert ", ".join(f"`{kind}`" for kind in COUNCIL_TYPES) in text
