"""The register in the database: entries by key, written in whole chunks, and the rows of which state records are made."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from services.kit.database import Connection
from services.registry import cohort_store
from services.registry.register import DATED, CouncilEntry, DatedEntry, Entry, Kind, OfferEntry, PeerEntry, PostEntry

_REGISTER_LOCK = 7_201_101
# whoever changes the register takes this first: changes are rare, and one at a time cannot embrace one another
_LOCK = "select pg_advisory_xact_lock($1)"
_COUNCILS = "select la_code, coalesce(gss_code, '') as gss_code, name, region, type, aliases, linked, willing from council order by la_code"
_PEERS = """select peer, kind, council, name, party, themes, email, active, languages, travel, day_rate from peer
            where peer = any($1::text[])"""
_POSTS = """select p.peer, p.council, p.role, p.starts, p.ends from post p
            join unnest($1::text[], $2::text[], $3::text[], $4::date[]) as k(peer, council, role, starts)
            using (peer, council, role, starts)"""
_POSTS_OF = "select peer, council, role, starts, ends from post where peer = any($1::text[]) order by peer, starts, council, role"
_OFFERS = "select offer, owner, offered, starts, ends, kinds, held + placed as used from offer where offer = any($1::text[])"
_OFFERS_OF = "select owner, offer, offered, starts, ends, kinds from offer where owner = any($1::text[]) order by owner, starts, offer"
_DATED = """select owner as of, item, starts, ends, value from dated
            join unnest($2::text[], $3::text[], $4::date[]) as k(owner, item, starts) using (owner, item, starts) where kind = $1"""
_DATED_OF = """select kind, owner as of, item, starts, ends, value from dated where owner = any($1::text[])
               order by owner, kind, starts, item"""
_WRITE_DATED = """insert into dated (kind, owner, item, starts, ends, value)
    select $2, t.of, t.item, t.starts, t.ends, t.value
    from jsonb_to_recordset($1::jsonb) as t(of text, item text, starts date, ends date, value text)
    on conflict (owner, kind, item, starts) do update set ends = excluded.ends, value = excluded.value"""
_SERVED = """select h.match, l.peer, l.visit from hold h left join hold_line l on l.match = h.match and l.state <> 'free'
             where h.match = any($1::text[])"""
_KNOWN = "select peer from peer where peer = any($1::text[])"
# entries go in as one JSON text: with arrays for columns the client spends more time on packing them than the database on the rest
_WRITE_COUNCILS = """insert into council (la_code, gss_code, name, region, type, aliases, linked, willing, version, changed_at, changed_by)
    select t.la_code, nullif(t.gss_code, ''), t.name, t.region, t.type, t.aliases, t.linked, t.willing, 1, $2, $3
    from jsonb_to_recordset($1::jsonb)
         as t(la_code text, gss_code text, name text, region text, type text, aliases text[], linked text[], willing boolean)
    on conflict (la_code) do update set gss_code = excluded.gss_code, name = excluded.name, region = excluded.region, type = excluded.type,
        aliases = excluded.aliases, linked = excluded.linked, willing = excluded.willing,
        version = council.version + 1, changed_at = excluded.changed_at, changed_by = excluded.changed_by
    returning la_code, version, name, region, type, linked, willing"""
_WRITE_PEERS = """insert into peer (peer, kind, council, name, party, themes, email, active, languages, travel, day_rate,
                                               version, changed_at, changed_by)
    select t.*, 1, $2, $3 from jsonb_to_recordset($1::jsonb)
         as t(peer text, kind text, council text, name text, party text, themes text[], email text, active boolean,
              languages text[], travel text[], day_rate integer)
    on conflict (peer) do update set kind = excluded.kind, council = excluded.council, name = excluded.name, party = excluded.party,
        themes = excluded.themes, email = excluded.email, active = excluded.active,
        languages = excluded.languages, travel = excluded.travel, day_rate = excluded.day_rate,
        version = peer.version + 1, changed_at = excluded.changed_at, changed_by = excluded.changed_by
    returning peer, version, kind, council, party, themes, active, languages, travel"""
_WRITE_POSTS = """insert into post (peer, council, role, starts, ends)
    select t.* from jsonb_to_recordset($1::jsonb) as t(peer text, council text, role text, starts date, ends date)
    on conflict (peer, council, role, starts) do update set ends = excluded.ends"""
_LOCK_OFFERS = "select offer from offer where offer = any($1::text[]) order by offer for update"
_WRITE_OFFERS = """insert into offer (offer, owner, offered, starts, ends, kinds)
    select t.* from jsonb_to_recordset($1::jsonb) as t(offer text, of text, half_days integer, starts date, ends date, kinds text[])
    on conflict (offer) do update set offered = excluded.offered, starts = excluded.starts, ends = excluded.ends, kinds = excluded.kinds
    where offer.owner = excluded.owner and offer.held + offer.placed <= excluded.offered
    returning offer"""
_TOUCH_PEERS = """update peer set version = version + 1, changed_at = $2, changed_by = $3 where peer = any($1::text[])
                  returning peer, version, kind, council, party, themes, active, languages, travel"""
_TOUCH_COUNCILS = """update council set version = version + 1, changed_at = $2, changed_by = $3 where la_code = any($1::text[])
                     returning la_code, version, name, region, type, linked, willing"""
_VERSION = """select version, changed_at, changed_by from peer where 'peer:' || peer = $1
              union all select version, changed_at, changed_by from council where 'council:' || la_code = $1
              union all select version, changed_at, changed_by from cohort where 'cohort:' || cohort = $1"""


async def lock_register(db: Connection) -> None:
    """Wait for whoever else changes the register; from now on nobody else does until this transaction ends."""
    await db.execute(_LOCK, _REGISTER_LOCK)


async def councils(db: Connection) -> list[CouncilEntry]:
    """Every council of the register; there are 153, and by their codes there cannot be more than a thousand."""
    return [CouncilEntry(**dict(row)) for row in await db.fetch(_COUNCILS)]


async def existing(db: Connection, kind: Kind, entries: Collection[Entry]) -> dict[str, Entry]:
    """What the register holds under the keys of these entries, by key."""
    found: list[Entry]
    match kind:
        case "councils":
            wanted = {entry.key() for entry in entries}
            found = [council for council in await councils(db) if council.la_code in wanted]
        case "peers":
            found = [PeerEntry(**dict(row)) for row in await db.fetch(_PEERS, [entry.key() for entry in entries])]
        case "posts":
            keys = [(post.peer, post.council, post.role, post.starts) for post in entries if isinstance(post, PostEntry)]
            found = [PostEntry(**dict(row)) for row in await db.fetch(_POSTS, *zip(*keys, strict=True))] if keys else []
        case "cohorts":
            found = list(await cohort_store.existing(db, [entry.key() for entry in entries]))
        case "offers":
            found = [_offer(row) for row in await db.fetch(_OFFERS, [entry.key() for entry in entries])]
        case _:
            dated = [(entry.of, entry.item, entry.starts) for entry in entries if isinstance(entry, DatedEntry)]
            rows = await db.fetch(_DATED, kind, *zip(*dated, strict=True)) if dated else []
            found = [DATED[kind](**dict(row)) for row in rows]
    return {entry.key(): entry for entry in found}


async def used(db: Connection, offers: Collection[str]) -> dict[str, int]:
    """By offer the half-days that are held or placed."""
    return {row["offer"]: row["used"] for row in await db.fetch(_OFFERS, list(offers))}


async def known_peers(db: Connection, peers: Collection[str]) -> set[str]:
    """Those of the peers that are in the register."""
    return {row["peer"] for row in await db.fetch(_KNOWN, list(peers))}


async def served(db: Connection, matches: Collection[str]) -> dict[str, dict[str, bool]]:
    """By match that the register knows, who serves on it, and whether as part of a visiting team."""
    found: dict[str, dict[str, bool]] = {}
    for row in await db.fetch(_SERVED, list(matches)):
        serving = found.setdefault(row["match"], {})
        if row["peer"] is not None:
            serving[row["peer"]] = row["visit"]
    return found


async def posts_of(db: Connection, peers: Collection[str]) -> list[PostEntry]:
    """Every post of these peers, by peer and first day."""
    return [PostEntry(**dict(row)) for row in await db.fetch(_POSTS_OF, list(peers))]


async def offers_of(db: Connection, owners: Collection[str]) -> dict[str, list[OfferEntry]]:
    """Every offer of these owners, by owner."""
    found: dict[str, list[OfferEntry]] = defaultdict(list)
    for row in await db.fetch(_OFFERS_OF, list(owners)):
        found[row["owner"]].append(_offer(row))
    return found


async def dated_of(db: Connection, owners: Collection[str]) -> dict[str, dict[str, list[DatedEntry]]]:
    """Everything dated of these owners, by owner and kind, by first day."""
    found: dict[str, dict[str, list[DatedEntry]]] = defaultdict(lambda: defaultdict(list))
    for kind, *row in await db.fetch(_DATED_OF, list(owners)):
        of, item, starts, ends, value = row
        found[of][kind].append(DATED[kind](of=of, item=item, starts=starts, ends=ends, value=value))
    return found


async def write_dated(db: Connection, kind: Kind, entries: Iterable[DatedEntry]) -> None:
    """Add dated entries of a kind, or change when they end and how they ended."""
    await db.execute(_WRITE_DATED, _json(entries), kind)


async def write_councils(db: Connection, entries: Iterable[CouncilEntry], now: datetime, actor: str) -> list[Any]:
    """Add or change councils and give each its next version; the rows of their state records."""
    return await db.fetch(_WRITE_COUNCILS, _json(entries), now, actor)


async def write_peers(db: Connection, entries: Iterable[PeerEntry], now: datetime, actor: str) -> list[Any]:
    """Add or change peers and give each the next version; the rows of their state records."""
    return await db.fetch(_WRITE_PEERS, _json(entries), now, actor)


async def write_posts(db: Connection, entries: Iterable[PostEntry]) -> None:
    """Add posts, or change their last day."""
    await db.execute(_WRITE_POSTS, _json(entries))


async def lock_offers(db: Connection, offers: Collection[str]) -> None:
    """Lock those of the offers that are there, in the order in which holds lock them."""
    await db.execute(_LOCK_OFFERS, list(offers))


async def write_offers(db: Connection, entries: Sequence[OfferEntry]) -> set[str]:
    """Add or change offers. Returns those that the guard refused: more is used by now, or the offer is another owner's."""
    rows = await db.fetch(_WRITE_OFFERS, _json(entries))
    return {entry.offer for entry in entries} - {row["offer"] for row in rows}


async def touch_peers(db: Connection, peers: Collection[str], now: datetime, actor: str) -> list[Any]:
    """Give these peers their next version; the rows of their state records."""
    return await db.fetch(_TOUCH_PEERS, list(peers), now, actor)


async def touch_councils(db: Connection, la_codes: Collection[str], now: datetime, actor: str) -> list[Any]:
    """Give these councils their next version; the rows of their state records."""
    return await db.fetch(_TOUCH_COUNCILS, list(la_codes), now, actor)


async def version(db: Connection, owner: str) -> tuple[int, datetime, str] | None:
    """The version of a peer's, council's or cohort's record, when it was changed and by whom; None when there is none."""
    row = await db.fetchrow(_VERSION, owner)
    return (row["version"], row["changed_at"], row["changed_by"]) if row else None


def _offer(row: Any) -> OfferEntry:
    starts, ends = row["starts"], row["ends"]
    return OfferEntry(offer=row["offer"], of=row["owner"], half_days=row["offered"], starts=starts, ends=ends, kinds=tuple(row["kinds"]))


def _json(entries: Iterable[Entry]) -> str:
    return f"[{','.join(entry.model_dump_json() for entry in entries)}]"
