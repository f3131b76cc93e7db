"""`manyhands demo`: the whole story on sample data, told by an outside program, an adviser, and everybody who must agree."""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.onebox import invariants, reading, running, summary
from services.onebox.adviser import Adviser
from services.onebox.caller import Remote
from services.onebox.child import ServerError
from services.onebox.fleet import Fleet
from services.onebox.invariants import INTAKE, Promises
from services.onebox.machine import Machine
from services.onebox.sample import FILES, write_sample
from services.onebox.sample_requests import requests as sample_requests

SEED = 1


def tell(home: Path, count: int, replicas: Mapping[str, int], out: Console, *, stay: bool, as_json: bool) -> int:
    """Run the story on a fresh machine in `home`; the exit code: 0 when every promise was kept."""
    shutil.rmtree(home, ignore_errors=True)
    told = running.until_told() if stay else None
    begun = time.monotonic()
    talk = Console(stderr=True) if as_json else out
    machine = Machine(home, replicas, durable=False, tell=lambda part: talk.print(f"  starting {part}", highlight=False))
    talk.print("[bold]Manyhands: the first journey, on this machine[/]")
    machine.start()
    try:
        talk.print(f"  ready after {time.monotonic() - begun:.0f} s")
        settled = story(machine.fleet, count, talk)
        promises = asyncio.run(invariants.check(machine.fleet, datetime.now(UTC)))
        figures = summary.gather(machine.fleet) | {
            "promises": promises.counts(),
            "settled": settled,
            "seconds": round(time.monotonic() - begun),
        }
        if as_json:
            print(json.dumps(figures))
        else:
            summary.show(figures, out)
        _say(promises, settled, talk)
        if told is not None:
            talk.print(running.addresses(machine.fleet), highlight=False)
            running.watch(machine.fleet, told, talk)
        return 0 if promises.kept and settled else 1
    finally:
        machine.stop()


def story(fleet: Fleet, count: int, talk: Console) -> bool:
    """Register, requests and decisions on a fresh machine; whether everything that was said was heard within a minute."""
    with _progress(talk) as progress:
        _import(fleet, progress)
        _post(fleet, count, progress)
        _decide(fleet, count, progress)
        return _settle(fleet, progress)


def _progress(out: Console) -> Progress:
    columns = (TextColumn("  {task.description:<42}"), BarColumn(30), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=out, transient=False)


def _import(fleet: Fleet, progress: Progress) -> None:
    """The register, through the same importers as anybody's files. Waits until the matcher knows it."""
    operator = Remote(fleet.url("registry"), fleet.keys.token("operator@example.org", "operator"))
    matcher = Remote(fleet.url("matcher"), fleet.keys.token("operator@example.org", "operator"))
    with tempfile.TemporaryDirectory() as folder:
        counts = write_sample(Path(folder), SEED, today=datetime.now(UTC).date())
        for kind in FILES:
            task = progress.add_task(f"importing {kind}", total=None)
            bad: dict[str, Any] = {}
            for line in operator.upload(f"/imports/{kind}", Path(folder) / f"{kind}.csv"):
                if line.get("done"):
                    progress.update(task, total=line["rows"], completed=line["rows"])
                    if not line["imported"]:
                        raise ServerError(f"The sample {kind} were not imported: {line['bad']} bad rows, the first: {bad}")
                elif "progress" in line:
                    progress.update(task, completed=line["progress"])
                else:
                    bad = bad or line
    task = progress.add_task("the matcher learns the register", total=counts.peers)
    _until(lambda: matcher.get("/matches/register")["peers"], counts.peers, lambda n: progress.update(task, completed=n))
    if not asyncio.run(reading.quiet(fleet, 60)):
        raise ServerError("The services have not come to rest within a minute after the import. Their logs say why.")


def _post(fleet: Fleet, count: int, progress: Progress) -> None:
    """Requests from an outside program, in a process of its own, with another client and none of our models."""
    task = progress.add_task("posting requests as an outside program", total=count)
    progress.update(task, completed=post(fleet, sample_requests(SEED, count, datetime.now(UTC).date())))


def post(fleet: Fleet, requests: Iterable[Mapping[str, Any]]) -> int:
    """Requests from an outside program; returns how many. Errors: ServerError."""
    lines = "".join(json.dumps(data) + "\n" for data in requests)
    command = [sys.executable, "-m", "services.onebox.outside", "--kafka", fleet.kafka, "--topic", fleet.prefix + INTAKE]
    done = subprocess.run(command, input=lines, text=True, capture_output=True, check=False)
    if done.returncode:
        raise ServerError(f"The outside program could not post: {done.stdout}{done.stderr[-500:]}")
    posted: int = json.loads(done.stdout)["posted"]
    return posted


def _decide(fleet: Fleet, count: int, progress: Progress) -> None:
    """Suggestions arrive; an adviser decides some, in every way there is; everybody who must agree answers."""
    adviser = Adviser(fleet)
    task = progress.add_task("requests become suggestions", total=count)
    _until(lambda: adviser.answered(), count, lambda n: progress.update(task, completed=n))
    task = progress.add_task("an adviser decides", total=None)
    decided = adviser.decide(lambda n, of: progress.update(task, completed=n, total=of))
    task = progress.add_task("consents come in, capacity is placed", total=decided)
    adviser.consents(lambda n: progress.update(task, completed=n))


def _settle(fleet: Fleet, progress: Progress) -> bool:
    task = progress.add_task("everything said is heard", total=None)

    async def wait() -> bool:
        return await reading.quiet(fleet, 60)

    quiet = asyncio.run(wait())
    progress.update(task, total=1, completed=int(quiet))
    return quiet


def _until(now: Callable[[], int], wanted: int, watch: Callable[[int], None], patience: float = 90) -> None:
    """Ask until `wanted` is reached. Errors: ServerError when nothing moves for `patience` seconds."""
    last, moved = -1, time.monotonic()
    while (have := now()) < wanted:
        if have != last:
            last, moved = have, time.monotonic()
            watch(have)
        if time.monotonic() - moved > patience:
            raise ServerError(f"Nothing has moved for {patience:.0f} seconds: {have} of {wanted}. The services' logs say why.")
        time.sleep(0.1)
    watch(wanted)


def _say(promises: Promises, settled: bool, out: Console) -> None:
    words: dict[str, Any] = promises.counts()
    mark = "[green]kept[/]" if promises.kept and settled else "[red]broken[/]"
    out.print(f"\n[bold]The five promises: {mark}[/]   " + "   ".join(f"{name.replace('_', ' ')} {count}" for name, count in words.items()))
    for example in promises.examples:
        out.print(f"  {example}", markup=False)
    if not settled:
        out.print("  Something that was said had not been heard after a minute; the services' logs say why.")
