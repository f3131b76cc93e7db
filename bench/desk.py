"""The desk: events a second when its read model is rebuilt from the topics, and the server time of its pages on what that made."""

import asyncio
import random
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import asyncpg
import httpx
import psutil
import uvloop

from bench import behind
from bench.desk_log import fill
from bench.search import misspelt, people
from schemas.topics import topics
from services.desk.rebuilding import rebuild
from services.kit.clock import Clock
from services.kit.database import Database
from services.kit.kafka import Login
from services.kit.service import collect_seldom
from services.kit.settings import Settings
from services.kit.topics import create_missing
from services.onebox.fleet import Fleet
from services.onebox.kafka import Kafka
from services.onebox.postgres import Postgres
from services.registry.register import PeerEntry
from services.vocabulary.councils import reference_councils

REQUESTS, PEERS = 10_000, 100_000
GOAL_MS, GOAL_EVENTS = 100.0, 20_000.0
_ASKED = 60  # times that each page is asked for
_AWAY, _PATIENCE = "cannot be reached at the moment", 120.0


async def _rebuilt(dsn: str, kafka: str, postgres: psutil.Process) -> tuple[float, float, float]:
    """Seconds of a rebuilding with everything that belongs to it, and of these, seconds of this process's processor and of PostgreSQL's."""
    collect_seldom()  # as the desk does
    database = Database(dsn, "desk", asyncio.Event())
    settings = Settings.model_validate({"database_url": dsn, "kafka": kafka, "jwt_issuer": "i", "jwks": "j"})
    begun, used, theirs = time.perf_counter(), time.process_time(), _processor([postgres])
    spent = 0.0
    async for _ in rebuild(database, settings, Clock()):
        spent = _since(theirs, [postgres])  # the connection ends with the last step, and with it what is known of its process
    await database.close()
    return time.perf_counter() - begun, time.process_time() - used, spent


@dataclass(frozen=True, slots=True)
class Page:
    """A page's server time in ms: at the 95th percentile, at the median, and the processor time of services and PostgreSQL on average."""

    path: str
    who: str
    p95: float
    median: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured: events heard again and how fast, and the pages on what they made."""

    events: int
    events_per_second: float
    cpu_us_an_event: float
    postgres_us_an_event: float
    pages: tuple[Page, ...]


def _signed_in(desk: str, who: str) -> httpx.Client:
    """A browser in which one of onebox's people has signed in."""
    browser = httpx.Client(base_url=desk, timeout=30)
    there = browser.get("/sign-in/start").headers["location"]
    browser.get(browser.get(f"{there}&persona={who}").headers["location"])
    return browser


def _processor(processes: Sequence[psutil.Process]) -> dict[psutil.Process, float]:
    """Seconds that these processes and their children have used, each."""
    every = {process for root in processes for process in (root, *root.children(recursive=True))}
    return {process: sum(process.cpu_times()[:2]) for process in every}


def _since(before: Mapping[psutil.Process, float], processes: Sequence[psutil.Process]) -> float:
    """Seconds that these have used since, in the processes that run now."""
    return sum(now - before.get(process, 0.0) for process, now in _processor(processes).items())


def _page(name: str, who: str, browser: httpx.Client, paths: Sequence[str], processes: Sequence[psutil.Process], whole: bool) -> Page:
    """A page asked for at each of these addresses. whole: a page that says that a part is away is not shown.

    Errors: RuntimeError for one that is not shown.
    """
    deadline = time.monotonic() + _PATIENCE
    while whole and _AWAY in browser.get(paths[0]).text and time.monotonic() < deadline:
        time.sleep(0.5)  # a service that has just begun lays out its register first
    browser.get(paths[0])
    times, used = [], _processor(processes)
    for path in paths:
        begun = time.perf_counter()
        answer = browser.get(path)
        times.append((time.perf_counter() - begun) * 1e3)
        if answer.status_code != 200 or (whole and _AWAY in answer.text):
            raise RuntimeError(f"{path} answers {answer.status_code}, or says that a part is away")
    return Page(name, who, quantiles(times, n=20)[-1], median(times), _since(used, processes) * 1e3 / len(paths))


async def _some(dsn: str) -> list[str]:
    """Requests to look at, of every state."""
    db = await asyncpg.connect(dsn)
    try:
        return [row["request"] for row in await db.fetch("select request from request order by md5(request) limit $1", _ASKED)]
    finally:
        await db.close()


def _process(pid: int | None) -> psutil.Process:
    if pid is None:
        raise RuntimeError("It has ended.")
    return psutil.Process(pid)


Asked = tuple[str, str, Sequence[str]]
"""Who asks, the page, and the addresses at which it is asked for."""


def _alone(requests: Sequence[str]) -> list[Asked]:
    """The pages that the desk's own read model fills."""
    return [
        ("adviser-yorkshire-and-the-humber", "/desk", ["/desk"] * _ASKED),
        ("adviser-national", "/desk", ["/desk"] * _ASKED),
        ("adviser-national", "/desk?of=nobody&priority=other", ["/desk?of=nobody&priority=other"] * _ASKED),
        ("adviser-national", "/desk?for=decide&page=N", [f"/desk?for=decide&page={n + 1}" for n in range(_ASKED)]),
        ("adviser-national", "/requests/N", [f"/requests/{request}" for request in requests]),
        ("adviser-national", "/requests/N/calls", [f"/requests/{request}/calls" for request in requests]),
        ("adviser-national", "/cover", ["/cover"] * _ASKED),
    ]


def _with_others(people: Sequence[PeerEntry], dice: random.Random) -> list[Asked]:
    """The pages that other services fill."""
    some, year = dice.sample(people, _ASKED), f"from={behind.SINCE}&to={behind.UNTIL}"
    councils = [council.la_code for council in dice.sample(reference_councils(), _ASKED)]
    return [
        ("adviser-national", "/spread", [f"/spread?{year}"] * _ASKED),
        ("adviser-yorkshire-and-the-humber", "/spread", [f"/spread?{year}"] * _ASKED),
        ("adviser-national", "/shortages", ["/shortages"] * _ASKED),
        ("adviser-national", "/register?words=NAME", [f"/register?words={misspelt(peer.name, dice)}" for peer in some]),
        ("adviser-national", "/register?theme=N", [f"/register?theme={peer.themes[0]}" for peer in some]),
        ("adviser-national", "/register/peers/N", [f"/register/peers/{peer.peer}" for peer in some]),
        ("adviser-national", "/register/councils/N", [f"/register/councils/{code}" for code in councils]),
        ("adviser-national", "/new", ["/new"] * _ASKED),
    ]


def _pages(fleet: Fleet, postgres: psutil.Process, pages: Sequence[Asked]) -> Iterator[Page]:
    """Pages of the running desk. Where the services behind it do not run, each page says so at once."""
    fleet.start()
    try:
        fleet.ready()
        processes = (*(_process(fleet.pid(service)) for service in fleet.services), postgres)
        known = {who: _signed_in(fleet.url("desk"), who) for who in ("adviser-yorkshire-and-the-humber", "adviser-national")}
        for who, path, addresses in pages:
            yield _page(path, who, known[who], addresses, processes, whole=len(fleet.services) > 1)
    finally:
        fleet.stop()


def measure(count: int = REQUESTS, peers: int = PEERS) -> Found:
    """Rebuild the read model from a log of so many requests and a register of so many peers, then ask for the pages."""
    with tempfile.TemporaryDirectory(prefix="manyhands-bench-") as folder, ExitStack() as servers:
        kafka = servers.enter_context(Kafka(Path(folder) / "kafka"))
        postgres = servers.enter_context(Postgres(Path(folder) / "postgres", durable=False))
        # topics of its own, empty ones: what is asked for is the pages, not the hearing of a million facts beside them
        fleet = Fleet(Path(folder) / "fleet", kafka.bootstrap, postgres.databases, {"registry": 0, "requests": 0, "matcher": 0}, "bench")
        fleet.prepare()
        asyncio.run(create_missing(Login(kafka.bootstrap), topics()))
        events = asyncio.run(fill(kafka.bootstrap, count, peers, random.Random(7)))
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as the desk does
            seconds, ours, theirs = runner.run(_rebuilt(fleet.dsn("desk"), kafka.bootstrap, _process(postgres.pid)))
        server, dice = _process(postgres.pid), random.Random(11)
        pages = list(_pages(fleet, server, _alone(asyncio.run(_some(fleet.dsn("desk"))))))
        known = people(peers, dice)
        asyncio.run(behind.fill(fleet.dsn("registry"), fleet.dsn("matcher"), known, count, dice))
        everybody = Fleet(fleet.folder, kafka.bootstrap, postgres.databases, name="bench")  # the same machine, with every service
        pages += _pages(everybody, server, _with_others(known, dice))
    return Found(events, events / seconds, ours / events * 1e6, theirs / events * 1e6, tuple(pages))


def told(found: Found) -> Iterator[str]:
    """The figures in words, a line each, with their goals."""
    yield (
        f"Read model of {found.events:,} events: rebuilt at {found.events_per_second:,.0f}/s (goal {GOAL_EVENTS:,.0f}), "
        f"{found.cpu_us_an_event:.0f} us of the desk's processor each and {found.postgres_us_an_event:.0f} of PostgreSQL's"
    )
    for page in found.pages:
        yield (
            f"{page.path} as {page.who}: {page.p95:.0f} ms at p95 (goal {GOAL_MS:g}), {page.median:.0f} at the median, "
            f"{page.cpu:.0f} ms of processor with PostgreSQL's"
        )
