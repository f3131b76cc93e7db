"""From a posting to its end, three times on one Kafka and one PostgreSQL: a bare echo, the naive consumer, Manyhands."""

import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import outside
from bench.measure import Run, Watch, figures
from schemas import matcher, requests
from schemas.topics import Topic
from services.kit.kafka import Login
from services.kit.topics import create_missing
from services.onebox import reading
from services.onebox.caller import Remote
from services.onebox.fleet import Fleet
from services.onebox.kafka import Kafka
from services.onebox.postgres import Postgres
from services.onebox.sample import FILES, write_sample
from services.onebox.sample_requests import requests as sample_requests

PEERS = 2_200
PARTITIONS = 12
NAIVE_REQUESTS = 2_500
RATE = 50.0  # requests a second in the quiet measurement
INTAKE = "intake.support-requests.v1"
ENDS = (
    matcher.MatchSuggested.type,
    matcher.RequestUnmet.type,
    requests.QuestionRaised.type,
    requests.RequestRejected.type,
    requests.IntakeRefused.type,
)
"""Where the way of a request ends for the time being: people go on from here."""
_WARM, _SECONDS = 500, 15
_SEED = 1

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the three: at 50 a second on the quiet machine, at full speed, and the peak memory of each process in MB."""

    quiet: Run
    full: Run
    peak_mb: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Road:
    """Where requests are posted and where their ends are read; `name` starts the ids of this side."""

    name: str
    source: str
    targets: Sequence[str]
    ends: Sequence[str] = ()


def measure(count: int, tell: Tell) -> dict[str, Side]:
    """Echo, naive and Manyhands, in this order, each on topics of its own; `count` requests at full speed for the first and the last."""
    with tempfile.TemporaryDirectory(prefix="manyhands-bench-") as name:
        folder = Path(name)
        tell("starting Kafka and PostgreSQL")
        with Kafka(folder / "kafka") as kafka, Postgres(folder / "postgres", durable=True) as postgres:
            bench = _Bench(folder, kafka, postgres, tell)
            bench.write_requests(_WARM + int(RATE) * _SECONDS + max(count, NAIVE_REQUESTS))
            return {"echo": bench.echo(count), "naive": bench.naive(min(count, NAIVE_REQUESTS)), "manyhands": bench.manyhands(count)}


class _Bench:
    def __init__(self, folder: Path, kafka: Kafka, postgres: Postgres, tell: Tell) -> None:
        self._folder, self._tell = folder, tell
        self._kafka, self._databases = kafka.bootstrap, postgres.databases
        assert kafka.pid is not None
        assert postgres.pid is not None
        self._servers = {"Kafka": kafka.pid, "PostgreSQL": postgres.pid}
        self._records = folder / "requests.jsonl"

    def write_requests(self, count: int) -> None:
        """The requests that all three get, in this order."""
        with self._records.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(data) + "\n" for data in sample_requests(_SEED, count, datetime.now(UTC).date()))

    def echo(self, count: int) -> Side:
        """Two processes that pass every record on, and do nothing else."""
        stations = [f"bench.echo-{n}" for n in range(3)]
        self._topics(stations)
        first = _process("bench.echo", self._kafka, *stations[:2])
        second = _process("bench.echo", self._kafka, *stations[1:])
        with first as one, second as two:
            return self._measure(_Road("echo", stations[0], stations[2:]), {"echo 1": one.pid, "echo 2": two.pid}, count)

    def naive(self, count: int) -> Side:
        """One process: a message, a transaction, a publish; then the next."""
        source, target = "bench.naive-in", "bench.naive-out"
        self._topics([source, target])
        dsn = self._databases.create_database("bench_naive", "bench_naive", "bench")
        with _process("bench.naive", self._kafka, dsn, source, target) as process:
            return self._measure(_Road("naive", source, [target]), {"naive": process.pid}, count)

    def manyhands(self, count: int) -> Side:
        """A fresh installation with one process of each service, and the sample register."""
        self._tell("Manyhands: starting the services, importing the register")
        fleet = Fleet(self._folder / "fleet", self._kafka, self._databases, {"desk": 0})
        fleet.prepare()
        fleet.start()
        try:
            fleet.ready()
            _import(fleet)
            if not asyncio.run(reading.quiet(fleet, 60)):
                raise SystemExit("The services have not come to rest within a minute after the import.")
            pids = {service: pid for service in fleet.services if (pid := fleet.pid(service)) is not None}
            return self._measure(_Road("manyhands", INTAKE, ["requests.events.v1", "matcher.events.v1"], ENDS), pids, count)
        finally:
            fleet.stop()

    def _measure(self, road: _Road, pids: dict[str, int], count: int) -> Side:
        with Watch(pids | self._servers) as watch:
            self._tell(f"{road.name}: warming up, then {RATE:.0f} requests a second for {_SECONDS} s")
            self._run(road, 0, _WARM, 0, watch)
            slow = int(RATE) * _SECONDS
            quiet = self._run(road, _WARM, slow, RATE, watch)
            self._tell(f"{road.name}: {count} requests at full speed")
            full = self._run(road, _WARM + slow, count, 0, watch)
        return Side(quiet, full, watch.peak_mb)

    def _run(self, road: _Road, first: int, count: int, rate: float, watch: Watch) -> Run:
        """Post a slice of the requests and wait for their ends."""
        common = ["--kafka", self._kafka, "--count", str(count), "--name", road.name]
        targets = [word for topic in road.targets for word in ("--topic", topic)]
        ends = [word for end in road.ends for word in ("--type", end)]
        read, posted = self._folder / "read.json", self._folder / "posted.json"
        with _process("bench.outside", "read", *common, *targets, *ends, "--out", str(read), stdout=subprocess.PIPE) as reader:
            assert reader.stdout is not None
            if reader.stdout.readline().decode().strip() != outside.READY:
                raise SystemExit("The reading program did not start; what it said stands above.")
            before = watch.cpu_s()
            words = ["--topic", road.source, "--records", str(self._records), "--first", str(first), "--rate", str(rate)]
            with _process("bench.outside", "post", *common, *words, "--out", str(posted)) as poster:
                if poster.wait():
                    raise SystemExit("The posting program failed; what it said stands above.")
            reader.wait()
            after = watch.cpu_s()
        there, here = json.loads(posted.read_text()), json.loads(read.read_text())
        cpu_s = {name: after[name] - before[name] for name in after} | {"poster and reader": there["cpu"] + here["cpu"]}
        run = figures(there["seen"], {ident: (moment, kind) for ident, (moment, kind) in here["seen"].items()}, cpu_s)
        if not run.ended:
            raise SystemExit(f"{road.name}: not one of {run.posted} requests has ended.")
        return run

    def _topics(self, names: Sequence[str]) -> None:
        plans = [
            Topic(name=name, key="reference", partitions=PARTITIONS, cleanup="delete", retention_ms=-1, producers=("intake",), consumers=())
            for name in names
        ]
        asyncio.run(create_missing(Login(self._kafka), plans))


@contextlib.contextmanager
def _process(module: str, *words: str, stdout: int | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """A Python process beside ours, ended when the block ends."""
    process = subprocess.Popen([sys.executable, "-m", module, *words], stdout=stdout)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def _import(fleet: Fleet) -> None:
    """The sample register through the importers. Waits until the matcher knows it."""
    operator = Remote(fleet.url("registry"), fleet.keys.token("operator@example.org", "operator"))
    with tempfile.TemporaryDirectory() as name:
        write_sample(Path(name), _SEED, PEERS, today=datetime.now(UTC).date())
        for kind in FILES:
            *_, last = operator.upload(f"/imports/{kind}", Path(name) / f"{kind}.csv")
            if not last.get("imported"):
                raise SystemExit(f"The sample {kind} were not imported: {last}")
