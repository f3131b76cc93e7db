"""The bodies of the registry's commands: one row each, as it would stand in a file; every cell is text."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from services.registry.entry import Kind

Cell = Annotated[str, Field(max_length=1_000)]


class Command(BaseModel):
    """One row as it would stand in a file; every cell is text and is read as an importer reads it.

    `expected_version`: refuse if the record of the peer or council that it is part of has another version by now.
    """

    model_config = ConfigDict(extra="forbid")
    kind_of_row: ClassVar[Kind]

    expected_version: int | None = None

    def cells(self) -> dict[str, str]:
        """The row by column."""
        return {name: cell for name, cell in self.model_dump(by_alias=True).items() if name != "expected_version"}


class CouncilRow(Command):
    """A council: columns as in councils.csv."""

    kind_of_row = "councils"
    la_code: Cell
    gss_code: Cell = ""
    name: Cell
    region: Cell
    type: Cell
    aliases: Cell = ""
    linked: Cell = ""
    willing: Cell = ""


class PeerRow(Command):
    """A peer: columns as in peers.csv."""

    kind_of_row = "peers"
    peer: Cell
    kind: Cell
    council: Cell
    name: Cell
    party: Cell = ""
    themes: Cell = ""
    email: Cell = ""
    active: Cell = ""
    languages: Cell = ""
    travel: Cell = ""
    day_rate: Cell = ""


class PostRow(Command):
    """A post: columns as in posts.csv."""

    kind_of_row = "posts"
    peer: Cell
    council: Cell
    role: Cell
    from_: Cell = Field(alias="from")
    to: Cell = ""


class OfferRow(Command):
    """An offer: columns as in offers.csv."""

    kind_of_row = "offers"
    offer: Cell
    owner: Cell
    days: Cell
    from_: Cell = Field(alias="from")
    to: Cell
    kinds: Cell = ""


class CohortRow(Command):
    """A cohort of a course: columns as in cohorts.csv."""

    kind_of_row = "cohorts"
    cohort: Cell
    course: Cell
    offered_by: Cell
    from_: Cell = Field(alias="from")
    ask_by: Cell = ""
    places: Cell


class _OfPeer(Command):
    """Something of a peer from a day to a day."""

    peer: Cell
    from_: Cell = Field(alias="from")
    to: Cell = ""


class AccreditationRow(_OfPeer):
    """An accreditation: columns as in accreditations.csv."""

    kind_of_row = "accreditations"


class InterestRow(_OfPeer):
    """A declared interest: columns as in interests.csv."""

    kind_of_row = "interests"
    council: Cell


class AbsenceRow(_OfPeer):
    """An absence: columns as in absences.csv."""

    kind_of_row = "absences"


class ReleaseRow(_OfPeer):
    """An employer's release: columns as in releases.csv."""

    kind_of_row = "releases"


class TrainingRow(_OfPeer):
    """A training: columns as in training.csv."""

    kind_of_row = "training"
    training: Cell


class EvidenceRow(_OfPeer):
    """What shows that a peer knows a theme: columns as in evidence.csv."""

    kind_of_row = "evidence"
    theme: Cell
    level: Cell


class FeedbackRow(Command):
    """What a council made of a peer's part in a team: columns as in feedback.csv."""

    kind_of_row = "feedback"
    peer: Cell
    match: Cell
    council: Cell
    rating: Cell
    on: Cell


class InspectionRow(Command):
    """An inspection: columns as in inspections.csv."""

    kind_of_row = "inspections"
    council: Cell
    start: Cell
    published: Cell = ""
    judgement: Cell = ""
    area: Cell = ""


class InterventionRow(Command):
    """A stage of intervention: columns as in interventions.csv."""

    kind_of_row = "interventions"
    council: Cell
    state: Cell
    from_: Cell = Field(alias="from")
    to: Cell = ""
