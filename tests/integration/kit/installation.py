"""One installation of the echo service: a database, topics, tokens and a clock of its own, and as many processes as a test wants."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from services.kit.bus import Bus
from services.kit.clock import Clock
from services.kit.database import Database, migrate
from services.kit.ears import Ears
from services.kit.kafka import Login
from services.kit.settings import Settings
from services.kit.topics import create_missing
from services.onebox.child import free_port
from tests.integration.kit.process import Process
from tests.support.echo import MIGRATIONS, TOPICS, Pinged, Raw, ears
from tests.support.tokens import Issuer


@dataclass
class Parts:
    """The parts of one echo process, in the test's own process and without HTTP or Kafka."""

    database: Database
    clock: Clock
    bus: Bus
    stopping: asyncio.Event

    async def batch(self, *records: Raw, topic: str = Pinged.topic) -> None:
        await self.bus.batch(topic, records)

    async def replay(self, number: int, actor: str) -> list[int]:
        return await self.database.transact(lambda db: self.bus.replay(db, number, actor))


@dataclass
class Installation:
    """Where one test's echo services live; made by the fixtures."""

    name: str
    folder: Path
    database_url: str
    kafka: str
    issuer: Issuer = field(default_factory=Issuer)
    processes: list[Process] = field(default_factory=list)
    _connection: "asyncpg.Connection[asyncpg.Record] | None" = None
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def end(self) -> None:
        """Kill what still runs."""
        for process in self.processes:
            process.kill()
        if self._connection is not None:
            await self._connection.close(timeout=1)

    async def prepare(self, topics: bool = True) -> "Installation":
        await migrate(self.database_url, MIGRATIONS)
        self.issuer.write_jwks(self.folder / "jwks.json")
        if topics:
            await create_missing(Login(self.kafka), TOPICS, self.prefix)
        return self

    @property
    def prefix(self) -> str:
        return f"{self.name}."

    def environment(self, **settings: Any) -> dict[str, str]:
        given = {
            "database_url": self.database_url,
            "kafka": self.kafka,
            "topic_prefix": self.prefix,
            "http_port": free_port(),
            "jwt_issuer": self.issuer.issuer,
            "jwks": self.folder / "jwks.json",
            "clock_file": self.folder / "clock",
            **settings,
        }
        return {f"MANYHANDS_{name.upper()}": str(value) for name, value in given.items()}

    def settings(self, **settings: Any) -> Settings:
        environment = self.environment(**settings)
        return Settings(**{name.removeprefix("MANYHANDS_").lower(): value for name, value in environment.items()})  # type: ignore[arg-type]

    @contextlib.asynccontextmanager
    async def parts(self, ears: Ears = ears, **settings: Any) -> AsyncIterator[Parts]:
        """Parts that share this installation's database."""
        stopping, given = asyncio.Event(), self.settings(**settings)
        database, clock = Database(given.database_url.get_secret_value(), "echo", stopping), Clock(given.clock_file)
        try:
            yield Parts(database, clock, Bus("echo", given, database, clock, ears, stopping), stopping)
        finally:
            stopping.set()
            await database.close()

    def start(self, first: Callable[[], None] | None = None, **settings: Any) -> Process:
        """A process of the echo service, in which `first` is done first; it is not ready yet."""
        process = Process(self.environment(**settings), self.folder / f"echo{len(self.processes)}.log", first)
        self.processes.append(process)
        return process

    async def sql(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows of one statement, as the service's own role."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self.database_url, statement_cache_size=0)
        async with self._one_at_a_time:
            return list(await self._connection.fetch(statement, *arguments))

    async def one(self, statement: str, *arguments: Any) -> Any:
        """The first value of the first row."""
        rows = await self.sql(statement, *arguments)
        return rows[0][0] if rows else None

    @contextlib.asynccontextmanager
    async def producer(self) -> AsyncIterator[AIOKafkaProducer]:
        async with AIOKafkaProducer(bootstrap_servers=self.kafka, acks="all", enable_idempotence=True, linger_ms=5) as producer:
            yield producer

    async def post(self, topic: str, records: Iterable[Raw], partition: int | None = None) -> None:
        """Post records as they are; without a partition the key decides."""
        async with self.producer() as producer:
            sent = [
                await producer.send(self.prefix + topic, r.value, key=r.key, headers=list(r.headers), partition=partition) for r in records
            ]
            await asyncio.gather(*sent)

    async def topic(self, topic: str) -> list[Any]:
        """Every record of a topic, partition by partition."""
        found: list[Any] = []
        async with AIOKafkaConsumer(bootstrap_servers=self.kafka, auto_offset_reset="earliest", enable_auto_commit=False) as consumer:
            name = self.prefix + topic
            count = next(t.partitions for t in TOPICS if t.name == topic)
            parts = [TopicPartition(name, number) for number in range(count)]
            consumer.assign(parts)
            ends = await consumer.end_offsets(parts)
            for part in parts:
                await consumer.seek_to_beginning(part)
            while any([await consumer.position(part) < ends[part] for part in parts]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += records
        return sorted(found, key=lambda r: (r.partition, r.offset))
