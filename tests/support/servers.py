"""One real Kafka and one real PostgreSQL for a whole test run, shared by its workers and started when a test first asks for them."""

import contextlib
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Client, Listener
from pathlib import Path
from typing import Any

from services.onebox.databases import Databases
from services.onebox.kafka import Kafka
from services.onebox.postgres import Postgres


@dataclass(frozen=True)
class Broker:
    """The run's Kafka as a test sees it; `bootstrap` is "127.0.0.1:port"."""

    bootstrap: str


class Servers:
    """Lives in the process in which pytest was started, and owns the pair; `stop` ends them and removes their data."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._kafka: Kafka | None = None
        self._postgres: Postgres | None = None
        self._listener: Listener | None = None

    def kafka(self) -> Broker:
        if self._kafka is None:
            self._kafka = Kafka(self._room("kafka"))
            self._kafka.start()
        return Broker(self._kafka.bootstrap)

    def postgres(self) -> Databases:
        if self._postgres is None:
            self._postgres = Postgres(self._room("postgres"), durable=False)
            self._postgres.start()
        return self._postgres.databases

    def address(self) -> dict[str, Any]:
        """Where workers ask for the pair, in the simple values that pytest-xdist can hand to them."""
        if self._listener is None:
            self._listener = Listener(("127.0.0.1", 0), authkey=b"one test run")
            # A thread for as long as this process: the servers that it starts end when it ends.
            threading.Thread(target=self._answer, args=[self._listener], daemon=True).start()
        host, port = self._listener.address
        return {"host": host, "port": port}

    def stop(self) -> None:
        for server in (self._kafka, self._postgres):
            if server is not None:
                server.stop()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _room(self, name: str) -> Path:
        self._folder = self._folder or Path(tempfile.mkdtemp(prefix="manyhands-tests-"))
        return self._folder / name

    def _answer(self, listener: Listener) -> None:
        while True:
            with listener.accept() as worker:
                try:
                    worker.send(self.kafka() if worker.recv() == "kafka" else self.postgres())
                except Exception as error:  # the test that asked reports it
                    worker.send(error)


@contextlib.contextmanager
def private_postgres() -> Iterator[Postgres]:
    """A PostgreSQL that tests may break.

    Not in pytest's folder: another run of pytest by root, as it starts, shuts that to everybody else, the server's account included.
    """
    with tempfile.TemporaryDirectory(prefix="manyhands-tests-") as folder, Postgres(Path(folder), durable=False) as server:
        yield server


def ask(address: dict[str, Any], server: str) -> Any:
    """A worker's way to Servers: for "kafka" a Broker, for "postgres" Databases; raises the error if the server did not start."""
    with Client((address["host"], address["port"]), authkey=b"one test run") as controller:
        controller.send(server)
        answer = controller.recv()
    if isinstance(answer, Exception):
        raise answer
    return answer
