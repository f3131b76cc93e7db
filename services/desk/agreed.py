"""What was agreed by telephone, step by step: what is typed on each page, the arrangement that it makes, who has agreed. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.desk import when, wording
from services.desk.asking import Fields, Step, date_of, number, one
from services.vocabulary.roles import ROLES

MOST = 12
"""People in one arrangement."""
_DAY = ("-day", "-month", "-year")
DAYS = {"from": "the first day of the work", "to": "the last day of the work", "agreed_on": "the day on which it was agreed"}
_ROWS = range(1, MOST + 1)
_OF_EACH = ("peer", "employer")
STEPS = (
    Step("what", "What was agreed?", ("authority", "kind", *(name + part for name in DAYS for part in _DAY))),
    Step("people", "Who will help?", tuple(f"{name}.{n}" for n in _ROWS for name in ("peer", "role", "days"))),
    Step("consents", "Who has agreed?", ()),
)


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody who will help: the row of the page, the peer, the role, the days as they were typed."""

    row: int
    peer: str
    role: str
    days: str


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who must agree, and the stem of the names of their fields."""

    party: str
    peer: str | None
    stem: str


def step_at(name: str) -> Step | None:
    """The step of this name."""
    return next((step for step in STEPS if step.name == name), None)


def neighbours(name: str) -> tuple[str, str]:
    """The names of the step before and of what follows; "" before the first, "check" after the last."""
    names = [step.name for step in STEPS]
    at = names.index(name) if name in names else len(names)
    return names[at - 1] if at else "", names[at + 1] if at + 1 < len(names) else "check"


def question(fields: Fields) -> dict[str, Any]:
    """As much of it as a request has too, for the service that opens requests to look at: not its dates, which may lie behind."""
    data = {"reference": "-", "authority": one(fields, "authority"), "kind": one(fields, "kind")}
    return {name: value for name, value in data.items() if value}


def day(fields: Fields, name: str) -> str:
    """A date of three fields."""
    return date_of(*(one(fields, name + part) for part in _DAY))


def lines(fields: Fields) -> list[Line]:
    """Who will help."""
    return [Line(n, peer, one(fields, f"role.{n}"), one(fields, f"days.{n}")) for n in _ROWS if (peer := one(fields, f"peer.{n}"))]


def added(fields: Fields, peer: str, role: str) -> dict[str, list[str]] | None:
    """The fields of the first free row, with a peer in it; None when no row is free. Who is there already stays as they are."""
    if any(line.peer == peer for line in lines(fields)):
        return {}
    free = next((n for n in _ROWS if not one(fields, f"peer.{n}")), None)
    return None if free is None else {f"peer.{free}": [peer], f"role.{free}": [role if role in ROLES else ""], f"days.{free}": []}


def removed(row: str) -> dict[str, list[str]]:
    """The fields of a row, emptied; none for what is no row."""
    if not row.isdigit() or int(row) not in _ROWS:
        return {}
    told = [name for party in _OF_EACH for name in _fields_of(f"{party}.{row}")]  # what one person has agreed to, nobody else has
    return {name: [] for name in (*(f"{name}.{row}" for name in ("peer", "role", "days")), *told)}


def people_wrong(found: Sequence[Line]) -> list[tuple[str, str]]:
    """What is still missing of those who will help, by field."""
    wrong = [] if found else [("name", "Find whoever will help, and add them.")]
    for line in found:
        if line.role not in ROLES:
            wrong.append((f"role.{line.row}", "Select in which role they help."))
        days = number(line.days)
        if isinstance(days, str) or not 0 < days <= 200 or days * 2 != int(days * 2):
            wrong.append((f"days.{line.row}", "Enter how many days they give, in whole or half days, for example 4 or 2.5."))
    return wrong


def team(found: Iterable[Line]) -> list[dict[str, Any]]:
    """Who will help, as the matcher takes it."""
    return [{"role": line.role, "peer": line.peer, "days": number(line.days)} for line in found]


def parties(said: Iterable[Mapping[str, Any]], found: Iterable[Line]) -> list[Party]:
    """Who must agree, as the matcher says."""
    rows = {line.peer: line.row for line in found}
    return [Party(each["party"], each["peer"], f"{each['party']}.{rows.get(each['peer'], 0)}") for each in said]


def consent_fields(names: Iterable[str]) -> tuple[str, ...]:
    """The fields that say who has agreed, how and when, of a page that has fields of these names: what is not ticked is not sent."""
    return tuple(name for sent in names if sent.startswith("how.") for name in _fields_of(sent.removeprefix("how.")))


def _fields_of(stem: str) -> tuple[str, ...]:
    return f"yes.{stem}", f"how.{stem}", *(f"on.{stem}{part}" for part in _DAY)


def agreements(fields: Fields, who: Iterable[Party]) -> list[dict[str, Any]]:
    """Who has agreed: on the day that was typed, else on the day of the whole."""
    return [
        {
            "party": each.party,
            "peer": each.peer,
            "agreed_on": day(fields, f"on.{each.stem}") or day(fields, "agreed_on"),
            "channel": one(fields, f"how.{each.stem}") or "telephone",
        }
        for each in who
        if one(fields, f"yes.{each.stem}")
    ]


def days_wrong(fields: Fields) -> list[tuple[str, str]]:
    """What is wrong with the dates of the whole, by field."""
    wrong = []
    for name, words in DAYS.items():
        if day_wrong(day(fields, name)):
            wrong.append((f"{name}-day", f"Enter {words}, for example 19 11 2026."))
    if not wrong and day(fields, "to") < day(fields, "from"):
        wrong.append(("to-day", "The last day must not be before the first."))
    return wrong


def day_wrong(text: str) -> bool:
    """True for what is typed as a date and is none."""
    try:
        when.day(text)
    except ValueError:
        return True
    return False


def party_words(each: Party, names: Mapping[str, str]) -> str:
    """Who must agree, for a person."""
    return wording.party(each.party) + (f", {names.get(each.peer, each.peer)}" if each.peer else "")
