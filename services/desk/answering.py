"""The last page of a new request: what was typed and what it would mean, line by line. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.desk import when, wording
from services.desk.asking import ONE_OUTSIDE, ROLE, Fields, lines, one, people
from services.vocabulary.parties import PARTIES
from services.vocabulary.roles import ROLES


@dataclass(frozen=True, slots=True)
class Answer:
    """A line of the last page: what it is called, what it says, and where it is changed."""

    title: str
    words: str
    step: str
    field: str


def answers(fields: Fields, meaning: Mapping[str, Any] | None, wished: str = "") -> list[Answer]:
    """What was typed, and what it would mean where something was left open; `meaning` as the service says it, None while it cannot.

    wished: what whoever the council wishes for is called.
    """
    host, kind = (meaning or {}).get("host"), one(fields, "kind")
    contact = [one(fields, f"contact_{part}") for part in ("name", "email", "telephone")]
    wishes = [
        words
        for words in (
            REGION_WISHES.get(one(fields, "region"), ""),
            SAME_GROUP.get(one(fields, "same_group"), ""),
            f"Not from {', '.join(lines(one(fields, 'avoid')))}" if one(fields, "avoid") else "",
        )
        if words
    ]
    by = one(fields, "commissioned_by") if one(fields, "origin") == "commissioned" else ""
    return [
        Answer("How it came about", wording.came_about(one(fields, "origin") or "council", by), "origin", "origin"),
        Answer("Council", wording.council(host) if host else one(fields, "authority"), "council", "authority"),
        Answer("Who to speak to", ", ".join(filter(None, contact)), "council", "contact_name"),
        Answer("Kind of support", wording.kind(kind) if kind else "", "kind", "kind"),
        Answer("Themes", wording.first_large(wording.themes(filter(None, fields.get("themes", ())))), "needs", "themes"),
        Answer("Priority", _priority(fields, meaning), "needs", "priority"),
        Answer("Notes", one(fields, "notes"), "needs", "notes"),
        Answer("People", _places(meaning), "people", f"{ROLE}{next(iter(ROLES))}"),
        Answer("Group of the councillor", PARTIES.get(one(fields, "mentee_group"), ""), "people", "mentee_group"),
        Answer("Wishes", "; ".join(wishes), "people", "region"),
        Answer("When", when.span(meaning["starts"], meaning["ends"]) if meaning else "", "dates", "from-day"),
        Answer("Days of each person", wording.day_count(meaning["days"]) if meaning else one(fields, "days"), "dates", "days"),
        Answer(
            "Cost to the council",
            wording.COST_BASES.get((meaning or {}).get("cost_basis") or one(fields, "cost_basis"), ""),
            "money",
            "cost_basis",
        ),
        Answer("Funder", wording.FUNDERS.get((meaning or {}).get("funder") or one(fields, "funder"), ""), "money", "funder"),
        Answer("Wished for", wished, "money", "who"),
    ]


def _priority(fields: Fields, meaning: Mapping[str, Any] | None) -> str:
    code = one(fields, "priority") or (meaning or {}).get("priority", "")
    return (wording.priority(code) or "No particular priority") if code else ""


def _places(meaning: Mapping[str, Any] | None) -> str:
    counted = Counter(place["role"] for place in (meaning or {}).get("places", ()))
    return wording.first_large(people(counted.items()))


REGION_WISHES = {
    "any": "From anywhere",
    "inside": "From their own region, if possible",
    "outside": "From another region, if possible",
    ONE_OUTSIDE: "Of a team, at least one from another region",
}
SAME_GROUP = {"yes": "Of the same political group, if possible", "no": "The political group does not matter"}
