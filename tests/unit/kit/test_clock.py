"""One clock for all, moved by a file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.kit.clock import Clock, move


def ahead(clock: Clock) -> float:
    return round((clock.now() - datetime.now(UTC)).total_seconds())


def test_a_clock_that_nobody_moves_says_the_time_in_utc() -> None:
    assert ahead(Clock()) == 0
    assert Clock().now().tzinfo is UTC


def test_one_file_moves_every_clock_that_reads_it_and_taking_it_away_moves_them_back(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clocks = [Clock(file), Clock(file)]
    assert [ahead(clock) for clock in clocks] == [0, 0]
    move(file, timedelta(days=2))
    assert [ahead(clock) for clock in clocks] == [172_800, 172_800]
    file.unlink()
    assert [ahead(clock) for clock in clocks] == [0, 0]


def test_moves_in_quick_succession_are_all_seen(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    clock = Clock(file)
    for hours in range(1, 200):
        move(file, timedelta(hours=hours))
        assert ahead(clock) == hours * 3600
