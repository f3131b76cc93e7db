"""What the register says of a peer or a council as tables, in words. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.desk import when, wording
from services.desk.case import Case
from services.desk.sheets import Cell, Column, Sheet
from services.vocabulary.councils import council_regions, land_borders, statistical_neighbours

ELSEWHERE = "A council of another region"
_DATED = {
    "accreditations": "Accredited for visits with peer teams",
    "training": "Training",
    "evidence": "Knows a theme",
    "interests": "Interest in a council",
    "absences": "Away",
    "releases": "Released by the employer",
}
Told = Mapping[str, Any]


def found(peers: Sequence[Told]) -> Sheet:
    """Peers as a search has found them."""
    columns = (Column("Name"), Column("Number"), Column("Council"), Column("Region"), Column("Roles"), Column("Themes"), Column("Active"))
    rows = [
        (p["name"], p["peer"], wording.council(p["council"]), p["region"], roles(p), wording.themes(p["themes"]), _yes(p["active"]))
        for p in peers
    ]
    return Sheet("found", "Peers found", columns, rows)


def roles(peer: Told) -> str:
    """The roles that a peer holds now or will hold, each with its council when that is not the peer's own."""
    return ", ".join(
        wording.role(post["role"]) + ("" if post["council"] == peer["council"] else f" at {wording.council(post['council'])}")
        for post in peer["posts"]
    )


def posts(peer: Told) -> Sheet:
    """The roles that a peer has held, holds and will hold, the latest first."""
    ordered = sorted(peer["posts"], key=lambda post: post["from"], reverse=True)
    rows = [
        (wording.first_large(wording.role(p["role"])), wording.council(p["council"]), when.day(p["from"]), _until(p["to"])) for p in ordered
    ]
    return Sheet("posts", "Roles, the latest first", (Column("Role"), Column("Council"), Column("From"), Column("To")), rows)


def offers(accounts: Sequence[Told]) -> Sheet:
    """Days that are made available, and what is left of them; the latest first."""
    columns = (
        Column("Starts"), Column("Days offered", "days"), Column("Set aside", "days"), Column("Placed", "days"),
        Column("Free", "days"), Column("For"),
    )  # fmt: skip
    ordered = sorted(accounts, key=lambda account: account["from"], reverse=True)
    rows = [
        (
            when.span(a["from"], a["to"]),
            a["days"],
            a["held"],
            a["placed"],
            a["free"],
            ", ".join(map(wording.kind, a["kinds"])) or "any kind",
        )
        for a in ordered
    ]
    return Sheet("offers", "Days for work that starts in this time", columns, rows)


def work(pieces: Sequence[Told], hosts: Mapping[str, tuple[str, str]], names: Mapping[str, str] | None = None) -> Sheet:
    """What is held and placed. hosts: of requests that the reader may see, which council asks and for what, in words; names: of the
    peers, where they are shown."""
    columns = [Column("Work begins"), Column("For"), Column("Kind"), Column("Role"), Column("Days", "days"), Column("Standing")]
    if names is not None:
        columns.insert(1, Column("Who"))
    rows: list[tuple[Cell, ...]] = []
    for piece in pieces:
        role = wording.first_large(wording.role(piece["role"]))
        row: list[Cell] = [when.day(piece["from"]), *hosts.get(piece["request"], (ELSEWHERE, "–")), role, piece["days"], _standing(piece)]
        if names is not None:
            row.insert(1, names.get(piece["peer"], piece["peer"]))
        rows.append(tuple(row))
    return Sheet("work", "Days set aside and placed, the latest first", tuple(columns), rows)


def feedback(peer: Told, regions: Sequence[str] | None) -> Sheet:
    """What councils made of a peer's part in the work of teams; of other regions' councils no name."""
    columns = (Column("Given on"), Column("By"), Column("Rating, of 5", "count"))
    ordered = sorted(peer["feedback"], key=lambda one: one["on"], reverse=True)
    return Sheet(
        "feedback",
        "After the work of teams, the latest first",
        columns,
        [(when.day(f["on"]), host(f["council"], regions), f["rating"]) for f in ordered],
    )


def dated(peer: Told) -> Sheet:
    """Accreditations, training, evidence, interests, absences and releases."""
    columns = (Column("What"), Column("Which"), Column("From"), Column("To"))
    rows: list[tuple[Cell, ...]] = [
        (title, _item(kind, one), when.day(one["from"]), _until(one["to"]))
        for kind, title in _DATED.items()
        for one in sorted(peer[kind], key=lambda each: str(each["from"]), reverse=True)
    ]
    return Sheet("more", "Accreditation, training, interests and absences", columns, rows)


def council_peers(peers: Sequence[Told]) -> Sheet:
    """Peers of a council by role; who holds two stands twice, who holds none stands last."""
    rows: list[tuple[Cell, ...]] = []
    for peer in peers:
        held = sorted({wording.role(post["role"]) for post in peer["posts"]}) or ["no role now"]
        rows += [(wording.first_large(role), peer["name"], wording.themes(peer["themes"]), _yes(peer["active"])) for role in held]
    rows.sort(key=lambda row: (row[0] == "No role now", row[0], row[1]))
    return Sheet("peers", "Everybody by the role held now", (Column("Role"), Column("Name"), Column("Themes"), Column("Active")), rows)


def neighbours(la_code: str) -> Sheet:
    """The councils that are statistically nearest, the nearest first, then those that share a border and are not among them."""
    near, beside = statistical_neighbours().get(la_code, ()), land_borders().get(la_code, frozenset())
    others = sorted(beside - set(near), key=wording.council)
    rows = [
        (wording.council(code), council_regions().get(code, "–"), f"{at}" if at else "–", _yes(code in beside))
        for at, code in [*enumerate(near, 1), *((0, code) for code in others)]
    ]
    columns = (Column("Council"), Column("Region"), Column("Nearness"), Column("Shares a border"))
    return Sheet("neighbours", "The nearest by their statistics, then others that share a border", columns, rows)


def inspections(council: Told) -> Sheet:
    """Inspections and stages of intervention, the latest first."""
    rows: list[tuple[Cell, ...]] = [
        (when.day(one["from"]), "Inspection", wording.plain(one["value"]) if one["value"] else "no judgement yet", _reported(one["to"]))
        for one in council["inspections"]
    ]
    ordered = [(one["from"], row) for one, row in zip(council["inspections"], rows, strict=True)]
    ordered += [
        (one["from"], (when.day(one["from"]), "Intervention", wording.plain(one["item"]), _until(one["to"])))
        for one in council["interventions"]
    ]
    columns = (Column("Began"), Column("What"), Column("Outcome"), Column("Ended or published"))
    return Sheet("inspections", "The latest first", columns, [row for _, row in sorted(ordered, key=lambda each: each[0], reverse=True)])


def received(cases: Sequence[Case]) -> Sheet:
    """Support that a council has received or will: the days of all places together."""
    columns = (Column("When"), Column("Kind"), Column("Days", "days"), Column("Standing"))
    rows = [
        (
            when.span(case.starts, case.ends) if case.starts and case.ends else "–",
            wording.kind(case.kind), sum(line.days for line in case.lines), wording.STATES.get(case.state, case.state),
        )
        for case in cases
    ]  # fmt: skip
    return Sheet("received", "Support placed, the latest first", columns, rows)


def host(la_code: str, regions: Sequence[str] | None) -> str:
    """A council that was helped, for somebody of these regions (None: all)."""
    return wording.council(la_code) if regions is None or council_regions().get(la_code) in regions else ELSEWHERE


def _item(kind: str, one: Told) -> str:
    if kind == "interests":
        return wording.council(one["item"])
    if kind == "evidence":
        return f"{wording.themes([one['item']])}: {wording.plain(one['value'] or '').lower()}"
    return wording.plain(one["item"]) if one["item"] else "–"


def _standing(piece: Told) -> str:
    return "Placed" if piece["state"] == "placed" else "Set aside"


def _until(day: str | None) -> str:
    return when.day(day) if day else "no end"


def _reported(day: str | None) -> str:
    return when.day(day) if day else "not published"


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
