"""requests' SQL: claim and lock requests in one order, keep them with their words and stories, and read them for people."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from schemas.fact import Problem
from schemas.requests import RequestContent
from services.kit.database import Connection
from services.requests.history import Event
from services.requests.progress import Progress
from services.requests.request import Offer, Question, Request

# rows are inserted and locked in the order of their ids, so that two replicas never wait for each other crosswise
_CLAIM = """insert into request (id, source, reference, origin, intake, revision, digest, received_at, revised_at, changed_at, changed_by,
                    version, standing, content, problems, question, answers, host, kind, regions, progress, heard, state, offer)
            select id, source, reference, origin, intake, revision, digest, $1, $1, $1, source, $2, standing, content, problems, question,
                   '{}', host, kind, string_to_array(regions, '|'), 'opened', 0, state, offer
            from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::bytea[], $9::text[], $10::json[], $11::json[],
                        $12::json[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::json[])
            as t(id, source, reference, intake, revision, digest, standing, content, problems, question, host, kind, regions, state, origin,
                 offer)
            order by id on conflict do nothing returning id"""
_LOCK = "select * from request where id = any($1::text[]) order by id for update"
_SAVE = """update request r set intake = t.intake, revision = t.revision, digest = t.digest, revised_at = t.revised_at,
                  changed_at = t.changed_at, changed_by = t.changed_by, version = t.version, standing = t.standing, content = t.content,
                  problems = t.problems, question = t.question, answers = t.answers, host = t.host, kind = t.kind,
                  regions = string_to_array(t.regions, '|'), state = t.state, origin = t.origin, offer = t.offer
           from unnest($1::text[], $2::text[], $3::integer[], $4::bytea[], $5::timestamptz[], $6::timestamptz[], $7::text[], $8::integer[],
                       $9::text[], $10::json[], $11::json[], $12::json[], $13::json[], $14::text[], $15::text[], $16::text[], $17::text[],
                       $18::text[], $19::json[])
           as t(id, intake, revision, digest, revised_at, changed_at, changed_by, version, standing, content, problems, question, answers,
                host, kind, regions, state, origin, offer)
           where r.id = t.id"""
_WORDS = """insert into words (request, submitted) select * from unnest($1::text[], $2::bytea[])
            on conflict (request) do update set submitted = excluded.submitted, changes = null"""
_CHANGES = "update words set changes = $2 where request = $1"
_READ_WORDS = "select submitted, changes from words where request = $1"
_HISTORY = ("request", "at", "service", "type", "sequence", "actor", "detail")
_OUTCOME = ("intake", "outcome", "request", "at")
_STORY = "select request, at, service, type, sequence, actor, detail from history where request = $1 order by at, id"
_LOCK_PROGRESS = (
    """select id, standing, origin, progress, match, heard, held from request where id = any($1::text[]) order by id for update"""
)
_SAVE_PROGRESS = """update request r set progress = t.progress, match = t.match, heard = t.heard, held = t.held, state = t.state
                    from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[])
                    as t(id, progress, match, heard, held, state) where r.id = t.id"""
_READ = "select * from request where id = $1"
_LIST = """select * from request
            where (received_at, id) {past} ($1, $2) and ($3::text is null or state = $3) and ($4::text is null or $4 = any(regions))
              and ($5::text[] is null or regions && $5 or source = $6)
            order by received_at {way}, id {way} limit $7"""
_OLDEST_FIRST, _NEWEST_FIRST = _LIST.format(past=">", way="asc"), _LIST.format(past="<", way="desc")


async def claim(db: Connection, requests: Sequence[Request]) -> set[str]:
    """Insert those that are new, and lock them. Returns the ids that were new; waits for whoever is just inserting the same.

    All of a call are as new as can be and of one sort: of one time and version, and nobody has heard of them.
    """
    first = requests[0]
    columns = zip(
        *(
            (
                r.id,
                r.source,
                r.reference,
                r.intake,
                r.revision,
                r.digest,
                r.standing,
                *_documents(r),
                r.host,
                r.kind,
                "|".join(r.regions),
                r.state,
                r.origin,
                _offer(r),
            )
            for r in requests
        ),
        strict=True,
    )
    return {row["id"] for row in await db.fetch(_CLAIM, first.received_at, first.version, *columns)}


async def lock(db: Connection, ids: Iterable[str]) -> dict[str, Request]:
    """Requests by id, locked until the end of the transaction."""
    return {row["id"]: _request(row) for row in await db.fetch(_LOCK, sorted(ids))}


async def save(db: Connection, requests: Iterable[Request]) -> None:
    """Keep requests that are locked. Their progress is left as it is; see save_progress."""
    rows = (
        (
            *(r.id, r.intake, r.revision, r.digest, r.revised_at, r.changed_at, r.changed_by, r.version, r.standing),
            *(*_documents(r), json.dumps(dict(r.answers)), r.host, r.kind, "|".join(r.regions), r.state, r.origin, _offer(r)),
        )
        for r in requests
    )
    await db.execute(_SAVE, *zip(*rows, strict=True))


async def keep_words(db: Connection, submitted: Mapping[str, bytes]) -> None:
    """Keep what was submitted for each request id; what was kept before, and an adviser's changes of it, give way."""
    await db.execute(_WORDS, list(submitted), list(submitted.values()))


async def keep_changes(db: Connection, request: str, changes: Mapping[str, Any]) -> None:
    """Keep an adviser's changes, beside what was submitted."""
    await db.execute(_CHANGES, request, json.dumps(changes).encode())


@dataclass(frozen=True, slots=True)
class Words:
    """What was submitted, and what an adviser changed of it since, field by field."""

    submitted: dict[str, Any]
    changes: dict[str, Any]

    @property
    def now(self) -> dict[str, Any]:
        """As it stands; a field that is null is one that was left or taken out."""
        return {name: value for name, value in {**self.submitted, **self.changes}.items() if value is not None}


async def words(db: Connection, request: str) -> Words | None:
    """The words of a request; None when it has none, or they were erased."""
    row = await db.fetchrow(_READ_WORDS, request)
    if row is None or row["submitted"] is None:
        return None
    return Words(json.loads(row["submitted"]), json.loads(row["changes"] or b"{}"))


async def tell(db: Connection, events: Sequence[Event]) -> None:
    """Add rows to the stories of requests, in this order."""
    rows = ((e.request, e.at, e.service, e.type, e.sequence, e.actor, e.detail) for e in events)
    await db.copy_records_to_table("history", records=rows, columns=_HISTORY)


async def keep_outcomes(db: Connection, outcomes: Sequence[tuple[str, str, str | None]], now: datetime) -> None:
    """Keep what became of each record: (intake id, outcome, request id where there is one)."""
    await db.copy_records_to_table("outcome", records=((*outcome, now) for outcome in outcomes), columns=_OUTCOME)


async def story(db: Connection, request: str) -> list[Event]:
    """The rows of a request's story, in order of time."""
    return [Event(**dict(row)) for row in await db.fetch(_STORY, request)]


@dataclass(frozen=True, slots=True)
class Standing:
    """As much of a request as is needed to follow it."""

    standing: str
    origin: str
    progress: Progress


async def lock_progress(db: Connection, ids: Iterable[str]) -> dict[str, Standing]:
    """How far requests have come, by id, locked until the end of the transaction."""
    rows = await db.fetch(_LOCK_PROGRESS, sorted(ids))
    return {row["id"]: Standing(row["standing"], row["origin"], _progress(row)) for row in rows}


async def save_progress(db: Connection, followed: Sequence[tuple[str, Progress, str]]) -> None:
    """Keep how far requests have come: (id, progress, state)."""
    rows = ((ident, p.state, p.match, p.heard, p.held, state) for ident, p, state in followed)
    await db.execute(_SAVE_PROGRESS, *zip(*rows, strict=True))


async def find(db: Connection, ident: str) -> Request | None:
    """A request as it stands, not locked."""
    row = await db.fetchrow(_READ, ident)
    return _request(row) if row else None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests to list, from which place in the list on. regions: whose requests the reader may see, None for all; `own`: a source
    that the reader may see too."""

    state: str | None
    region: str | None
    regions: Sequence[str] | None
    own: str
    after: tuple[datetime, str]
    limit: int
    newest_first: bool = False


async def listed(db: Connection, wanted: Wanted) -> list[Request]:
    """Requests in the order in which they were first received, or the other way round."""
    w = wanted
    statement = _NEWEST_FIRST if w.newest_first else _OLDEST_FIRST
    return [_request(row) for row in await db.fetch(statement, *w.after, w.state, w.region, w.regions, w.own, w.limit)]


def _documents(r: Request) -> tuple[str | None, str, str | None]:
    """Content, problems and question as JSON."""
    return (
        r.content.__pydantic_serializer__.to_json(r.content).decode() if r.content is not None else None,
        json.dumps([problem.model_dump() for problem in r.problems]) if r.problems else "[]",
        r.question.model_dump_json() if r.question is not None else None,
    )


def _offer(r: Request) -> str | None:
    return r.offer.model_dump_json() if r.offer is not None else None


def _request(row: Any) -> Request:
    content, question, offer = row["content"], row["question"], row["offer"]
    return Request(
        id=row["id"],
        source=row["source"],
        reference=row["reference"],
        origin=row["origin"],
        intake=row["intake"],
        revision=row["revision"],
        digest=bytes(row["digest"]),
        received_at=row["received_at"],
        revised_at=row["revised_at"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
        version=row["version"],
        standing=row["standing"],
        content=RequestContent.model_validate_json(content) if content is not None else None,
        problems=tuple(Problem.model_validate(problem) for problem in json.loads(row["problems"])),
        question=Question.model_validate_json(question) if question is not None else None,
        answers=json.loads(row["answers"]),
        host=row["host"],
        kind=row["kind"],
        regions=tuple(row["regions"]),
        offer=Offer.model_validate_json(offer) if offer is not None else None,
        progress=_progress(row),
    )


def _progress(row: Any) -> Progress:
    return Progress(row["progress"], row["match"], row["heard"], row["held"])
