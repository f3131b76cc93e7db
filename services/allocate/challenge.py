"""From a list of councils to their triads and quartets: files in and out, and what `manyhands triads` says."""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from itertools import combinations
from pathlib import Path

from rich.console import Console

from services.allocate.files import BadInput, Problem
from services.allocate.triads import Groups, grouped, likeness_of, linked_pairs
from services.vocabulary.councils import council_name, reference_councils
from services.vocabulary.resolve import CouncilResolver

COLUMNS = ("group", "council", "name", "gives_to", "receives_from", "likeness")


def triads(councils: Path, last: Path | None, out: Path, sizes: Sequence[int], as_json: bool) -> int:
    """Read, group, write, and tell; the exit code: 0 fine, 1 councils are left over, 2 wrong use."""
    err = Console(stderr=True)
    try:
        found = _run(councils, last, out, sizes)
    except BadInput as error:
        for problem in error.problems:
            err.print(str(problem), markup=False, soft_wrap=True)
        err.print("Nothing was written.", style="red")
        return 2
    except (OSError, ValueError) as error:
        err.print(f"{error} Nothing was written.", style="red", markup=False, soft_wrap=True)
        return 2
    if as_json:
        sys.stdout.write(json.dumps(asdict(found)) + "\n")
    else:
        Console().print("\n".join(_words(found)), markup=False, highlight=False, soft_wrap=True)
    return 1 if found.left else 0


def _run(councils: Path, last: Path | None, out: Path, sizes: Sequence[int]) -> Groups:
    if not sizes or set(sizes) - {3, 4}:
        raise ValueError("--sizes is 3, 4 or 3,4.")
    asked = [code for _, code in _read(councils, ("council",))]
    together: dict[str, set[str]] = defaultdict(set)
    for group, code in _read(last, ("council", "group")) if last else ():
        together[group].add(code)
    again = {frozenset(pair) for group in together.values() for pair in combinations(sorted(group), 2)}
    found = grouped(asked, likeness_of, linked_pairs() | again, sizes)
    _write(out, found)
    return found


def _read(file: Path, columns: Sequence[str]) -> list[tuple[str, str]]:
    """(group, la_code) of every row; the group is "" where there is no such column. Errors: BadInput."""
    with file.open(newline="", encoding="utf-8-sig") as text:
        table = csv.DictReader(text)
        missing = [name for name in columns if name not in (table.fieldnames or ())]
        if missing:
            raise BadInput([Problem(file.name, 0, "", "", f"The column {', '.join(missing)} is missing.", "Name it in the first row.")])
        rows = list(table)
    names = [row["council"] or "" for row in rows]
    found, problems, seen = [], [], set()
    for number, (row, resolved) in enumerate(zip(rows, CouncilResolver(reference_councils()).resolve_many(names), strict=True), 2):
        group = row["group"] or "" if "group" in columns else ""
        if resolved.la_code is None:
            near = " or ".join(candidate.name for candidate in resolved.candidates)
            remedy = f"Did you mean {near}?" if near else "Write its name or three-digit code."
            problems.append(Problem(file.name, number, "council", row["council"] or "", "This is not a council we know.", remedy))
        elif (group, resolved.la_code) in seen:
            problems.append(Problem(file.name, number, "council", row["council"] or "", "This council is named twice.", "Name it once."))
        else:
            seen.add((group, resolved.la_code))
            found.append((group, resolved.la_code))
    if problems:
        raise BadInput(problems[:20])
    return found


def _write(out: Path, found: Groups) -> None:
    with out.open("w", newline="", encoding="utf-8") as text:
        rows = csv.writer(text)
        rows.writerow(COLUMNS)
        for number, group in enumerate(found.groups, 1):
            for at, code in enumerate(group.councils):
                rows.writerow([number, code, council_name(code), group.gives_to(code), group.councils[at - 1], f"{group.likeness:.3f}"])


def _words(found: Groups) -> list[str]:
    lines = [
        f"{number}. {' > '.join(map(council_name, group.councils))} > {council_name(group.councils[0])}: likeness {group.likeness:.2f}"
        for number, group in enumerate(found.groups, 1)
    ]
    proven = "proven to be the best" if found.gap == 0 else f"at most {found.gap:.3f} from the best"
    lines.append(f"{len(found.groups)} groups, mean likeness {found.likeness:.3f}, {proven}.")
    if found.left:
        lines.append(f"Left over: {', '.join(map(council_name, found.left))}. Allow both sizes, or fewer who were together last time.")
    return lines
