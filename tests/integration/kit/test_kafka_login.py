"""A Kafka that asks who is there: the service logs in by SCRAM with a user of its own, and says so when it is not let in."""

import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # documented, and exported without a word for type checkers
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from pydantic import SecretStr, ValidationError

from services.kit.kafka import Login
from services.kit.settings import KafkaSettings
from services.onebox import kafka
from services.onebox.child import free_port
from services.onebox.databases import Databases
from tests.integration.kit.conftest import installed
from tests.integration.kit.installation import Installation
from tests.integration.kit.waiting import until
from tests.support.echo import Echoed, Pinged, pinged

USER, PASSWORD = "echo", "Mx9Qz-secret"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """A broker with a second door that only users pass: the addresses of both doors."""
    port = free_port()
    doors = f"""
listeners=PLAINTEXT://127.0.0.1:{{client}},USERS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{{controller}}
advertised.listeners=PLAINTEXT://127.0.0.1:{{client}},USERS://127.0.0.1:{port}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,USERS:SASL_PLAINTEXT
listener.name.users.sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.users.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
"""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kafka, "PROPERTIES", kafka.PROPERTIES + doors)
        with kafka.Kafka(tmp_path_factory.mktemp("guarded")) as broker:
            credential = UserScramCredentialUpsertion(USER, ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096), PASSWORD.encode())
            admin = AdminClient({"bootstrap.servers": broker.bootstrap})
            for done in admin.alter_user_scram_credentials([credential]).values():
                done.result(10)
            yield broker.bootstrap, f"127.0.0.1:{port}"


@pytest.fixture
async def house(postgres: Databases, guarded: tuple[str, str], tmp_path: Path) -> AsyncIterator[Installation]:
    async with installed(postgres, guarded[0], tmp_path) as installation:
        yield installation


def login(address: str, password: str) -> dict[str, Any]:
    return {"kafka": address, "kafka_security": "SASL_PLAINTEXT", "kafka_user": USER, "kafka_password": password}


async def test_a_service_logs_in_with_its_own_user_and_hears_and_says(house: Installation, guarded: tuple[str, str]) -> None:
    process = house.start(**login(guarded[1], PASSWORD))
    await process.ready()
    await house.post(Pinged.topic, [pinged("t", 1)])

    async def echoed() -> bool:
        return len(await house.topic(Echoed.topic)) == 1

    await until(echoed)
    assert PASSWORD not in process.log()


async def test_a_service_that_is_not_let_in_says_so_and_waits(house: Installation, guarded: tuple[str, str]) -> None:
    process = house.start(**login(guarded[1], "wrong"))

    async def told() -> bool:
        return any("Kafka does not answer" in each for each in await process.missing() or ())

    await until(told)
    assert (await process.get("/healthz")).status_code == 200


def test_to_log_in_takes_a_user_and_a_password() -> None:
    with pytest.raises(ValidationError, match="set MANYHANDS_KAFKA_USER and MANYHANDS_KAFKA_PASSWORD"):
        KafkaSettings(kafka="k:1", kafka_security="SASL_SSL", kafka_user="echo")


def test_every_client_checks_the_certificate_where_the_line_is_encrypted() -> None:
    door = KafkaSettings(kafka="k:1", kafka_security="SASL_SSL", kafka_user="echo", kafka_password=SecretStr("p")).login
    for context in (door.client()["ssl_context"], door.faststream().ssl_context):
        assert isinstance(context, ssl.SSLContext)
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert PASSWORD not in repr(Login("k:1", password=PASSWORD))
