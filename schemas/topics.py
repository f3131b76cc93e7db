"""topics.yaml, read: what each topic is keyed by, keeps, and who says and hears it."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("topics.yaml")

Service = Literal["requests", "matcher", "registry", "desk"]
OUTSIDE = "intake"
"""Whoever posts requests to us. Not a service of ours: what it writes is never trusted."""


class Topic(BaseModel):
    """One topic. `retention_ms` is -1 for ever; `parked` says where a record that cannot be handled is announced."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z0-9.-]+$", max_length=249)]
    key: str
    partitions: Annotated[int, Field(ge=1)]
    cleanup: Literal["delete", "compact"]
    retention_ms: Annotated[int, Field(ge=-1)]
    producers: tuple[Service | Literal["intake"], ...] = Field(min_length=1)
    consumers: tuple[Service, ...]
    parked: str | None = None


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    topics: tuple[Topic, ...]


@cache
def topics() -> tuple[Topic, ...]:
    """Every topic, as the file has them. Errors: pydantic.ValidationError naming the topic's number and field."""
    return read(FILE.read_text(encoding="utf-8"))


def read(text: str) -> tuple[Topic, ...]:
    """The topics of a file's text. Errors: as `topics`."""
    return _File.model_validate(yaml.safe_load(text)).topics
