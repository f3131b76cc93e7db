"""Holds and capacity accounts in the database: locked in order, read in whole batches, written with the guard in the statement."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from schemas.fact import Line
from services.kit.database import Connection
from services.registry.domain import Account, HeldLine, Hold, charges, half_days

# holds before accounts, each in the order of its key: so two batches that want the same rows queue up and never embrace
_LOCK_HOLDS = "select match, request, state, expires_at, cohort from hold where match = any($1::text[]) order by match for update"
_LINES = "select * from hold_line where match = any($1::text[]) order by match, line"
_LOCK_ACCOUNTS = """select offer, owner, starts, ends, offered, held, placed, kinds from offer
                    where offer in (select f.offer from unnest($1::text[], $2::date[]) as w(owner, day)
                                    join offer f on f.owner = w.owner and w.day between f.starts and f.ends
                                    union select unnest($3::text[]))
                    order by offer for update"""
_PEERS = "select peer, council from peer where peer = any($1::text[]) and active"
_MOVE = """update offer o set held = o.held + d.held, placed = o.placed + d.placed
           from unnest($1::text[], $2::integer[], $3::integer[]) as d(offer, held, placed)
           where o.offer = d.offer and o.held + d.held >= 0 and o.placed + d.placed >= 0
             and o.held + d.held + o.placed + d.placed <= o.offered
           returning o.offer"""
_SAVE_HOLDS = """insert into hold (match, request, state, expires_at, cohort)
                 select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[])
                 on conflict (match) do update set state = excluded.state, expires_at = excluded.expires_at, cohort = excluded.cohort"""
_SAVE_LINES = """insert into hold_line (match, line, place, role, peer, council, days, starts, state, peer_offer, council_offer, visit,
                                        host)
                 select * from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::date[],
                                      $9::text[], $10::text[], $11::text[], $12::boolean[], $13::text[])
                 on conflict (match, line) do update set state = excluded.state, days = excluded.days"""
_NEXT_VERSION = """insert into load (owner, version) select owner, 1 from unnest($1::text[]) as owner
                   on conflict (owner) do update set version = load.version + 1 returning owner, version"""
# the two halves use an index each; a union of owners in one would not
_DEPLOYMENTS = """select 'peer:' || peer as owner, count(*) filter (where state = 'held') as held,
                         coalesce(array_agg(starts order by starts) filter (where state = 'placed'), '{}') as placed,
                         coalesce(array_agg(starts order by starts) filter (where visit and starts > $3), '{}') as visits,
                         coalesce(array_agg(host order by starts, host) filter (where state = 'placed'), '{}') as hosts
                  from hold_line where peer = any($1::text[]) and state <> 'free' and (state = 'held' or starts > $3) group by peer
                  union all
                  select 'council:' || council, count(*) filter (where state = 'held'),
                         coalesce(array_agg(starts order by starts) filter (where state = 'placed'), '{}'), '{}',
                         coalesce(array_agg(host order by starts, host) filter (where state = 'placed'), '{}')
                  from hold_line where council = any($2::text[]) and state <> 'free' and (state = 'held' or starts > $3) group by council"""
_USED = """select owner, offer, held + placed as used from offer
           where owner = any($1::text[]) and held + placed > 0 and ends > $2 order by owner, offer"""


class OverCapacity(Exception):
    """The guard of the statement held where the decision did not: the transaction is undone."""


async def lock_holds(db: Connection, matches: Collection[str]) -> dict[str, Hold]:
    """The holds of these matches, by match, locked until the transaction ends."""
    rows = await db.fetch(_LOCK_HOLDS, list(matches))
    if not rows:
        return {}
    lines: dict[str, list[HeldLine]] = defaultdict(list)
    for row in await db.fetch(_LINES, [row["match"] for row in rows]):
        lines[row["match"]].append(_held_line(row))
    return {
        match: Hold(match, request, state, until, tuple(lines[match]), cohort) for match, request, state, until, cohort in map(tuple, rows)
    }


async def lock_accounts(db: Connection, wanted: Collection[tuple[str, date]], offers: Collection[str]) -> list[Account]:
    """The accounts in force on the day for each wanted (owner, day), and these offers, locked until the transaction ends."""
    if not wanted and not offers:
        return []
    rows = await db.fetch(_LOCK_ACCOUNTS, [owner for owner, _ in wanted], [day for _, day in wanted], list(offers))
    return [Account(*row.values()) for row in rows]


async def councils_of(db: Connection, peers: Collection[str]) -> dict[str, str]:
    """The council of every one of these peers that is in the register and active."""
    return {row["peer"]: row["council"] for row in await db.fetch(_PEERS, list(peers))} if peers else {}


async def save(db: Connection, before: Mapping[str, Hold], changed: Sequence[Hold]) -> None:
    """Write holds that changed and move what they are charged, all in one guarded statement. Errors: OverCapacity."""
    moves: Counter[tuple[str, str]] = Counter()
    for hold in changed:
        moves.update(charges(hold))
        moves.subtract(charges(before.get(hold.match)))
    offers = sorted({offer for (offer, _), days in moves.items() if days})
    held, placed = [[moves[offer, state] for offer in offers] for state in ("held", "placed")]
    if len(await db.fetch(_MOVE, offers, held, placed)) != len(offers):
        raise OverCapacity(f"{len(offers)} accounts were to be moved and a guard refused")
    holds = [(hold.match, hold.request, hold.state, hold.expires_at, hold.cohort) for hold in changed]
    await db.execute(_SAVE_HOLDS, *_columns(holds, 5))
    lines = []
    for hold in changed:
        known = {line.line.line: line for line in before[hold.match].lines} if hold.match in before else {}
        lines += [_row(hold, line) for line in hold.lines if line != known.get(line.line.line)]
    await db.execute(_SAVE_LINES, *_columns(lines, 13))


async def next_load_versions(db: Connection, owners: Iterable[str]) -> dict[str, int]:
    """Lock the load rows of these owners and give each its next version; what is read after this call is up to date with it."""
    return {row["owner"]: row["version"] for row in await db.fetch(_NEXT_VERSION, sorted(owners))}


Carried = tuple[int, tuple[date, ...], tuple[date, ...], tuple[str, ...]]
"""Of an owner: how many lines are held, the first days of those that are placed, and of a peer's visits; and for whom the placed are."""


async def deployments(db: Connection, owners: Collection[str], since: date) -> dict[str, Carried]:
    """What these owners carry, of work that began after `since` or is held."""
    named = sorted(owners)
    peers, councils = ([name.partition(":")[2] for name in named if name.startswith(kind)] for kind in ("peer:", "council:"))
    found: dict[str, Carried] = dict.fromkeys(named, (0, (), (), ()))
    for owner, held, placed, visits, hosts in await db.fetch(_DEPLOYMENTS, peers, councils, since):
        found[owner] = (held, tuple(placed), tuple(visits), tuple(hosts))
    return found


async def used(db: Connection, owners: Collection[str], since: date) -> dict[str, list[tuple[str, int]]]:
    """By owner the offers that end after `since` and of which something is used, each with its half-days."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in await db.fetch(_USED, list(owners), since):
        found[row["owner"]].append((row["offer"], row["used"]))
    return found


def _held_line(row: Any) -> HeldLine:
    line = Line(line=row["line"], place=row["place"], role=row["role"], peer=row["peer"], council=row["council"], days=row["days"] / 2)
    return HeldLine(line, row["starts"], row["state"], row["peer_offer"], row["council_offer"], row["visit"], row["host"])


def _row(hold: Hold, held: HeldLine) -> tuple[Any, ...]:
    line = held.line
    days = half_days(line.days)
    told = (held.starts, held.state, held.peer_offer, held.council_offer, held.visit, held.host)
    return (hold.match, line.line, line.place, line.role, line.peer, line.council, days, *told)


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width
