"""One server as a child process: one per folder, on loopback, its output in a log file, ended with the process that started it."""

import fcntl
import functools
import os
import random
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from services.onebox.remote import Trouble
from services.onebox.tether import tethered

# Below the range from which Linux gives ports to outgoing connections: a client that keeps trying a stopped server could otherwise be given
# the server's own port, connect to itself, and so keep the server from coming back.
PORTS = range(20_000, 32_000)
_claims: deque[socket.socket] = deque(maxlen=64)  # the oldest are let go: whoever was given those ports listens there by now
LOG_LIMIT = 10_000_000  # bytes; a longer log is put aside at the next start


class ServerError(Trouble):
    """A server did not start or stop; the message says what is wrong and what to do."""


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do: a connection that just ended is no obstacle
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens now, and which no other process was given a moment ago and has not used yet."""
    for port in random.sample(PORTS, 200):
        if port_is_free(port) and _claimed(port):
            return port
    raise ServerError(f"No free port between {PORTS.start} and {PORTS.stop} on 127.0.0.1. End some of the programs that listen there.")


def _claimed(port: int) -> bool:
    """Whether the port is ours to give: its name, which ends with this process, can be had once on a machine."""
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0manyhands-port-{port}")
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True


def answers(port: int) -> bool:
    """Whether something accepts connections on this port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.5).close()
    except OSError:
        return False
    return True


def listens(pid: int, port: int) -> bool:
    """Whether this very process accepts connections on this port: another that has taken it does not count."""
    try:
        sockets = psutil.Process(pid).net_connections(kind="tcp")
    except psutil.NoSuchProcess:
        return False
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in sockets)


def alive(pid: int) -> bool:
    """Whether a process with this id exists, whoever owns it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@functools.cache
def _starter(process: int) -> ThreadPoolExecutor:
    """The one thread of this process that starts servers: their tether ends with the thread that starts them, so it must end last."""
    return ThreadPoolExecutor(1, thread_name_prefix=f"servers of {process}")


class Child:
    """The process of one server and the claim on its folder.

    The claim is a lock on `<name>.pid` that the server itself inherits, so it lasts exactly as long as the server or one of its own
    children lives; the numbers in the file (server, the process that started it) are there for people.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.log = folder / f"{name}.log"
        self._pid_file = folder / f"{name}.pid"
        self._process: subprocess.Popen[bytes] | None = None
        self._claim: int | None = None

    @property
    def pid(self) -> int | None:
        """The server's process id; None when it is not running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def claim(self, patience: float = 30.0) -> None:
        """Take the folder, or raise ServerError naming who has it; waits `patience` seconds for a server whose own parent is gone."""
        self.folder.mkdir(parents=True, exist_ok=True)
        claim = os.open(self._pid_file, os.O_RDWR | os.O_CREAT, 0o644)
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                server, parent = (int(word) for word in (self._pid_file.read_text().split() or ["0", "0"]))
                if time.monotonic() < deadline and not (parent and alive(parent)):
                    time.sleep(0.1)
                    continue
                os.close(claim)
                raise ServerError(
                    f"{self.name} already runs on {self.folder} (process {server}, started by process {parent}). "
                    f"Use that one, or end it first: press Ctrl-C where it was started, or run: kill {parent if alive(parent) else server}"
                ) from None
            break
        self._claim = claim

    def release(self) -> None:
        """Give up a claim that no server inherited."""
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None

    def start(
        self,
        command: Sequence[str | Path],
        ready: Callable[[int], bool],
        parting: signal.Signals,
        account: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Run `command` in the folder and wait until `ready(pid)`, 60 s at most. Raises ServerError with the end of the log.

        `environment`, where given, is all the environment that the server gets.
        """
        if self._claim is None:
            self.claim()
        assert self._claim is not None
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            started = _starter(os.getpid()).submit(
                subprocess.Popen,
                tethered(command, parting, account),
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[self._claim],
                start_new_session=True,  # Ctrl-C is for the parent, which then stops its servers in order
            )
            self._process = started.result()
        os.ftruncate(self._claim, 0)
        os.pwrite(self._claim, f"{self._process.pid} {os.getpid()}\n".encode(), 0)
        self.release()  # the server holds it now
        deadline = time.monotonic() + 60
        while not ready(self._process.pid):
            if self._process.poll() is not None:
                raise ServerError(f"{self.name} ended while starting. The end of {self.log} says why:\n{self.tail()}")
            if time.monotonic() > deadline:
                self.stop(signal.SIGKILL)
                raise ServerError(f"{self.name} was not ready within 60 seconds. The end of {self.log}:\n{self.tail()}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals, patience: float = 30.0) -> None:
        """Send `how` and wait; after `patience` seconds SIGKILL. Nothing happens when it is not running."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(patience)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None

    def tail(self, lines: int = 25) -> str:
        """The last lines of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""
