"""Cohorts of courses in the database: entered whole, their places moved with the guard in the statement, each change a new version."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.kit.database import Connection
from services.registry.domain import Hold
from services.registry.places import seat
from services.registry.register import CohortEntry

_COHORTS = "select cohort, course, offered_by, starts, ask_by, places from cohort where cohort = any($1::text[])"
_USED = "select cohort, held + placed as used from cohort where cohort = any($1::text[])"
_STATE = "cohort, version, course, offered_by, starts, ask_by, places, held + placed as taken"
_WRITE = f"""insert into cohort (cohort, course, offered_by, starts, ask_by, places, version, changed_at, changed_by)
    select t.*, 1, $2, $3 from jsonb_to_recordset($1::jsonb)
         as t(cohort text, course text, offered_by text, starts date, ask_by date, places integer) order by t.cohort
    on conflict (cohort) do update set course = excluded.course, offered_by = excluded.offered_by, starts = excluded.starts,
        ask_by = excluded.ask_by, places = excluded.places, version = cohort.version + 1, changed_at = excluded.changed_at,
        changed_by = excluded.changed_by
    where cohort.held + cohort.placed <= excluded.places
    returning {_STATE}"""  # noqa: S608  # only names of columns are put in
_LOCK = "select cohort, places - held - placed as free from cohort where cohort = any($1::text[]) order by cohort for update"
_MOVE = f"""update cohort c set held = c.held + d.held, placed = c.placed + d.placed, version = c.version + 1,
                              changed_at = $4, changed_by = $5
    from unnest($1::text[], $2::integer[], $3::integer[]) as d(moved, held, placed)
    where c.cohort = d.moved and c.held + d.held >= 0 and c.placed + d.placed >= 0
      and c.held + d.held + c.placed + d.placed <= c.places
    returning {_STATE.replace("held + placed", "c.held + c.placed")}"""  # noqa: S608  # only names of columns are put in
_PAGE = """select cohort, course, offered_by, starts, ask_by, places, held, placed, version from cohort
           where cohort > $1 order by cohort limit $2"""


class NoPlace(Exception):
    """The guard of the statement held where the decision did not: the transaction is undone."""


async def existing(db: Connection, cohorts: Collection[str]) -> list[CohortEntry]:
    """Those of the cohorts that are in the register."""
    return [CohortEntry(**dict(row)) for row in await db.fetch(_COHORTS, list(cohorts))]


async def used(db: Connection, cohorts: Collection[str]) -> dict[str, int]:
    """By cohort the places that are held or given."""
    return {row["cohort"]: row["used"] for row in await db.fetch(_USED, list(cohorts))}


async def write(db: Connection, entries: Sequence[CohortEntry], now: datetime, actor: str) -> list[Any]:
    """Add or change cohorts; the rows of their state records. Those that the guard refused, for more is taken by now, are left out."""
    return await db.fetch(_WRITE, f"[{','.join(entry.model_dump_json() for entry in entries)}]", now, actor)


async def lock(db: Connection, cohorts: Iterable[str]) -> dict[str, int]:
    """How many places are free in each of these cohorts, locked until the transaction ends."""
    wanted = sorted(set(cohorts))
    return {row["cohort"]: row["free"] for row in await db.fetch(_LOCK, wanted)} if wanted else {}


async def move(db: Connection, before: Mapping[str, Hold], changed: Sequence[Hold], now: datetime) -> list[Any]:
    """Move the places of holds that changed, all in one guarded statement; the rows of the state records. Errors: NoPlace."""
    moves: Counter[tuple[str, str]] = Counter()
    for hold in changed:
        moves.update(seat(hold))
        moves.subtract(seat(before.get(hold.match)))
    cohorts = sorted({cohort for (cohort, _), places in moves.items() if places})
    if not cohorts:
        return []
    held, placed = [[moves[cohort, state] for cohort in cohorts] for state in ("held", "placed")]
    rows = await db.fetch(_MOVE, cohorts, held, placed, now, "registry")
    if len(rows) != len(cohorts):
        raise NoPlace(f"places of {len(cohorts)} cohorts were to be moved and a guard refused")
    return rows


async def page(db: Connection, after: str, most: int) -> list[Any]:
    """Cohorts by identifier, with the places that are held and given."""
    return await db.fetch(_PAGE, after, most)
