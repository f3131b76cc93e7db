"""The dated entries of the register: what peers and councils have, declare or go through from one day to another; pure."""

from datetime import date
from typing import ClassVar

from services.registry.entry import Entry


class DatedEntry(Entry):
    """Something of a peer (`of` is `peer:<id>`) or of a council (`council:<la_code>`) that lasts from a day to a day, both included.

    `item` tells apart what may last at the same time; owner, item and first day together tell entries of a kind apart.
    """

    optional: ClassVar = frozenset({"to"})

    of: str
    item: str = ""
    starts: date
    ends: date | None = None
    value: str | None = None

    def key(self) -> str:
        return f"{self.of} {self.item} {self.starts}"

    def owner(self) -> str:
        return self.of

    def cells(self) -> tuple[str, ...]:
        return (self._name, *((self.item,) if self.item else ()), self.starts.isoformat(), _day(self.ends))

    @property
    def _name(self) -> str:
        return self.of.partition(":")[2]


class AccreditationEntry(DatedEntry):
    """An accreditation for visits with peer teams; each renewal is an entry of its own."""

    columns: ClassVar = ("peer", "from", "to")


class TrainingEntry(DatedEntry):
    """A training (`item`, the writer's own identifier) that was taken on `starts` and holds until `ends`."""

    columns: ClassVar = ("peer", "training", "from", "to")


class InterestEntry(DatedEntry):
    """A declared interest in a council (`item`), which rules out helping it."""

    columns: ClassVar = ("peer", "council", "from", "to")


class AbsenceEntry(DatedEntry):
    """Days on which a peer cannot start anything."""

    columns: ClassVar = ("peer", "from", "to")
    optional: ClassVar = frozenset[str]()


class ReleaseEntry(DatedEntry):
    """An employer's word that an officer may take part in visits with peer teams."""

    columns: ClassVar = ("peer", "from", "to")


class EvidenceEntry(DatedEntry):
    """What shows that a peer knows a theme (`item`): `value` is a level of the vocabulary, from stated to shown."""

    columns: ClassVar = ("peer", "theme", "level", "from", "to")

    def cells(self) -> tuple[str, ...]:
        return (self._name, self.item, self.value or "", self.starts.isoformat(), _day(self.ends))


class FeedbackEntry(DatedEntry):
    """What a council made of a peer's part in the work of a team: `item` is the match and the council, `value` 1 to 5."""

    columns: ClassVar = ("peer", "match", "council", "rating", "on")
    optional: ClassVar = frozenset[str]()

    @property
    def match(self) -> str:
        return self.item.partition(" ")[0]

    @property
    def council(self) -> str:
        return self.item.partition(" ")[2]

    @property
    def rating(self) -> int:
        return int(self.value or 0)

    def cells(self) -> tuple[str, ...]:
        return (self._name, self.match, self.council, self.value or "", self.starts.isoformat())


class InspectionEntry(DatedEntry):
    """An inspection of a council: it began on `starts`, its report came out on `ends` with the judgement `value` of an area (`item`).

    Without an area it is the judgement of the whole.
    """

    columns: ClassVar = ("council", "start", "published", "judgement", "area")
    optional: ClassVar = frozenset({"published", "judgement", "area"})

    def cells(self) -> tuple[str, ...]:
        return (self._name, self.starts.isoformat(), _day(self.ends), self.value or "", self.item)


class InterventionEntry(DatedEntry):
    """A stage of intervention in a council (`item`)."""

    columns: ClassVar = ("council", "state", "from", "to")


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
