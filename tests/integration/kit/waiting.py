"""Waiting for what will be true."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any


async def until(true: Callable[[], Awaitable[Any]], seconds: float = 15, what: str = "") -> Any:
    """The first true answer. Errors: AssertionError with the last answer when the time is over."""
    end = time.monotonic() + seconds
    while True:
        answer = await true()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds} s: {what or true} ({answer})"
        await asyncio.sleep(0.05)
