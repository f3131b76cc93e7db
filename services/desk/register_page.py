"""The register: searched, and a peer or a council shown whole; fetched when it is drawn, kept nowhere, each reading with its reason."""

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response
from starlette.exceptions import HTTPException

from services.desk import availability, page_store, proposals, register_sheets, when, wording
from services.desk.backends import Backends, Calls, Part, Refusal
from services.desk.case import from_json
from services.desk.guard import Own, needs, room
from services.desk.names import names
from services.desk.paper import page, saved
from services.desk.person import Person
from services.desk.sheets import Sheet
from services.kit.database import Database
from services.vocabulary.councils import council_regions
from services.vocabulary.parties import PARTIES
from services.vocabulary.roles import ROLES
from services.vocabulary.themes import THEMES

router = room()
Reader = Annotated[Person, Depends(needs("registry:read"))]
Code = Annotated[str, Query(max_length=64)]
LaCode = Annotated[str, Path(pattern="^[0-9]{3}$")]
Ident = Annotated[str, Path(max_length=64)]
_SHOWN, _IN_A_FILE, _MOST_RECEIVED = 50, 200, 500
_NOTHING: Part[Any] = Part(None)
_WHY, _FILE = "to_read_the_register", "to_download_a_table"


def asked(words: Annotated[str, Query(max_length=200)] = "", role: Code = "", theme: Code = "") -> dict[str, str]:
    """A dependency: what is looked for; codes that we do not know are left out."""
    return {"words": words.strip(), "role": role if role in ROLES else "", "theme": theme if theme in THEMES else ""}


Asked = Annotated[dict[str, str], Depends(asked)]


@router.get("/register")
async def search(request: Request, person: Reader, calls: Calls, wanted: Asked) -> Response:
    """Peers of the person's regions and councils, by name, role or theme."""
    found = await _found(calls, person, wanted, _WHY, _SHOWN) if any(wanted.values()) else _NOTHING
    return page(
        request, person, "register.html", asked=wanted, found=found.value, away=found.away, themes=THEMES, words=wording,
        roles={code: role.title for code, role in ROLES.items()}, roles_of=register_sheets.roles, most=_SHOWN,
    )  # fmt: skip


@router.get("/register/found.csv")
async def found_file(person: Reader, calls: Calls, wanted: Asked) -> Response:
    """Who was found, as a file of 200 at most."""
    found = await calls.get(person, "registry", "/search", **_query(wanted), because=_FILE, limit=_IN_A_FILE)
    return saved(register_sheets.found(found["peers"]), "peers-found")


@router.get("/register/peers/{peer}")
async def show_peer(request: Request, person: Reader, calls: Calls, own: Own, peer: Ident) -> Response:
    """A peer: availability, load, posts, work, feedback and everything dated."""
    told = await calls.get(person, "registry", f"/peers/{peer}", because=_WHY)
    accounts, pieces = await _accounts_and_work(calls, person, f"peer:{peer}")
    today = _today(request)
    months = availability.months(today, accounts.value or (), told["absences"], told["releases"] if told["kind"] == "officer" else ())
    sheets = await _peer_sheets(own, person, told, accounts, pieces) | {"availability": availability.sheet(months)}
    owner = f"peer:{peer}"
    load = proposals.load_of(owner, await own.once(lambda db: page_store.records(db, [owner, f"load:{owner}"])), today)
    return page(
        request, person, "register_peer.html", peer=told, sheets=sheets, months=months, strip_words=availability.in_words(months),
        load=load, away=accounts.away or pieces.away, party=PARTIES.get(told["party"] or "", ""), words=wording,
        roles=register_sheets.roles(_now(told, today)), region=council_regions().get(told["council"], ""),
    )  # fmt: skip


@router.get("/register/peers/{peer}/{name}.csv")
async def peer_file(request: Request, person: Reader, calls: Calls, own: Own, peer: Ident, name: str) -> Response:
    """A table of a peer's page as a file."""
    told = await calls.get(person, "registry", f"/peers/{peer}", because=_FILE)
    accounts, pieces = await _accounts_and_work(calls, person, f"peer:{peer}")
    releases = told["releases"] if told["kind"] == "officer" else ()
    strip = availability.sheet(availability.months(_today(request), accounts.value or (), told["absences"], releases))
    sheets = await _peer_sheets(own, person, told, accounts, pieces) | {strip.name: strip}
    return saved(_sheet(sheets, name), f"peer-{name}")


@router.get("/register/councils/{la_code}")
async def show_council(request: Request, person: Reader, calls: Calls, own: Own, la_code: LaCode) -> Response:
    """A council: what it gave and received, offers, peers by role, neighbours, inspections. Of another region: no peers, no hosts."""
    told = await calls.get(person, "registry", f"/councils/{la_code}")
    ours = person.own_regions is None or told["region"] in person.own_regions
    peers, sheets, away = await _council_sheets(own, calls, person, told, _WHY)
    received = _total(sheets["received"], 2) if ours else None
    return page(
        request, person, "register_council.html", council=told, sheets=sheets, peers=peers, most=_IN_A_FILE, ours=ours, away=away,
        words=wording, type=wording.plain(told["type"]),
        balance=_balance(_total(sheets["offers"], 1), _total(sheets["offers"], 3), received),
    )  # fmt: skip


@router.get("/register/councils/{la_code}/{name}.csv")
async def council_file(person: Reader, calls: Calls, own: Own, la_code: LaCode, name: str) -> Response:
    """A table of a council's page as a file."""
    told = await calls.get(person, "registry", f"/councils/{la_code}")
    _, sheets, _ = await _council_sheets(own, calls, person, told, _FILE)
    return saved(_sheet(sheets, name), f"council-{la_code}-{name}")


async def _found(calls: Backends, person: Person, wanted: Mapping[str, str], because: str, most: int) -> Part[Any]:
    try:
        return await calls.part(calls.get(person, "registry", "/search", **_query(wanted), because=because, limit=most))
    except Refusal as refusal:
        return Part(None, refusal.detail)


def _query(wanted: Mapping[str, str]) -> dict[str, str | None]:
    return {name: value or None for name, value in wanted.items()}


async def _accounts_and_work(calls: Backends, person: Person, owner: str) -> tuple[Part[Any], Part[Any]]:
    accounts, pieces = await asyncio.gather(
        calls.part(calls.get(person, "registry", "/accounts", owner=owner, limit=1_000)),
        calls.part(calls.get(person, "registry", "/given", owner=owner, limit=1_000)),
    )
    return Part(accounts.value and accounts.value["accounts"], accounts.away), Part(pieces.value and pieces.value["work"], pieces.away)


async def _hosts(own: Database, person: Person, pieces: Any) -> dict[str, tuple[str, str]]:
    return await own.once(lambda db: page_store.brief(db, [piece["request"] for piece in pieces], person.own_regions))


async def _peer_sheets(own: Database, person: Person, told: Any, accounts: Part[Any], pieces: Part[Any]) -> dict[str, Sheet]:
    work = pieces.value or ()
    made = (
        register_sheets.posts(told), register_sheets.offers(accounts.value or ()),
        register_sheets.work(work, await _hosts(own, person, work)), register_sheets.feedback(told, person.own_regions),
        register_sheets.dated(told),
    )  # fmt: skip
    return {sheet.name: sheet for sheet in made}


async def _council_sheets(
    own: Database, calls: Backends, person: Person, told: Any, because: str
) -> tuple[list[Any], dict[str, Sheet], str]:
    """The peers found, the tables by name, and what is away."""
    code = told["la_code"]
    (accounts, pieces), found = await asyncio.gather(
        _accounts_and_work(calls, person, f"council:{code}"),
        calls.part(calls.get(person, "registry", "/search", council=code, because=because, limit=_IN_A_FILE)),
    )
    work, peers = pieces.value or [], found.value["peers"] if found.value else []
    called = {peer["peer"]: peer["name"] for peer in peers}
    if unknown := {piece["peer"] for piece in work} - set(called):
        called |= (await calls.part(names(calls, person, unknown, because))).value or {}
    docs = await own.once(lambda db: page_store.helped(db, code, person.own_regions, _MOST_RECEIVED))
    made = (
        register_sheets.offers(accounts.value or ()), register_sheets.work(work, await _hosts(own, person, work), called),
        register_sheets.received([from_json(doc) for doc in docs]), register_sheets.council_peers(peers), register_sheets.neighbours(code),
        register_sheets.inspections(told),
    )  # fmt: skip
    return peers, {sheet.name: sheet for sheet in made}, accounts.away or pieces.away or found.away


def _balance(offered: float, given: float, received: float | None) -> list[dict[str, Any]]:
    """Bars: days offered, given and received, the longest as long as there is room; received is left out where it may not be seen."""
    rows = [("Days offered", offered), ("Days given", given)] + ([] if received is None else [("Days received", received)])
    most = max((days for _, days in rows), default=0) or 1
    return [{"words": words, "number": f"{days:,g}", "step": round(20 * days / most) or ("least" if days else 0)} for words, days in rows]


def _total(sheet: Sheet, column: int) -> float:
    return sum(float(row[column] or 0) for row in sheet.rows)


def _sheet(sheets: Mapping[str, Sheet], name: str) -> Sheet:
    if name not in sheets:
        raise HTTPException(404)
    return sheets[name]


def _now(told: Any, today: date) -> dict[str, Any]:
    """The peer with the posts alone that are held today."""
    held = [post for post in told["posts"] if post["from"] <= str(today) and (post["to"] is None or post["to"] >= str(today))]
    return {**told, "posts": held}


def _today(request: Request) -> date:
    return when.here(request.app.state.kitchen.clock.now()).date()
