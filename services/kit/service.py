"""A service from start to stop: its parts are started as they can be, watched, and ended in order when SIGTERM comes."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import structlog
import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI

from services.kit import observe, web
from services.kit.access import Gate
from services.kit.bus import Bus
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.due import Diary
from services.kit.ears import Ears
from services.kit.outbox import Relay
from services.kit.settings import Settings
from services.kit.timekeeper import Timekeeper

log = structlog.get_logger()
_LAST_SECONDS = 7.0

Furnish = Callable[[FastAPI, web.Kitchen, Settings], contextlib.AbstractAsyncContextManager[None]]
"""Adds to a service's HTTP application what it has beside routes, before it starts; what is returned is entered while it serves."""


def bare(_: FastAPI, __: web.Kitchen, ___: Settings) -> contextlib.AbstractAsyncContextManager[None]:
    """Nothing beside routes."""
    return contextlib.nullcontext()


@dataclass(frozen=True, slots=True)
class Service:
    """What a service is made of: its name, one sentence, what it hears, what comes due, its routes, and what else its HTTP side has.

    errands: what it does beside all that until it stops, each with the database and the clock.
    """

    name: str
    summary: str
    ears: Ears
    diary: Diary
    router: APIRouter
    furnish: Furnish = bare
    errands: tuple[Callable[[Database, Clock], Coroutine[Any, Any, None]], ...] = ()


class _Server(uvicorn.Server):
    """uvicorn re-raises the signal that stopped it; ours ends with exit code 0."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run(service: Service, settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; then finish the batches in hand, give up the relay's lock, and return within ten seconds.

    Errors: SystemExit 1 when its port is taken or one of its parts has failed; its log says which.
    """
    observe.start_logging(service.name, settings.log_level)
    try:
        door = socket.create_server((settings.http_host, settings.http_port))
    except OSError as error:
        log.critical("cannot_listen", host=settings.http_host, port=settings.http_port, error=type(error).__name__, errno=error.errno)
        raise SystemExit(1) from None
    with door, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(service, settings, door))


def collect_seldom() -> None:
    """Let Python's collector look seldom: what is loaded by now stays, and a batch's values all live until its end.

    Looking at them more often found nothing and cost a tenth, of a read model that is made anew a quarter.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


async def _run(service: Service, settings: Settings, door: socket.socket) -> None:
    stopping = asyncio.Event()
    clock = Clock(settings.clock_file)
    database = Database(settings.database_url.get_secret_value(), service.name, stopping)
    bus = Bus(service.name, settings, database, clock, service.ears, stopping)
    relay = Relay(database, clock, service.name, settings, stopping)
    keeper = Timekeeper(database, clock, service.diary)
    gate = Gate(settings.jwt_issuer, (settings.jwt_audience, f"{settings.jwt_audience}-{service.name}"), settings.jwks)
    host = web.Kitchen(service.name, database, clock, gate, bus)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with furniture:
            yield

    app = web.build(host, service.router, service.summary, lifespan)
    furniture = service.furnish(app, host, settings)
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=3))

    def stop() -> None:
        stopping.set()
        server.should_exit = True

    collect_seldom()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop)
    log.info("starting", port=settings.http_port)
    parts = [
        _part("http", server.serve([door]), stop),
        _part("bus", bus.run(), stop),
        _part("due", keeper.run(), stop),
        _part("relay", relay.run(), stop),
        *(_part(errand.__name__, errand(database, clock), stop) for errand in service.errands),
    ]
    await stopping.wait()
    _, late = await asyncio.wait(parts, timeout=_LAST_SECONDS)
    for part in late:
        log.warning("cancelled", part=part.get_name())
        part.cancel()
    results = await asyncio.gather(*parts, return_exceptions=True)
    await database.close()
    broken = [r for r in results if isinstance(r, Exception)]
    log.info("stopped", failed=len(broken))
    if broken:
        raise SystemExit(1)


def _part(name: str, work: Coroutine[Any, Any, None], stop: Any) -> "asyncio.Task[None]":
    """A part that ends with an error ends the service: its supervisor starts it anew, and nothing runs on by half."""

    async def watched() -> None:
        try:
            await work
        except Exception as error:
            log.critical("part_failed", part=name, exc_info=error)
            raise
        finally:
            stop()

    return asyncio.create_task(watched(), name=name)
