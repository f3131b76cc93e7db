"""One request as somebody may see it: read once, with what the other services say of it when they can be reached."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.desk import page_store, proposals, telling, wording
from services.desk.backends import Backends, Part, Refusal
from services.desk.case import IN_THE_WAY, Case, from_json
from services.desk.names import names
from services.desk.person import Person
from services.desk.proposals import Place
from services.kit.database import Connection, Database
from services.kit.problems import not_found

_EVENTS = 200
_ON_THE_WAY = frozenset({"new", "selected", "completing", "arranging"})  # the services go on by themselves from here
_WAIT_SECONDS, _LOOK_SECONDS = 2.0, 0.03


@dataclass(frozen=True, slots=True)
class Seen:
    """A request: the case, its suggestions laid out, its timeline (when, who, sentence), whose it is, names by id.

    improving: until when waiting for a round may improve the suggestions, in words; "" where it would not.
    """

    case: Case
    places: list[Place]
    timeline: list[tuple[Any, str, str]]
    owner: str | None
    names: Part[dict[str, str]]
    words: Part[Any]
    called: Mapping[str, str]
    notes: Part[list[dict[str, Any]]]
    leads: list[Any]
    improving: str

    def name(self, peer: str) -> str:
        """What a peer is called; the id when the register is away or does not know."""
        return (self.names.value or {}).get(peer, peer)

    def adviser(self, ident: str) -> str:
        """What an adviser is called; the id when nobody has entered it."""
        return self.called.get(ident, ident)


async def look(own: Database, backends: Backends, person: Person, request: str, today: date) -> Seen:
    """Read a request. Errors: 404 when it is not there for this person; SignedOut."""

    async def read(db: Connection) -> tuple[Any, list[Any], dict[str, str], dict[str, str], list[Any]] | None:
        row = await page_store.one(db, request, person.own_regions)
        if row is None or not row["doc"]:
            return None
        told = await page_store.timeline(db, request, _EVENTS)
        records = await page_store.records(db, proposals.keys_of(row["suggestion"]))
        people = {event["actor"] for event in told if event["actor"]} | {row["owner"] or ""}
        case = from_json(row["doc"])
        people |= {word.actor for word in case.words.values()} | set(case.raised.to if case.raised else ())
        leads = [lead for lead in await page_store.leads(db, case.regions, wording.LEADS, today) if lead["person"] != person.id]
        return row, told, records, await page_store.called(db, people), leads

    found = await own.once(read)
    if found is None:
        raise not_found("request", request)
    row, told, records, called, leads = found
    case = from_json(row["doc"])
    peers = proposals.peers_of(row["suggestion"]) | {line.peer for line in case.lines} | {gone.peer for gone in case.gone}
    peers |= {case.doubt.peer if case.doubt else "", case.wishes.get("named_peer", "")} - {""}
    peers |= {peer for event in told for peer in telling.peers_in(event["detail"])} | {peer for gone in case.gone for peer in gone.instead}
    people, words, notes, matched = await asyncio.gather(
        backends.part(names(backends, person, peers, "to_decide_a_request")),
        backends.part(_words(backends, person, case)),
        backends.part(_notes(backends, person, case)),
        backends.part(_matched(backends, person, case)),
    )
    authors = {note["author"] for note in notes.value or []} - called.keys()
    called |= await own.once(lambda db: page_store.called(db, authors)) if authors else {}
    known = people.value or {}
    events = [(event["at"], event["actor"], telling.sentence(event["type"], event["detail"], known)) for event in told]
    places = proposals.laid_out(row["suggestion"], records, today)
    improving = (matched.value or {}).get("improving") or {}
    return Seen(case, places, events, row["owner"], people, words, called, notes, leads, improving.get("words", ""))


async def _words(backends: Backends, person: Person, case: Case) -> Any:
    """What was asked in the words of those who asked; None for what nobody posted."""
    return None if case.origin == "arrangement" else await backends.get(person, "requests", f"/requests/{case.request}")


async def _matched(backends: Backends, person: Person, case: Case) -> Any:
    """The match as the matcher has it, while there are suggestions to decide."""
    if case.to_do != "decide":
        return None
    try:
        return await backends.get(person, "matcher", f"/matches/{case.request}")
    except Refusal as refusal:
        if refusal.status == 404:  # gone on since the desk heard of it
            return None
        raise


async def _notes(backends: Backends, person: Person, case: Case) -> list[dict[str, Any]]:
    """What advisers have written, as far as it is for this person. An arrangement is known to requests a moment later than here."""
    try:
        found = await backends.get(person, "requests", f"/requests/{case.request}/notes")
    except Refusal as refusal:
        if refusal.status == 404 and case.origin == "arrangement":
            return []
        raise
    notes: list[dict[str, Any]] = found["notes"]
    return notes


async def case_of(own: Database, person: Person, request: str) -> tuple[Case, str]:
    """A request's case alone, and its suggestion (JSON; "" for none). Errors: 404 when it is not there for this person."""
    row = await own.once(lambda db: page_store.one(db, request, person.own_regions))
    if row is None or not row["doc"]:
        raise not_found("request", request)
    return from_json(row["doc"]), row["suggestion"]


def anything(_: Case) -> bool:
    """Whatever the request looks like."""
    return True


async def caught_up(
    own: Database, request: str, version: int = 0, match_version: int = 0, shows: Callable[[Case], bool] = anything
) -> None:
    """Wait until the desk has heard of a command's effect, and of what follows at once, so that the next page shows it; not for long.

    shows: what the request looks like by then, where no version tells.
    """
    for _ in range(round(_WAIT_SECONDS / _LOOK_SECONDS)):
        doc = await own.once(lambda db: page_store.doc(db, request))
        case = from_json(doc) if doc else None
        settled = case is None or case.standing in IN_THE_WAY or case.progress not in _ON_THE_WAY
        if case and settled and case.version >= version and case.match_version >= match_version and shows(case):
            return
        await asyncio.sleep(_LOOK_SECONDS)
