"""An installation on trial: real processes with a small register, under load from outsiders and advisers; it must keep its promises."""

import asyncio
import random
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from services.kit.clock import Clock
from services.onebox import invariants, reading
from services.onebox.caller import Remote
from services.onebox.databases import Databases
from services.onebox.fleet import SERVICES, Fleet
from services.onebox.invariants import FACTS, Promises
from services.onebox.sample import FILES, write_sample
from services.vocabulary.themes import THEMES
from tests.support.advisers import Adviser, Caller, Done
from tests.support.foreign import Foreign

_COUNCILS = ("383", "881", "202", "371", "888")


class Trial:
    """One fleet, the foreign client that posts to it, and what its advisers were told."""

    def __init__(self, folder: Path, kafka: str, databases: Databases, name: str, replicas: Mapping[str, int] | None = None) -> None:
        self.fleet = Fleet(folder, kafka, databases, {"desk": 0, **(replicas or {})}, name)
        self.foreign = Foreign(kafka, self.fleet.prefix)
        self.done = Done()

    @contextmanager
    def running(self, peers: int = 400) -> Iterator["Trial"]:
        """Start everything, with the 153 councils and so many invented peers in the register, and stop it at the end."""
        self.fleet.prepare()
        self.fleet.start()
        try:
            self.fleet.ready()
            with tempfile.TemporaryDirectory() as folder:
                write_sample(Path(folder), 1, peers, today=self.today)
                for kind in FILES:
                    self.registers(kind, Path(folder) / f"{kind}.csv")
            self.settle()
            yield self
        finally:
            self.fleet.stop()

    @property
    def now(self) -> datetime:
        """The time on the clock of all services."""
        return Clock(self.fleet.clock_file).now()

    @property
    def today(self) -> date:
        return self.now.date()

    def registers(self, kind: str, file: Path) -> None:
        """Import a file into the register. Errors: AssertionError with what was wrong."""
        operator = Remote(self.fleet.url("registry"), self.fleet.keys.token("operator@example.org", "operator"))
        told = list(operator.upload(f"/imports/{kind}", file))
        assert told[-1].get("imported"), told

    def crowd(self, name: str, role: str, peers: int, days: float, starts: date) -> list[tuple[str, str]]:
        """Put so many officers of five councils into the register, each with so many days in the year from `starts`: (peer, council).

        They know every theme, so that they are proposed.
        """
        crowd = [(f"{name}{number}", _COUNCILS[number % len(_COUNCILS)]) for number in range(peers)]
        themes = ";".join(THEMES)
        until = f"{starts},{starts + timedelta(days=364)}"
        files = {
            "peers": [
                "peer,kind,council,name,party,themes,email",
                *(f"{peer},officer,{council},Rowan Ashdown,,{themes}," for peer, council in crowd),
            ],
            "posts": ["peer,council,role,from,to", *(f"{peer},{council},{role},2020-01-01," for peer, council in crowd)],
            "offers": [
                "offer,owner,days,from,to",
                *(f"{peer},peer:{peer},{days},{until}" for peer, _ in crowd),
                *(f"{name}-of-{council},council:{council},1000,{until}" for council in _COUNCILS),
            ],
        }
        with tempfile.TemporaryDirectory() as folder:
            for kind, lines in files.items():
                file = Path(folder) / f"{kind}.csv"
                file.write_text("\n".join((*lines, "")))
                self.registers(kind, file)
        self.settle()
        return crowd

    def caller(self, service: str = "matcher", stopping: threading.Event | None = None) -> Caller:
        """An adviser who calls all replicas of a service in turn."""
        token = self.fleet.keys.token("adviser@example.org", "adviser")
        return Caller(service, self.fleet.urls()[service], token, self.done, stopping or threading.Event())

    @contextmanager
    def advisers(self, count: int, seed: int) -> Iterator[None]:
        """So many advisers at work until the end of the block."""
        stopping = threading.Event()
        threads = [Adviser(self.caller(stopping=stopping), random.Random(seed + n), stopping) for n in range(count)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopping.set()
            for thread in threads:
                thread.join()

    def stories(self, name: str) -> list[dict[str, Any]]:
        """The matcher's story of every request whose reference begins with `name`."""
        caller = self.caller()
        known = self.rows("requests", "select id from request where reference like $1 and content is not null order by id", f"{name}-%")
        found = [caller.get(f"/matches/{row['id']}") for row in known]
        return [story for story in found if story]

    def states(self) -> dict[str, int]:
        """How many stories are in each state."""
        states: dict[str, int] = self.caller().get("/matches", limit=1)["states"]
        return states

    def rows(self, service: str, query: str, *values: object) -> list[Any]:
        """Rows of a service's database."""
        return asyncio.run(reading.rows_of(self.fleet, service, query, *values))

    def facts(self, topic: str) -> list[reading.Posted]:
        """Every record of a topic."""

        async def read() -> list[reading.Posted]:
            return [posted async for posted in reading.everything(self.fleet.kafka, topic, self.fleet.prefix)]

        return asyncio.run(read())

    def counted(self) -> dict[str, int]:
        """How many facts of each type there are."""
        found = Counter(
            posted.envelope.type for topic in FACTS for posted in self.facts(topic) if posted.envelope and invariants.ours(posted)
        )
        return dict(sorted(found.items()))

    @contextmanager
    def ready_but_for(self, service: str) -> Iterator[list[str]]:
        """Watch the processes of the others all the while; the list is filled with those that were not ready twice in a row."""
        stopping, missed = threading.Event(), list[str]()
        others = [(other, n) for other in SERVICES if other != service for n in range(1, self.fleet.replicas[other] + 1)]

        def watch() -> None:
            before: set[tuple[str, int]] = set()
            while not stopping.wait(0.25):
                now = {one for one in others if not self.fleet.is_ready(*one)}
                missed.extend(f"{other}-{n}" for other, n in now & before)
                before = now

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield missed
        finally:
            stopping.set()
            thread.join()

    def settle(self, patience: float = 90) -> None:
        """Wait until everything said is heard and everything due is done. Errors: AssertionError saying what still waits."""
        if not asyncio.run(reading.quiet(self.fleet, patience)):
            raise AssertionError(f"after {patience:.0f} seconds there still wait: {asyncio.run(reading.waiting(self.fleet))}")

    def promises(self) -> Promises:
        """The promises, counted when all is quiet, with every command whose effect an adviser was told of."""
        self.settle()
        return asyncio.run(invariants.check(self.fleet, self.now, self.done.acknowledged))
