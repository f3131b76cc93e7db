"""The HTTP side of a service: commands that may be sent twice, tokens, problem documents, health that tells the truth, metrics."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import generate_latest
from pydantic import BaseModel, ConfigDict, Field

from services.kit import audit, due, observe, outbox, parked, problems
from services.kit.access import LONGEST_ID, Actor, Gate, Unauthorised
from services.kit.clock import Clock
from services.kit.commands import Command
from services.kit.database import Connection, Database
from services.kit.health import Health
from services.kit.problems import Refused
from services.kit.work import Work


class Replayer(Protocol):
    """The part of the bus that the parked pages need."""

    async def missing(self) -> list[str]: ...
    async def replay(self, db: Connection, number: int, actor: str) -> list[int]: ...


class Kitchen:
    """What routes need from the service that hosts them; found at `request.app.state.kitchen`."""

    def __init__(self, service: str, database: Database, clock: Clock, gate: Gate, bus: Replayer) -> None:
        self.service, self.database, self.clock, self.gate, self.bus = service, database, clock, gate, bus


def kitchen(request: Request) -> Kitchen:
    """The hosting service's parts."""
    found: Kitchen = request.app.state.kitchen
    return found


def needs(scope: str) -> Callable[..., Awaitable[Actor]]:
    """A dependency: the caller, who must hold `scope`. Errors: 401 without a good token, 403 without the scope."""

    async def check(
        host: Annotated[Kitchen, Depends(kitchen)],
        bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))],
    ) -> Actor:
        if bearer is None:
            raise Refused(401, "no_token", "Send a token: Authorization: Bearer <token>.")
        try:
            actor = await host.gate.actor(bearer.credentials)
        except Unauthorised as error:
            raise Refused(401, "token", str(error)) from None
        if scope not in actor.scopes:
            raise Refused(403, "scope", f"This needs the scope {scope!r}, which your token does not hold. Ask your administrator.")
        return actor

    return check


def command(scope: str) -> Callable[..., Awaitable[Command]]:
    """A dependency: a command by a caller who holds `scope`. Errors: 400 without an Idempotency-Key."""

    async def check(
        request: Request,
        actor: Annotated[Actor, Depends(needs(scope))],
        host: Annotated[Kitchen, Depends(kitchen)],
        idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
    ) -> Command:
        if not idempotency_key:
            raise Refused(
                400, "idempotency_key", "Send an Idempotency-Key header: a fresh UUID for each command, the same one when you try again."
            )
        route = f"{request.method} {request.scope['route'].path}"
        return Command(host.database, host.clock, actor, idempotency_key, f"{request.method} {request.url.path}", route)

    return check


class ParkedRow(BaseModel):
    """A parked record: where it came from and why it is parked; never its payload."""

    id: int
    consumer: str
    topic: str
    partition: int
    offset: int
    subject: str
    type: str
    rule: str
    fields: list[str]
    state: str
    parked_at: str


class ParkedList(BaseModel):
    """Parked records by number; ask again with `after` = the last id for more."""

    parked: list[ParkedRow]


class Settled(BaseModel):
    """The numbers that were settled."""

    settled: list[int]


class AuditRow(BaseModel):
    """Who did what about whom, when, and why; `reason` is null when its words were erased."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    reason: str | None


class AuditList(BaseModel):
    """The newest first; ask again with `before` = the last id for older ones."""

    entries: list[AuditRow]


class Settle(BaseModel):
    """Why a parked record is handled again or given up: words for the audit, and nothing about any child or family."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(max_length=2000)] = ""


def _row(p: parked.Parked) -> ParkedRow:
    return ParkedRow(
        id=p.id,
        consumer=p.consumer,
        topic=p.topic,
        partition=p.part,
        offset=p.position,
        subject=p.subject,
        type=p.type,
        rule=p.rule,
        fields=p.fields,
        state=p.state,
        parked_at=p.parked_at.isoformat(),
    )


def _parked_routes() -> APIRouter:
    routes = APIRouter(prefix="/parked", tags=["parked"])

    @routes.get("")
    async def list_parked(
        host: Annotated[Kitchen, Depends(kitchen)],
        _: Annotated[Actor, Depends(needs("parked:read"))],
        state: Annotated[str | None, Query(pattern="^(waiting|replayed|discarded)$")] = "waiting",
        after: int = 0,
        limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    ) -> ParkedList:
        """What could not be handled, with its reason."""
        rows = await host.database.once(lambda db: parked.listed(db, state, after, limit))
        return ParkedList(parked=[_row(row) for row in rows])

    @routes.post("/{number}/replay")
    async def replay(
        number: int, body: Settle, host: Annotated[Kitchen, Depends(kitchen)], order: Annotated[Command, Depends(command("parked:write"))]
    ) -> Response:
        """Handle it again, and what waits behind its subject; the decision is kept in the audit."""

        async def do(work: Work) -> Settled:
            try:
                settled = await host.bus.replay(work.db, number, order.actor.id)
            except LookupError:
                raise problems.not_found("waiting parked record", str(number)) from None
            except RuntimeError as error:
                raise Refused(409, "still_broken", str(error)) from None
            work.note(order.actor.id, "parked.replay", str(number), body.reason)
            return Settled(settled=settled)

        return await order(body, do)

    @routes.post("/{number}/discard")
    async def discard(number: int, body: Settle, order: Annotated[Command, Depends(command("parked:write"))]) -> Response:
        """Give it up for good: its payload is erased; the decision is kept in the audit."""

        async def do(work: Work) -> Settled:
            if await parked.take(work.db, number) is None:
                raise problems.not_found("waiting parked record", str(number))
            await parked.settle(work.db, number, "discarded", work.now, order.actor.id)
            work.note(order.actor.id, "parked.discard", str(number), body.reason)
            return Settled(settled=[number])

        return await order(body, do)

    return routes


def _audit_routes() -> APIRouter:
    routes = APIRouter(prefix="/audit", tags=["audit"])

    @routes.get("")
    async def list_audit(
        host: Annotated[Kitchen, Depends(kitchen)],
        _: Annotated[Actor, Depends(needs("audit:read"))],
        actor: Annotated[str | None, Query(max_length=LONGEST_ID)] = None,
        action: Annotated[str | None, Query(max_length=64)] = None,
        subject: Annotated[str | None, Query(max_length=200)] = None,
        before: int | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> AuditList:
        """Who decided or read what in this service, the newest first."""
        found = await host.database.once(lambda db: audit.newest(db, actor, action, subject, before, limit))
        return AuditList(entries=[AuditRow(**dataclasses.asdict(entry)) for entry in found])

    return routes


def build(host: Kitchen, router: APIRouter, summary: str, lifespan: Any) -> FastAPI:
    """The service's HTTP application: its own routes and what every service serves."""
    app = FastAPI(title=f"Manyhands {host.service}", summary=summary, version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.kitchen = host
    problems.install(app)
    app.include_router(router)
    app.include_router(_parked_routes())
    app.include_router(_audit_routes())
    health = Health(host.database, host.bus)

    @app.get("/healthz", tags=["operation"])
    async def alive() -> dict[str, str]:
        """The process answers."""
        return {"status": "alive"}

    @app.get("/readyz", tags=["operation"])
    async def ready() -> Response:
        """Fit for work, or 503 naming what is missing."""
        missing = await health.missing()
        return JSONResponse({"ready": not missing, "missing": missing}, 503 if missing else 200)

    @app.get("/metrics", tags=["operation"])
    async def metrics() -> PlainTextResponse:
        """Prometheus text format."""
        try:
            async with asyncio.timeout(1):
                await host.database.once(lambda db: _gauge(db, host.clock))
        except Exception:  # the figures are not known while PostgreSQL is away
            for gauge in (observe.OUTBOX, observe.OVERDUE, observe.WAITING):
                gauge.set(float("nan"))
        return PlainTextResponse(generate_latest(), media_type="text/plain; version=0.0.4")

    return app


async def _gauge(db: Connection, clock: Clock) -> None:
    observe.OUTBOX.set(await outbox.waiting(db))
    observe.OVERDUE.set(await due.overdue(db, clock.now()))
    observe.WAITING.set(await parked.count(db))
