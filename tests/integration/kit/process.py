"""Processes of the echo service. Each is forked from one that has everything loaded, which saves a second of work at every start."""

import asyncio
import ctypes
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer

from services.kit import listener
from services.kit.service import run
from services.kit.settings import Settings
from services.onebox.tether import PR_SET_PDEATHSIG
from tests.integration.kit.waiting import until
from tests.support.echo import SERVICE

_MAKER = multiprocessing.get_context("forkserver")
_MAKER.set_forkserver_preload([__name__])


def impatient() -> None:
    """The group expects a poll every 1.5 seconds instead of every five minutes, so that an outage may well be longer."""
    listener._LONGEST_POLL_MS = 1_500


def kills_itself_before_the_offsets() -> None:
    """The process dies when it has brought its first batch home and would commit the offsets."""

    async def commit(*_: Any, **__: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    AIOKafkaConsumer.commit = commit


def _echo(environment: dict[str, str], log: Path, first: Callable[[], None] | None) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(file, 1)
    os.dup2(file, 2)
    sys.stdout = os.fdopen(1, "w", buffering=1)
    os.environ.update(environment)
    if first:
        first()
    run(SERVICE, Settings())


class Process:
    """One process of the echo service; `first` is done in it before it starts."""

    def __init__(self, environment: dict[str, str], log: Path, first: Callable[[], None] | None) -> None:
        self.port = int(environment["MANYHANDS_HTTP_PORT"])
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = log
        log.touch()
        self._process = _MAKER.Process(target=_echo, args=(environment, log, first), daemon=True)
        self._process.start()

    async def get(self, path: str, **more: Any) -> httpx.Response:
        async with httpx.AsyncClient(timeout=10) as client:
            return await client.get(self.url + path, **more)

    async def missing(self) -> list[str] | None:
        """What /readyz says is missing; None when it does not answer."""
        try:
            answer = await self.get("/readyz")
        except httpx.HTTPError:
            return None
        missing: list[str] = answer.json()["missing"]
        assert (answer.status_code == 200) == (not missing)
        return missing

    async def ready(self, seconds: float = 30) -> "Process":
        """This process, once it is ready."""

        async def fit() -> bool:
            assert self._process.is_alive(), self.log()
            return await self.missing() == []

        await until(fit, seconds, f"ready; {self.log()}")
        return self

    async def healthy(self) -> bool:
        return (await self.get("/healthz")).status_code == 200

    def kill(self) -> None:
        """As a crash would."""
        self._process.kill()
        self._process.join()

    def tell_to_stop(self) -> None:
        """SIGTERM."""
        self._process.terminate()

    async def ended(self) -> int:
        """Wait for its end; the exit code, or minus the signal that killed it."""
        await asyncio.to_thread(self._process.join, 30)
        assert self._process.exitcode is not None, self.log()
        return self._process.exitcode

    async def stop(self) -> tuple[int, float]:
        """SIGTERM; the exit code and the seconds it took."""
        begun = time.monotonic()
        self.tell_to_stop()
        return await self.ended(), time.monotonic() - begun

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def lines(self) -> list[dict[str, Any]]:
        """The log lines; each must be JSON."""
        return [json.loads(line) for line in self.log().splitlines()]
