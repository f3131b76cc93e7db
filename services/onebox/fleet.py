"""The services as child processes on a Kafka and a PostgreSQL that are there: prepared, started, watched, killed and stopped."""

import asyncio
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from schemas.topics import topics
from services.kit.database import KIT_MIGRATIONS, migrate
from services.kit.kafka import Login
from services.kit.topics import create_missing
from services.onebox import assets, front
from services.onebox.child import Child, ServerError, free_port, listens, port_is_free
from services.onebox.databases import Databases
from services.onebox.tokens import AUDIENCE, ISSUER, Keys

SERVICES = ("registry", "requests", "matcher", "desk")
_ROOT = Path(__file__).parents[2]
_PASSED_ON = ("PATH", "LANG", "HOME", "TZ", "COVERAGE_PROCESS_START", "SSL_CERT_FILE")


class Fleet:
    """So many processes of each service; with a desk, also the provider at which people sign in.

    `name` tells installations on the same servers apart: it is in topics and database names.

    Addresses, passwords and ports are kept in `folder`, so that a second run is the same machine.
    """

    def __init__(self, folder: Path, kafka: str, databases: Databases, replicas: Mapping[str, int] | None = None, name: str = "") -> None:
        self.folder, self.kafka, self._databases, self.name = folder.resolve(), kafka, databases, name
        self.replicas = {service: (replicas or {}).get(service, 1) for service in SERVICES}
        self.keys = Keys(self.folder / "keys")
        self.clock_file = self.folder / "clock"
        self.environment: dict[str, str] = {}
        """More settings for every service, as MANYHANDS_... names."""
        self._kept_file = self.folder / "fleet.json"
        self._kept: dict[str, str] = json.loads(self._kept_file.read_text()) if self._kept_file.exists() else {}
        self._children: dict[tuple[str, int], Child] = {}
        self._down: set[tuple[str, int]] = set()
        self._client = httpx.Client(timeout=3)  # to make one costs more than many calls

    @property
    def services(self) -> list[str]:
        """The services that run here."""
        return [service for service, count in self.replicas.items() if count]

    @property
    def prefix(self) -> str:
        """What stands before every topic."""
        return f"{self.name}." if self.name else ""

    def database(self, service: str) -> str:
        """The name of a service's database."""
        return f"manyhands_{service}" + (f"_{self.name}" if self.name else "")

    def dsn(self, service: str) -> str:
        """The address of a service's database for the service's own role."""
        return self._databases.create_database(self.database(service), self.database(service), self._keep(f"password.{service}", _password))

    def prepare(self) -> None:
        """Databases, migrations and topics: whatever is missing."""
        asyncio.run(self._prepare())

    async def _prepare(self) -> None:
        if self.replicas["desk"]:
            assets.make()
        for service in SERVICES:
            await migrate(self.dsn(service), [KIT_MIGRATIONS, _ROOT / "services" / service / "migrations"])
        await create_missing(Login(self.kafka), topics(), self.prefix)

    def start(self) -> None:
        """Start every process; ready() tells when they are fit for work."""
        if self.replicas["desk"]:
            for service in SERVICES[:3]:
                self.port(service)  # the desk is told them before they run
            self.spawn(front.PROVIDER)
        for service, count in self.replicas.items():
            for n in range(1, count + 1):
                self.spawn(service, n)

    def spawn(self, service: str, n: int = 1) -> None:
        """Start one process of a service, in a session of its own that ends with this process."""
        key = (service, n)
        self._down.discard(key)
        child = self._children.setdefault(key, Child(f"{service}-{n}", self.folder / "services"))
        if child.pid is None:
            command = [sys.executable, "-m", f"services.{service}.app"]
            if service == front.PROVIDER:
                front.write_secret(self.folder)
                command = [sys.executable, "-m", "services.onebox.provider", str(self.folder), str(self.port(service, n))]
            child.start(command, lambda _: True, signal.SIGTERM, environment=self._settings(service, n))

    def _settings(self, service: str, n: int) -> dict[str, str]:
        settings = {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"PYTHONPATH": str(_ROOT)}
        if service == front.PROVIDER:
            return settings
        if service == "desk":
            addresses = {other: f"http://127.0.0.1:{self.port(other)}" for other in (*SERVICES[:3], front.PROVIDER)}
            settings |= front.settings(self.folder, f"http://127.0.0.1:{self.port(service, n)}", addresses)
        settings |= {
            "MANYHANDS_DATABASE_URL": self.dsn(service),
            "MANYHANDS_KAFKA": self.kafka,
            "MANYHANDS_TOPIC_PREFIX": self.prefix,
            "MANYHANDS_HTTP_PORT": str(self.port(service, n)),
            "MANYHANDS_JWT_ISSUER": ISSUER,
            "MANYHANDS_JWT_AUDIENCE": AUDIENCE,
            "MANYHANDS_JWKS": str(self.keys.jwks),
            "MANYHANDS_CLOCK_FILE": str(self.clock_file),
        }
        return settings | self.environment

    def port(self, service: str, n: int = 1) -> int:
        """The port of one process, the same in every run unless somebody else has taken it meanwhile."""
        name = f"port.{service}.{n}"
        child = self._children.get((service, n))
        taken = name in self._kept and (child is None or child.pid is None) and not port_is_free(int(self._kept[name]))
        if taken:
            del self._kept[name]
        return int(self._keep(name, lambda: str(free_port())))

    def url(self, service: str, n: int = 1) -> str:
        """Where a process answers HTTP."""
        return f"http://127.0.0.1:{self._kept[f'port.{service}.{n}']}"

    def urls(self) -> dict[str, list[str]]:
        """Every process's address by service."""
        return {service: [self.url(service, n) for n in range(1, count + 1)] for service, count in self.replicas.items()}

    def ready(self, patience: float = 60.0, watch: Callable[[str], None] = lambda _: None) -> None:
        """Wait until every process is fit for work. Errors: ServerError with the end of the log of one that is not."""
        deadline = time.monotonic() + patience
        for (service, n), child in sorted(self._children.items()):
            watch(f"{service} {n}")
            while not self.is_ready(service, n):
                if child.pid is None and (service, n) not in self._down:
                    raise ServerError(f"{child.name} ended while starting. The end of {child.log} says why:\n{child.tail()}")
                if time.monotonic() > deadline:
                    raise ServerError(f"{child.name} was not ready within {patience:.0f} seconds. The end of {child.log}:\n{child.tail()}")
                time.sleep(0.05)

    def is_ready(self, service: str, n: int = 1) -> bool:
        """What /readyz of one process says now; somebody else who answers on its port does not count."""
        try:
            ready = self._client.get(f"{self.url(service, n)}/readyz").status_code == 200
        except httpx.HTTPError:
            return False
        pid = self._children[service, n].pid
        return ready and pid is not None and listens(pid, self.port(service, n))

    def pid(self, service: str, n: int = 1) -> int | None:
        """The process id; None while it is down."""
        return self._children[service, n].pid

    def kill(self, service: str, n: int = 1) -> None:
        """SIGKILL one process and leave it down until spawn()."""
        self._down.add((service, n))
        self._children[service, n].stop(signal.SIGKILL)

    def end(self, service: str, n: int = 1, patience: float = 15.0) -> None:
        """SIGTERM one process, wait for it, and leave it down until spawn()."""
        self._down.add((service, n))
        self._children[service, n].stop(signal.SIGTERM, patience)

    def revive(self) -> list[str]:
        """Start anew what has ended by itself; returns the names."""
        ended = [(key, child) for key, child in self._children.items() if child.pid is None and key not in self._down]
        for (service, n), _ in ended:
            self.spawn(service, n)
        return [child.name for _, child in ended]

    def stop(self) -> None:
        """SIGTERM to all at once, then wait for each."""
        for child in self._children.values():
            if child.pid is not None:
                os.kill(child.pid, signal.SIGTERM)
        for child in self._children.values():
            child.stop(signal.SIGTERM, 15)
        self._children.clear()

    def _keep(self, name: str, make: Callable[[], str]) -> str:
        if name not in self._kept:
            self._kept[name] = make()
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self._kept_file.with_suffix(".draft")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(self._kept, indent=1))
            draft.replace(self._kept_file)
        return self._kept[name]


def _password() -> str:
    return secrets.token_urlsafe(18)
