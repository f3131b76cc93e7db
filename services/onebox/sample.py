"""An invented register for the 153 real councils, as the files that the importers read; the same for the same seed."""

import csv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np

from services.vocabulary.councils import REGIONS, Council, reference_councils
from services.vocabulary.roles import ROLES
from services.vocabulary.themes import THEMES

COLUMNS = {
    "councils.csv": ("la_code", "gss_code", "name", "region", "type", "aliases", "linked", "willing"),
    "peers.csv": ("peer", "kind", "council", "name", "party", "themes", "email"),
    "posts.csv": ("peer", "council", "role", "from", "to"),
    "offers.csv": ("offer", "owner", "days", "from", "to"),
    "cohorts.csv": ("cohort", "course", "offered_by", "from", "ask_by", "places"),
    "accreditations.csv": ("peer", "from", "to"),
    "absences.csv": ("peer", "from", "to"),
    "inspections.csv": ("council", "start", "published", "judgement"),
}
FILES = tuple(name.removesuffix(".csv") for name in COLUMNS)
"""The kinds of file in the order in which they are imported."""
FIRST_NAMES = (
    "Adlin", "Arbel", "Bevis", "Brisa", "Calder", "Corin", "Dalia", "Delmar", "Edda", "Elowen", "Fenna", "Florian", "Galen",
    "Gwenna", "Hadley", "Hesper", "Idony", "Ivo", "Jessamy", "Jorah", "Kerensa", "Kit", "Lowen", "Lyra", "Maren", "Merrin",
    "Nerys", "Orin", "Perran", "Petra", "Quill", "Rowena", "Sable", "Sorrel", "Tamsin", "Tegan", "Una", "Vesper", "Wilmot",
    "Yarrow", "Zelah",
)  # fmt: skip
LAST_NAMES = (
    "Amberfold", "Ashwick", "Barrowmere", "Birchley", "Brackenridge", "Cloverdale", "Coldwater", "Dapplewood", "Dunmarsh",
    "Elderbrook", "Fallowfield", "Fernhollow", "Flintock", "Gorsewood", "Greymoor", "Hartsease", "Hazelgarth", "Heathersett",
    "Holloway-Fenn", "Ironbridge-Lee", "Junipere", "Kestrelby", "Larkmead", "Lindenhurst", "Marrowby", "Meadowcote", "Millrace",
    "Mosswell", "Nettlefold", "Oakenshaw", "Otterbourne-Lyle", "Pebblecombe", "Quarrington-Rae", "Ravensthwaite",
    "Rookhope-Dell", "Rushmere-Vane", "Saltmarsh", "Silverdene", "Sparrowick", "Stonecrop", "Swiftwater", "Tanglewood",
    "Thistlecroft", "Thornwick", "Umberslade", "Vinewood", "Wetherfold", "Willowmere", "Wrenfield", "Yewbarrow",
)  # fmt: skip

_UNWILLING = 0.08
_ACCREDITED, _AWAY = 0.85, 0.05
_JUDGEMENTS = {"inadequate": 0.10, "requires_improvement": 0.25, "good": 0.45, "outstanding": 0.20}
_SIZE = {"county": 1.8, "metropolitan": 1.2, "unitary": 0.9, "london_borough": 1.0, "city_corporation": 0.3}
_HOLDERS = {"lead_member": 0.80, "director_of_childrens_services": 0.65, "leader": 0.45, "chief_executive": 0.45}
_OTHERS = {
    "member": 0.19, "former_lead_member": 0.06, "scrutiny_chair": 0.08, "opposition_lead": 0.04, "assistant_director": 0.21,
    "head_of_service": 0.20, "principal_social_worker": 0.07, "send_lead": 0.07, "performance_analyst": 0.08,
}  # fmt: skip
_BEFORE = {
    "lead_member": ("member", "scrutiny_chair"),
    "leader": ("member", "opposition_lead", "lead_member"),
    "opposition_lead": ("member", "lead_member"),
    "scrutiny_chair": ("member",),
    "member": ("opposition_lead", "scrutiny_chair"),
    "former_lead_member": ("lead_member",),
    "chief_executive": ("director_of_childrens_services", "assistant_director"),
    "director_of_childrens_services": ("assistant_director", "head_of_service"),
    "assistant_director": ("head_of_service", "principal_social_worker"),
    "head_of_service": ("principal_social_worker", "send_lead"),
    "principal_social_worker": ("head_of_service",),
    "send_lead": ("head_of_service",),
    "performance_analyst": ("performance_analyst",),
}
_PARTIES = ("conservative", "labour", "liberal_democrat", "independent")
_SHARES = {
    "London": (0.25, 0.55, 0.15, 0.05),
    "North East": (0.18, 0.58, 0.10, 0.14),
    "North West": (0.22, 0.58, 0.10, 0.10),
    "Yorkshire and The Humber": (0.27, 0.50, 0.13, 0.10),
    "West Midlands": (0.38, 0.45, 0.08, 0.09),
    "East Midlands": (0.42, 0.36, 0.09, 0.13),
    "East of England": (0.44, 0.27, 0.17, 0.12),
    "South East": (0.42, 0.25, 0.22, 0.11),
    "South West": (0.34, 0.22, 0.30, 0.14),
}

Row = tuple[str, ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sample:
    """How many rows were written; `willing` councils offer days, `members` of the peers are councillors."""

    councils: int
    willing: int
    peers: int
    members: int
    posts: int
    offers: int


@dataclass(slots=True)
class _Tally:
    members: int = 0
    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))


def write_sample(folder: Path, seed: int = 1, peers: int = 2200, *, today: date) -> Sample:
    """Writes the files of COLUMNS into `folder`, row by row.

    Councils and their links are real (official names are written among the aliases); every person, post, party, theme, day and
    inspection is invented.
    All dates hang on `today`: offers run for a year from the first of its month, and for the year after. Unwilling councils (8%) have
    peers and no offers.
    """
    rng = np.random.default_rng([seed, 0])
    councils = reference_councils()
    unwilling = set(rng.choice(len(councils), round(_UNWILLING * len(councils)), replace=False).tolist())
    tally = _Tally()
    with ExitStack() as open_files:
        files = {name: open_files.enter_context((folder / name).open("w", newline="", encoding="utf-8")) for name in COLUMNS}
        tables = {name: csv.writer(file, lineterminator="\n") for name, file in files.items()}
        for name, columns in COLUMNS.items():
            tables[name].writerow(columns)
        for row in _cohorts(today):
            tables["cohorts.csv"].writerow(row)
        first = 1
        for at, (council, count) in enumerate(zip(councils, _peers_of(councils, peers, rng), strict=True)):
            willing = at not in unwilling
            house = _House(council, np.random.default_rng([seed, int(council.la_code)]), councils, today)
            for name, row in house.rows(first, count, willing):
                tables[name].writerow(row)
                tally.rows[name] += 1
                tally.members += name == "peers.csv" and row[1] == "member"
            first += count
    rows = tally.rows
    willing_councils = len(councils) - len(unwilling)
    return Sample(rows["councils.csv"], willing_councils, rows["peers.csv"], tally.members, rows["posts.csv"], rows["offers.csv"])


def _cohorts(today: date) -> Iterator[Row]:
    """A course for leaders at the beginning of each of the next fifteen months, offered by one region after the other."""
    for at in range(1, 16):
        starts = date(today.year + (today.month + at - 1) // 12, (today.month + at - 1) % 12 + 1, 1)
        ask_by = starts - timedelta(days=10)
        yield f"leaders-{starts:%Y-%m}", "Leading children's services", REGIONS[at % len(REGIONS)], str(starts), str(ask_by), "6"


def _peers_of(councils: Sequence[Council], peers: int, rng: np.random.Generator) -> list[int]:
    """Peers of each council: one at least where there are enough, the rest by size and luck, none above four times the median."""
    weight = np.array([_SIZE[council.type] for council in councils]) * np.exp(0.45 * rng.standard_normal(len(councils)))
    weight = np.minimum(weight, 4 * np.median(weight))
    least = 1 if peers >= len(councils) else 0
    counts: list[int] = (least + rng.multinomial(peers - least * len(councils), weight / weight.sum())).tolist()
    return counts


class _House:
    """One council with its people. Keeps since when each single post is taken, so that nobody held it at the same time."""

    def __init__(self, council: Council, rng: np.random.Generator, councils: Sequence[Council], today: date) -> None:
        self._council, self._rng, self._councils, self._today = council, rng, councils, today
        self._shares = _SHARES[council.region]
        self._ruling = self._pick(_PARTIES, self._shares)
        self._taken_from: dict[str, date] = {}

    def rows(self, first: int, count: int, willing: bool) -> Iterator[tuple[str, Row]]:
        """(file, row) of the council, of `count` peers numbered from `first`, and of what they offer."""
        c = self._council
        linked, aliases = ";".join(c.linked), ";".join((c.official_name, *c.aliases))
        yield "councils.csv", (c.la_code, c.gss_code, c.name, c.region, c.type, aliases, linked, "yes" if willing else "no")
        yield from (("inspections.csv", row) for row in self._inspections())
        people = [(f"p{number:05d}", role) for number, role in enumerate(self._roles(count), start=first)]
        posts = {peer: self._present(peer, role) for peer, role in people}  # all of them before any earlier post: one holder at a time
        offered = 0.0
        for peer, role in people:
            yield "peers.csv", self._person(peer, role)
            yield from (("posts.csv", post) for post in (posts[peer], *self._earlier(posts[peer])))
            if self._rng.random() < _ACCREDITED:
                yield "accreditations.csv", (peer, (self._today - timedelta(days=900)).isoformat(), "")
            if self._rng.random() < _AWAY:
                gone = self._today + timedelta(days=int(self._rng.integers(10, 200)))
                yield "absences.csv", (peer, gone.isoformat(), (gone + timedelta(days=30)).isoformat())
            if willing and posts[peer][4] == "" and (offered == 0 or self._rng.random() < 0.92):
                days = self._half_days(float(self._rng.triangular(4.0, 6.0, 20.0 if ROLES[role].member else 15.0)))
                offered += days
                yield from self._offers(f"peer:{peer}", days)
        if offered:
            yield from self._offers(f"council:{c.la_code}", self._half_days(offered * float(self._rng.uniform(0.35, 0.8))))

    def _inspections(self) -> Iterator[Row]:
        """Two inspections, three years apart or so, the last within three years."""
        last = self._today - timedelta(days=int(self._rng.integers(60, 1_100)))
        for began in (last - timedelta(days=int(self._rng.integers(900, 1_300))), last):
            judgement = self._pick(tuple(_JUDGEMENTS), tuple(_JUDGEMENTS.values()))
            yield self._council.la_code, began.isoformat(), (began + timedelta(days=40)).isoformat(), judgement

    def _roles(self, count: int) -> list[str]:
        single = [role for role, share in _HOLDERS.items() if self._rng.random() < share]
        self._rng.shuffle(single)
        return [*single, *(self._pick(tuple(_OTHERS), tuple(_OTHERS.values())) for _ in range(count - len(single)))][:count]

    def _person(self, peer: str, role: str) -> Row:
        first, last = self._pick(FIRST_NAMES), self._pick(LAST_NAMES)
        member = ROLES[role].member
        party = ""
        if member:
            party = self._ruling if role in ("leader", "lead_member") else self._pick(_PARTIES, self._shares)
        email = f"{first}.{last}.{peer}@example.org".lower()
        kind = "member" if member else "officer"
        return peer, kind, self._council.la_code, f"{first} {last}", party, ";".join(self._themes(role)), email

    def _themes(self, role: str) -> list[str]:
        """Two to five; a lead for special needs always has that one. Early themes of the vocabulary are the commoner ones."""
        codes = list(THEMES)
        weight = 1 / (6.0 + np.arange(len(codes)))
        picked: list[str] = self._rng.choice(codes, int(self._rng.integers(2, 6)), replace=False, p=weight / weight.sum()).tolist()
        return list(dict.fromkeys(["send", *picked])) if role == "send_lead" else picked

    def _present(self, peer: str, role: str) -> Row:
        """The latest post; one peer in sixteen has left it."""
        ends = self._today - timedelta(days=int(self._rng.integers(20, 540))) if self._rng.random() < 1 / 16 else None
        return self._post(peer, self._council, role, ends)

    def _earlier(self, latest: Row) -> Iterator[Row]:
        """None, one or two posts before the latest, each before the one after it."""
        peer, _, role, began, _ = latest
        wanted = int(self._rng.choice([0, 1, 2], p=[0.45, 0.40, 0.15]))
        for _ in range(max(wanted, 1 if role == "former_lead_member" else 0)):
            role = self._pick(_BEFORE[role])
            moved = not ROLES[role].member and not ROLES[role].single and self._rng.random() < 0.5
            ends = date.fromisoformat(began) - timedelta(days=int(self._rng.integers(1, 60)))
            post = self._post(peer, self._pick(self._councils) if moved else self._council, role, ends)
            began = post[3]
            yield post

    def _post(self, peer: str, council: Council, role: str, ends: date | None) -> Row:
        taken_from = self._taken_from.get(role)
        if ROLES[role].single and taken_from is not None and ends is not None and ends >= taken_from:
            ends = taken_from - timedelta(days=1)
        length = timedelta(days=120 + min(int(self._rng.exponential(3.2) * 365), 4000))
        began = (ends or self._today) - length
        if ROLES[role].single:
            self._taken_from[role] = began
        return peer, council.la_code, role, began.isoformat(), ends.isoformat() if ends else ""

    def _offers(self, owner: str, days: float) -> Iterator[tuple[str, Row]]:
        for year in (0, 1):
            begins = self._today.replace(day=1, year=self._today.year + year)
            ends = begins.replace(year=begins.year + 1) - timedelta(days=1)
            name = f"{owner.replace(':', '-')}-{begins:%Y-%m}"
            yield "offers.csv", (name, owner, f"{days:g}", begins.isoformat(), ends.isoformat())

    @staticmethod
    def _half_days(days: float) -> float:
        return max(0.5, int(days * 2) / 2)

    def _pick(self, among: Sequence[T], shares: Sequence[float] | None = None) -> T:
        p = None if shares is None else np.array(shares) / sum(shares)
        return among[int(self._rng.choice(len(among), p=p))]
