"""What the calls about notes and escalations take and give."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.requests.views import Reason, Version

Words = Annotated[
    str,
    Field(min_length=1, max_length=4000, pattern=r"^[^\x00]*$", description="nothing about any child or family, or anybody's private life"),
]
Audience = Annotated[
    Literal["region", "national", "author"],
    Field(description="who reads it beside its author: whoever may see the request, who covers every region, nobody"),
]
Person = Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]


class Write(BaseModel):
    """Write a note about a request."""

    words: Words
    audience: Audience = "region"


class NoteView(BaseModel):
    """A note, with its author and time; `words` is null when they were erased."""

    note: str
    author: str
    at: datetime
    audience: str
    words: str | None


class Notes(BaseModel):
    """The notes that the caller may read, the latest first."""

    request: str
    notes: list[NoteView]


class Escalate(BaseModel):
    """Hand a request to those who lead its region. `words` say why; they are kept as a note that whoever sees the request may read."""

    because: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,63}$", description="a code, kept in the event")]
    words: Annotated[Words, Field(min_length=10)]
    to: Annotated[list[Person], Field(min_length=1, max_length=10, description="who is told: the subjects of their tokens")]
    expected_version: Version


class Settle(BaseModel):
    """It has been looked at and goes on as it is. `reason` goes into the audit."""

    expected_version: Version
    reason: Reason = ""


class Standing(BaseModel):
    """A request after a command that leaves its content as it is."""

    request: str
    version: int
    escalated: bool
