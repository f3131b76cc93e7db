"""What `manyhands allocate` says to the person at the keyboard."""

import json
import sys
from contextlib import nullcontext
from typing import get_args

from rich.console import Console

from services.allocate.command import Figures, Files, Objective, run
from services.allocate.files import BadInput

__all__ = ["Files", "allocate"]


def allocate(files: Files, objective: str, keep: float, as_json: bool) -> int:
    """Run it and print what came out; the exit code: 0 fine, 1 places unmet or a fewest not met, 2 wrong use."""
    err = Console(stderr=True)
    if objective not in get_args(Objective):
        err.print(f"--objective {objective!r} is not one of {', '.join(get_args(Objective))}.", style="red", markup=False)
        return 2
    try:
        with err.status("allocating ...") if err.is_terminal else nullcontext():
            found = run(files, objective, keep)  # type: ignore[arg-type]  # looked at above
    except BadInput as error:
        for problem in error.problems:
            err.print(str(problem), markup=False, soft_wrap=True)
        err.print("Nothing was written.", style="red")
        return 2
    except OSError as error:
        err.print(f"{error.filename}: {error.strerror}. Nothing was written.", style="red", markup=False)
        return 2
    except ValueError as error:
        err.print(f"These numbers cannot be used: {error}. Nothing was written.", style="red", markup=False)
        return 2
    if as_json:
        sys.stdout.write(json.dumps(found.as_json()) + "\n")
    else:
        Console().print("\n".join(_words(found)), markup=False, highlight=False, soft_wrap=True)
    return 1 if found.unmet or found.missed else 0


def _words(found: Figures) -> list[str]:
    lines = [
        f"{found.status}: total fit {found.total:,.4f}, {1 - found.gap:.2%} of the best possible {found.optimum:,.4f}",
        f"worst request {found.worst:.4f}, tenth percentile {found.p10:.4f} (mean fit of its places)",
        f"largest load {found.max_load}, Gini {found.gini:.4f}, ten busiest {found.top10_share:.1%}, unused {found.unused}",
        f"solved in {found.solve_s:.2f} s, {found.total_s:.2f} s with files",
    ]
    if found.worst_bound is not None and found.worst_bound > found.worst:
        lines.append(f"no allocation serves the worst request better than {found.worst_bound:.4f}")
    if found.unmet:
        lines.append(f"places unmet: {_some([f'{name} ({count})' for name, count in found.unmet.items()])}")
    if found.in_the_way:
        requests, peers = found.in_the_way["requests"], found.in_the_way["peers"]
        if found.unmet:
            words = f"{len(requests)} requests compete for {len(peers)} peers whose capacity does not suffice: {_some(peers)}"
        else:
            words = f"{len(peers)} peers ({_some(peers)}) must take more than the places of the {len(requests)} requests that fit them"
        lines.append(f"in the way: {words}")
    if found.missed:
        lines.append(f"below their fewest: {_some([f'{name} (by {count})' for name, count in found.missed.items()])}")
    return lines


def _some(names: list[str]) -> str:
    return ", ".join(names[:12]) + (f" and {len(names) - 12} more" if len(names) > 12 else "") if names else "nobody"
