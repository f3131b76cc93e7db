"""The settings of a service, read from the environment (MANYHANDS_...) and checked before anything starts."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class DatabaseSettings(BaseSettings):
    """As much as a migration needs."""

    model_config = SettingsConfigDict(
        env_prefix="MANYHANDS_",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # what is complained of may stand beside a password
    )

    database_url: SecretStr = Field(description="postgresql://role:password@host:port/database of this service's own database")


class Settings(DatabaseSettings):
    """Every service reads the same names; each has its own values for database_url and http_port."""

    kafka: str = Field(description="bootstrap servers, host:port separated by commas")
    topic_prefix: str = Field(
        default="", description="put before every topic and group name, so that several installations share a cluster"
    )
    http_host: str = Field(default="127.0.0.1", description="the address it listens on; 0.0.0.0 in a container")
    http_port: int = Field(default=8080, ge=1, le=65535, description="the port it listens on")
    jwt_issuer: str = Field(description="whose tokens are accepted: `iss` as it stands in them")
    jwt_audience: str = Field(default="manyhands", description="for whom tokens must be made out: `aud`")
    jwks: str = Field(description="URL or path of the JSON Web Key Set that signs the tokens we accept")
    batch_records: int = Field(default=500, ge=1, le=10_000, description="records in one transaction at most")
    largest_record: int = Field(default=262_144, ge=1_024, description="bytes; a longer value is parked")
    park_in_a_row: int = Field(default=1_000, ge=1, description="so many unhandled records in a row stop their consumer")
    clock_file: Path | None = Field(
        default=None, description="tests: a file that holds the seconds by which all processes move their clock"
    )
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="what is logged, and everything graver")
