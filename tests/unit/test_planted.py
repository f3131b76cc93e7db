"""The planted bugs can still be planted."""

from pathlib import Path

import pytest

from tests.planted.bugs import BUGS, Bug

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_still_finds_the_text_it_replaces_and_the_test_that_catches_it(bug: Bug) -> None:
    for name, there, instead in bug.edits:
        assert (ROOT / name).read_text().count(there) == 1, f"{name} has changed: mend the bug {bug.name} in tests/planted/bugs.py"
        assert there != instead
    file, _, test = bug.caught_by.partition("::")
    assert f"def {test}(" in (ROOT / file).read_text()
