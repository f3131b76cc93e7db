"""Exact allocation beside the bare solver, scipy's assignment and a plain linear program: on matrices made for it, and on files.

`python -m bench --only allocation [--instances FOLDER]`; FOLDER/*.in: a line "requests peers", then a row of fits for each request.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow
from rich.console import Console
from rich.table import Table
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import coo_array

from bench.report import Goal, goals_as_json, show_goals
from bench.shuffled import Arrivals, shares
from services.allocate.command import Figures, Files, Objective, run
from services.matcher.dated import Floats
from services.matcher.flow import MILLION

PLACES = 3
SIZES = ((1_000, 200), (2_000, 400), (5_000, 1_000), (10_000, 2_000), (20_000, 2_000))
BARE_UP_TO, PLAIN_UP_TO, TIMED = 5_000 * 1_000, 1_000 * 200, 10_000 * 2_000
ARRIVALS = 20  # orders of arrival of an instance
OBJECTIVES: tuple[Objective, ...] = ("total", "spread", "fair")
_SEED = 7
_SHOWN = ("status", "total", "worst", "worst_bound", "gini", "max_load", "unused")


@dataclass(frozen=True, slots=True)
class Size:
    """Seconds of each, and our peak memory over that of the matrix; None where the other would take minutes."""

    requests: int
    peers: int
    command: float
    solve: float
    bare: float | None
    assignment: float | None
    program: float | None
    memory: float
    total: float
    bare_total: float | None


def measure(instances: Path | None, out: Console) -> dict[str, Any]:
    """Sizes and instances, printed as tables."""
    sizes = [_size(requests, peers) for requests, peers in SIZES]
    table = Table("requests x peers", "command s", "solve s", "bare s", "command / bare", "assignment s", "plain LP s", "memory / matrix")
    for size in sizes:
        ratio = f"{size.command / size.bare:.2f}" if size.bare else ""
        others = (f"{each:.2f}" if each else "" for each in (size.bare, size.assignment, size.program))
        bare, assignment, program = others
        name = f"{size.requests:,} x {size.peers:,}"
        table.add_row(
            name,
            f"{size.command:.2f}",
            f"{size.solve:.2f}",
            bare,
            ratio,
            assignment,
            program,
            f"{size.memory:.1f}",
        )
    out.print(table)
    found: dict[str, Any] = {"places": PLACES, "sizes": [{name: _short(getattr(s, name)) for name in Size.__slots__} for s in sizes]}
    held = [goal for size in sizes for goal in _goals_of(size)]
    if instances is not None:
        found["instances"] = {file.stem: _instance(file, held, out) for file in sorted(instances.glob("*.in"))}
    show_goals(held, out)
    return found | {"goals": goals_as_json(held)}


def _goals_of(size: Size) -> list[Goal]:
    """What a size is held against. 48 MB are Python and its libraries, so memory says something of large matrices only."""
    name, pairs = f"{size.requests:,} x {size.peers:,}", size.requests * size.peers
    held = []
    if size.bare is not None and pairs >= BARE_UP_TO:
        held.append(Goal(f"{name}: whole command over the bare solver", size.command / size.bare, 1.5, at_most=True))
    if pairs == TIMED:
        held.append(Goal(f"{name}: seconds of the solve", size.solve, 1.5, at_most=True))
    if pairs >= BARE_UP_TO:
        held.append(Goal(f"{name}: memory over that of the matrix", size.memory, 3.0, at_most=True))
    return held


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _size(requests: int, peers: int) -> Size:
    capacity = -(-requests * PLACES * 6 // (5 * peers))
    with tempfile.TemporaryDirectory(prefix="manyhands-bench-") as name:
        folder = Path(name)
        fit = np.random.default_rng(_SEED).random((requests, peers))
        files = _files(folder, fit, PLACES, capacity)
        found, memory = _alone(files)
        small = fit.size <= BARE_UP_TO
        bare, bare_total = _timed(lambda: _bare(fit, capacity)) if small else (None, None)
        plain = fit.size <= PLAIN_UP_TO
        assignment, _ = _timed(lambda: _assignment(fit, capacity)) if plain else (None, None)
        program, _ = _timed(lambda: _program(fit, capacity)) if plain else (None, None)
    if bare_total is not None:
        assert abs(bare_total - found["total"]) < 0.01 * PLACES
    return Size(
        requests, peers, found["total_s"], found["solve_s"], bare, assignment, program, memory / fit.nbytes, found["total"], bare_total
    )


def _files(folder: Path, fit: Floats, places: int, capacity: int) -> Files:
    np.save(folder / "fit.npy", fit)
    (folder / "demand.csv").write_text("request,places\n" + "".join(f"{n},{places}\n" for n in range(len(fit))))
    (folder / "capacity.csv").write_text("peer,capacity\n" + "".join(f"{n},{capacity}\n" for n in range(fit.shape[1])))
    return Files(folder / "fit.npy", folder / "demand.csv", folder / "capacity.csv", folder / "out.csv")


_ALONE = """
import json, sys
from pathlib import Path
from services.allocate.command import Files, run
found = run(Files(*map(Path, sys.argv[1:5])), "total")
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({**found.as_json(), "peak": int(peak) * 1024}))
"""


def _alone(files: Files) -> tuple[dict[str, float], float]:
    """In a process of its own, so that its peak memory is its own: figures and bytes (48 MB are Python, numpy and ortools).

    What reads the command line, the same for every command, is not in it: 16 MB more.
    """
    words = [str(path) for path in (files.fit, files.demand, files.capacity, files.out)]
    done = subprocess.run([sys.executable, "-c", _ALONE, *words], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return found, found["peak"]


def _timed(work: Callable[[], float]) -> tuple[float, float]:
    begun = time.perf_counter()
    total = work()
    return time.perf_counter() - begun, total


def _bare(fit: Floats, capacity: int) -> float:
    """Every pair as an arc of ortools, and nothing else."""
    requests, peers = fit.shape
    source, sink = 0, 1 + requests + peers
    rows, columns = np.divmod(np.arange(fit.size), peers)
    solver = SimpleMinCostFlow()
    worth = -np.rint(fit.ravel() * MILLION).astype(np.int64)
    ours, theirs = 1 + np.arange(requests), 1 + requests + np.arange(peers)
    one = np.ones(fit.size, np.int64)
    arcs = solver.add_arcs_with_capacity_and_unit_cost(1 + rows, 1 + requests + columns, one, worth)
    solver.add_arcs_with_capacity_and_unit_cost(np.full(requests, source), ours, np.full(requests, PLACES), np.zeros(requests, np.int64))
    solver.add_arcs_with_capacity_and_unit_cost(theirs, np.full(peers, sink), np.full(peers, capacity), np.zeros(peers, np.int64))
    solver.set_nodes_supplies(np.array([source, sink]), np.array([requests * PLACES, -requests * PLACES]))
    solver.solve()
    return float(fit.ravel()[solver.flows(arcs) > 0].sum())


def _assignment(fit: Floats, capacity: int) -> float:
    """Rows and columns copied for places and capacity; a person may then be given twice to one request, so it is a bound, not an answer."""
    rows, columns = linear_sum_assignment(np.repeat(np.repeat(fit, PLACES, axis=0), capacity, axis=1), maximize=True)
    return float(fit[rows // PLACES, columns // capacity].sum())


def _program(fit: Floats, capacity: int) -> float:
    """The linear program as it stands in a book, by HiGHS."""
    requests, peers = fit.shape
    rows, columns = np.divmod(np.arange(fit.size), peers)
    ones, pairs = np.ones(fit.size), np.arange(fit.size)
    equal: Any = coo_array((ones, (rows, pairs)), shape=(requests, fit.size)).tocsr()
    most: Any = coo_array((ones, (columns, pairs)), shape=(peers, fit.size)).tocsr()
    solved = linprog(
        -fit.ravel(), A_eq=equal, b_eq=np.full(requests, PLACES), A_ub=most, b_ub=np.full(peers, capacity), bounds=(0, 1), method="highs"
    )
    assert solved.fun is not None
    return -float(solved.fun)


def _instance(file: Path, held: list[Goal], out: Console) -> dict[str, Any]:
    """A published instance: three places each; at most twelve for each peer, or six where there are few requests."""
    head, *rows = file.read_text().splitlines()
    requests, peers = map(int, head.split())
    fit = np.array([[float(word) for word in row.split()] for row in rows[:requests]])
    capacity = 12 if requests > 100 else 6
    found: dict[str, Any] = {"linear_program": _program(fit, capacity)}
    with tempfile.TemporaryDirectory(prefix="manyhands-bench-") as name:
        files = _files(Path(name), fit, PLACES, capacity)
        for objective in OBJECTIVES:
            figures: Figures = run(files, objective)
            found[objective] = {key: getattr(figures, key) for key in _SHOWN}
            out.print(
                f"{file.stem} ({requests} x {peers}, at most {capacity}) {objective}: {figures.total:g}, Gini {figures.gini:.4f}, "
                f"worst {figures.worst:.4f} of {figures.worst_bound or figures.worst:.4f}, {figures.status}, {figures.solve_s:.2f} s"
            )
    best = found["total"]["total"]
    held += [
        Goal(f"{file.stem}: total over that of an independent linear program", best / found["linear_program"], 1 - 1e-9),
        Goal(f"{file.stem}: total kept by the even allocation", found["spread"]["total"] / best, 1 - 1e-9),
        Goal(
            f"{file.stem}: Gini of the even allocation over that of the best total",
            found["spread"]["gini"] / found["total"]["gini"],
            0.6,
            True,
        ),
    ]
    arriving = found["arriving"] = _arriving(fit, capacity, best)
    out.print(
        f"{file.stem}, arriving in {ARRIVALS} shuffled orders: " + ", ".join(f"{name} {share:.2%}" for name, share in arriving.items())
    )
    held.append(Goal(f"{file.stem}: online + rounds over hindsight, {ARRIVALS} orders", max(arriving.values()), 0.99))
    return found


def _arriving(fit: Floats, capacity: int, best: float) -> dict[str, float]:
    """By policy, the mean share of the optimum in hindsight."""
    orders = [np.random.default_rng(seed).permutation(len(fit)) for seed in range(ARRIVALS)]
    each = [shares(Arrivals(fit, PLACES, capacity, order), best) for order in orders]
    return {name: round(float(np.mean([found[name] for found in each])), 5) for name in each[0]}
