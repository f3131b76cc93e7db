"""`make bench`: every measurement in one run, printed side by side and written to results.json."""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from bench import allocation, desk, names, pipeline, ranking, report, search, teams, years

RESULTS = Path(__file__).with_name("results.json")
out = Console()


def measure_pipeline(given: argparse.Namespace) -> dict[str, Any]:
    """From intake to suggestion, beside a bare echo and the naive consumer."""
    sides = pipeline.measure(given.requests, lambda words: out.print(f"  {words}", highlight=False))
    held = report.goals(sides)
    report.show(sides, held, out)
    return report.as_json(sides, held)


def measure_ranking(_: argparse.Namespace) -> dict[str, Any]:
    """Ranking beside one np.sum over the columns it reads, at three sizes of the register."""
    found = []
    for peers in ranking.SIZES:
        us = ranking.measure(peers)
        ratio = us["rank"] / us["np.sum"]
        out.print(
            f"Ranking a request against {peers:,} peers: {us['rank']:,.0f} us, {ratio:.1f} times one np.sum over its columns "
            f"(goal: at most {ranking.GOAL:g})"
        )
        times = {name: round(figure, 1) for name, figure in us.items()}
        found.append({"peers": peers, "us": times, "rank_over_np_sum": round(ratio, 2), "reached": ratio <= ranking.GOAL})
    return {"goal": ranking.GOAL, "sizes": found}


def measure_teams(_: argparse.Namespace) -> dict[str, Any]:
    """Composing teams of five, exactly."""
    found = teams.measure()
    out.print(
        f"Teams of five from {teams.PEERS:,} peers: {len(found.ms)} requests, median {found.median:.1f} ms, slowest {max(found.ms):.1f} ms "
        f"(goal: under {teams.GOAL:g} s at the median); largest gap {found.gap:g}; no full team for {found.short}"
    )
    figures = {"median_ms": round(found.median, 2), "slowest_ms": round(max(found.ms), 2), "largest_gap": found.gap, "short": found.short}
    return figures | {"reached": found.median < teams.GOAL * 1000 and not found.gap}


def measure_names(_: argparse.Namespace) -> dict[str, Any]:
    """Resolving names beside a plain dict lookup."""
    found = names.measure()
    ratio = found.resolved / found.lookup
    out.print(f"Resolving {names.NAMES:,} names: {found.resolved:,.0f}/s, {ratio:.4f} of dict lookups; by command {found.command:,.0f}/s")
    return {name: round(figure) for name, figure in asdict(found).items()} | {"resolved_over_lookup": round(ratio, 5)}


def measure_search(_: argparse.Namespace) -> dict[str, Any]:
    """Searching the register by name beside plain SQL."""
    found = search.measure()
    ratio = statistics.median(found.ms) / statistics.median(found.plain_ms)
    out.print(
        f"A name among {search.PEERS:,} peers, half of them misspelt: p50 {statistics.median(found.ms):.1f} ms, p95 {found.p95:.1f} ms "
        f"(goal: under {search.GOAL:g} ms), found {found.hits:.0%}; plain SQL {statistics.median(found.plain_ms):.1f} ms, "
        f"found {found.plain_hits:.0%}; {ratio:.2f} of its time; names read in {found.filled:.1f} s"
    )
    figures = {"p50_ms": round(statistics.median(found.ms), 1), "p95_ms": round(found.p95, 1), "found": found.hits}
    plain = {"plain_p50_ms": round(statistics.median(found.plain_ms), 1), "plain_found": found.plain_hits, "over_plain": round(ratio, 3)}
    return figures | plain | {"filled_s": round(found.filled, 2), "reached": found.p95 < search.GOAL}


def measure_allocation(given: argparse.Namespace) -> dict[str, Any]:
    """Exact allocation beside the bare solver."""
    return allocation.measure(given.instances, out)


def measure_years(given: argparse.Namespace) -> dict[str, Any]:
    """Policies on simulated years, and the distance to each goal."""
    return years.measure(given.worlds, given.sparse, out)


def measure_desk(_: argparse.Namespace) -> dict[str, Any]:
    """The desk's read model made anew, and its pages on it."""
    found = desk.measure()
    for line in desk.told(found):
        out.print(line, highlight=False, soft_wrap=True)
    pages = [asdict(page) | {"reached": page.p95 <= desk.GOAL_MS} for page in found.pages]
    return {name: round(figure) for name, figure in asdict(found).items() if name != "pages"} | {"pages": pages}


PARTS: Mapping[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "pipeline": measure_pipeline,
    "ranking": measure_ranking,
    "teams": measure_teams,
    "names": measure_names,
    "search": measure_search,
    "allocation": measure_allocation,
    "years": measure_years,
    "desk": measure_desk,
}


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m bench", description="Measure Manyhands beside what it is compared with.")
    words.add_argument("--only", choices=PARTS, help="one part alone; results.json stays as it is")
    words.add_argument("--requests", type=int, default=20_000, help="how many at full speed (20000)")
    words.add_argument("--instances", type=Path, help="a folder with published assignment instances, *.in")
    words.add_argument("--worlds", type=Path, nargs="+", default=[], help="years as folders of plain files (six seeded ones of our own)")
    words.add_argument("--sparse", type=Path, nargs="+", default=[], help="years with few requests, as folders of plain files")
    given = words.parse_args()
    if given.requests < 1:
        words.error("--requests: one at least")
    begun = time.monotonic()
    found = report.machine()
    for name, measure in PARTS.items():
        if given.only in (None, name):
            found[name] = measure(given)
    out.print(f"Measured in {time.monotonic() - begun:.0f} s.")
    if given.only is None:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    sides = found.get("pipeline", {}).get("sides", {}).values()
    lost = [run for side in sides for run in (side["full_speed"], side["at_50_a_second"]) if sum(run["ended"].values()) < run["posted"]]
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
