"""The matcher's ledger of spread as tables, charts and sentences: councils, regions, months, peers. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.desk import charts, wording
from services.desk.charts import Chart, Legend
from services.desk.sheets import Column, Sheet
from services.vocabulary.councils import REGIONS, council_regions, is_partner

Ledger = Mapping[str, Any]
"""What GET /spread of the matcher answers."""
GIVING = (Column("Places given", "count"), Column("Days given", "days"), Column("Days offered", "days"), Column("Share of offer", "share"))
STEPS = 20
_PARTNER = "Partner organisation"
_EVEN = (Column("Ten busiest", "share"), Column("Gini", "index"), Column("Gave nothing", "count"))


@dataclass(frozen=True, slots=True)
class Figure:
    """A number at the top of the page, what it is, and a line beneath it."""

    number: str
    words: str
    beneath: str


@dataclass(frozen=True, slots=True)
class Length:
    """A row of a table as a bar beside its words; step: 0 to 20, or least, the widths that the style sheet knows."""

    words: str
    number: str
    step: int | str


def lengths(sheet: Sheet, column: int) -> list[Length]:
    """A column as bars, the largest as long as there is room."""
    values = [float(row[column] or 0) for row in sheet.rows]
    most = max(values, default=0) or 1.0
    return [
        Length(str(row[0]), sheet.columns[column].shown(row[column]), round(STEPS * value / most) or ("least" if value else 0))
        for row, value in zip(sheet.rows, values, strict=True)
    ]


def figures(ledger: Ledger) -> list[Figure]:
    """The ten busiest, the Gini, the unused, the fit: each beside what always taking the best fit would have come to."""
    now, best = ledger["evenness"], ledger["best_fit"]
    then = best["evenness"]
    always = "if the best fit had always been chosen"
    return [
        Figure(f"{now['ten_busiest']:.0%}", "of places filled by the ten busiest councils", f"{then['ten_busiest']:.0%} {always}"),
        Figure(f"{now['gini']:.2f}", "Gini: 0 when all give the same, near 1 when one gives all", f"{then['gini']:.2f} {always}"),
        Figure(f"{now['unused']:,}", f"willing {_councils(now['unused'])} gave nothing", f"{then['unused']:,} {always}"),
        Figure(f"{best['fit_kept']:.1%}", "of the best fit was kept", f"over the {best['compared']:,} places where it can be compared"),
    ]


def in_words(ledger: Ledger) -> str:
    """How much was given and by how many, in a sentence."""
    gave = sum(council["given"] > 0 for council in ledger["councils"])
    places, asked = _many(ledger["evenness"]["places"], "place"), _many(ledger["requests"], "request")
    return f"{places} of {asked}, {ledger['days']:,g} days in all, given by {gave:,} {_councils(gave)}."


def councils(ledger: Ledger) -> Sheet:
    """Every willing council and whoever gave or received, the busiest first; partner organisations that gave stand among them."""
    rows = [
        (wording.council(each["owner"]), _where(each["owner"]), *_giving(each), each["received"], each["balance"])
        for each in ledger["councils"]
    ]
    columns = (Column("Council"), Column("Region"), *GIVING, Column("Places received", "count"), Column("Balance", "count"))
    return Sheet("councils", "Councils, the busiest first", columns, rows)


def council_charts(ledger: Ledger) -> list[Chart]:
    """Councils in the order of what they gave; and in the same order, what that was of what they had offered."""
    councils = [each for each in ledger["councils"] if not is_partner(each["owner"])]
    given, used = [each["given"] for each in councils], [_share(each) or 0.0 for each in councils]
    equal = sum(given) / max(1, len(given))
    scale, parts = charts.whole(charts.from_zero(given)), charts.from_zero([*used, 0.04])
    busiest = f"{wording.council(councils[0]['owner'])} gave most, {given[0]:,}; " if any(given) else ""
    ends = ("Busiest council", "Least busy")
    return [
        Chart(
            "Places given by each council",
            f"Bar chart of {len(given)} councils, the busiest first. {busiest}an equal share would be {equal:.2g} each.",
            (charts.bars(given, scale), charts.level(equal, scale)),
            charts.counts(scale), ends, "Places",
            (Legend("bar", "Places given"), Legend("level", f"An equal share: {equal:.2g} each")),
        ),
        Chart(
            "The same councils: days given as a share of the days they offered",
            f"Bar chart of the same {len(used)} councils in the same order. The largest share is {max(used, default=0):.0%}.",
            (charts.bars(used, parts, "part"),), charts.shares(parts), ends, "Share of offer",
        ),
    ]  # fmt: skip


def unused(ledger: Ledger) -> Sheet:
    """Willing councils that gave nothing, by region."""
    regions, offered = council_regions(), {each["owner"]: each["offered"] for each in ledger["councils"]}
    rows = sorted((regions.get(code, ""), wording.council(code), offered.get(code, 0.0)) for code in ledger["unused"])
    columns = (Column("Council"), Column("Region"), Column("Days offered", "days"))
    return Sheet("unused", "Councils that offer support and gave none", columns, [(name, region, days) for region, name, days in rows])


def regions(ledger: Ledger) -> Sheet:
    """What the councils of each region gave against what they offered, and partner organisations where they gave."""
    sums = defaultdict[str, dict[str, float]](lambda: defaultdict(float))
    for each in ledger["councils"]:
        region = sums[_where(each["owner"])]
        for name in ("given", "days", "offered", "received"):
            region[name] += each[name]
        region["gave"] += each["given"] > 0
        region["councils"] += 1
    rows = [
        (name, sums[name]["gave"], sums[name]["councils"], *_giving(sums[name]), sums[name]["received"])
        for name in (*sorted(REGIONS, key=lambda name: -sums[name]["given"]), *([_PARTNER] if sums[_PARTNER]["given"] else []))
    ]
    columns = (
        Column("Region"), Column("Councils that gave", "count"), Column("Councils", "count"), *GIVING, Column("Places received", "count"),
    )  # fmt: skip
    return Sheet("regions", "Region by region", columns, rows)


def months(ledger: Ledger, since: date, until: date) -> Sheet:
    """Every month of the period, those without any work among them."""
    found = {each["month"][:7]: each for each in ledger["months"]}
    rows = []
    for month in _months(since, until):
        each = found.get(f"{month:%Y-%m}")
        name = f"{month:%B %Y}"
        if each is None:
            rows.append((name, 0, 0.0, None, None, None))
        else:
            even = each["evenness"]
            rows.append((name, even["places"], each["days"], even["ten_busiest"], even["gini"], even["unused"]))
    columns = (Column("Month"), Column("Places", "count"), Column("Days", "days"), *_EVEN)
    return Sheet("months", "Month by month, as the work begins", columns, rows)


def month_chart(sheet: Sheet) -> Chart:
    """Places by month."""
    given = [float(row[1] or 0) for row in sheet.rows]
    scale = charts.whole(charts.from_zero(given))
    most = max(sheet.rows, key=lambda row: float(row[1] or 0), default=None)
    words = f"Bar chart of {len(given)} months. " + (f"Most places begin in {most[0]}, {most[1]}." if most else "")
    return Chart("Places by the month in which the work begins", words, (charts.bars(given, scale),),
                 charts.counts(scale), tuple(str(row[0])[:3] for row in sheet.rows), "Places")  # fmt: skip


def carried(ledger: Ledger) -> Sheet:
    """How many peers gave how many places."""
    rows = [(f"{places} {'place' if places == 1 else 'places'}", count) for places, count in enumerate(ledger["carried"])]
    return Sheet("carried", "How many peers gave how many places", (Column("Gave"), Column("Peers", "count")), rows)


def peers(ledger: Ledger, names: Mapping[str, str]) -> Sheet:
    """Those who gave most, by name where the reader may know it."""
    rows = [(names.get(each["owner"], each["owner"]), *_giving(each)) for each in ledger["peers"] if each["given"]]
    return Sheet("peers", "Peers who gave most", (Column("Peer"), *GIVING), rows)


def _where(code: str) -> str:
    return _PARTNER if is_partner(code) else council_regions().get(code, "")


def _giving(giver: Mapping[str, float]) -> tuple[float, float, float, float | None]:
    return giver["given"], giver["days"], giver["offered"], _share(giver)


def _share(giver: Mapping[str, float]) -> float | None:
    return giver["days"] / giver["offered"] if giver["offered"] else None


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _councils(count: int) -> str:
    return "council" if count == 1 else "councils"


def _months(since: date, until: date) -> Sequence[date]:
    first, count = since.replace(day=1), (until.year - since.year) * 12 + until.month - since.month + 1
    return [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count)]
