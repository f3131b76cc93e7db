"""What is nobody's fault and passes is told from what is somebody's; waiting is never past the order to stop."""

import asyncio
import itertools
import time

import asyncpg
import pytest

from services.kit.database import Away, is_outage
from services.kit.stopping import Stopping, pauses, rest, unless


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        ConnectionResetError(),
        TimeoutError(),
        OSError(113, "no route to host"),
        Away("InvalidPasswordError"),
        asyncpg.CannotConnectNowError(),
        asyncpg.AdminShutdownError(),
        asyncpg.CrashShutdownError(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.TooManyConnectionsError(),
        asyncpg.DiskFullError(),
        asyncpg.DeadlockDetectedError(),
        asyncpg.SerializationError(),
    ],
)
def test_an_outage_passes(error: BaseException) -> None:
    assert is_outage(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("wrong"),
        KeyError("wrong"),
        asyncpg.UniqueViolationError(),
        asyncpg.CheckViolationError(),
        asyncpg.UndefinedColumnError(),
        asyncpg.NumericValueOutOfRangeError(),
        asyncpg.CharacterNotInRepertoireError(),
        asyncpg.InFailedSQLTransactionError(),
        asyncpg.DataError("invalid input for query argument $1: 7 (expected str, got int)"),
        asyncpg.exceptions.ClientConfigurationError("invalid DSN: scheme is expected to be either postgresql or postgres"),
        asyncpg.InterfaceError("the server expects 2 arguments for this query, 1 was passed"),
    ],
)
def test_a_fault_does_not(error: BaseException) -> None:
    assert not is_outage(error)


def test_pauses_grow_and_end_growing() -> None:
    assert list(itertools.islice(pauses(1, 5), 5)) == [1, 2, 4, 5, 5]


async def test_a_rest_ends_with_the_order_to_stop() -> None:
    stopping = asyncio.Event()
    await rest(stopping, 0.01)
    asyncio.get_running_loop().call_later(0.02, stopping.set)
    begun = time.monotonic()
    with pytest.raises(Stopping):
        await rest(stopping, 10)
    assert time.monotonic() - begun < 1


async def test_work_is_cancelled_by_the_order_to_stop_after_its_grace() -> None:
    stopping, cancelled = asyncio.Event(), []

    async def work(seconds: float) -> str:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            cancelled.append(seconds)
            raise
        return "done"

    assert await unless(stopping, work(0)) == "done"
    asyncio.get_running_loop().call_later(0.02, stopping.set)
    with pytest.raises(Stopping):
        await unless(stopping, work(9))
    assert await unless(stopping, work(0.1), grace=5) == "done"
    with pytest.raises(Stopping):
        await unless(stopping, work(8), grace=0.05)
    assert cancelled == [9, 8]


async def test_an_error_of_the_work_comes_through() -> None:
    async def work() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        await unless(asyncio.Event(), work())
