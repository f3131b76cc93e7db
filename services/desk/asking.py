"""A request on a council's behalf, step by step: what is typed, the request that it makes, and problems in the words of a page. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.desk import doubts, wording
from services.vocabulary.councils import reference_councils
from services.vocabulary.kinds import KINDS, Kind
from services.vocabulary.listing import listed
from services.vocabulary.roles import ROLES

Fields = Mapping[str, Sequence[str]]
"""What was typed, by the name of its field; several values of what can be chosen several times."""
ROLE = "role."
"""With a role's code after it: how many people in that role."""
NAMED = "named_peer"
"""The number of whoever the council wishes for."""


@dataclass(frozen=True, slots=True)
class Step:
    """A page of the way: its name in the address, its heading, and its fields in their order."""

    name: str
    title: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """A kind of support to choose from, and what it means where a request leaves something open."""

    code: str
    title: str
    usual: str


STEPS = (
    Step("origin", "How did this come about?", ("origin", "commissioned_by")),
    Step("council", "Which council is it for?", ("authority", "contact_name", "contact_email", "contact_telephone")),
    Step("kind", "What kind of support?", ("kind",)),
    Step("needs", "What is it about?", ("themes", "priority", "notes")),
    Step("people", "Who could help?", (*(ROLE + code for code in ROLES), "mentee_group", "same_group", "region", "avoid")),
    Step("dates", "When, and how much?", ("from-day", "from-month", "from-year", "to-day", "to-month", "to-year", "days")),
    Step("money", "Who pays, and is somebody wished for?", ("cost_basis", "funder", NAMED)),
)
_BY_NAME = {step.name: at for at, step in enumerate(STEPS)}
_HOME = {
    "origin": "origin",
    "commissioned_by": "commissioned_by",
    "authority": "authority",
    "contact.name": "contact_name",
    "contact.email": "contact_email",
    "contact.telephone": "contact_telephone",
    "kind": "kind",
    "priority": "priority",
    "notes": "notes",
    "mentee_group": "mentee_group",
    "preferences.same_group": "same_group",
    "preferences.region": "region",
    "preferences.one_outside_region": "region",
    "preferences.avoid": "avoid",
    "preferences.named_peer": NAMED,
    "cost_basis": "cost_basis",
    "funder": "funder",
    "from": "from-day",
    "to": "to-day",
    "days": "days",
    "themes": "themes",
    "team": f"{ROLE}{next(iter(ROLES))}",
}
"""Where the fields of a request stand on the pages."""
_ELSEWHERE = {("origin", "origin_of_kind"): "kind"}
"""What is said where it is chosen, though it is about another field."""
_WORDS = {
    ("commissioned_by", "missing"): "Select who commissions it.",
    ("origin", "origin_of_kind"): "This kind of support does not come about like that. Choose another, or change how it came about.",
    ("authority", "missing"): "Enter which council it is for.",
    ("authority", "unknown"): "This is no English council with children’s services that we know. Check its name.",
    ("kind", "missing"): "Select a kind of support.",
    ("from", "not_a_date"): "The first day must be a real date, for example 1 12 2026.",
    ("to", "not_a_date"): "The last day must be a real date, for example 31 5 2027.",
    ("to", "before_from"): "The last day must not be before the first.",
    ("to", "past"): "The last day must lie ahead.",
    ("from", "past"): "Work of this kind from this day on would have ended. Enter a first day that lies ahead.",
    ("days", "step"): "Days must be whole or half days, for example 4 or 2.5.",
    ("days", "not_a_number"): "Days must be a number, for example 4 or 2.5.",
    ("notes", "too_long"): "Notes must be 4,000 characters or fewer.",
}
"""What is said on a page where the service's own sentence speaks to a program."""


def kinds_offered() -> list[Offered]:
    """The kinds of support that may be asked for, in their order."""
    return [Offered(kind.code, wording.kind(kind.code), _usual(kind)) for kind in KINDS.values()]


def councils_offered(regions: Collection[str] | None) -> list[str]:
    """Names of councils to choose from: those of these regions, None for all."""
    return sorted(council.name for council in reference_councils() if regions is None or council.region in regions)


def people_of(kind: str) -> str:
    """Who helps with a kind of support unless somebody else is asked for; "" for a kind that we do not know."""
    return people(KINDS[kind].team) if kind in KINDS else ""


def _usual(kind: Kind) -> str:
    alone = "" if "council" in kind.origins else "A council does not ask for it by itself. "
    return f"{alone}Usually {people(kind.team)}, {wording.day_count(kind.days)} each."


def people(team: Iterable[tuple[str, int]]) -> str:
    """How many in which role, in words."""
    return ", ".join(f"{count} {wording.role(role)}" if count > 1 else wording.role(role) for role, count in team)


def step_at(name: str) -> Step | None:
    """The step of this name."""
    return STEPS[_BY_NAME[name]] if name in _BY_NAME else None


def after(step: Step) -> str:
    """The name of what follows on a step."""
    at = _BY_NAME[step.name] + 1
    return STEPS[at].name if at < len(STEPS) else "check"


def before(name: str) -> str:
    """The name of the step before this one, or before the last page; "" before the first."""
    at = _BY_NAME.get(name, len(STEPS)) - 1
    return STEPS[at].name if at >= 0 else ""


def event(fields: Fields, reference: str) -> tuple[dict[str, Any], dict[str, str]]:
    """The request as the intake event has it, and where those of its fields stand on the pages that have no place of their own.

    What cannot be read is passed on as it was typed: the service says what is wrong with it.
    """
    data: dict[str, Any] = {"reference": reference}
    home: dict[str, str] = {}
    for name in ("origin", "authority", "kind", "priority", "notes", "mentee_group", "cost_basis", "funder"):
        if value := one(fields, name):
            data[name] = value
    if data.get("origin") == "commissioned" and (by := one(fields, "commissioned_by")):
        data["commissioned_by"] = by
    contact = {name: value for name in ("name", "email", "telephone") if (value := one(fields, f"contact_{name}"))}
    if contact:
        data["contact"] = contact
    if themes := [theme for theme in fields.get("themes", ()) if theme]:
        data["themes"] = themes
    if team := _team(fields, home):
        data["team"] = team
    for name in ("from", "to"):
        if day := date_of(*(one(fields, f"{name}-{part}") for part in ("day", "month", "year"))):
            data[name] = day
    if days := one(fields, "days"):
        data["days"] = number(days)
    if wishes := _wishes(fields):
        data["preferences"] = wishes
    return data, home


def _team(fields: Fields, home: dict[str, str]) -> list[dict[str, Any]]:
    team: list[dict[str, Any]] = []
    for code in ROLES:
        if (count := one(fields, ROLE + code)) not in ("", "0"):
            home[f"team.{len(team)}"] = ROLE + code
            team.append({"role": code, "count": number(count)})
    return team


ONE_OUTSIDE = "one_outside"
"""The choice of region that is a wish of its own."""


def _wishes(fields: Fields) -> dict[str, Any]:
    wishes: dict[str, Any] = {}
    region = one(fields, "region")
    if region == ONE_OUTSIDE:
        wishes["one_outside_region"] = True
    elif region:
        wishes["region"] = region
    if same := one(fields, "same_group"):
        wishes["same_group"] = same == "yes"
    if avoid := lines(one(fields, "avoid")):
        wishes["avoid"] = avoid
    if named := one(fields, NAMED):
        wishes[NAMED] = named
    return wishes


def lines(text: str) -> list[str]:
    """What stands on lines of their own, or between commas."""
    return [line.strip() for line in text.replace(",", "\n").splitlines() if line.strip()]


def faults(problems: Iterable[Mapping[str, Any]], home: Mapping[str, str]) -> list[tuple[str, str]]:
    """(field of a page, what is wrong and what to do), each problem once. home: as `event` gave it."""
    found: dict[tuple[str, str], None] = {}
    for problem in problems:
        path, rule = str(problem["field"]), str(problem["rule"])
        if path == "reference":
            continue
        words = _WORDS.get((path, rule)) or f"{problem['reason']} {problem['remedy']}".strip()
        found[_ELSEWHERE.get((path, rule)) or field_of(path, home), words] = None
    return list(found)


def field_of(path: str, home: Mapping[str, str]) -> str:
    """Where a field of the request stands on the pages."""
    short = path
    while short:
        if short in home or short in _HOME:
            return home.get(short) or _HOME[short]
        short = short.rpartition(".")[0]
    return "authority"


def step_of(field: str) -> Step:
    """The step that a field stands on."""
    return next((step for step in STEPS if field in step.fields), STEPS[0])


def unclear(doubt: Mapping[str, Any], home: Mapping[str, str]) -> tuple[str, str]:
    """The field of a page that may mean one of several things, and what is said of it. home: as `event` gave it."""
    which = listed([doubts.meant(doubt["field"], code) for code in doubt["candidates"]], "or")
    return field_of(doubt["field"], home), f"This could be {which}. Write which."


def one(fields: Fields, name: str) -> str:
    """The value of a field; "" for one that was left empty."""
    values = fields.get(name) or ("",)
    return values[-1]


def date_of(day: str, month: str, year: str) -> str:
    """A date as programs write it; what is no date stays no date; "" when nothing was typed."""
    if not (day or month or year):
        return ""
    if day.isdigit() and month.isdigit() and year.isdigit():
        return f"{year:0>4}-{month:0>2}-{day:0>2}"
    return f"{year}-{month}-{day}"


def number(text: str) -> float | int | str:
    """A number that was typed; the text where it is none, or none that anybody means."""
    try:
        found = float(text)
    except ValueError:
        return text
    if found != found or abs(found) > 1e6:
        return text
    return int(found) if found.is_integer() else found
