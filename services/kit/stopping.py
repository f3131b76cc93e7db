"""The order to stop: everything that waits looks out for it."""

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

T = TypeVar("T")


class Stopping(Exception):
    """The service was asked to stop while something waited."""


def pauses(first: float = 0.05, longest: float = 5.0) -> Iterator[float]:
    """Growing pauses in seconds, without end."""
    pause = first
    while True:
        yield pause
        pause = min(pause * 2, longest)


async def rest(stopping: asyncio.Event, seconds: float) -> None:
    """Sleep, but not past the order to stop. Errors: Stopping."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
    raise Stopping


async def unless(stopping: asyncio.Event, work: Coroutine[Any, Any, T], grace: float = 0.0) -> T:
    """The result of `work`. When the order to stop comes first, `work` has `grace` more seconds and is then cancelled. Errors: Stopping."""
    task = asyncio.ensure_future(work)
    stop = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done() and grace:
            await asyncio.wait({task}, timeout=grace)
        if task.done():
            return task.result()
        raise Stopping
    finally:
        stop.cancel()
        if task.cancel():
            await asyncio.wait({task}, timeout=0.5)
