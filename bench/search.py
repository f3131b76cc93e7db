"""A name looked for among 100,000 peers, as the registry does it and as plain SQL does: time, and how often a misspelt name is found."""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from services.kit.database import KIT_MIGRATIONS, Connection, Database, migrate
from services.onebox.postgres import Postgres
from services.registry import register_store, search_store
from services.registry.names import Sought
from services.registry.register import CouncilEntry, PeerEntry, PostEntry
from services.registry.searching import Finder
from services.vocabulary.councils import reference_councils
from services.vocabulary.roles import ROLES
from services.vocabulary.themes import THEMES

PEERS, SEARCHES, GOAL = 100_000, 200, 50.0
"""GOAL: milliseconds that a search may take, at the 95th percentile."""
TODAY = date(2026, 11, 25)
_SYLLABLES = ("ash", "ba", "dal", "fer", "ing", "ke", "ley", "lo", "mi", "nor", "ru", "sta", "ton", "wen", "wick")
_MIGRATIONS = Path(__file__).parents[1] / "services" / "registry" / "migrations"
_PART = 5_000
_PLAIN = """select p.peer from peer p join council c on c.la_code = p.council
            where p.name ilike '%' || $1 || '%' or c.name ilike '%' || $1 || '%' order by p.name limit 20"""


@dataclass(frozen=True, slots=True)
class Found:
    """Milliseconds of searches (reading what is new, and the rows that are shown, included) and the share of them that found whom they
    meant; the same of plain SQL. filled: seconds until all names are in memory."""

    ms: list[float]
    hits: float
    plain_ms: list[float]
    plain_hits: float
    filled: float

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.ms, n=20)[-1]


def people(count: int, dice: random.Random) -> list[PeerEntry]:
    """Peers with invented names: 3,000 first ones, 25,000 last ones."""

    def some(number: int) -> list[str]:
        return ["".join(dice.choice(_SYLLABLES) for _ in range(dice.randint(2, 4))).title() for _ in range(number)]

    first, last, councils, themes = some(3_000), some(25_000), reference_councils(), list(THEMES)
    return [
        PeerEntry(
            peer=f"p{n:06d}", kind="member", council=dice.choice(councils).la_code, name=f"{dice.choice(first)} {dice.choice(last)}",
            party=None, themes=tuple(sorted(dice.sample(themes, 3))), email="", active=True,
        )
        for n in range(count)
    ]  # fmt: skip


def misspelt(name: str, dice: random.Random) -> str:
    """One letter is another, one is missing, or two have changed places."""
    at = dice.randrange(1, len(name) - 2)
    return dice.choice((name[:at] + "e" + name[at + 1 :], name[:at] + name[at + 1 :], name[:at] + name[at + 1] + name[at] + name[at + 2 :]))


def measure(count: int = PEERS, seed: int = 7) -> Found:
    """On a PostgreSQL of its own."""
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="manyhands-bench-") as folder, Postgres(Path(folder) / "postgres", durable=False) as server:
        dsn = server.databases.create_database("registry", "registry", "secret")
        asyncio.run(migrate(dsn, [KIT_MIGRATIONS, _MIGRATIONS]))
        return asyncio.run(_measured(Database(dsn, "registry", asyncio.Event()), people(count, dice), dice))


async def _measured(database: Database, peers: list[PeerEntry], dice: random.Random) -> Found:
    await fill_register(database, peers, dice)
    finder = Finder()
    begun = time.perf_counter()
    await database.once(finder.refresh)
    filled = time.perf_counter() - begun
    asked = [(peer.peer, misspelt(peer.name, dice) if n % 2 else peer.name) for n, peer in enumerate(dice.sample(peers, SEARCHES))]

    async def search(db: Connection, words: str) -> list[str]:
        await finder.refresh(db)
        ranked, _, _ = await finder.search(Sought(words, TODAY, 20), 8)
        shown = await search_store.shown(db, [peer for peer, _ in ranked], None)
        await search_store.held(db, list(shown), TODAY)
        return [peer for peer, _ in ranked if peer in shown]

    async def plain(db: Connection, words: str) -> list[str]:
        return [row["peer"] for row in await db.fetch(_PLAIN, words)]

    ms, hits = await _timed(database, search, asked)
    plain_ms, plain_hits = await _timed(database, plain, asked)
    await database.close()
    return Found(ms, hits, plain_ms, plain_hits, filled)


async def _timed(
    database: Database, search: Callable[[Connection, str], Awaitable[list[str]]], asked: list[tuple[str, str]]
) -> tuple[list[float], float]:
    ms, hits = [], 0
    for peer, words in asked:
        begun = time.perf_counter()
        found = await database.once(lambda db: search(db, words))  # noqa: B023
        ms.append((time.perf_counter() - begun) * 1_000)
        hits += peer in found
    return ms, hits / len(asked)


async def fill_register(database: Database, peers: Sequence[PeerEntry], dice: random.Random) -> None:
    """Write every council and these peers, each with a post, into a registry's database."""
    now, roles = datetime(2026, 11, 25, tzinfo=UTC), list(ROLES)
    councils = [
        CouncilEntry(
            la_code=c.la_code, gss_code=c.gss_code, name=c.name, region=c.region, type=c.type, aliases=c.aliases, linked=(), willing=True
        )
        for c in reference_councils()
    ]  # fmt: skip
    await database.once(lambda db: register_store.write_councils(db, councils, now, "bench"))
    for at in range(0, len(peers), _PART):
        part = peers[at : at + _PART]
        posts = [PostEntry(peer=p.peer, council=p.council, role=dice.choice(roles), starts=date(2024, 5, 10), ends=None) for p in part]

        async def write(db: Connection, part: Sequence[PeerEntry] = part, posts: list[PostEntry] = posts) -> None:
            await register_store.write_peers(db, part, now, "bench")
            await register_store.write_posts(db, posts)

        await database.once(write)
