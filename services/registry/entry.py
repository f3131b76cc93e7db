"""What every entry of the register is: one row, the same in a file, in a command and in the database."""

from abc import ABC, abstractmethod
from typing import ClassVar, Literal

from schemas.fact import Value

Kind = Literal[
    "councils",
    "peers",
    "posts",
    "offers",
    "cohorts",
    "accreditations",
    "training",
    "interests",
    "absences",
    "releases",
    "evidence",
    "feedback",
    "inspections",
    "interventions",
]
"""What a file or a command is about."""


class Entry(Value, ABC):
    """One row of the register. `columns` are those of its file; `optional` may be left out of a file, which is as if they were empty."""

    columns: ClassVar[tuple[str, ...]]
    optional: ClassVar[frozenset[str]]

    @abstractmethod
    def key(self) -> str:
        """What tells it from others of its kind."""

    @abstractmethod
    def owner(self) -> str:
        """Whose state record it is part of: `peer:<id>`, `council:<la_code>` or `cohort:<id>`."""

    @abstractmethod
    def cells(self) -> tuple[str, ...]:
        """Its row in a file, in the order of the columns."""
