"""What is missing for work, asked anew at most once a second."""

import asyncio
import time
from typing import Protocol


class Part(Protocol):
    """A part of the service that knows what it lacks."""

    async def missing(self) -> list[str]: ...


class Health:
    """The truth for /readyz. However many ask, each part is asked once a second."""

    def __init__(self, *parts: Part) -> None:
        self._parts, self._at, self._missing, self._asking = parts, 0.0, ["not asked yet"], asyncio.Lock()

    async def missing(self) -> list[str]:
        """Sentences for an operator; empty when the service is fit for work."""
        async with self._asking:
            if time.monotonic() - self._at > 1:
                answers = await asyncio.gather(*(part.missing() for part in self._parts))
                self._missing, self._at = [sentence for answer in answers for sentence in answer], time.monotonic()
        return self._missing
