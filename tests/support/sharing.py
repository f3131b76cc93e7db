"""Which tests go to one worker: those of one `xdist_group`. pytest-xdist 3.8 does not see the groups under pytest 9.2 (its issue 1386)."""

import functools
import re
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

_GROUP = re.compile(r"""^pytestmark\b.*\bxdist_group\(["']([^"']+)["']\)""", re.MULTILINE)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> "Scheduler | None":
    """Our own for `--dist loadgroup`."""
    return Scheduler(config, log) if config.getoption("dist") == "loadgroup" else None


class Scheduler(LoadScopeScheduling):  # type: ignore[misc]  # the library is not typed
    """Hands out tests one by one, and a file with a group together with all others of the group."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(self.config.rootpath / nodeid.split("::")[0]) or nodeid


@functools.cache
def group_of(file: Path) -> str:
    """The group that a file of tests names for all its tests, in one line `pytestmark = ...`; "" when it names none."""
    found = _GROUP.search(file.read_text())
    return found[1] if found else ""
