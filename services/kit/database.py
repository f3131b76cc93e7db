"""A service's own database: connections, transactions that outlast an outage, and migrations under a lock."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import asyncpg
import structlog

from services.kit.stopping import pauses, rest

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

T = TypeVar("T")
log = structlog.get_logger()
KIT_MIGRATIONS = Path(__file__).parent / "migrations"
_MIGRATION_LOCK = 7_201_001
_OUR_TABLES = "select from inbox, outbox limit 0"
OUTAGES = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,  # restarts and shutdowns (57P0x)
    asyncpg.InsufficientResourcesError,  # disk, memory, connections (53xxx)
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    OSError,
    TimeoutError,
)
"""The classes of failures that pass by themselves; `is_outage` decides."""


class Away(ConnectionError):
    """PostgreSQL answers, but does not let us in, or lacks our tables. The message names its error's class."""


def is_outage(error: BaseException) -> bool:
    """True for a failure that is nobody's fault and passes: try again.

    Not one: the wrong number of arguments, or an address that is none (a ValueError too); asyncpg calls both InterfaceError.
    """
    return isinstance(error, OUTAGES) and not isinstance(error, ValueError) and "the server expects" not in str(error.args[:1])


class Database:
    """A pool that is opened when PostgreSQL can be reached and used through transactions only."""

    def __init__(self, url: str, service: str, stopping: asyncio.Event, connections: int = 8) -> None:
        self._url, self._service, self._stopping, self._connections = url, service, stopping, connections
        self._pool: Pool | None = None

    async def connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection outside the pool, for a session lock or LISTEN. The caller closes it. Errors: outages (see is_outage)."""
        # a lock must not stay with a machine that has vanished without a word
        vanished = {"tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3"}
        with _away():
            settings = {"application_name": self._service, **vanished}
            connection = await asyncpg.connect(self._url, timeout=5, command_timeout=60, server_settings=settings)
            try:
                await _fit(connection)
            except BaseException:
                connection.terminate()
                raise
        return connection

    async def close(self) -> None:
        """Close the pool; connections in use get a second."""
        if self._pool is not None:
            try:
                await asyncio.wait_for(self._pool.close(), 1)
            except TimeoutError:
                self._pool.terminate()

    async def missing(self) -> list[str]:
        """What keeps this database from being used, for an operator; empty when a statement comes back within a second."""
        try:
            async with asyncio.timeout(1), self._connection() as connection:
                await connection.fetchval("select 1")
        except Away as error:
            return [f"PostgreSQL refuses us ({error}): check MANYHANDS_DATABASE_URL and that the migrations were applied."]
        except Exception as error:
            if not is_outage(error):
                raise
            return ["PostgreSQL does not answer: check the server and MANYHANDS_DATABASE_URL; work goes on by itself when it is back."]
        return []

    async def transact(self, work: Callable[[Connection], Awaitable[T]], patience: float = float("inf")) -> T:
        """Run `work` in one transaction and commit; on an outage or a deadlock again after a pause, for `patience` seconds.

        Errors: Stopping when the service stops meanwhile; the outage when patience has ended; everything else as it comes, rolled back.
        """
        end = time.monotonic() + patience
        for pause in pauses():
            try:
                async with self._connection() as connection, connection.transaction():
                    return await work(connection)
            except Exception as error:
                if not is_outage(error) or time.monotonic() + pause > end:
                    raise
                log.warning("database_away", error=type(error).__name__, pause=pause)
                await self.wait(pause)
        raise AssertionError("pauses have no end")

    async def once(self, work: Callable[[Connection], Awaitable[T]]) -> T:
        """Run `work` in one transaction without waiting for an outage to end: for readers and checks."""
        async with self._connection() as connection, connection.transaction():
            return await work(connection)

    async def wait(self, seconds: float) -> None:
        """Sleep, but not past the order to stop. Errors: Stopping."""
        await rest(self._stopping, seconds)

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        with _away():
            pool = self._pool or await self._opened()
            connection = await pool.acquire(timeout=10)
        try:
            yield connection
        finally:
            await pool.release(connection)

    async def _opened(self) -> Pool:
        pool = await asyncpg.create_pool(
            self._url,
            min_size=1,
            max_size=self._connections,
            timeout=5,
            command_timeout=60,
            init=_fit,
            reset=_as_it_is,
            server_settings={"application_name": self._service, "jit": "off"},
        )
        if self._pool is None:
            self._pool = pool
        else:  # two callers opened at once
            await pool.close()
        return self._pool


async def _fit(connection: Connection) -> None:
    """Errors: asyncpg.UndefinedTableError when the migrations were not applied."""
    await connection.execute(_OUR_TABLES)


async def _as_it_is(_: Connection) -> None:
    """Nobody leaves a setting, lock or listener on a pool's connection: the library's reset would only be one more trip."""


@contextlib.contextmanager
def _away() -> Iterator[None]:
    """Whatever PostgreSQL says before we are in (wrong password, no such database, no tables) is no record's fault and can be mended."""
    try:
        yield
    except asyncpg.PostgresError as error:
        raise Away(type(error).__name__) from error


def read_migrations(folders: Iterable[Path]) -> list[tuple[str, str]]:
    """(version, SQL of its `migrate:up` part) of every dbmate file in the folders, by version. Errors: ValueError naming the file."""
    found: dict[str, str] = {}
    for file in sorted((f for folder in folders for f in folder.glob("*.sql")), key=lambda f: f.name):
        version = file.name.split("_")[0]
        parts = re.split(r"^-- migrate:(up|down).*$", file.read_text(), flags=re.MULTILINE)
        if not version.isdigit() or len(parts) < 3 or parts[1] != "up":
            raise ValueError(f"{file.name}: a migration is named <number>_<words>.sql and starts with a line '-- migrate:up'")
        if version in found:
            raise ValueError(f"{file.name}: version {version} is taken by another file")
        found[version] = parts[2]
    return sorted(found.items())


async def migrate(url: str, folders: Iterable[Path]) -> list[str]:
    """Apply what is missing, in order, each in a transaction of its own, under a lock. Returns the versions applied.

    Bookkeeping is dbmate's (`schema_migrations`), so that either tool can go on where the other stopped.
    Errors: OSError when the database cannot be reached or does not let us in.
    """
    migrations = read_migrations(folders)
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except asyncpg.PostgresError as error:
        raise ConnectionError(type(error).__name__) from error
    try:
        await connection.execute("select pg_advisory_lock($1)", _MIGRATION_LOCK)
        await connection.execute("create table if not exists schema_migrations (version varchar(128) primary key)")
        done = {row["version"] for row in await connection.fetch("select version from schema_migrations")}
        missing = [(version, sql) for version, sql in migrations if version not in done]
        for version, sql in missing:
            async with connection.transaction():
                await connection.execute(sql)
                await connection.execute("insert into schema_migrations (version) values ($1)", version)
        return [version for version, _ in missing]
    finally:
        await connection.close()
