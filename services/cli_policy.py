"""`manyhands policy`: the numbers by which fit and load are weighed; read, tried, written down, adopted."""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from services.onebox.remote import Trouble, reach

app = typer.Typer(no_args_is_help=True, help="Ranking policies: read them, write one down, adopt one that somebody else wrote.")
if TYPE_CHECKING:
    from services.onebox.caller import Remote

out = Console()

SAID = ("version", "author", "written_on", "reason")
"""What a policy says of itself beside its numbers."""

Json = Annotated[bool, typer.Option("--json", help="print JSON")]
Reason = Annotated[str, typer.Option(help="why, in a sentence; nothing about any person")]
Me = Annotated[str | None, typer.Option("--as", help="who you are, on the machine in this folder")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Every policy that was written down, and which one ranks now."""
    policies = reach("matcher", "governor").get("/policies")["policies"]
    if as_json:
        sys.stdout.write(json.dumps(policies) + "\n")
        return
    table = Table("version", "", "written by", "on", "adopted by", "why")
    for each in policies:
        words = (str(each["version"]), "ranks now" if each["active"] else "", each["author"], each["written_at"][:10])
        table.add_row(*words, each["approved_by"] or "nobody yet", each["reason"])
    out.print(table)


@app.command()
def show(version: int) -> None:
    """One policy with all its numbers, as YAML that `write` takes."""
    import yaml

    policy = reach("matcher", "governor").get(f"/policies/{version}")["policy"]
    sys.stdout.write(yaml.safe_dump(policy, sort_keys=False, allow_unicode=True))


@app.command()
def write(
    reason: Reason,
    file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="YAML with the numbers that change")] = None,
    like: Annotated[int | None, typer.Option(help="start from this version instead of the active one; see also: back")] = None,
    me: Me = None,
) -> None:
    """Write a policy down. It ranks nothing until somebody else adopts it."""
    kept = reach("matcher", "governor", me).post("/policies", {"like": like, "changes": _changes(file), "reason": reason})
    out.print(
        f"Policy {kept['version']} is written down. Somebody else adopts it with: manyhands policy adopt {kept['version']} --reason ..."
    )


@app.command()
def back(version: int, reason: Reason, me: Me = None) -> None:
    """Write the numbers of an earlier policy down as a new one. It ranks once somebody else adopts it."""
    kept = reach("matcher", "governor", me).post("/policies", {"like": version, "changes": {}, "reason": reason})
    adopt_it = f"manyhands policy adopt {kept['version']} --reason ..."
    out.print(f"Policy {kept['version']} has the numbers of {version}. Somebody else adopts it with: {adopt_it}")


def _changes(file: Path | None) -> dict[str, Any]:
    import yaml

    try:
        read = yaml.safe_load(file.read_text()) if file else {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Trouble(f"{file} is not YAML: {str(error).splitlines()[0]}. See what a policy looks like: manyhands policy show 1") from None
    if not isinstance(read, dict):
        raise Trouble(f"{file} holds no fields. See what a policy looks like: manyhands policy show 1")
    return {name: value for name, value in read.items() if name not in SAID}


_NUMBERS = ("worst request", "tenth percentile", "Gini", "HHI", "ten busiest", "unused", "moved")


@app.command("try")
def try_(
    file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False, help="YAML with the numbers that change")] = None,
    version: Annotated[int | None, typer.Option(help="a policy that is written down instead")] = None,
    me: Me = None,
    as_json: Json = False,
) -> None:
    """The price of spreading, before adoption: what other prices of load would have made of the requests of the last twelve months."""
    matcher = reach("matcher", "governor", me)
    found = matcher.post("/trials", {"changes": _differs(matcher, version) if version else _changes(file)})
    while found["state"] == "asked":
        time.sleep(0.5)
        found = matcher.get(f"/trials/{found['id']}")
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
    elif found["state"] == "nothing":
        out.print("Nothing was asked for in the last twelve months, so there is nothing to try it on.")
    else:
        _show_trial(found["outcome"])
    raise typer.Exit(0 if found["state"] == "done" else 1)


def _differs(matcher: "Remote", version: int) -> dict[str, Any]:
    """In which numbers a policy differs from the one that ranks."""
    active = next(each["policy"] for each in matcher.get("/policies")["policies"] if each["active"])
    other: dict[str, Any] = matcher.get(f"/policies/{version}")["policy"]
    differs = {name: value for name, value in other.items() if name not in SAID and value != active[name]}
    if not differs:
        raise Trouble(f"Policy {version} has the numbers that rank now, so there is nothing to try.")
    return differs


def _show_trial(outcome: dict[str, Any]) -> None:
    table = Table("", "mu", "fit kept", *_NUMBERS)
    named = [("best fit always", outcome["best"]), ("as it ranks now", outcome["now"]), ("tried", outcome["tried"])]
    for words, point in (*named, *(("", point) for point in outcome["curve"])):
        fits = (f"{point['fit_kept']:.1%}", f"{point['worst']:.3f}", f"{point['tenth']:.3f}")
        even = (f"{point['gini']:.3f}", f"{point['hhi']:.4f}", f"{point['ten_busiest']:.1%}", str(point["unused"]), str(point["moved"]))
        table.add_row(words, f"{point['mu']:g}", *fits, *even)
    out.print(table)
    out.print(f"{outcome['requests']} requests, {outcome['places']} places. moved: places that somebody else would have filled than now.")


@app.command()
def adopt(version: int, reason: Reason, me: Me = None) -> None:
    """Let a policy that somebody else wrote rank from now on, on every replica."""
    matcher = reach("matcher", "governor", me)
    active = next(each["version"] for each in matcher.get("/policies")["policies"] if each["active"])
    kept = matcher.post(f"/policies/{version}/adopt", {"expected_active": active, "reason": reason})
    out.print(f"Policy {kept['version']} ranks from now on, in the place of {active}.")


@app.command()
def scarcity(
    reason: Annotated[str | None, typer.Option(help="work them out anew, and why, in a sentence; nothing about any person")] = None,
    me: Me = None,
    as_json: Json = False,
) -> None:
    """The prices of who is needed for what only few can do, worked out from the requests of the last twelve months."""
    matcher = reach("matcher", "governor", me)
    found = matcher.post("/scarcity", {"reason": reason}) if reason else matcher.get("/scarcity")
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    out.print(f"Version {found['version']} of {found['as_of']}, of {found['requests']:,} requests; {found['priced']:,} peers have a price.")
    for role, price in sorted(found["roles"].items(), key=lambda each: -each[1]):
        out.print(f"  {role.replace('_', ' ')}: {price:.3f} of fit on average")


@app.command("tune")
def tune_(
    stream: Annotated[list[Path], typer.Option(exists=True, file_okay=False, help="a year as plain files; may be given more than once")],
    keep: Annotated[float, typer.Option(min=0.5, max=1.1, help="the share of best-fit-first's fit to keep")] = 0.985,
    by_rounds: Annotated[bool, typer.Option("--rounds", help="for rounds instead of one by one")] = False,
    workers: Annotated[int | None, typer.Option(min=1, help="processes at once; none: one for each processor")] = None,
    as_json: Json = False,
) -> None:
    """Find the prices of load that spread the work most for a wanted fit, by replaying years; see docs/simulating.md."""
    from services.simulation import shell

    raise typer.Exit(shell.find(stream, keep, workers, by_rounds=by_rounds, as_json=as_json))
