"""A file into the register: read in chunks, judged, and entered whole or not at all; everything on the way is told line by line."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import structlog

from schemas.envelope import Envelope
from services.kit.clock import Clock
from services.kit.database import Connection, Database, is_outage
from services.kit.work import Work
from services.registry import entering, import_store, register_store, rows, table
from services.registry.import_store import Staged
from services.registry.register import ENTRIES, CohortEntry, CouncilEntry, Entry, Kind, OfferEntry
from services.registry.rows import Fault
from services.vocabulary.resolve import CouncilResolver

log = structlog.get_logger()
CHUNK = 1_000
_LINES_AHEAD = 64
_PREVIEWED = 100
"""How many changes are told one by one where that is asked for."""
_ONE_AT_A_TIME = asyncio.Lock()
"""Imports wait for one another; here they do it without keeping a connection of the service's pool."""
Told = dict[str, object]
"""A line for the importer: progress, a fault, or the end. docs/importing.md lists them."""


class _Undo(Exception):
    """Nothing of the file is to be kept."""


@dataclass(slots=True)
class _Chunk:
    """Some rows as they were read: entries with the numbers of their rows, and faults with theirs."""

    read: int = 0
    entries: list[tuple[int, Entry]] = field(default_factory=list)
    faults: list[tuple[int, Fault]] = field(default_factory=list)


class Import:
    """One file, whose `digest` (SHA-256, hexadecimal) goes into the audit with the actor. `lines` may be asked once.

    preview: tell the first changes one by one.
    """

    def __init__(self, kind: Kind, file: BinaryIO, digest: str, actor: str, *, dry_run: bool, preview: bool = False) -> None:
        self._kind: Kind = kind
        self._file, self._digest, self._actor, self._dry_run = file, digest, actor, dry_run
        self._still_to_preview = _PREVIEWED if preview else 0
        self._told: asyncio.Queue[Told | None] = asyncio.Queue(_LINES_AHEAD)
        self._rows = self._bad = self._last_bad = 0
        self._counts: dict[str, int] = {}
        self._councils: dict[str, tuple[int, CouncilEntry]] = {}

    async def lines(self, database: Database, clock: Clock) -> AsyncGenerator[Told, None]:
        """What happens, as it happens; the last line says how it ended. Whoever stops listening before that undoes the import."""
        task = asyncio.create_task(self._run(database, clock))
        try:
            while (line := await self._told.get()) is not None:
                yield line
        finally:
            task.cancel()

    async def _run(self, database: Database, clock: Clock) -> None:
        try:
            await self._told.put(await self._ended(database, clock))
        except Exception as error:
            log.error("import_failed", kind=self._kind, rows=self._rows, exc_info=error)
            reason = "The database is away or busy." if is_outage(error) else "Something went wrong on our side."
            remedy = "Nothing was imported. Try again in a minute; if it stays, tell the operator the time."
            await self._told.put(
                {"failed": True, "row": self._rows + 1, "column": "", "value": "", "rule": "failed", "reason": reason, "remedy": remedy}
            )
        await self._told.put(None)

    async def _ended(self, database: Database, clock: Clock) -> Told:
        try:
            async with _ONE_AT_A_TIME:
                await database.once(lambda db: self._whole(db, clock))
            imported = True
        except _Undo:
            imported = False
        counts = {outcome: self._counts.get(outcome, 0) for outcome in ("new", "changed", "same")}
        log.info("import_ended", kind=self._kind, rows=self._rows, **counts, bad=self._bad, imported=imported)
        return {"done": True, "rows": self._rows, **counts, "bad": self._bad, "imported": imported}

    async def _whole(self, db: Connection, clock: Clock) -> None:
        await register_store.lock_register(db)
        await import_store.prepare(db)
        register = await register_store.councils(db)
        await self._read(db, rows.resolver(register))
        async for key, number, first in import_store.twice(db):
            await self._blame(number, _twice(self._kind, key, first))
        if self._kind == "posts":
            async for number, starts, other in import_store.overlaps(db):
                await self._blame(number, entering.held_twice(starts, other))
        for la_code, fault in entering.clashes(register, [entry for _, entry in self._councils.values()]).items():
            await self._blame(self._councils[la_code][0], fault)
        self._counts = await import_store.counts(db)
        if self._bad or self._dry_run:
            raise _Undo
        await self._enter(db, Work(db, clock.now()))

    async def _read(self, db: Connection, councils: CouncilResolver) -> None:
        """Every row is read, judged and staged; what is wrong is told."""
        lines = table.rows(self._file, ENTRIES[self._kind])
        while True:
            chunk = await asyncio.to_thread(_next_chunk, lines, self._kind, councils)
            self._rows += chunk.read
            for number, fault in sorted(chunk.faults + await self._judge(db, chunk.entries), key=lambda fault: fault[0]):
                await self._blame(number, fault)
            if chunk.read < CHUNK:
                return
            await self._told.put({"progress": self._rows})

    async def _judge(self, db: Connection, numbered: list[tuple[int, Entry]]) -> list[tuple[int, Fault]]:
        """Compare a chunk's entries with the register and stage those that may be entered. Returns the faults."""
        faults: list[tuple[int, Fault]] = []
        staged = []
        outcomes = await entering.judge(db, self._kind, [entry for _, entry in numbered])
        for (number, entry), outcome in zip(numbered, outcomes, strict=True):
            if isinstance(outcome, Fault):
                faults.append((number, outcome))
                continue
            staged.append(Staged(entry.key(), entry.owner(), number, outcome, entry.model_dump_json()))
            if isinstance(entry, CouncilEntry):
                self._councils.setdefault(entry.la_code, (number, entry))
        await import_store.stage(db, staged)
        if self._still_to_preview:
            await self._preview(db, [(number, entry, outcome) for (number, entry), outcome in zip(numbered, outcomes, strict=True)])
        return faults

    async def _preview(self, db: Connection, judged: Sequence[tuple[int, Entry, str | Fault]]) -> None:
        """Tell the first changes one by one: what is new, and in which columns something would change."""
        wanted = [each for each in judged if each[2] in ("new", "changed")][: self._still_to_preview]
        self._still_to_preview -= len(wanted)
        there = await register_store.existing(db, self._kind, [entry for _, entry, outcome in wanted if outcome == "changed"])
        for number, entry, outcome in wanted:
            before = there[entry.key()].cells() if outcome == "changed" else entry.cells()
            changed = [name for name, old, new in zip(entry.columns, before, entry.cells(), strict=True) if old != new]
            await self._told.put({"preview": outcome, "line": number, "key": entry.key(), "columns": changed})

    async def _enter(self, db: Connection, work: Work) -> None:
        """Enter what is new or changed, the entries of one owner together, and say it; all in the one transaction of the file."""
        await import_store.sort(db)
        if self._kind == "offers":
            await import_store.lock_offers(db)
        # one story for the whole file: what follows from it has this correlation and causation
        because = Envelope(str(uuid.uuid4()), "registry.import", "/manyhands/registry", self._kind, work.now)
        owner = key = ""
        entered = 0
        while chunk := _whole_owners(await import_store.after(db, owner, key, CHUNK)):
            entries = [ENTRIES[self._kind].model_validate_json(entry) for _, _, _, entry in chunk]
            try:
                await entering.enter(work, self._kind, entries, self._actor, because)
            except entering.Overtaken as overtaken:
                await self._blame_overtaken(db, chunk, overtaken)
                raise _Undo from None
            await work.flush()
            entered += len(chunk)
            await self._told.put({"progress": self._rows, "entered": entered})
            key, owner = chunk[-1][:2]
        work.note(self._actor, f"registry.import_{self._kind}", f"sha256:{self._digest}")
        await work.flush()

    async def _blame_overtaken(self, db: Connection, chunk: list[tuple[str, str, int, str]], overtaken: entering.Overtaken) -> None:
        """Capacity was held while the file was read, and an offer or a cohort would no longer hold it."""
        used = await entering.used(db, self._kind, overtaken.keys)
        for key, _, number, row in chunk:
            entry = ENTRIES[self._kind].model_validate_json(row)
            if key in overtaken.keys and isinstance(entry, OfferEntry | CohortEntry):
                await self._blame(number, entering.short(entry, used[key]))

    async def _blame(self, number: int, fault: Fault) -> None:
        self._bad += number != self._last_bad
        self._last_bad = number
        told = {"column": fault.column, "value": fault.value, "rule": fault.rule, "reason": fault.reason, "remedy": fault.remedy}
        await self._told.put({"row": number, **told})


def _next_chunk(lines: Iterator[table.Row], kind: Kind, councils: CouncilResolver) -> _Chunk:
    """Read and understand up to CHUNK rows. Runs in a thread, so that the service goes on meanwhile."""
    chunk = _Chunk()
    try:
        for row in itertools.islice(lines, CHUNK):
            chunk.read += 1
            found = [row.fault] if row.fault else rows.read(kind, row.cells, councils)
            if isinstance(found, list):
                chunk.faults += [(row.number, fault) for fault in found]
            else:
                chunk.entries.append((row.number, found))
    except table.Unreadable as error:
        chunk.faults += [(error.row, fault) for fault in error.faults]
    return chunk


def _whole_owners(chunk: list[tuple[str, str, int, str]]) -> list[tuple[str, str, int, str]]:
    """A full chunk may end in the middle of an owner's entries: leave that owner for the next, so that it is said once."""
    if len(chunk) < CHUNK or chunk[0][1] == chunk[-1][1]:
        return chunk
    return [entry for entry in chunk if entry[1] != chunk[-1][1]]


def _twice(kind: Kind, key: str, first: int) -> Fault:
    return Fault(ENTRIES[kind].columns[0], key, "row_twice", f"It is in row {first} already.", "Keep one of the two rows.")
