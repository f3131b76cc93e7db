"""`make test`: every check in turn, the time of each, and the sum against the budget; a failure does not hide the checks after it."""

import subprocess
import sys
import time
from pathlib import Path

BUDGET = 1080  # seconds, on two slow cores; a browser and all servers included. A fast machine needs half of it
BIN = Path(sys.executable).parent
STEPS: dict[str, list[str | Path]] = {
    "ruff check": [BIN / "ruff", "check"],
    "ruff format": [BIN / "ruff", "format", "--check"],
    "mypy": [BIN / "mypy"],
    "import-linter": [BIN / "lint-imports"],
    "pytest": [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup"],
}


def main() -> int:
    """Run the steps and return the exit code: 0 if all passed, 1 if one failed."""
    results: list[tuple[str, float, bool]] = []
    for name, command in STEPS.items():
        print(f"\n== {name}", flush=True)
        started = time.monotonic()
        passed = subprocess.run(command, check=False).returncode == 0
        results.append((name, time.monotonic() - started, passed))
    total = sum(seconds for _, seconds, _ in results)
    print()
    for name, seconds, passed in results:
        print(f"{name:<14} {seconds:7.1f} s  {'passed' if passed else 'FAILED'}")
    print(f"{'total':<14} {total:7.1f} s  of a budget of {BUDGET} s{'' if total <= BUDGET else ': OVER BUDGET'}")
    return 0 if all(passed for *_, passed in results) else 1


if __name__ == "__main__":
    sys.exit(main())
