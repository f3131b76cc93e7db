"""`manyhands round`: everybody who waits is matched together, exactly; ask for a round, follow it, cancel it."""

import json
import sys
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from services.onebox.remote import Trouble, reach

app = typer.Typer(no_args_is_help=True, help="Exact rounds: match all open undecided requests together.")
if TYPE_CHECKING:
    from services.onebox.caller import Remote

out = Console()

Json = Annotated[bool, typer.Option("--json", help="print JSON")]
Me = Annotated[str | None, typer.Option("--as", help="who you are, on the machine in this folder")]

_WORDS = {
    "served_at_last": "nobody could be proposed before",
    "no_longer_open": "who was first may not be proposed any more",
    "fits_better": "fits better",
    "spreads": "spreads the work",
    "makes_room": "who was first is worth more to another request",
}


@app.command()
def run(
    reason: Annotated[str, typer.Option(help="why, in a sentence; nothing about any person")],
    seconds: Annotated[int, typer.Option(min=1, max=3600, help="how long it may take")] = 120,
    me: Me = None,
    as_json: Json = False,
) -> None:
    """Ask for a round and wait for its end. Exit code 1 where it did not come to one."""
    matcher = reach("matcher", "governor", me)
    found = matcher.post("/rounds", {"seconds": seconds, "reason": reason})
    while found["state"] in ("asked", "running"):
        time.sleep(0.5)
        found = matcher.get(f"/rounds/{found['id']}")
    _show(found, as_json)
    raise typer.Exit(0 if found["state"] == "done" else 1)


@app.command()
def show(
    ident: Annotated[str | None, typer.Argument(metavar="ROUND", help="without it, the last one")] = None, as_json: Json = False
) -> None:
    """How far a round is, or what it changed and why."""
    matcher = reach("matcher", "governor")
    _show(matcher.get(f"/rounds/{ident or _last(matcher)['id']}"), as_json)


@app.command()
def cancel(ident: Annotated[str | None, typer.Argument(metavar="ROUND", help="without it, the last one")] = None, me: Me = None) -> None:
    """Cancel a round that is under way: nothing more is changed."""
    matcher = reach("matcher", "governor", me)
    ident = ident or _last(matcher)["id"]
    matcher.post(f"/rounds/{ident}/cancel")
    out.print(f"Round {ident} is cancelled; what it has changed by now stays.")


def _last(matcher: "Remote") -> dict[str, Any]:
    rounds: list[dict[str, Any]] = matcher.get("/rounds", limit=1)["rounds"]
    if not rounds:
        raise Trouble("There was no round yet. Ask for one with: manyhands round run --reason ...")
    return rounds[0]


def _show(found: dict[str, Any], as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    how_far = f"{found['state']} ({found['stage']}, {found['done']} of {found['total']})"
    out.print(f"Round {found['id']}, asked for by {found['asked_by']}: {how_far}.")
    outcome = found["outcome"]
    if outcome is None:
        return
    changed = outcome["changed"]
    out.print(f"{outcome['considered']} requests looked at, {len(changed)} suggestions changed, {outcome['left']} left for later.")
    for change in changed:
        was = f" in the place of {change['was']}" if change["was"] else ""
        why = f"{_WORDS.get(change['because'], change['because'])} (fit {change['fit']:+.3f}, load {change['load']:+.3f})"
        out.print(f"  {change['request']} {change['place']}: {change['now']}{was}: {why}")
    if outcome["unmet"]:
        way = outcome["in_the_way"]
        roles = ", ".join(role.replace("_", " ") for role in way["roles"]) or "nobody who may serve"
        people = f"{len(way['peers'])} people of {len(way['councils'])} councils"
        out.print(f"{len(outcome['unmet'])} requests stay unmet. In the way: {roles}; the capacity of {people}.")
