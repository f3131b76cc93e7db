"""The servers of onebox, really started: data outlive them, no service reads another's, and they never outlive the one who started them."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import asyncpg
import jgo
import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from services.onebox import kafka_jars
from services.onebox.child import ServerError, alive, answers, free_port, listens, port_is_free
from services.onebox.databases import Databases
from services.onebox.fleet import Fleet
from services.onebox.kafka import Kafka
from services.onebox.postgres import Postgres
from tests.support.servers import Broker

pytestmark = pytest.mark.xdist_group("servers")

STARTER = """
import sys, time
from pathlib import Path
from services.onebox.kafka import Kafka
from services.onebox.postgres import Postgres
servers = [Kafka(Path(sys.argv[1]) / "kafka"), Postgres(Path(sys.argv[1]) / "postgres", durable=False)]
for server in servers:
    server.start()
print(*(server.pid for server in servers), flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    """A Kafka for this file alone; the tests restart it, and leave it running."""
    with Kafka(tmp_path_factory.mktemp("kafka with, a comma")) as server:
        yield server


async def create_topic(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    finally:
        await admin.close()


async def say(bootstrap: str, topic: str, *values: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, partition=0)


async def hear(bootstrap: str, topic: str, count: int) -> list[bytes]:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        return [(await consumer.getone()).value for _ in range(count)]


async def test_what_was_said_before_kafka_was_killed_is_heard_at_the_same_address_after_it_comes_back(
    broker: Kafka, fresh_name: str
) -> None:
    await create_topic(broker.bootstrap, fresh_name)
    await say(broker.bootstrap, fresh_name, b"one", b"two")
    before = broker.bootstrap

    broker.stop(signal.SIGKILL)
    broker.start()

    assert broker.bootstrap == before
    assert await hear(broker.bootstrap, fresh_name, 2) == [b"one", b"two"]


async def test_kafka_moves_with_its_data_when_another_program_has_taken_its_port(broker: Kafka, fresh_name: str) -> None:
    await create_topic(broker.bootstrap, fresh_name)
    await say(broker.bootstrap, fresh_name, b"one")
    broker.stop()
    kept = json.loads((broker.folder / "kafka.json").read_text())

    with socket.create_server(("127.0.0.1", kept["client"])), socket.create_server(("127.0.0.1", kept["controller"])):
        broker.start()

        assert broker.bootstrap != f"127.0.0.1:{kept['client']}"
        assert await hear(broker.bootstrap, fresh_name, 1) == [b"one"]


async def test_a_misspelt_topic_is_an_error_and_not_a_new_topic(broker: Kafka, fresh_name: str) -> None:
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap, request_timeout_ms=1000) as producer:
        with pytest.raises(Exception, match=r"(?i)unknown|timeout|not found|topic"):
            await producer.send_and_wait(fresh_name, b"lost")
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    assert fresh_name not in await admin.list_topics()
    await admin.close()


def test_a_second_kafka_on_the_same_folder_is_told_which_process_has_it(broker: Kafka) -> None:
    with pytest.raises(ServerError, match=f"process {broker.pid}, started by process {os.getpid()}.*kill {os.getpid()}"):
        Kafka(broker.folder).start()
    assert broker.pid, "the first one must not be disturbed"


def test_a_server_outlives_the_thread_that_asked_for_it(broker: Kafka, own_postgres: Postgres) -> None:
    for server in (broker, own_postgres):
        server.stop()
        asking = threading.Thread(target=server.start)
        asking.start()
        asking.join()

    time.sleep(1)  # the end of a thread reaches what hangs on it within milliseconds

    assert broker.pid, (broker.folder / "kafka.log").read_text()[-2000:]
    assert own_postgres.pid


def test_a_kafka_is_not_taken_for_ready_because_another_program_answers_on_its_port(broker: Kafka) -> None:
    port = int(broker.bootstrap.split(":")[1])
    assert broker.pid
    assert listens(broker.pid, port)
    assert not listens(os.getpid(), port)
    with socket.create_server(("127.0.0.1", 0)) as ours:
        assert not listens(broker.pid, ours.getsockname()[1])


def test_a_port_that_one_process_was_given_is_given_to_no_other_before_it_is_used() -> None:
    port = free_port()
    assert port_is_free(port)
    asked = f"from services.onebox import child; child.random.sample = lambda *_: [{port}]; child.free_port()"
    refused = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert "No free port" in refused.stderr


def test_a_service_is_not_taken_for_ready_because_another_program_answers_on_its_port(tmp_path: Path, postgres: Databases) -> None:
    fleet = Fleet(tmp_path, "127.0.0.1:1", postgres, {"matcher": 0, "desk": 0, "requests": 0})
    with HTTPServer(("127.0.0.1", fleet.port("registry")), _Well) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        fleet.spawn("registry")  # it is given another port, for this one is taken: so far all is well
        fleet._kept["port.registry.1"] = str(other.server_port)  # as it was where the other came a moment later
        try:
            assert not fleet.is_ready("registry")
        finally:
            fleet.stop()
            other.shutdown()


class _Well(BaseHTTPRequestHandler):
    """Says to everything that all is well."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


def test_a_port_asked_for_by_number_and_taken_is_an_error_with_advice(broker: Kafka, tmp_path: Path) -> None:
    taken = int(broker.bootstrap.split(":")[1])
    with pytest.raises(ServerError, match=f"cannot use port {taken}.*choose another"):
        Kafka(tmp_path, port=taken).start()


def test_a_kafka_that_cannot_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "meta.properties").write_text("version=1\nnode.id=7\ncluster.id=somebody-elses\n")
    (tmp_path / "kafka.json").write_text('{"client": 0, "controller": 0}')
    with pytest.raises(ServerError, match=r"(?s)ended while starting.*kafka\.log.*node id 7"):
        Kafka(tmp_path).start()


def test_after_the_first_time_kafkas_files_are_found_without_a_network(broker: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise AssertionError("asked the network")

    monkeypatch.setattr(jgo, "build", no_network)
    monkeypatch.setattr(socket.socket, "connect", no_network)
    files = kafka_jars.jars()
    assert {file.name for file in files} == set(json.loads(kafka_jars.LOCK.read_text()))


def test_a_program_file_that_is_not_what_the_lock_says_is_refused_by_name(broker: Kafka, tmp_path: Path) -> None:
    lock = json.loads(kafka_jars.LOCK.read_text())
    files = kafka_jars.jars()
    kafka_jars.verify(files, lock)
    changed = tmp_path / files[3].name
    changed.write_bytes(files[3].read_bytes() + b"!")

    with pytest.raises(ServerError, match=changed.name):
        kafka_jars.verify([*files[:3], changed, *files[4:]], lock)
    with pytest.raises(ServerError, match=files[0].name):
        kafka_jars.verify(files[1:], lock)


async def test_what_was_committed_survives_a_crash_of_postgresql(own_postgres: Postgres, fresh_name: str) -> None:
    dsn = own_postgres.create_database(fresh_name, fresh_name, "first")
    connection = await asyncpg.connect(dsn)
    await connection.execute("create table said (words text)")
    await connection.execute("insert into said values ('kept')")

    own_postgres.restart(immediate=True)

    assert own_postgres.dsn(fresh_name, fresh_name, "first") == dsn, "the address stays"
    connection = await asyncpg.connect(dsn)
    assert await connection.fetchval("select words from said") == "kept"
    await connection.close()


async def test_postgresql_keeps_data_and_passwords_between_runs_and_is_never_root(tmp_path: Path, fresh_name: str) -> None:
    with Postgres(tmp_path) as first:
        dsn = first.create_database(fresh_name, fresh_name, 'it\'s a "pass" w%rd')
        assert first.pid
        assert psutil.Process(first.pid).uids().effective != 0
    with Postgres(tmp_path):
        connection = await asyncpg.connect(dsn)
        settings = [await connection.fetchval(f"show {name}") for name in ("fsync", "synchronous_commit", "max_connections")]
        assert settings == ["on", "on", "200"]
        await connection.close()


async def test_a_services_role_opens_its_own_database_and_no_other(postgres: Databases, fresh_name: str) -> None:
    mine, theirs = f"{fresh_name}_mine", f"{fresh_name}_theirs"
    dsn = postgres.create_database(mine, mine, "secret")
    postgres.create_database(theirs, theirs, "other")

    connection = await asyncpg.connect(dsn)
    await connection.execute("create table t (a int)")
    await connection.close()
    for database in (theirs, "postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(postgres.dsn(database, mine, "secret"))
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(postgres.dsn(mine, mine, "wrong"))


async def test_a_database_may_be_asked_for_again_with_a_new_password(postgres: Databases, fresh_name: str) -> None:
    connection = await asyncpg.connect(postgres.create_database(fresh_name, fresh_name, "old"))
    await connection.execute("create table kept (a int)")
    await connection.close()

    connection = await asyncpg.connect(postgres.create_database(fresh_name, fresh_name, "new"))

    assert await connection.fetchval("select to_regclass('kept')") == "kept"
    await connection.close()


def test_a_second_postgresql_on_the_same_folder_is_told_which_process_has_it(own_postgres: Postgres) -> None:
    with pytest.raises(ServerError, match=f"already runs.*process {own_postgres.pid}.*kill {os.getpid()}"):
        Postgres(own_postgres.folder).start()


async def test_the_pair_of_this_run_is_up_and_shared(kafka: Broker, postgres: Databases) -> None:
    assert answers(int(kafka.bootstrap.split(":")[1]))
    assert answers(postgres.port)


def test_no_server_outlives_a_starter_that_was_killed_and_the_next_start_waits_for_the_last_to_go(tmp_path: Path) -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert starter.stdout
    pids = [int(word) for word in starter.stdout.readline().split()]
    assert len(pids) == 2
    assert all(alive(pid) for pid in pids)

    starter.kill()
    starter.wait()
    with Postgres(tmp_path / "postgres", durable=False):  # at once: must not stumble over the one that is still closing
        pass

    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in pids):
        assert time.monotonic() < deadline, f"still there: {[pid for pid in pids if alive(pid)]}"
        time.sleep(0.1)
    assert port_is_free(json.loads((tmp_path / "kafka" / "kafka.json").read_text())["client"])
