"""Shortages: which needs cannot be met, and which recruits would unblock most; the region in the address, tables as files."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from starlette.exceptions import HTTPException

from services.desk import page_store, shortage_sheets
from services.desk.backends import Calls
from services.desk.guard import Own, needs, room
from services.desk.paper import page, saved
from services.desk.person import Person
from services.desk.spread_sheets import lengths
from services.vocabulary.councils import REGIONS

router = room()
Reader = Annotated[Person, Depends(needs("matches:read"))]
_MOST, _MOST_IN_FILE = 10, 100


def chosen(person: Reader, region: Annotated[str, Query(max_length=40)] = "") -> str | None:
    """A dependency: the region in the address, of the councils that ask. Errors: HTTPException 404 for one that is no region of theirs."""
    if region and region not in (person.own_regions or REGIONS):
        raise HTTPException(404)
    return region or None


Region = Annotated[str | None, Depends(chosen)]


@router.get("/shortages")
async def show(request: Request, person: Reader, calls: Calls, own: Own, region: Region) -> Response:
    """The people to look for, and what lacks people."""
    found = await calls.part(calls.get(person, "matcher", "/shortages", region=region, most=_MOST))
    short: dict[str, Any] = found.value or {"unmet": 0, "recruits": []}
    wanted = {ident for each in short["recruits"] for ident in (*each["requests"], *each["helps"])}
    waiting = await own.once(lambda db: page_store.brief(db, sorted(wanted), person.own_regions)) if person.may("matches:decide") else {}
    return page(
        request, person, "shortages.html", short=short, away=found.away, region=region, waiting=waiting, lengths=lengths,
        regions=person.own_regions or REGIONS, sheets=shortage_sheets.sheets(short) if short["unmet"] else {}, words=shortage_sheets,
    )  # fmt: skip


@router.get("/shortages/{name}.csv")
async def file(person: Reader, calls: Calls, region: Region, name: str) -> Response:
    """A table of the page as a file."""
    short = await calls.get(person, "matcher", "/shortages", region=region, most=_MOST_IN_FILE)
    sheet = shortage_sheets.sheets(short).get(name)
    if sheet is None:
        raise HTTPException(404)
    return saved(sheet, f"shortages-{name}")
