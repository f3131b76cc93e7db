"""The unit of work: what a handler may use, and what it says; written to the database by the edge, just before the commit."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from schemas.envelope import Envelope
from schemas.fact import Fact
from services.kit import audit, due
from services.kit.database import Connection

F = TypeVar("F", covariant=True)

_LARGEST = 900_000  # bytes; Kafka takes a million for a record and its headers

# the relay is told in the same trip, once (a subquery that looks at no row), and hears it with the commit
_NUMBERS = """with numbered as (insert into sequence (subject, last, correlation)
                  select * from unnest($1::text[], $2::bigint[], $3::text[])
                  on conflict (subject) do update set last = sequence.last + excluded.last
                  returning subject, last, correlation)
              select subject, last, correlation, (select pg_notify('outbox', '')) from numbered"""
# copied in, which takes half the time of an insert; ids are drawn in the order of the rows
_OUTBOX = ("time", "topic", "key", "compacted", "event_id", "type", "subject", "correlation", "causation", "sequence", "value")


@dataclass(frozen=True, slots=True)
class Heard(Generic[F]):
    """A fact as it arrived: what it says, its envelope, and its place ("topic-partition-offset"; "" for a call)."""

    fact: F
    envelope: Envelope
    place: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    topic: str
    key: str
    compacted: bool
    fact: Fact
    subject: str
    because: Envelope | None

    @property
    def series(self) -> str:
        """What its number counts in: the subject, and for a compacted topic, which keeps only the last of each, a series apart."""
        return f"{self.topic}/{self.subject}" if self.compacted else self.subject


@dataclass(slots=True)
class Work:
    """One transaction's worth of effects: `db` to load and save, `now` as the only time, `say`, `later` and `note` for what follows."""

    db: Connection
    now: datetime
    _said: list[_Said] = field(default_factory=list)
    _later: list[due.Due] = field(default_factory=list)
    _notes: list[audit.Note] = field(default_factory=list)

    def say(self, fact: Fact, subject: str, because: Envelope | None = None, *, topic: str | None = None, compacted: bool = False) -> None:
        """Publish `fact` about `subject` (its Kafka key) once this transaction is committed.

        `because` is the envelope that led to it; without one the story's own correlation goes on.
        """
        self._said.append(_Said(topic or fact.topic, subject, compacted, fact, subject, because))

    def later(self, kind: str, subject: str, at: datetime) -> None:
        """Call the `kind` handler for `subject` when `at` has come.

        Never taken back: the handler looks whether there is still something to do.
        """
        self._later.append(due.Due(kind, subject, at))

    def note(self, actor: str, action: str, subject: str, reason: str = "") -> None:
        """Write the decision into the audit chain; the words of the reason are kept apart and can be erased."""
        self._notes.append(audit.Note(actor, action, subject, reason))

    async def flush(self) -> None:
        """Write everything that was said into this transaction. Called by the edge only."""
        if self._later:
            await due.add(self.db, self._later)
        if self._said:
            await self._number_and_write()
        if self._notes:
            await audit.append(self.db, self._notes, self.now)
        self._said, self._later, self._notes = [], [], []

    async def _number_and_write(self) -> None:
        """The subjects' rows are locked in order before outbox ids are drawn, so that ids of one subject rise as its numbers do."""
        counts = Counter(said.series for said in self._said)
        first: dict[str, str] = {}
        for said in self._said:
            first.setdefault(said.series, _correlation(said.because) or str(uuid.uuid4()))
        series_in_order = sorted(counts)
        last = await self.db.fetch(_NUMBERS, series_in_order, [counts[s] for s in series_in_order], [first[s] for s in series_in_order])
        story = {row["subject"]: row["correlation"] for row in last}
        number = {row["subject"]: row["last"] - counts[row["subject"]] for row in last}
        rows: list[Sequence[object]] = []
        for said in self._said:
            series = said.series
            number[series] += 1
            because = said.because
            value = said.fact.__pydantic_serializer__.to_json(said.fact, by_alias=True)
            if len(value) > _LARGEST:  # here it fails its own transaction; later it would stop the relay for all
                raise ValueError(f"{said.fact.type} has {len(value)} bytes; at most {_LARGEST} can be published")
            rows.append(
                (
                    self.now,
                    said.topic,
                    said.key,
                    said.compacted,
                    str(uuid.uuid4()),
                    said.fact.type,
                    said.subject,
                    _correlation(because) or story[series],
                    because.id if because else "",
                    number[series],
                    value,
                )
            )
        await self.db.copy_records_to_table("outbox", records=rows, columns=_OUTBOX)


def _correlation(because: Envelope | None) -> str:
    return (because.correlation or because.id) if because else ""
