"""The matcher's HTTP side on a database of its own, without Kafka: callers with tokens, and what it says is read from its outbox."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from services.kit import web
from services.kit.access import Gate
from services.kit.bus import Bus
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.settings import Settings
from services.matcher.app import SERVICE
from services.onebox.tokens import SCOPES
from tests.support.tokens import Issuer


@dataclass
class House:
    """One installation of the matcher on a migrated database."""

    url: str
    folder: Path
    issuer: Issuer = field(default_factory=Issuer)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.issuer.write_jwks(self.folder / "jwks.json")
        self.database = Database(self.url, SERVICE.name, self.stopping)

    @asynccontextmanager
    async def caller(self, subject: str, role: str, regions: Sequence[str] = ("*",)) -> AsyncIterator[httpx.AsyncClient]:
        """A client that calls as `subject`."""
        settings = Settings(
            database_url=SecretStr(self.url), kafka="127.0.0.1:9", jwt_issuer=self.issuer.issuer, jwks=str(self.folder / "jwks.json")
        )
        gate, clock = Gate(settings.jwt_issuer, settings.jwt_audience, settings.jwks), Clock()
        bus = Bus(SERVICE.name, settings, self.database, clock, SERVICE.ears, self.stopping)
        app = web.build(
            web.Kitchen(SERVICE.name, self.database, clock, gate, bus), SERVICE.router, SERVICE.summary, asynccontextmanager(_nothing)
        )
        token = self.issuer.token(subject, " ".join(SCOPES[role]), regions=regions)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://matcher", headers={"authorization": f"Bearer {token}"}
        ) as client:
            yield client

    async def said(self) -> list[dict[str, Any]]:
        """The facts in the outbox, in its order."""
        rows = await self.database.once(lambda db: db.fetch("select type, subject, value from outbox order by id"))
        return [{"type": row["type"], "subject": row["subject"], **json.loads(row["value"])} for row in rows]


async def _nothing(_: Any) -> Any:
    yield


def key() -> dict[str, str]:
    """A fresh Idempotency-Key."""
    return {"idempotency-key": str(uuid.uuid4())}
