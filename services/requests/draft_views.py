"""What the calls about drafts and checking take and give."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from schemas.fact import Problem
from schemas.requests import Place, Wishes
from services.requests.checking import Checked
from services.requests.deciding import Ready
from services.requests.draft_store import Draft
from services.requests.views import Version


class Meaning(BaseModel):
    """What a request would mean, in codes, with everything filled in that it leaves out."""

    host: str
    kind: str
    priority: str
    themes: tuple[str, ...]
    places: tuple[Place, ...]
    starts: date
    ends: date
    days: float
    wishes: Wishes
    cost_basis: str
    funder: str
    origin: str
    commissioned_by: str | None


class Unclear(BaseModel):
    """A field that can be read in more than one way, and how."""

    field: str
    candidates: tuple[str, ...]


class Verdict(BaseModel):
    """What would become of a request: opened, question or refused. Nothing was kept."""

    outcome: str
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    unclear: Unclear | None
    meaning: Meaning | None


Typed = Annotated[
    dict[
        Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")],
        Annotated[list[Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00]*$")]], Field(max_length=200)],
    ],
    Field(max_length=200, description="what was typed, by the name of its field"),
]


class Begin(BaseModel):
    """Begin a draft. purpose: what it is to become, a code."""

    purpose: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,31}$", description="for example request, arrangement")]
    fields: Typed = {}


class SaveDraft(BaseModel):
    """What was typed since; fields that are not named stay as they are."""

    fields: Typed
    expected_version: Version


class SendDraft(BaseModel):
    """Send what a draft has become: a request as the intake event has it. The draft is gone with that."""

    request: dict[str, Any]
    expected_version: Version


class DropDraft(BaseModel):
    """Throw a draft away."""

    expected_version: Version


class DraftView(BaseModel):
    """A draft of the caller's. It goes by itself at `expires_at` unless it is changed before."""

    draft: str
    purpose: str
    fields: dict[str, list[str]]
    version: int
    begun_at: datetime
    changed_at: datetime
    expires_at: datetime


class DraftList(BaseModel):
    """The caller's drafts, the last changed first."""

    drafts: list[DraftView]


class Dropped(BaseModel):
    """A draft that is gone."""

    dropped: str


def verdict(checked: Checked) -> Verdict:
    """What would become of a request, as an answer."""
    ready, doubt = checked.ready, checked.doubt
    return Verdict(
        outcome=checked.outcome,
        problems=checked.problems,
        warnings=ready.warnings if ready else (),
        unclear=Unclear(field=doubt.field, candidates=doubt.candidates) if doubt else None,
        meaning=_meaning(ready) if ready else None,
    )


def _meaning(ready: Ready) -> Meaning:
    return Meaning(**{name: getattr(ready, name) for name in Meaning.model_fields})


def draft(found: Draft) -> DraftView:
    """A draft as its owner sees it."""
    fields = {name: list(values) for name, values in found.fields.items()}
    times = {"begun_at": found.begun_at, "changed_at": found.changed_at, "expires_at": found.expires_at}
    return DraftView(draft=found.id, purpose=found.purpose, fields=fields, version=found.version, **times)
