"""Somebody else for a place of a request: looked for by name in the register, and what choosing them costs in fit and in spread."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.desk import page_store, proposals
from services.desk.backends import Backends, Part, Refusal
from services.desk.case import Case
from services.desk.names import names
from services.desk.person import Person
from services.desk.proposals import Costs
from services.kit.database import Database

_WHY = "to_choose_somebody"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page was asked: words to look for, and the peer who was picked; both for one place. "" for nothing."""

    place: str = ""
    who: str = ""
    peer: str = ""


NOBODY = Asked()


@dataclass(frozen=True, slots=True)
class Other:
    """What is known: those found (as the register tells them), and of the peer who was picked the name, why they are suggested or not,
    the rule against them ("refused" when the matcher cannot say), whether such rules may be waived, and the costs."""

    place: str
    who: str
    found: Part[Any]
    peer: str = ""
    name: str = ""
    words: str = ""
    rule: str | None = None
    away: str = ""
    costs: Costs | None = None
    first: str = ""
    waivable: bool = False


async def look_for(own: Database, services: Backends, person: Person, case: Case, asked: Asked, today: date) -> Other | None:
    """Those whom the words mean, and what the picked peer costs; None when nothing was asked. Errors: SignedOut."""
    place = asked.place or (case.places[0][0] if case.places else "")
    those: Part[Any] = Part(None)
    if asked.who and not asked.peer:
        those = await found(services, person, case.request, asked.who)
    if not asked.peer:
        return Other(place, asked.who, those) if asked.who else None
    try:
        part = await services.part(services.get(person, "matcher", f"/matches/{case.request}/why", place=place, peer=asked.peer))
    except Refusal as refusal:
        return Other(place, asked.who, those, asked.peer, asked.peer, refusal.detail, "refused")
    said = part.value or {}
    theirs, first = said.get("own"), next(iter(said.get("ahead") or ()), None)
    costs = None
    if theirs and first and first["peer"] != asked.peer:
        records = await own.once(lambda db: page_store.records(db, proposals.cost_keys(theirs, first)))
        costs = proposals.costs(theirs, first, records, today)
    people = await services.part(names(services, person, {asked.peer} | ({first["peer"]} if first else set()), _WHY))
    called = people.value or {}
    name = called.get(asked.peer, asked.peer)
    words = str(said.get("words", "")).replace(asked.peer, name)
    against = called.get(first["peer"], first["peer"]) if first else ""
    waivable = not any(ground["absolute"] for ground in said.get("grounds") or ())
    return Other(place, asked.who, those, asked.peer, name, words, said.get("rule"), part.away or people.away, costs, against, waivable)


async def found(services: Backends, person: Person, request: str, words: str) -> Part[Any]:
    """Those of every region whom these words mean, for a request. Errors: SignedOut."""
    try:
        return await services.part(services.get(person, "registry", "/search", words=words, because=_WHY, match=request, limit=20))
    except Refusal as refusal:
        return Part(None, refusal.detail)
