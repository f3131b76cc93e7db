"""One clock for everything that asks what time it is; tests move it for all processes at once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """The time in UTC, moved by the seconds that stand in `file` (read anew whenever it changes)."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._stamp = (0, 0)
        self._moved = timedelta()

    def now(self) -> datetime:
        """An aware time in UTC."""
        return datetime.now(UTC) + self._offset()

    def _offset(self) -> timedelta:
        if self._file is None:
            return self._moved
        try:
            state = self._file.stat()
            stamp = (state.st_mtime_ns, state.st_ino)  # two moves may fall into one tick of the file system's clock
            if stamp != self._stamp:
                self._moved = timedelta(seconds=float(self._file.read_text() or 0))
                self._stamp = stamp
        except FileNotFoundError:
            self._moved = timedelta()
        return self._moved


def move(file: Path, by: timedelta) -> None:
    """Set the clock of every process that reads `file` ahead by `by`; the file is replaced whole, so nobody reads half of it."""
    draft = file.with_suffix(".draft")
    draft.write_text(str(by.total_seconds()))
    draft.replace(file)
