"""The desk: events a second when its read model is rebuilt from the topics, and the server time of its pages on what that made."""

import asyncio
import random
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import asyncpg
import httpx
import psutil
import uvloop
from aiokafka import AIOKafkaProducer

from schemas import matcher, registry, requests
from schemas.envelope import Envelope
from schemas.fact import Fact, Line
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
from services.vocabulary.councils import reference_councils
from services.vocabulary.kinds import KINDS
from services.vocabulary.priorities import PRIORITIES
from services.vocabulary.themes import THEMES

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
REQUESTS, PEERS = 10_000, 100_000
GOAL_MS, GOAL_EVENTS = 100.0, 20_000.0
_ATTEMPTS = (8, 19)  # matches that are begun for a request: about a hundred facts of each
_ASKED = 60  # times that each page is asked for
Said = tuple[str, str, Fact, int]
"""Topic, key, fact, sequence."""


def log_of(count: int, peers: int, dice: random.Random) -> Iterator[Said]:
    """What is said about so many requests; most are placed, with about a hundred facts each where `rounds` repeat."""
    councils, kinds = reference_councils(), list(KINDS.values())
    for n in range(count):
        ident, host, kind = str(uuid.UUID(int=dice.getrandbits(128))), dice.choice(councils).la_code, dice.choice(kinds)
        yield from _story(ident, host, kind.code, peers, START + timedelta(hours=n % 8_000), n, dice)


def _story(ident: str, host: str, kind: str, peers: int, at: datetime, n: int, dice: random.Random) -> Iterator[Said]:
    starts = (at + timedelta(days=30)).date()
    ends = starts + timedelta(days=180)
    opened = requests.RequestOpened(
        request=ident, version=1, reference=f"INT-{n}", revision=1, host=host, kind=kind, priority=dice.choice(list(PRIORITIES)),
        themes=tuple(dice.sample(list(THEMES), 2)), places=(requests.Place(place="lead_member-1", role="lead_member"),),
        starts=starts, ends=ends, days=4, cost_basis="free", funder="LGA", received_at=at,
    )  # fmt: skip
    yield requests.RequestOpened.topic, ident, opened, 1
    councils, number, held = reference_councils(), 0, 0
    for attempt in range(dice.randint(*_ATTEMPTS)):
        match = f"{ident}-{attempt}"
        facts = list(
            _attempt(
                ident,
                match,
                host,
                kind,
                starts,
                ends,
                [f"p{dice.randrange(peers):06d}" for _ in range(5)],
                dice.choice(councils).la_code,
                at,
            )
        )
        for fact in facts[: dice.choice((1, 2, 9, 10, 10, 10))]:
            if isinstance(fact, registry.CapacityHeld):
                held += 1
                yield fact.topic, ident, fact, held
            else:
                number += 1
                yield fact.topic, ident, fact.model_copy(update={"version": number}), number


def _attempt(
    ident: str, match: str, host: str, kind: str, starts: date, ends: date, peers: list[str], council: str, at: datetime
) -> Iterator[Fact]:
    head = {"match": match, "request": ident, "version": 1}
    terms = {"themes": 0.5, "role": 1.0, "similarity": 0.4, "region": 1.0}
    candidates = tuple(
        matcher.Candidate(
            peer=p,
            council=council,
            rank=r,
            fit=0.7,
            value=0.65,
            terms=terms,
            weights=dict.fromkeys(terms, 0.25),
            price={"peer": 0.03, "council": 0.02},
        )
        for r, p in enumerate(peers, 1)
    )
    place = matcher.PlaceSuggestion(
        place="lead_member-1", role="lead_member", considered=2000, excluded={"role": 1500}, candidates=candidates
    )
    line = Line(line=1, place="lead_member-1", role="lead_member", peer=peers[0], council=council, days=4)
    yield matcher.MatchSuggested(
        **head, host=host, kind=kind, days=4, starts=starts, ends=ends, places=(place,), registry_version=1, policy_version=1,
        as_of=at.date(), ranking="r",
    )  # fmt: skip
    yield matcher.MatchSelected(
        **head, host=host, lines=(line,), starts=starts, ends=ends, expires_at=at + timedelta(days=40), because="best_suggestion", actor="a"
    )
    yield registry.CapacityHeld(match=match, request=ident, lines=(line,), expires_at=at + timedelta(days=40))
    for stage, party in enumerate(("mentee", "group_office", "peer"), 1):
        consent = f"{match}-{stage}"
        yield matcher.ConsentAsked(**head, consent=consent, stage=stage, party=party, deadline=at + timedelta(days=7))
        yield matcher.ConsentGiven(**head, consent=consent, party=party, on_behalf=True, channel="telephone", actor="a")
    yield matcher.MatchPlaced(**head, host=host, lines=(line,), starts=starts, ends=ends)


async def fill(kafka: str, count: int, peers: int, dice: random.Random) -> int:
    """Publish the log and a register of peers; returns how many records."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=20, max_batch_size=262_144)
    await producer.start()
    said = 0
    try:
        for topic, key, fact, sequence in log_of(count, peers, dice):
            service = fact.type.split(".")[1]
            head = Envelope(
                str(uuid.uuid4()), fact.type, f"/manyhands/{service}", key, START + timedelta(minutes=sequence), sequence=sequence
            )
            await producer.send(topic, fact.model_dump_json().encode(), key.encode(), headers=head.headers())
            said += 1
        for n in range(peers):
            peer = registry.PeerState(version=1, peer=f"p{n:06d}", kind="member", council=dice.choice(reference_councils()).la_code)
            head = Envelope(str(uuid.uuid4()), peer.type, "/manyhands/registry", f"peer:{peer.peer}", START, sequence=1)
            await producer.send(peer.topic, peer.model_dump_json().encode(), head.subject.encode(), headers=head.headers())
            said += 1
        await producer.flush()
    finally:
        await producer.stop()
    return said


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
    """A page's server time in ms: at the 95th percentile, at the median, and the processor time of desk and PostgreSQL on average."""

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


def _page(name: str, who: str, browser: httpx.Client, paths: Sequence[str], processes: Sequence[psutil.Process]) -> Page:
    """A page asked for at each of these addresses. Errors: RuntimeError for one that is not shown."""
    browser.get(paths[0])
    times, used = [], _processor(processes)
    for path in paths:
        begun = time.perf_counter()
        answer = browser.get(path)
        times.append((time.perf_counter() - begun) * 1e3)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answers {answer.status_code}")
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


def _pages(fleet: Fleet, postgres: psutil.Process, requests: Sequence[str]) -> Iterator[Page]:
    """The desk's pages on a read model that is there; the services behind it are away, which each page says at once."""
    fleet.start()
    try:
        fleet.ready()
        processes = (_process(fleet.pid("desk")), postgres)
        known = {who: _signed_in(fleet.url("desk"), who) for who in ("adviser-yorkshire-and-the-humber", "adviser-national")}
        for who, path, addresses in (
            ("adviser-yorkshire-and-the-humber", "/desk", ["/desk"] * _ASKED),
            ("adviser-national", "/desk", ["/desk"] * _ASKED),
            ("adviser-national", "/desk?of=nobody&priority=other", ["/desk?of=nobody&priority=other"] * _ASKED),
            ("adviser-national", "/desk?for=decide&page=N", [f"/desk?for=decide&page={n + 1}" for n in range(_ASKED)]),
            ("adviser-national", "/requests/N", [f"/requests/{request}" for request in requests]),
            ("adviser-national", "/requests/N/calls", [f"/requests/{request}/calls" for request in requests]),
            ("adviser-national", "/cover", ["/cover"] * _ASKED),
        ):
            yield _page(path, who, known[who], addresses, processes)
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
        found = asyncio.run(_some(fleet.dsn("desk")))
        pages = tuple(_pages(fleet, _process(postgres.pid), found))
    return Found(events, events / seconds, ours / events * 1e6, theirs / events * 1e6, pages)


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
