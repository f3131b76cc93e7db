"""From the words of a row to an entry of the register, or to what is wrong with them: one way for files and for commands; pure."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from services.registry.register import CouncilEntry, Entry, Kind, OfferEntry, PeerEntry, PostEntry
from services.vocabulary import words
from services.vocabulary.councils import COUNCIL_TYPES, REGIONS, Council, reference_councils
from services.vocabulary.lookup import Lookup
from services.vocabulary.resolve import CouncilResolver
from services.vocabulary.tables import several

LONGEST = 1_000
_REGIONS = Lookup(dict.fromkeys(REGIONS, ()))
_TYPES = Lookup(dict.fromkeys(COUNCIL_TYPES, ()))
_PEER_KINDS = Lookup({"member": ("councillor", "elected member"), "officer": ()})
_IDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LA_CODE = re.compile(r"[0-9]{3}")
_GSS_CODE = re.compile(r"E[0-9]{8}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_MOST_DAYS = 1_000
_YES = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one column. `reason` says what, without the value; `remedy` says what to do."""

    column: str
    value: str
    rule: str
    reason: str
    remedy: str


def resolver(councils: Iterable[CouncilEntry]) -> CouncilResolver:
    """Resolves names to councils of the register, by the words of their entries and by those of the reference table."""
    reference = {council.la_code: council for council in reference_councils()}
    known = []
    for council in councils:
        also = reference.get(council.la_code)
        names = (also.name, also.official_name, *also.aliases) if also else ()
        code, gss, name = council.la_code, council.gss_code, council.name
        known.append(Council(code, gss, name, name, council.region, council.type, tuple(dict.fromkeys((*council.aliases, *names)))))
    return CouncilResolver(known)


def read(kind: Kind, cells: Mapping[str, str], councils: CouncilResolver) -> Entry | list[Fault]:
    """The entry that the cells of a row (or of a command) describe, or everything that is wrong with them. A missing cell is empty."""
    row = _Row(cells, councils)
    entry = _READERS[kind](row)
    return entry if entry is not None and not row.faults else row.faults


@dataclass(slots=True)
class _Row:
    """Reads one cell after another and collects what is wrong."""

    cells: Mapping[str, str]
    councils: CouncilResolver
    faults: list[Fault] = field(default_factory=list)

    def blame(self, column: str, value: str, rule: str, reason: str, remedy: str) -> None:
        self.faults.append(Fault(column, value[:LONGEST], rule, reason, remedy))

    def text(self, column: str, longest: int, *, required: bool = True) -> str:
        cell = self.cells.get(column, "").replace("\xa0", " ").strip()
        if not cell:
            if required:
                self.blame(column, "", "missing", "It is empty.", "Fill it in.")
        elif len(cell) > longest:
            self.blame(column, cell, "too_long", f"It has {len(cell)} characters.", f"Use at most {longest}.")
        elif not cell.isprintable():
            self.blame(column, cell, "control_character", "It holds a line break or a character that cannot be seen.", "Type it anew.")
        else:
            return cell
        return ""

    def free(self, column: str, longest: int, *, required: bool = True) -> str:
        """Text of the writer's own: an export of it may be opened in a spreadsheet, where it must not run."""
        cell = self.text(column, longest, required=required)
        if any(part[0] in "=+-@" for part in several(cell)):
            self.blame(column, cell, "formula", "It begins like a formula of a spreadsheet.", "Begin with another character than = + - @.")
        return cell

    def matching(self, column: str, pattern: re.Pattern[str], rule: str, reason: str, remedy: str, *, required: bool = True) -> str:
        cell = self.text(column, LONGEST, required=required)
        if cell and not pattern.fullmatch(cell):
            self.blame(column, cell, rule, reason, remedy)
            return ""
        return cell

    def ident(self, column: str) -> str:
        remedy = "Use up to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or digit."
        return self.matching(column, _IDENT, "identifier", "This is not an identifier.", remedy)

    def word(self, column: str, code: "_Code", suggestions: "_Suggestions", what: str, *, required: bool = True) -> str | None:
        cell = self.text(column, 200, required=required)
        return self._coded(column, cell, code, suggestions, what) if cell else None

    def words(self, column: str, code: "_Code", suggestions: "_Suggestions", what: str) -> tuple[str, ...]:
        parts = several(self.text(column, LONGEST, required=False))
        found = (self._coded(column, part, code, suggestions, what) for part in parts)
        return tuple(dict.fromkeys(one for one in found if one))

    def _coded(self, column: str, word: str, code: "_Code", suggestions: "_Suggestions", what: str) -> str | None:
        found = code(word)
        if found is None:
            like = suggestions(word)
            remedy = f"Did you mean {' or '.join(like)}?" if like else "Use a word from the lists in docs/importing.md."
            self.blame(column, word, f"unknown_{what.replace(' ', '_')}", f"This is not a {what} we know.", remedy)
        return found

    def council(self, column: str, name: str | None = None) -> str:
        cell = self.text(column, 200) if name is None else name
        if not cell:
            return ""
        answer = self.councils.resolve(cell)
        if answer.la_code is None:
            if answer.candidates:
                meant = " or ".join(f"{one.la_code} ({one.name})" for one in answer.candidates)
                self.blame(column, cell, "unsure_council", "It is not sure which council this means.", f"Write its code: {meant}.")
            else:
                remedy = "Write its name or its three-digit code; councils are imported before peers, posts and offers."
                self.blame(column, cell, "unknown_council", "This is not a council in the register.", remedy)
        return answer.la_code or ""

    def yes(self, column: str) -> bool:
        cell = self.text(column, LONGEST, required=False).lower()
        if cell and cell not in _YES:
            self.blame(column, cell, "yes_or_no", "This is neither yes nor no.", "Write yes or no; empty is yes.")
        return _YES.get(cell, True)

    def day(self, column: str, *, required: bool = True) -> date | None:
        cell = self.text(column, LONGEST, required=required)
        if not cell:
            return None
        try:
            if _DAY.fullmatch(cell) and "1900" <= cell < "2200":
                return date.fromisoformat(cell)
        except ValueError:
            pass
        self.blame(column, cell, "date", "This is not a date from 1900 to 2199.", "Write year-month-day, as in 2026-12-01.")
        return None

    def period(self, *, open_end: bool) -> tuple[date | None, date | None]:
        starts, ends = self.day("from"), self.day("to", required=not open_end)
        if starts and ends and ends < starts:
            self.blame("to", ends.isoformat(), "ends_before_start", "This is before the day in column from.", "Correct one of the two.")
        return starts, ends

    def half_days(self, column: str) -> int:
        cell = self.text(column, LONGEST)
        try:
            half_days = Decimal(cell) * 2 if cell else Decimal(0)
            if cell and not (0 < half_days <= 2 * _MOST_DAYS and half_days == half_days.to_integral_value()):
                raise InvalidOperation
        except InvalidOperation:
            remedy = f"Write more than 0 and at most {_MOST_DAYS} days, in steps of half a day, as in 12 or 12.5."
            self.blame(column, cell, "days", "This is not a number of days.", remedy)
            return 0
        return int(half_days)


_Code = Callable[[str], str | None]
_Suggestions = Callable[[str], tuple[str, ...]]


def _council(row: _Row) -> CouncilEntry:
    la_code = row.matching(
        "la_code", _LA_CODE, "la_code", "This is not a council's code.", "Write the three digits that DfE gave it, as in 383."
    )
    gss_code = row.matching(
        "gss_code", _GSS_CODE, "gss_code", "This is not a GSS code of England.", "Write E and eight digits, as in E08000035."
    )
    linked = several(row.text("linked", LONGEST, required=False))
    for code in linked:
        if not _LA_CODE.fullmatch(code) or code == la_code:
            row.blame(
                "linked", code, "la_code", "This is not another council's code.", "Write three digits, several with semicolons between."
            )
    return CouncilEntry(
        la_code=la_code,
        gss_code=gss_code,
        name=row.free("name", 120),
        region=row.word("region", _REGIONS.code, _REGIONS.suggestions, "region") or "",
        type=row.word("type", _TYPES.code, _TYPES.suggestions, "type of council") or "",
        aliases=several(row.free("aliases", LONGEST, required=False)),
        linked=tuple(dict.fromkeys(linked)),
        willing=row.yes("willing"),
    )


def _peer(row: _Row) -> PeerEntry:
    kind = row.word("kind", _PEER_KINDS.code, _PEER_KINDS.suggestions, "kind of peer")
    party = row.word("party", words.party_code, words.party_suggestions, "party", required=False)
    if kind == "officer" and row.cells.get("party", "").strip():
        reason = "It stands with an officer, and only a councillor's party is kept."
        row.blame("party", row.cells["party"].strip(), "party_of_officer", reason, "Leave it empty.")
    return PeerEntry(
        peer=row.ident("peer"),
        kind=kind or "",
        council=row.council("council"),
        name=row.free("name", 200),
        party=party,
        themes=row.words("themes", words.theme_code, words.theme_suggestions, "theme"),
        email=row.matching(
            "email", _EMAIL, "email", "This is not an e-mail address.", "Write name@place, or leave it empty.", required=False
        ),
        active=row.yes("active"),
    )


def _post(row: _Row) -> PostEntry | None:
    peer, council = row.ident("peer"), row.council("council")
    role = row.word("role", words.role_code, words.role_suggestions, "role")
    starts, ends = row.period(open_end=True)
    return PostEntry(peer=peer, council=council, role=role, starts=starts, ends=ends) if role and starts else None


def _offer(row: _Row) -> OfferEntry | None:
    offer, half_days = row.ident("offer"), row.half_days("days")
    kind, _, name = (part.strip() for part in row.text("owner", 200).partition(":"))
    if kind == "council" and name:
        name = row.council("owner", name)
    elif kind != "peer" or not _IDENT.fullmatch(name):
        given = row.cells.get("owner", "").strip()
        if given:
            row.blame(
                "owner", given, "owner", "This is neither a peer nor a council.", "Write peer:<identifier> or council:<code or name>."
            )
    starts, ends = row.period(open_end=False)
    return OfferEntry(offer=offer, of=f"{kind}:{name}", half_days=half_days, starts=starts, ends=ends) if starts and ends else None


_READERS: Mapping[Kind, Callable[[_Row], Entry | None]] = {"councils": _council, "peers": _peer, "posts": _post, "offers": _offer}
