"""Everything on one machine: Kafka, PostgreSQL and the services, on data that stay in one folder."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from services.onebox.fleet import Fleet
from services.onebox.kafka import Kafka
from services.onebox.postgres import Postgres

Tell = Callable[[str], None]


class Machine:
    """Started, it is ready for work; stopped, its data stay in `folder`."""

    def __init__(self, folder: Path, replicas: Mapping[str, int] | None = None, durable: bool = True, tell: Tell = lambda _: None) -> None:
        self.folder, self._replicas, self._tell = folder.resolve(), replicas, tell
        self.kafka = Kafka(self.folder / "kafka")
        self.postgres = Postgres(self.folder / "postgres", durable=durable)
        self._fleet: Fleet | None = None

    @property
    def fleet(self) -> Fleet:
        """The services. Errors: RuntimeError before the first start."""
        if self._fleet is None:
            raise RuntimeError("The machine was not started: call start() first.")
        return self._fleet

    def start(self) -> None:
        """Start everything in order. Errors: ServerError saying what did not start and why; then nothing is left running."""
        try:
            self._tell("Kafka")
            self.kafka.start()
            self._tell("PostgreSQL")
            self.postgres.start()
            self._fleet = Fleet(self.folder, self.kafka.bootstrap, self.postgres.databases, self._replicas)
            self._tell("databases and topics")
            self._fleet.prepare()
            self._fleet.start()
            self._fleet.ready(watch=self._tell)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything in the reverse order."""
        if self._fleet is not None:
            self._fleet.stop()
        self.postgres.stop()
        self.kafka.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
