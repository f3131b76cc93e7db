"""make planted: plants each bug in a copy, runs the test that should catch it, and reports caught or missed.

    python -m tests.planted [--list] [--only NAME]... [--jobs N]

First every chosen test must pass without a bug. Exit code: 0 when all are caught, 1 when one is missed or does not apply any more.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.planted.bugs import BUGS, Bug

ROOT = Path(__file__).parents[2]
PATIENCE = 300  # seconds for one run of pytest
NEEDS = 3 << 30  # bytes of memory for a Kafka, a PostgreSQL and the services of one test
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", "__pycache__", ".manyhands", ".*_cache", ".hypothesis", "*.egg-info")


@dataclass(frozen=True)
class Run:
    """How a run of pytest ended: its exit code (None: not in time), what it printed, and its seconds."""

    code: int | None
    printed: str
    seconds: float

    @property
    def why(self) -> str:
        """The first failure in one line, as pytest sums it up."""
        found = re.search(r"^(?:FAILED|ERROR) \S+ - (.*)$", self.printed, re.MULTILINE)
        return found[1][:90] if found else "it failed"


def main() -> int:
    words = argparse.ArgumentParser(description="Plant known bugs in a copy and show that the tests catch them.")
    words.add_argument("--list", action="store_true", help="list the bugs and end")
    words.add_argument("--only", action="append", default=[], metavar="NAME", help="only this bug; may be given more than once")
    words.add_argument("--jobs", type=int, default=jobs(), help="so many at once (default: as memory and cores allow)")
    given = words.parse_args()
    if unknown := set(given.only) - {bug.name for bug in BUGS}:
        words.error(f"no such bug: {', '.join(sorted(unknown))}; see --list")
    bugs = [bug for bug in BUGS if not given.only or bug.name in given.only]
    if given.list:
        for bug in bugs:
            print(f"{bug.name:<28} {bug.says}")
        return 0
    with tempfile.TemporaryDirectory(prefix="manyhands-planted-") as folder:
        return report(bugs, Path(folder), given.jobs)


def jobs() -> int:
    """Two at once where there are two cores and the memory for it."""
    return 2 if (os.cpu_count() or 1) >= 2 and psutil.virtual_memory().available > 2 * NEEDS else 1


def report(bugs: Sequence[Bug], folder: Path, at_once: int) -> int:
    """Run the tests whole, then once with each bug; print a line for each."""
    begun = time.monotonic()
    clean = run(copy(folder / "clean"), [bug.caught_by for bug in bugs], at_once)
    if clean.code != 0:
        print("The tests do not pass without any bug; mend that first:\n" + clean.printed[-4000:])
        return 1
    print(f"without a bug all {len({bug.caught_by for bug in bugs})} tests pass ({clean.seconds:.0f} s); with one:", flush=True)
    missed = 0
    with ThreadPoolExecutor(at_once) as planters:
        for bug, (outcome, seconds) in zip(bugs, planters.map(lambda bug: verdict(bug, folder / bug.name), bugs), strict=True):
            missed += not outcome.startswith("caught")
            print(f"  {bug.name:<28} {bug.says}\n  {'':<28} {outcome} ({seconds:.0f} s)", flush=True)
    print(f"{len(bugs) - missed} caught, {missed} missed, in {time.monotonic() - begun:.0f} s")
    return 1 if missed else 0


def verdict(bug: Bug, tree: Path) -> tuple[str, float]:
    """caught, missed, or why it could not be told; and the seconds it took."""
    copy(tree)
    try:
        for name, there, instead in bug.edits:
            file = tree / name
            text = file.read_text()
            if text.count(there) != 1:
                return f"MISSED: does not apply any more: {name} holds this {text.count(there)} times: {there.strip()[:60]}", 0.0
            file.write_text(text.replace(there, instead))
        done = run(tree, [bug.caught_by])
    finally:
        shutil.rmtree(tree, ignore_errors=True)
    if done.code == 0:
        return f"MISSED: {bug.caught_by} passes", done.seconds
    if done.code == 1:  # it ran, and failed
        return f"caught: {done.why}", done.seconds
    return f"MISSED: no verdict: {'not in time' if done.code is None else done.printed[-300:]}", done.seconds


def copy(tree: Path) -> Path:
    """The working tree as it is, in a folder of its own."""
    shutil.copytree(ROOT, tree, ignore=_LEFT_OUT)
    return tree


def run(tree: Path, tests: Sequence[str], workers: int = 1) -> Run:
    """pytest in that tree, with the same packages, and with a folder of its own for what the tests write."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"--basetemp={tree}-files"]
    command += ["-n", str(workers), "--dist", "loadgroup"] if workers > 1 else []
    begun = time.monotonic()
    with subprocess.Popen(
        [*command, *dict.fromkeys(tests)],
        cwd=tree,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200"},
    ) as pytest:
        try:
            printed, _ = pytest.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            pytest.kill()  # its servers end with it
            printed, _ = pytest.communicate()
            return Run(None, printed, time.monotonic() - begun)
    return Run(pytest.returncode, printed, time.monotonic() - begun)


if __name__ == "__main__":
    sys.exit(main())
