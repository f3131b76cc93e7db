"""SQL that keeps the read model: cases, what was told, the registry's records; and tells the pages what has changed."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from services.desk.case import Case, from_json, to_json
from services.kit.database import Connection

CHANNEL = "desk"
"""On which pages are told of changes: {"regions": [...], "requests": [...]}; no requests stand there when there are many."""
_MANY = 60

_LOCK = "select request, doc from request where request = any($1::text[]) order by request for update"
_CLAIM = """insert into request (request, regions, priority, urgency, state, waiting, changed_at, doc)
            select id, '{}', '', 0, '', '', $2, '' from unnest($1::text[]) as id on conflict do nothing"""
_SAVE = """
update request set regions = coalesce(string_to_array(nullif(g, ''), '|'), '{}'), host = h, kind = k, priority = p, urgency = u, state = s,
    waiting = w, waiting_since = ws, deadline = d::timestamptz, received_at = ra::timestamptz, changed_at = ca, ends = e::date,
    pressing_since = ps::timestamptz, doc = t.doc
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::text[], $8::text[], $9::timestamptz[],
            $10::text[], $11::text[], $12::timestamptz[], $13::text[], $14::text[], $15::text[])
     as t (r, g, h, k, p, u, s, w, ws, d, ra, ca, e, ps, doc)
where request = r"""
_SUGGEST = """insert into suggestion (request, doc) select * from unnest($1::text[], $2::text[])
              on conflict (request) do update set doc = excluded.doc"""
_UNSUGGEST = "delete from suggestion where request = any($1::text[])"
_TELL = """insert into told (request, service, sequence, at, type, actor, detail)
           select * from unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[])
           on conflict do nothing"""
_TOLD = ("request", "service", "sequence", "at", "type", "actor", "detail")
_KEEP = """insert into record (key, version, doc) select * from unnest($1::text[], $2::bigint[], $3::text[])
           on conflict (key) do update set version = excluded.version, doc = excluded.doc where record.version < excluded.version"""
_WORDS = """insert into heads_up (id, region, asked_at, answered)
            select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::boolean[])
            on conflict (id) do update set answered = heads_up.answered or excluded.answered"""
_NOTIFY = "select pg_notify($1, $2)"
_CLOSE = "lock table request, suggestion, told, record, heads_up in exclusive mode"
_EMPTY = ("delete from request", "delete from suggestion", "delete from told", "delete from record", "delete from heads_up")

HeadsUp = tuple[str, str, datetime, bool]
"""A row of `heads_up`: its id, the region that is told, when, and whether it is answered."""
Event = tuple[str, str, int, datetime, str, str, str]
"""A row of `told`: request, service, sequence, at, type, actor, detail."""


async def lock(db: Connection, requests: Iterable[str], now: datetime) -> dict[str, Case]:
    """The cases of these requests, held until the transaction ends; of one that nobody has spoken of before, an empty one."""
    wanted = sorted(set(requests))
    rows = await db.fetch(_LOCK, wanted)
    if len(rows) < len(wanted):  # of two consumers that hear of a request first, the later waits here
        await db.execute(_CLAIM, sorted(set(wanted) - {row["request"] for row in rows}), now)
        rows = await db.fetch(_LOCK, wanted)
    return {row["request"]: from_json(row["doc"]) if row["doc"] else Case(request=row["request"]) for row in rows}


async def save(db: Connection, cases: Sequence[Case], suggestions: Mapping[str, str]) -> None:
    """Write cases that `lock` gave, and the suggestions that have changed, as the JSON they came as ("" for none any more)."""
    if not cases:
        return
    rows = [
        (
            c.request, "|".join(c.regions), c.host, c.kind, c.priority, c.urgency, c.state, c.waiting, c.since, c.deadline, c.received_at,
            c.changed_at, c.ends, c.pressing_since, to_json(c),
        )
        for c in cases
    ]  # fmt: skip
    await db.execute(_SAVE, *zip(*rows, strict=True))
    kept = sorted((request, doc) for request, doc in suggestions.items() if doc)
    if kept:
        await db.execute(_SUGGEST, *zip(*kept, strict=True))
    if gone := sorted(request for request, doc in suggestions.items() if not doc):
        await db.execute(_UNSUGGEST, gone)


async def tell(db: Connection, events: Sequence[Event]) -> None:
    """Add to the timelines; what stands there already stays."""
    await db.execute(_TELL, *zip(*sorted(events), strict=True))  # in the order of the index, which is faster


async def tell_anew(db: Connection, events: Sequence[Event]) -> None:
    """Add to timelines that were emptied what does not stand there yet: copied in, which takes half the time."""
    await db.copy_records_to_table("told", records=sorted(events), columns=_TOLD)


async def heads_ups(db: Connection, words: Sequence[HeadsUp]) -> None:
    """Keep which heads-ups wait, and which are answered; an answer stays one."""
    newest = {word[0]: word for word in sorted(words, key=lambda word: word[3])}
    if newest:
        await db.execute(_WORDS, *zip(*(newest[ident] for ident in sorted(newest)), strict=True))


async def keep(db: Connection, records: Mapping[str, tuple[int, str]]) -> None:
    """Keep the newer version of each record: by key its version and JSON."""
    keys = sorted(records)
    await db.execute(_KEEP, keys, [records[key][0] for key in keys], [records[key][1] for key in keys])


async def announce(db: Connection, cases: Sequence[Case]) -> None:
    """Tell every page of every process which regions and requests have changed, once this transaction is committed."""
    regions = sorted({region for case in cases for region in case.regions})
    requests = [case.request for case in cases] if len(cases) <= _MANY else []
    await db.execute(_NOTIFY, CHANNEL, json.dumps({"regions": regions, "requests": requests}))


async def empty(db: Connection) -> None:
    """Begin anew: whoever reads goes on reading what was there until the transaction ends, whoever writes waits for that."""
    await db.execute(_CLOSE)
    for statement in _EMPTY:
        await db.execute(statement)
