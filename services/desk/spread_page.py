"""Spread: how the work lies over councils, regions, months and peers, by the matcher's ledger; filters in the address, tables as files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from starlette.exceptions import HTTPException

from services.desk import spread_sheets, when, wording
from services.desk.backends import Backends, Calls
from services.desk.forms import Errors
from services.desk.guard import needs, room
from services.desk.names import names
from services.desk.paper import page, saved
from services.desk.person import Person
from services.desk.sheets import Sheet
from services.vocabulary.councils import REGIONS
from services.vocabulary.kinds import KINDS

router = room()
Reader = Annotated[Person, Depends(needs("matches:read"))]
Word = Annotated[str, Query(max_length=64)]
_BUSIEST_PEERS = 20
_LONGEST = 10 * 366  # days


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address asks for: dates as they were typed, and read (None when they cannot be)."""

    typed: Mapping[str, str]
    since: date
    until: date
    errors: Errors

    @property
    def asked(self) -> dict[str, str | None]:
        """For the matcher."""
        place = {name: self.typed[name] or None for name in ("region", "kind")}
        return {"from": self.since.isoformat(), "to": self.until.isoformat(), **place}


def chosen(
    request: Request,
    since: Annotated[str, Query(alias="from", max_length=40)] = "",
    until: Annotated[str, Query(alias="to", max_length=40)] = "",
    region: Word = "",
    kind: Word = "",
) -> Chosen:
    """A dependency: the filter that the address names; where no dates stand, the financial year of today."""
    first, last = when.financial_year(when.here(request.app.state.kitchen.clock.now()).date())
    errors = Errors()
    a, b = _day(since, first, "from", errors), _day(until, last, "to", errors)
    if not errors and b < a:
        errors.add("to", "The last day must not be before the first.")
    elif not errors and (b - a).days > _LONGEST:
        errors.add("to", "Choose at most ten years.")
    if region and region not in REGIONS:
        errors.add("region", "Choose one of the regions in the list.")
    if kind and kind not in KINDS:
        errors.add("kind", "Choose one of the kinds in the list.")
    typed = {"from": since or first.isoformat(), "to": until or last.isoformat(), "region": region, "kind": kind}
    return Chosen(typed, a, b, errors)


Asked = Annotated[Chosen, Depends(chosen)]


@router.get("/spread")
async def show(request: Request, person: Reader, calls: Calls, asked: Asked) -> Response:
    """The figures, the charts with their tables, and what is not used."""
    if asked.errors:
        return page(request, person, "spread.html", 422, **_frame(asked), sheets={}, errors=asked.errors, away="")
    found = await calls.part(calls.get(person, "matcher", "/spread", **asked.asked, peers=_BUSIEST_PEERS))
    ledger = found.value
    if ledger is None or not ledger["evenness"]["places"]:
        return page(request, person, "spread.html", **_frame(asked), sheets={}, away=found.away)
    sheets = _sheets(ledger, asked, await _names(calls, person, ledger))
    return page(
        request, person, "spread.html", **_frame(asked), sheets=sheets, away="", figures=spread_sheets.figures(ledger),
        sentence=spread_sheets.in_words(ledger), council_charts=spread_sheets.council_charts(ledger),
        month_chart=spread_sheets.month_chart(sheets["months"]), lengths=spread_sheets.lengths,
    )  # fmt: skip


@router.get("/spread/{name}.csv")
async def file(person: Reader, calls: Calls, asked: Asked, name: str) -> Response:
    """A table of the page as a file, every row of it."""
    if asked.errors:
        raise HTTPException(422)
    ledger = await calls.get(person, "matcher", "/spread", **asked.asked, peers=None if name == "peers" else 0)
    sheet = _sheets(ledger, asked, await _names(calls, person, ledger)).get(name)
    if sheet is None:
        raise HTTPException(404)
    return saved(sheet, f"spread-{name}-{asked.since}-to-{asked.until}")


def _sheets(ledger: Mapping[str, Any], asked: Chosen, called: Mapping[str, str]) -> dict[str, Sheet]:
    made = (
        spread_sheets.councils(ledger), spread_sheets.unused(ledger), spread_sheets.regions(ledger),
        spread_sheets.months(ledger, asked.since, asked.until), spread_sheets.carried(ledger), spread_sheets.peers(ledger, called),
    )  # fmt: skip
    return {sheet.name: sheet for sheet in made}


async def _names(calls: Backends, person: Person, ledger: Mapping[str, Any]) -> dict[str, str]:
    """Of the peers listed, for whoever may read the register; the others read identifiers."""
    if not person.may("registry:read"):
        return {}
    wanted = [each["owner"] for each in ledger["peers"] if each["given"]]
    found = await calls.part(names(calls, person, wanted, "to_see_the_spread"))
    return found.value or {}


def _frame(asked: Chosen) -> dict[str, Any]:
    kinds = {code: wording.kind(code) for code in KINDS}
    return {"asked": asked, "regions": REGIONS, "kinds": kinds, "span_words": when.span(asked.since, asked.until)}


def _day(typed: str, otherwise: date, name: str, errors: Errors) -> date:
    if not typed:
        return otherwise
    try:
        return date.fromisoformat(typed)
    except ValueError:
        errors.add(name, "Enter a date, for example 2026-04-01.")
        return otherwise
