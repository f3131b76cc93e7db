"""A table as a page shows it and as a file holds it: the same columns and rows. Pure."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

Cell = str | int | float | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """A heading, and how its cells are shown: words, count (1,204), days (4.5), share (41%), tenths (41.2%) or index (0.412)."""

    title: str
    kind: str = "words"

    def shown(self, cell: Cell) -> str:
        """A cell on a page; an empty one says so."""
        if cell is None:
            return "–"
        if isinstance(cell, str):
            return cell
        return {"count": f"{cell:,.0f}", "days": f"{cell:,g}", "share": f"{cell:.0%}", "tenths": f"{cell:.1%}", "index": f"{cell:.3f}"}.get(
            self.kind, str(cell)
        )

    @property
    def numeric(self) -> bool:
        return self.kind != "words"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. name: of its file, without the ending. rows: as long as `columns` each, the first cell names the row."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]

    def shown(self) -> list[list[str]]:
        """The rows as a page shows them."""
        return [[column.shown(cell) for column, cell in zip(self.columns, row, strict=True)] for row in self.rows]

    def csv(self) -> str:
        """The file: numbers as they are, in UTF-8 with the mark by which Excel knows it; no cell is read as a formula."""
        text = io.StringIO()
        out = csv.writer(text)
        out.writerow([column.title for column in self.columns])
        out.writerows([[_plain(cell) for cell in row] for row in self.rows])
        return "\ufeff" + text.getvalue()


def _plain(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
