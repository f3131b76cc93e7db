"""The cells of a row and what is wrong with them: how names, words, dates and days are read; pure."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache

from services.vocabulary.councils import not_councils
from services.vocabulary.resolve import CouncilResolver
from services.vocabulary.spelling import spell
from services.vocabulary.tables import several

LONGEST = 1_000
IDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RATING = re.compile(r"[1-5]")
_POUNDS = re.compile(r"[0-9]{1,5}")
_MOST_DAYS = 1_000
_YES = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}
Code = Callable[[str], str | None]
Suggestions = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in one column. `reason` says what, without the value; `remedy` says what to do."""

    column: str
    value: str
    rule: str
    reason: str
    remedy: str


@cache
def _no_councils() -> Mapping[str, str]:
    return {spell(word.word).bare: word.why for word in not_councils()}


def what_it_is(name: str) -> str:
    """What is known of a name that is no council of today, as in "county council abolished 2023"; "" if nothing is."""
    return _no_councils().get(spell(name).bare, "")


@dataclass(slots=True)
class Cells:
    """Reads the cells of a row one after another and collects what is wrong."""

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
        return self.matching(column, IDENT, "identifier", "This is not an identifier.", remedy)

    def word(self, column: str, code: Code, suggestions: Suggestions, what: str, *, required: bool = True) -> str | None:
        cell = self.text(column, 200, required=required)
        return self._coded(column, cell, code, suggestions, what) if cell else None

    def words(self, column: str, code: Code, suggestions: Suggestions, what: str) -> tuple[str, ...]:
        parts = several(self.text(column, LONGEST, required=False))
        found = (self._coded(column, part, code, suggestions, what) for part in parts)
        return tuple(dict.fromkeys(one for one in found if one))

    def _coded(self, column: str, word: str, code: Code, suggestions: Suggestions, what: str) -> str | None:
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
                ended = next((why for why in [what_it_is(cell)] if "abolished" in why or "former code" in why), "")
                reason = f"This council is no more ({ended})." if ended else "It is not sure which council this means."
                remedy = f"Write the code of what succeeded it: {meant}." if ended else f"Write its code: {meant}."
                self.blame(column, cell, "unsure_council", reason, remedy)
            else:
                remedy = "Write its name or its three-digit code; councils are imported before peers, posts and offers."
                self.blame(column, cell, "unknown_council", "This is not a council in the register.", remedy)
        return answer.la_code or ""

    def rating(self, column: str) -> str:
        """A whole number from 1 to 5, as text."""
        return self.matching(column, _RATING, "rating", "This is not a whole number from 1 to 5.", "Write 1 (poor) to 5 (excellent).")

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

    def period(self, *, open_end: bool, first: str = "from", last: str = "to") -> tuple[date | None, date | None]:
        starts, ends = self.day(first), self.day(last, required=not open_end)
        if starts and ends and ends < starts:
            reason = f"This is before the day in column {first}."
            self.blame(last, ends.isoformat(), "ends_before_start", reason, "Correct one of the two.")
        return starts, ends

    def pounds(self, column: str) -> int | None:
        cell = self.matching(
            column, _POUNDS, "pounds", "This is not a whole number of pounds.", "Write digits alone, as in 650.", required=False
        )
        return int(cell) if cell else None

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
