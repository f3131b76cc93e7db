"""The desk on a database of its own: facts go in by hand, pages come out; the services behind it are away unless a test starts them."""

import asyncio
import contextlib
import dataclasses
import hashlib
import itertools
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from schemas.fact import Fact
from services.desk import session_store
from services.desk.app import SERVICE
from services.desk.person import Person
from services.desk.provider import Tokens
from services.desk.seals import seal, signed
from services.desk.settings import DeskSettings
from services.kit import web
from services.kit.access import Gate
from services.kit.bus import Bus
from services.kit.clock import Clock
from services.kit.database import KIT_MIGRATIONS, Database
from services.onebox.tokens import SCOPES
from tests.support.stories import Raw, Story
from tests.support.tokens import Issuer

MIGRATIONS = (KIT_MIGRATIONS, Path(__file__).parents[3] / "services" / "desk" / "migrations")
NOWHERE = "http://127.0.0.1:9"
_LIMITS = session_store.Limits(timedelta(hours=10), timedelta(hours=1))


class _Counting(Database):
    """A database that knows how many statements its pages have run."""

    statements = 0

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[Any]:
        async with super()._connection() as connection:

            def count(_: Any) -> None:
                self.statements += 1

            with connection.query_logger(count):
                yield connection


@dataclass
class House:
    """One installation of the desk. `kafka` is needed by a test that rebuilds alone."""

    url: str
    folder: Path
    kafka: str = "127.0.0.1:9"
    prefix: str = ""
    issuer: Issuer = field(default_factory=Issuer)
    clock: Clock = field(default_factory=Clock)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.issuer.write_jwks(self.folder / "jwks.json")
        (self.folder / "secret").write_text("a secret of this test")
        self.settings = DeskSettings.model_validate(
            {
                "database_url": self.url, "kafka": self.kafka, "topic_prefix": self.prefix, "jwt_issuer": self.issuer.issuer,
                "jwks": str(self.folder / "jwks.json"), "desk_url": "http://desk", "registry_url": NOWHERE, "requests_url": NOWHERE,
                "matcher_url": NOWHERE, "oidc_discovery": f"{NOWHERE}/.well-known/openid-configuration",
                "oidc_secret_file": str(self.folder / "secret"),
            }
        )  # fmt: skip
        self.database = _Counting(self.url, "desk", self.stopping)
        self.bus = Bus("desk", self.settings, self.database, self.clock, SERVICE.ears, self.stopping)

    async def hears(self, story: Story, *facts: Fact) -> list[tuple[str, Raw]]:
        """Facts about a request, one batch for each run of a topic; returned as records, to be heard again."""
        told = [story.raw(fact) for fact in facts]
        await self.hears_records(told)
        return told

    async def hears_records(self, told: Sequence[tuple[str, Raw]]) -> None:
        for topic, group in itertools.groupby(told, key=lambda each: each[0]):
            await self.bus.batch(topic, [raw for _, raw in group])

    async def sql(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    @contextlib.asynccontextmanager
    async def visitor(
        self, who: str = "adviser-one", role: str = "adviser", regions: Sequence[str] = ("Yorkshire and The Humber",)
    ) -> AsyncIterator[httpx.AsyncClient]:
        """A browser in which somebody has signed in."""
        gate = Gate(self.settings.jwt_issuer, self.settings.jwt_audience, self.settings.jwks)
        host = web.Kitchen("desk", self.database, self.clock, gate, self.bus)

        @contextlib.asynccontextmanager
        async def lifespan(_: Any) -> AsyncIterator[None]:
            async with furniture:
                yield

        app = web.build(host, SERVICE.router, SERVICE.summary, lifespan)
        furniture = SERVICE.furnish(app, host, self.settings)
        secret = secrets.token_urlsafe(32)
        words = (frozenset([role]), frozenset(SCOPES[role]), frozenset(regions), frozenset[str]())
        person = Person(who, who.replace("-", " ").title(), *words, secret)
        sessions = app.state.sessions
        key = hashlib.sha256(secret.encode()).digest()
        tokens = Tokens("access", "refresh", "identity", time.time() + 3_600)
        sealed = seal(secret, "tokens", dataclasses.asdict(tokens))
        await self.database.once(lambda db: session_store.add(db, key, person, sealed, self.clock.now(), _LIMITS))
        cookie = signed(app.state.secret, "cookie", secret)
        assert await sessions.find(cookie)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://desk", cookies={app.state.cookie: cookie}) as client,
        ):
            yield client
