"""What the registry tells of a file, taken down; pure."""

from services.desk.register_files import Fate, _take_down

FAULT = {"row": 7, "column": "role", "value": "=Dir", "rule": "unknown_role", "reason": "Unknown.", "remedy": "Correct it."}


def fate(*lines: dict[str, object], checked: bool = True) -> Fate:
    found = Fate("peers", "0" * 64, checked)
    for line in lines:
        _take_down(line, found)
    return found


def done(**counts: int) -> dict[str, object]:
    return {"done": True, "rows": 9, "new": 0, "changed": 0, "same": 0, "bad": 0, "imported": False, **counts}


def test_a_good_file_that_changes_something_is_ready_to_be_imported() -> None:
    assert fate({"progress": 9}, {"preview": "new", "line": 2, "key": "p1", "columns": []}, done(new=1)).ready
    assert not fate(done(same=9)).ready
    assert not fate(done(new=1), checked=False).ready


def test_what_is_wrong_is_a_table_whose_file_runs_nothing() -> None:
    found = fate(FAULT, done(new=1, bad=1))
    assert not found.ready
    assert found.sheet.rows == [("7", "role", "=Dir", "Unknown.", "Correct it.")]
    assert "'=Dir" in found.sheet.csv()
    assert found.download.startswith("data:text/csv;base64,")


def test_a_failure_says_what_to_do() -> None:
    assert fate({**FAULT, "failed": True, "reason": "Away.", "remedy": "Try again."}).broken == "Away. Try again."
