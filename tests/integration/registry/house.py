"""A registry without Kafka: facts go in at the edge as records, what it says is read from its outbox."""

import asyncio
import contextlib
import io
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from fastapi import FastAPI

from schemas.envelope import Envelope
from schemas.fact import FACTS, Fact, Line
from schemas.matcher import ArrangementRecorded, ConsentsCompleted, MatchSelected
from services.kit import clock as clocks
from services.kit import due, web
from services.kit.access import Gate
from services.kit.bus import Bus
from services.kit.clock import Clock
from services.kit.database import KIT_MIGRATIONS, Database
from services.kit.settings import Settings
from services.kit.timekeeper import Timekeeper
from services.kit.work import Heard, Work
from services.registry.api import ROUTER
from services.registry.handlers import DIARY, EARS, keep_capacity
from services.registry.importing import Import
from services.registry.register import Kind
from tests.support.tokens import Issuer

MIGRATIONS = (KIT_MIGRATIONS, Path(__file__).parents[3] / "services" / "registry" / "migrations")
TOPIC = "matcher.events.v1"
MONDAY = date(2027, 1, 4)
HEADERS = {
    "councils": "la_code,gss_code,name,region,type,aliases,linked,willing",
    "peers": "peer,kind,council,name,party,themes,email",
    "posts": "peer,council,role,from,to",
    "offers": "offer,owner,days,from,to",
}
LEEDS = "383,E08000035,Leeds,Yorkshire and The Humber,metropolitan,,,yes"
CAMDEN = "202,E09000007,Camden,London,london_borough,,,yes"
HULL = "810,E06000010,Kingston upon Hull,Yorkshire and The Humber,unitary,Hull,,yes"
ESSEX = "881,E10000012,Essex,East of England,county,,,yes"


@dataclass(frozen=True)
class Raw:
    """A Kafka record as the edge sees it."""

    value: bytes | None
    key: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    offset: int
    partition: int = 0


@dataclass(frozen=True)
class Said:
    """A fact in the outbox."""

    fact: Any
    subject: str
    topic: str
    correlation: str
    causation: str
    sequence: int
    compacted: bool


@dataclass
class House:
    """One database of a registry, and as many replicas at work on it as a test wants."""

    url: str
    folder: Path
    connections: int = 8
    offset: int = 0
    issuer: Issuer = field(default_factory=Issuer)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.clock = Clock(self.folder / "clock")
        self.database = Database(self.url, "registry", self.stopping, self.connections)
        settings = Settings(database_url=self.url, kafka="127.0.0.1:9", jwt_issuer="https://issuer.test", jwks="nowhere")
        self.bus = Bus("registry", settings, self.database, self.clock, EARS, self.stopping)

    def replica(self) -> "House":
        """Another process of the same registry, with a pool of its own."""
        return House(self.url, self.folder, self.connections)

    def app(self) -> FastAPI:
        """The HTTP side, as the service builds it."""
        jwks = str(self.issuer.write_jwks(self.folder / "jwks.json"))
        gate = Gate(self.issuer.issuer, self.issuer.audience, jwks)
        return web.build(web.Kitchen("registry", self.database, self.clock, gate, self.bus), ROUTER, "test", None)

    def browser(self, *scopes: str, sub: str = "adviser-1", regions: Iterable[str] = ("*",)) -> httpx.AsyncClient:
        """A caller who holds these scopes in these regions."""
        headers = {"Authorization": f"Bearer {self.issuer.token(sub, ' '.join(scopes), regions=regions)}"}
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app()), base_url="http://registry", headers=headers)

    async def close(self) -> None:
        await self.database.close()

    def moved(self, by: timedelta) -> None:
        """Move the clock ahead."""
        clocks.move(self.folder / "clock", by)

    async def hear(self, *facts: Fact, ids: Sequence[str] = ()) -> None:
        """One batch of facts of the matcher, each with an event id of its own unless ids are given."""
        records = []
        for fact, event in zip(facts, ids or [str(uuid.uuid4()) for _ in facts], strict=True):
            request = fact.request  # type: ignore[attr-defined]
            envelope = Envelope(event, fact.type, "/manyhands/matcher", request, datetime.now(UTC), f"story-of-{request}", "", 1)
            self.offset += 1
            records.append(Raw(fact.model_dump_json(by_alias=True).encode(), request.encode(), envelope.headers(), self.offset))
        await self.bus.batch(TOPIC, records)

    @contextlib.asynccontextmanager
    async def half_way(self, *facts: Fact) -> AsyncIterator[None]:
        """A replica that has handled these facts and not yet committed; it does so when the block ends."""
        connection = await asyncpg.connect(self.url)
        try:
            async with connection.transaction():
                work = Work(connection, self.clock.now())
                heard = [Heard(fact, Envelope(str(uuid.uuid4()), fact.type, "/manyhands/matcher", "", work.now)) for fact in facts]
                await keep_capacity(heard, work)
                await work.flush()
                yield
        finally:
            await connection.close()

    async def due(self, batch: int = 200) -> None:
        """Let everything happen that has come due, so many at a time."""
        keeper = asyncio.create_task(Timekeeper(self.database, self.clock, DIARY, batch, every=0.01).run())
        while await self.database.once(lambda db: due.overdue(db, self.clock.now())):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        keeper.cancel()
        await asyncio.wait([keeper])

    async def deadlocks(self) -> int:
        """How often PostgreSQL had to end an embrace, once every other connection is closed and has reported."""
        await self.database.close()
        for _ in range(100):
            if (await self.sql("select count(*) from pg_stat_activity where datname = current_database()"))[0][0] == 1:
                break
            await asyncio.sleep(0.05)
        return int((await self.sql("select deadlocks from pg_stat_database where datname = current_database()"))[0][0])

    async def imports(self, kind: Kind, *rows: str, header: str = "", dry_run: bool = False) -> list[dict[str, Any]]:
        """Import rows under the header of their kind; every line that was told."""
        text = "\n".join((header or HEADERS[kind], *rows, ""))
        return await self.imports_bytes(kind, text.encode(), dry_run=dry_run)

    async def imports_bytes(self, kind: Kind, content: bytes, *, dry_run: bool = False) -> list[dict[str, Any]]:
        work = Import(kind, io.BytesIO(content), "0" * 64, "operator@example.org", dry_run=dry_run)
        return [line async for line in work.lines(self.database, self.clock)]

    async def register(self, **kinds: Iterable[str]) -> None:
        """Import rows that must all be good."""
        for kind in ("councils", "peers", "posts", "offers"):
            if kind in kinds:
                told = await self.imports(kind, *kinds[kind])
                assert told[-1].get("imported"), told

    async def sql(self, statement: str, *arguments: Any) -> list[Any]:
        """The rows of one statement."""
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    async def said(self, topic: str = "registry.events.v1") -> list[Said]:
        """What was said on a topic so far, in order."""
        rows = await self.sql("select * from outbox where topic = $1 order by id", topic)
        return [
            Said(
                FACTS[row["type"]].model_validate_json(row["value"]),
                *(row[name] for name in ("subject", "topic", "correlation", "causation", "sequence", "compacted")),
            )
            for row in rows
        ]

    async def facts(self, *kinds: type[Fact]) -> list[Any]:
        """The facts of these kinds, in order."""
        return [said.fact for said in await self.said() if isinstance(said.fact, kinds)]

    async def state(self, key: str) -> Any:
        """The newest state record of a key; each must have the version after the one before."""
        found = [said.fact for said in await self.said("registry.state.v1") if said.subject == key]
        assert [fact.version - at for at, fact in enumerate(found)] == [found[0].version] * len(found), f"versions of {key}"
        return found[-1] if found else None

    async def forget(self) -> None:
        """Empty the outbox."""
        await self.sql("delete from outbox")

    async def account(self, offer: str) -> tuple[float, float]:
        """Days held and placed of an offer."""
        (row,) = await self.sql("select held, placed from offer where offer = $1", offer)
        return row["held"] / 2, row["placed"] / 2

    async def parked(self) -> list[str]:
        """The rules by which records are parked, in order."""
        return [row["rule"] for row in await self.sql("select rule from parked order by id")]

    async def unsound(self) -> list[str]:
        """Offers that are overspent, or do not say what their lines say."""
        rows = await self.sql(
            """with used as (select offer, sum(days) filter (where state = 'held') as held,
                                    sum(days) filter (where state = 'placed') as placed
                             from (select peer_offer as offer, days, state from hold_line
                                   union all select council_offer, days, state from hold_line) as line group by offer)
               select offer from offer left join used using (offer)
               where offer.held + offer.placed > offer.offered
                  or offer.held <> coalesce(used.held, 0) or offer.placed <> coalesce(used.placed, 0)"""
        )
        return [row["offer"] for row in rows]


def line(number: int, peer: str, council: str = "383", days: float = 4, role: str = "lead_member") -> Line:
    return Line(line=number, place=f"place-{number}", role=role, peer=peer, council=council, days=days)


def selected(match: str, *lines: Line, starts: date = MONDAY, expires_at: datetime | None = None) -> MatchSelected:
    """An adviser's choice; the request of match m1 is r-m1."""
    return MatchSelected(
        match=match,
        request=f"r-{match}",
        version=2,
        host="202",
        lines=lines,
        starts=starts,
        ends=starts + timedelta(days=90),
        expires_at=expires_at or datetime.now(UTC) + timedelta(days=30),
        because="best_fit",
        actor="adviser@example.org",
    )


def completed(match: str, *lines: Line, starts: date = MONDAY) -> ConsentsCompleted:
    return ConsentsCompleted(match=match, request=f"r-{match}", version=5, lines=lines, starts=starts)


def arranged(match: str, *lines: Line, starts: date = MONDAY) -> ArrangementRecorded:
    return ArrangementRecorded(
        match=match,
        request=f"r-{match}",
        version=2,
        host="202",
        kind="sounding_board",
        lines=lines,
        starts=starts,
        ends=starts + timedelta(days=90),
        agreed_on=starts - timedelta(days=30),
        because="by_telephone",
        actor="adviser@example.org",
    )


def ended(kind: type[Fact], match: str, because: str = "by_adviser") -> Any:
    """MatchLapsed or MatchWithdrawn."""
    said: Mapping[str, Any] = {"match": match, "request": f"r-{match}", "version": 9, "because": because, "actor": "adviser@example.org"}
    return kind.model_validate(said)
