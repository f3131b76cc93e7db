"""The matcher's SQL: stories and what they add to the ledger, the registry's records, open load, and the inputs of rankings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from schemas.courses import CohortState
from schemas.registry import CouncilState, LoadState, PeerState
from services.kit.database import Connection
from services.matcher.giving import Deployment, Period, deployments
from services.matcher.records import State
from services.matcher.story import Story

_LOCK = "select doc from story where request = any($1::text[]) order by request for update"
_SAVE = """insert into story (request, version, state, host, region, kind, changed_at, pressing_since, doc)
           select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
                                $8::timestamptz[], $9::text[])
           on conflict (request) do update set version = excluded.version, state = excluded.state, host = excluded.host,
               region = excluded.region, kind = excluded.kind, changed_at = excluded.changed_at, pressing_since = excluded.pressing_since,
               doc = excluded.doc"""
_ONE = "select doc from story where request = $1"
_LIST = """select doc from story where ($1::text is null or state = $1) and ($2::text[] is null or region = any($2)) and request > $3
           order by request limit $4"""
_FORGET = "delete from deployment where request = any($1::text[])"
_GIVEN = """select request, line, host, region, kind, starts, peer, council, days, former, fit, best_fit, best_council from deployment
            where starts between $1 and $2 and ($3::text is null or region = $3) and ($4::text is null or kind = $4)
            order by request, line"""
_DOCS_IN = "select doc from story where state = any($1::text[]) order by request"
_IN_STATES = "select request from story where state = any($1::text[]) and request > $2 order by request limit $3"
_QUEUE = """select doc from story where state = any($1::text[]) and ($2::text[] is null or region = any($2))
            order by pressing_since, request limit $3"""
_UNMET = """select request, pressing_since from story where state = 'unmet' and (pressing_since, request) > ($1, $2)
            order by pressing_since, request limit $3"""
_KEEP = """insert into registry_record (key, version, position, doc)
           select * from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) on conflict (key, version) do nothing"""
# one statement is one snapshot: records above our version, and every load change whose transaction we have not counted for good
_SINCE = """
with horizon as (select pg_snapshot_xmin(pg_current_snapshot()) as open)
select 'horizon' as what, 0::bigint as position, open::text as key, ''::text as doc, 0::double precision as weight from horizon
union all
select 'record', position, key, doc, 0 from registry_record where position > $1
union all
select case when xid < open then 'settled' else 'passing' end, 0, peer, '', sum(weight) from load_change, horizon
where xid >= $2::text::xid8 group by 1, 3
union all
select 'policy', version, '', case when version = $3 then '' else doc end, 0
from policy where version = (select version from adoption order by id desc limit 1)
union all
select 'scarcity', version, '', case when version = $4 then '' else doc end, 0
from scarcity where version = (select max(version) from scarcity)
union all
select 'not_now', 0, peer, until::text, 0 from not_now
order by 2"""
_RECORDS_UP_TO = "select position, key, doc from registry_record where position <= $1 order by position"
_RANKED = """insert into ranking (id, at, registry_version, policy_version, scarcity_version, as_of, load, asks)
             values ($1, $2, $3, $4, $5, $6, $7, $8)"""
_RANKING = "select registry_version, policy_version, scarcity_version, as_of, load, asks from ranking where id = $1"
_ASKED = "select asks from ranking where at > $1 and at <= $2 order by at, id"
_STATES = "select state, count(*) as n from story where ($1::text[] is null or region = any($1)) group by state order by state"


_FIRST = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Since:
    """What has changed since a replica last looked. horizon: transactions below it are over, and their load changes are in `settled`.

    policy: the active one's version, and its JSON where it is another than the replica has; None when none was ever adopted.
    scarcity: the same of the newest scarcity prices; None while there are none.
    not_now: all whom the adviser of their own region asks not to ask now, and until when.
    """

    horizon: str
    records: Sequence[tuple[int, str, State | None]]
    settled: list[tuple[str, float]]
    passing: list[tuple[str, float]]
    policy: tuple[int, str] | None
    scarcity: tuple[int, str] | None
    not_now: dict[str, date]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The stored inputs of a ranking; `asks` as the bytes they were stored as."""

    registry_version: int
    policy_version: int
    scarcity_version: int
    as_of: date
    load: bytes
    asks: bytes


async def lock_stories(db: Connection, requests: Iterable[str]) -> dict[str, Story]:
    """The known ones of these requests, locked in order until the transaction ends."""
    rows = await db.fetch(_LOCK, sorted(set(requests)))
    return {story.request: story for story in (_story(row["doc"]) for row in rows)}


async def save_stories(db: Connection, stories: Iterable[Story]) -> None:
    """Write stories, in the order of their requests, and with them what they add to the ledger."""
    ordered = sorted(stories, key=lambda s: s.request)
    if not ordered:
        return
    rows = [
        (s.request, s.version, s.state, s.host, s.region, s.kind, s.changed_at, s.pressing_since or s.changed_at, s.model_dump_json())
        for s in ordered
    ]
    await db.execute(_SAVE, *zip(*rows, strict=True))
    await db.execute(_FORGET, [s.request for s in ordered])
    if gave := [one for s in ordered for one in deployments(s)]:
        await db.copy_records_to_table("deployment", records=gave, columns=Deployment._fields)


async def given(db: Connection, period: Period) -> list[Deployment]:
    """What the stories of a period add to the ledger, by request and line."""
    return [Deployment(*row) for row in await db.fetch(_GIVEN, period.since, period.until, period.region, period.kind)]


async def story(db: Connection, request: str) -> Story | None:
    """One story as it stands."""
    row = await db.fetchrow(_ONE, request)
    return _story(row["doc"]) if row else None


async def stories(db: Connection, state: str | None, regions: list[str] | None, after: str, most: int) -> list[Story]:
    """Stories by request id; `regions` None means all."""
    return [_story(row["doc"]) for row in await db.fetch(_LIST, state, regions, after, most)]


async def states(db: Connection, regions: list[str] | None) -> dict[str, int]:
    """How many stories are in each state."""
    return {row["state"]: row["n"] for row in await db.fetch(_STATES, regions)}


async def docs_in(db: Connection, states: Iterable[str]) -> list[str]:
    """Every story in one of these states as JSON, by request: for whoever reads them in a thread."""
    return [row["doc"] for row in await db.fetch(_DOCS_IN, sorted(states))]


async def in_states(db: Connection, states: Iterable[str], after: str, most: int) -> list[str]:
    """Requests in one of these states, in order of their ids."""
    return [row["request"] for row in await db.fetch(_IN_STATES, sorted(states), after, most)]


async def queue(db: Connection, states: Iterable[str], regions: list[str] | None, most: int) -> list[Story]:
    """Stories in one of these states, the most pressing first; `regions` None means all."""
    return [_story(row["doc"]) for row in await db.fetch(_QUEUE, sorted(states), regions, most)]


async def unmet_after(db: Connection, after: str, most: int) -> tuple[list[str], str]:
    """Unmet requests, the most pressing first, after the place where a call before ended ("": from the start), and where this one ends."""
    since, _, request = after.partition("~")
    rows = await db.fetch(_UNMET, datetime.fromisoformat(since) if since else _FIRST, request, most)
    return [row["request"] for row in rows], f"{rows[-1]['pressing_since'].isoformat()}~{rows[-1]['request']}" if rows else ""


async def keep_records(db: Connection, records: Sequence[tuple[str, int, int, str]]) -> None:
    """Keep (key, version, position, JSON) of registry state records; what is there already stays."""
    await db.execute(_KEEP, *zip(*sorted(records), strict=True))


async def add_open(db: Connection, changes: Iterable[tuple[str, float]]) -> None:
    """Write load changes, (peer, weight), one row a peer."""
    sums: dict[str, float] = defaultdict(float)
    for peer, weight in changes:
        sums[peer] += weight
    if sums:
        await db.copy_records_to_table("load_change", records=sums.items(), columns=("peer", "weight"))


async def since(db: Connection, position: int, horizon: str, policy: int, scarcity: int) -> Since:
    """Everything above a registry version and a horizon, the active policy and the newest scarcity prices, in one snapshot."""
    rows = await db.fetch(_SINCE, position, horizon, policy, scarcity)
    records = [(row["position"], row["key"], _state(row["key"], row["doc"])) for row in rows if row["what"] == "record"]
    settled = [(row["key"], row["weight"]) for row in rows if row["what"] == "settled"]
    passing = [(row["key"], row["weight"]) for row in rows if row["what"] == "passing"]
    active, valued = (next(((row["position"], row["doc"]) for row in rows if row["what"] == what), None) for what in ("policy", "scarcity"))
    not_now = {row["key"]: date.fromisoformat(row["doc"]) for row in rows if row["what"] == "not_now"}
    return Since(next(row["key"] for row in rows if row["what"] == "horizon"), records, settled, passing, active, valued, not_now)


async def records_up_to(db: Connection, position: int) -> list[tuple[int, str, State | None]]:
    """The registry's records up to a version: with a stored ranking, all that is needed to replay it."""
    return [(row["position"], row["key"], _state(row["key"], row["doc"])) for row in await db.fetch(_RECORDS_UP_TO, position)]


async def add_ranking(db: Connection, ident: str, at: datetime, inputs: Ranking) -> None:
    """Store the inputs of a ranking."""
    i = inputs
    await db.execute(_RANKED, ident, at, i.registry_version, i.policy_version, i.scarcity_version, i.as_of, i.load, i.asks)


async def ranking(db: Connection, ident: str) -> Ranking | None:
    """The stored inputs of a ranking."""
    row = await db.fetchrow(_RANKING, ident)
    return Ranking(*row) if row else None


async def asked(db: Connection, since: datetime, until: datetime) -> list[bytes]:
    """The asks of every ranking after a moment and up to another, in order, as they were stored."""
    return [row["asks"] for row in await db.fetch(_ASKED, since, until)]


_STATES_OF: dict[str, type[State]] = {"peer": PeerState, "council": CouncilState, "cohort": CohortState, "load": LoadState}


def _story(doc: str) -> Story:
    return Story.model_validate_json(doc)


def _state(key: str, doc: str) -> State:
    return _STATES_OF[key.partition(":")[0]].model_validate_json(doc)
