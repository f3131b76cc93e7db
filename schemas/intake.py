"""intake: what others post to us. The one contract that others write, so it is as wide as it can be."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.fact import Fact, Region, Value

Text = Annotated[str, Field(min_length=1, max_length=200)]


class TeamPlace(Value):
    """So many people in one role."""

    role: Text
    count: Annotated[int, Field(ge=1, le=10)] = 1


class Preferences(Value):
    """Wishes. They move the ranking; they never bend a rule.

    one_outside_region: more than a wish: of a team at least one comes from outside the council's region, or nobody is proposed.
    """

    region: Region = "any"
    same_group: bool | None = None
    avoid: tuple[Text, ...] = Field(default=(), max_length=20)
    named_peer: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    # left out of what says nothing of it, so that what was sent before the field was there keeps its hash
    one_outside_region: bool = Field(default=False, exclude_if=lambda asked: not asked)


class Contact(Value):
    """Whom to ring about this request. Kept by the requests service alone; no event of ours repeats it."""

    name: Text | None = None
    email: Text | None = None
    telephone: Text | None = None


class SupportRequested(Fact, type="manyhands.intake.support-requested.v1"):
    """A council asks for mentoring or peer support. True when it is posted; only reference, authority and kind are required.

    `revision` counts the versions of one reference from 1. `from_` and `to` bound the work, `days` is working days for each place.
    Nothing about any child or family belongs in `notes`. `origin` says how it came about: council (it asks; so where it is left out),
    adviser_offer (nobody is proposed before the council has agreed, so it names no peer) or commissioned, by `commissioned_by`.
    """

    topic: ClassVar[str] = "intake.support-requests.v1"

    reference: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
    revision: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    authority: Text
    kind: Text
    themes: tuple[Text, ...] = Field(default=(), max_length=20)
    team: tuple[TeamPlace, ...] | None = Field(default=None, max_length=10)
    mentee_group: Text | None = None
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    days: Annotated[float, Field(gt=0, le=200, multiple_of=0.5)] | None = None
    priority: Text | None = None
    preferences: Preferences = Preferences()
    cost_basis: Text | None = None
    funder: Text | None = None
    contact: Contact | None = None
    notes: Annotated[str, Field(max_length=4000)] | None = None
    origin: Text | None = None
    commissioned_by: Text | None = None
