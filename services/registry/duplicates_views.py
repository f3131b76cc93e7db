"""What the calls about probable duplicates take and give."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.fact import PeerId


class Twin(BaseModel):
    """One entry of a pair that may be one person; `councils` are their own and those of their posts."""

    peer: str
    name: str
    councils: list[str]
    kind: str
    active: bool


class Duplicate(BaseModel):
    """Two peers who may be one person. likeness: of the names, 0 to 1.

    because: same_address, like_name, initial (for a first name). against: other_address, other_kind, other_party, other_council.
    """

    peers: list[Twin]
    likeness: float
    because: list[str]
    against: list[str]


class Parted(BaseModel):
    """Two peers of whom somebody has said that they are two people."""

    peers: list[Twin]
    decided_by: str
    decided_at: datetime


class Duplicates(BaseModel):
    """The pairs that least speaks against, and how many there are (`found`). Nothing is merged: a person looks and mends the register.

    apart: pairs that are not among them, for somebody has looked at them; the last decided first.
    """

    pairs: list[Duplicate]
    found: int
    apart: list[Parted]


class Part(BaseModel):
    """These two are two people, so that they are not shown again; with `apart` false that is taken back."""

    model_config = ConfigDict(extra="forbid")

    peers: Annotated[list[PeerId], Field(min_length=2, max_length=2)]
    apart: bool = True
    reason: Annotated[str, Field(min_length=1, max_length=2000, description="words for the audit; nothing about any child or family")]


class Done(BaseModel):
    """How the pair stands now."""

    peers: list[str]
    apart: bool
