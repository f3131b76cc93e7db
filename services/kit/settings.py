"""The settings of a service, read from the environment (MANYHANDS_...) and checked before anything starts."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.kafka import Login

_CONFIG = SettingsConfigDict(
    env_prefix="MANYHANDS_",
    extra="ignore",
    frozen=True,
    hide_input_in_errors=True,  # what is complained of may stand beside a password
)


class DatabaseSettings(BaseSettings):
    """As much as a migration needs."""

    model_config = _CONFIG

    database_url: SecretStr = Field(description="postgresql://role:password@host:port/database of this service's own database")


class KafkaSettings(BaseSettings):
    """As much as the making of topics needs."""

    model_config = _CONFIG

    kafka: str = Field(description="bootstrap servers, host:port separated by commas")
    kafka_security: str = Field(
        default="PLAINTEXT",
        pattern="^(PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL)$",
        description="whether we log in to Kafka (SASL) and whether the line is encrypted (SSL)",
    )
    kafka_mechanism: str = Field(
        default="SCRAM-SHA-512",
        pattern="^(PLAIN|SCRAM-SHA-256|SCRAM-SHA-512)$",
        description="how we log in",
    )
    kafka_user: str = Field(default="", description="as whom we log in: a principal of this service's own")
    kafka_password: SecretStr = Field(default=SecretStr(""), description="with which password")
    kafka_ca: Path | None = Field(default=None, description="the file (PEM) of the authority that signed Kafka's certificate")

    @model_validator(mode="after")
    def _has_a_user(self) -> Self:
        if self.kafka_security.startswith("SASL") and not (self.kafka_user and self.kafka_password.get_secret_value()):
            raise ValueError(f"kafka_security {self.kafka_security} logs in: set MANYHANDS_KAFKA_USER and MANYHANDS_KAFKA_PASSWORD")
        return self

    @property
    def login(self) -> Login:
        """How our clients get into Kafka."""
        password = self.kafka_password.get_secret_value()
        return Login(self.kafka, self.kafka_security, self.kafka_mechanism, self.kafka_user, password, self.kafka_ca)


class Settings(KafkaSettings, DatabaseSettings):
    """Every service reads the same names; each has its own values for database_url, kafka_user and http_port."""

    topic_prefix: str = Field(
        default="", description="put before every topic and group name, so that several installations share a cluster"
    )
    http_host: str = Field(default="127.0.0.1", description="the address it listens on; 0.0.0.0 in a container")
    http_port: int = Field(default=8080, ge=1, le=65535, description="the port it listens on")
    jwt_issuer: str = Field(description="whose tokens are accepted: `iss` as it stands in them")
    jwt_audience: str = Field(
        default="manyhands",
        description="for whom tokens must be made out (`aud`): this, or for one service alone this, a hyphen and its name",
    )
    jwks: str = Field(description="URL or path of the JSON Web Key Set that signs the tokens we accept")
    batch_records: int = Field(default=1_000, ge=1, le=10_000, description="records in one transaction at most")
    largest_record: int = Field(default=262_144, ge=1_024, description="bytes; a longer value is parked")
    park_in_a_row: int = Field(default=1_000, ge=1, description="so many unhandled records in a row stop their consumer")
    command_days: int = Field(
        default=30,
        ge=1,
        description="days for which a command that is sent again is answered as before and not done twice",
    )
    clock_file: Path | None = Field(
        default=None, description="tests: a file that holds the seconds by which all processes move their clock"
    )
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="what is logged, and everything graver")
