"""`manyhands parked`: what could not be handled; listed, looked at, handled again, or given up."""

import json
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from services.onebox.remote import Trouble, reach

app = typer.Typer(no_args_is_help=True, help="What could not be handled: list it, look at it, handle it again, or give it up.")
out = Console()

SERVICES = ("registry", "requests", "matcher", "desk")
Json = Annotated[bool, typer.Option("--json", help="print JSON")]
Reason = Annotated[str, typer.Option("--reason", help="why, for the audit; nothing about any child or family")]
Service = Annotated[str, typer.Option("--service", help=", ".join(SERVICES))]


@app.command("list")
def list_(service: Service = "", as_json: Json = False) -> None:
    """Everything that waits, with the rule it broke."""
    rows = [{"service": name, **row} for name in ([service] if service else SERVICES) for row in _parked(name)]
    if as_json:
        sys.stdout.write(json.dumps(rows) + "\n")
    else:
        table = Table("service", "number", "topic", "rule", "fields", "subject", "since")
        for row in rows:
            place = f"{row['topic']} {row['partition']}-{row['offset']}"
            table.add_row(
                row["service"], str(row["id"]), place, row["rule"], ", ".join(row["fields"]), row["subject"], row["parked_at"][:19]
            )
        out.print(table if rows else "Nothing is parked.")
    raise typer.Exit(1 if rows else 0)


def _parked(service: str) -> list[dict[str, Any]]:
    remote, rows, after = reach(service), [], 0
    while page := remote.get("/parked", after=after, limit=1000)["parked"]:
        rows += page
        after = page[-1]["id"]
    return rows


@app.command("show")
def show(number: int, service: Service) -> None:
    """One parked record: where it came from and why it is parked. Its payload stays in the database."""
    row = next((row for row in _parked(service) if row["id"] == number), None)
    if row is None:
        raise Trouble(f"There is no waiting parked record {number} in {service}. See: manyhands parked list")
    out.print_json(data=row)


@app.command("replay")
def replay(number: int, service: Service, reason: Reason = "") -> None:
    """Handle it again, and what waits behind its subject."""
    out.print(f"Handled: {reach(service).post(f'/parked/{number}/replay', {'reason': reason})['settled']}")


@app.command("discard")
def discard(number: int, service: Service, reason: Reason = "") -> None:
    """Give it up for good; its payload is erased."""
    out.print(f"Discarded: {reach(service).post(f'/parked/{number}/discard', {'reason': reason})['settled']}")
