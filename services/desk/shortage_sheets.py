"""What is short as tables: roles, themes, regions, months, and the people who would unblock most. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from services.desk import when, wording
from services.desk.sheets import Column, Sheet

Shortages = Mapping[str, Any]
"""What GET /shortages of the matcher answers."""
COUNTS = ("roles", "themes", "regions", "months")
_TITLES = {"roles": "Role", "themes": "Theme", "regions": "Region that asks", "months": "Month in which the work begins"}
_CAPTIONS = {
    "roles": "Which roles lack people", "themes": "What those who wait ask about", "regions": "Where they wait",
    "months": "When the work would begin",
}  # fmt: skip


def counted(found: Shortages, name: str) -> Sheet:
    """One of COUNTS: what lacks people, for how many requests and places; months in their order, the others by how many."""
    rows = [(wording.titled(each["title"]), each["requests"], each["places"]) for each in _in_order(found[name], name)]
    columns = (Column(_TITLES[name]), Column("Requests that wait", "count"), Column("Places", "count"))
    return Sheet(name, _CAPTIONS[name], columns, rows)


def _in_order(counts: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return sorted(counts, key=lambda each: str(each["code"])) if name == "months" else counts


def recruits(found: Shortages) -> Sheet:
    """The people to look for, who unblocks most first."""
    rows = [
        (
            wording.titled(each["title"]), ", ".join(each["regions"]) or "Any", wording.themes(each["themes"]), when.day(each["month"]),
            each["days"], len(each["requests"]), len(each["helps"]), each["words"],
        )
        for each in found["recruits"]
    ]  # fmt: skip
    columns = (
        Column("Role"), Column("From"), Column("Knows"), Column("Work begins from"), Column("Days", "days"),
        Column("Requests unblocked", "count"), Column("Requests helped", "count"), Column("In words"),
    )  # fmt: skip
    return Sheet("recruits", "People to look for", columns, rows)


def sheets(found: Shortages) -> dict[str, Sheet]:
    """Every table of the page, by name."""
    return {name: counted(found, name) for name in COUNTS} | {"recruits": recruits(found)}


def in_words(found: Shortages) -> str:
    """How much waits, in a sentence."""
    requests, places = found["unmet"], found["places"]
    return (
        f"{requests:,} {'request has' if requests == 1 else 'requests have'} {places:,} {'place' if places == 1 else 'places'} "
        "that nobody on the register can fill now."
    )


def alike(recruits: Sequence[Mapping[str, Any]]) -> list[tuple[Mapping[str, Any], int]]:
    """Each profile once, for the same requests, and how many such people are to be looked for."""
    counts = Counter((each["words"], *each["requests"], *each["helps"]) for each in recruits)
    first = {(each["words"], *each["requests"], *each["helps"]): each for each in reversed(recruits)}
    return [(first[key], count) for key, count in counts.items()]


def held_back(recruit: Mapping[str, Any]) -> list[str]:
    """Who is on the register in the role and left out, by what could be changed without a recruit, the most first."""
    found = sorted(recruit["held_back"].items(), key=lambda each: -each[1])
    return [f"{count:,} {wording.left_out(rule)}" for rule, count in found if count]
