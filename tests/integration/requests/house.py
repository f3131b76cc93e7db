"""The requests service on a database of its own, without Kafka: records go in by hand, what it says is read from its outbox."""

import asyncio
import itertools
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
from pydantic import SecretStr

from schemas.envelope import Envelope
from schemas.intake import SupportRequested
from services.kit import web
from services.kit.access import Gate
from services.kit.bus import Bus
from services.kit.clock import Clock
from services.kit.database import KIT_MIGRATIONS, Database
from services.kit.settings import Settings
from services.requests.app import SERVICE
from tests.support.tokens import Issuer

MIGRATIONS = (KIT_MIGRATIONS, Path(__file__).parents[3] / "services" / "requests" / "migrations")
INTAKE = SupportRequested.topic
SOURCE = "/intake/test"


@dataclass(frozen=True)
class Raw:
    """A Kafka record as the edge sees it."""

    value: bytes | None
    key: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    partition: int
    offset: int


@dataclass(frozen=True)
class Said:
    """A fact in the outbox; `kind` is the middle of its type: request-opened."""

    kind: str
    subject: str
    sequence: int
    causation: str
    data: dict[str, Any]


@dataclass
class House:
    """One installation; `replicas` are as many processes of the service as a test wants, each with its own connections."""

    url: str
    folder: Path
    issuer: Issuer = field(default_factory=Issuer)
    clock: Clock = field(default_factory=Clock)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _offsets: "itertools.count[int]" = field(default_factory=itertools.count)
    _databases: list[Database] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.issuer.write_jwks(self.folder / "jwks.json")
        self.bus = self.replica()

    async def close(self) -> None:
        for database in self._databases:
            await database.close()

    def replica(self) -> Bus:
        settings = Settings(
            database_url=SecretStr(self.url),
            kafka="127.0.0.1:9",
            jwt_issuer=self.issuer.issuer,
            jwks=str(self.folder / "jwks.json"),
        )
        self._databases.append(Database(self.url, SERVICE.name, self.stopping))
        return Bus(SERVICE.name, settings, self._databases[-1], self.clock, SERVICE.ears, self.stopping)

    def record(self, data: Mapping[str, Any], source: str = SOURCE, **more: Any) -> Raw:
        """An intake record as an outsider posts it; every call is another place of the topic."""
        headers = {"ce_specversion": "1.0", "ce_id": uuid.uuid4().hex, "ce_source": source, "ce_type": SupportRequested.type, **more}
        pairs = [(name, value.encode()) for name, value in headers.items()]
        offset = next(self._offsets)
        return Raw(json.dumps(data).encode(), str(data.get("reference")).encode(), pairs, offset % 12, offset)

    def fact(self, fact: Any, sequence: int = 0, **more: Any) -> tuple[str, Raw]:
        """A fact of another service about its request, and its topic."""
        service = fact.type.split(".")[1]
        envelope = Envelope(
            uuid.uuid4().hex, fact.type, f"/manyhands/{service}", fact.request, datetime.now(UTC), sequence=sequence, **more
        )
        return fact.topic, Raw(fact.model_dump_json().encode(), fact.request.encode(), envelope.headers(), 0, next(self._offsets))

    async def hear(self, *facts: tuple[str, Raw]) -> None:
        """Facts of other services, one batch for each topic in order."""
        for topic, group in itertools.groupby(facts, key=lambda told: told[0]):
            await self.bus.batch(topic, [raw for _, raw in group])

    async def post(self, *datas: Mapping[str, Any], source: str = SOURCE) -> list[Said]:
        """One batch of intake records; what was said because of it."""
        before = len(await self.said())
        await self.bus.batch(INTAKE, [self.record(data, source) for data in datas])
        return (await self.said())[before:]

    async def sql(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.url)
        try:
            return list(await connection.fetch(statement, *arguments))
        finally:
            await connection.close()

    async def said(self) -> list[Said]:
        """Everything in the outbox, in its order."""
        rows = await self.sql("select type, subject, sequence, causation, value from outbox order by id")
        return [
            Said(row["type"].split(".")[2], row["subject"], row["sequence"], row["causation"], json.loads(row["value"])) for row in rows
        ]

    async def outcomes(self) -> dict[str, int]:
        rows = await self.sql("select outcome, count(*) from outcome group by outcome")
        return {row["outcome"]: row["count"] for row in rows}

    async def state(self, request: str) -> str:
        (row,) = await self.sql("select state from request where id = $1", request)
        state: str = row["state"]
        return state

    def browser(self) -> httpx.AsyncClient:
        """A client of the service's HTTP side."""
        gate = Gate(self.issuer.issuer, self.issuer.audience, str(self.folder / "jwks.json"))
        self._databases.append(Database(self.url, SERVICE.name, self.stopping))
        host = web.Kitchen(SERVICE.name, self._databases[-1], self.clock, gate, self.bus)  # type: ignore[arg-type,unused-ignore]
        app = web.build(host, SERVICE.router, SERVICE.summary, asynccontextmanager(_nothing))
        return httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://requests")

    def adviser(
        self, scope: str = "requests:read requests:write", sub: str = "adviser-1", regions: Iterable[str] = ("*",), key: str = ""
    ) -> dict[str, str]:
        """The headers of a caller's command; without `key` each call is a new command."""
        token = self.issuer.token(sub, scope, regions=regions)
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": key or uuid.uuid4().hex}


async def _nothing(_: Any) -> Any:
    yield


def asked(reference: str = "INT-1", **fields: Any) -> dict[str, Any]:
    """The least that may be asked, and whatever a test adds."""
    return {"reference": reference, "authority": "Leeds", "kind": "mentoring_new_lead_member", **fields}


def ok(answer: httpx.Response) -> dict[str, Any]:
    """The body of an answer that must be a good one."""
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: httpx.Response, status: int, rule: str) -> dict[str, Any]:
    """The problem document of an answer that must refuse, by this rule."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"/problems/{rule}", body
    assert body["detail"].endswith((".", "?"))
    return body
