"""`manyhands desk`: the desk's read model."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from services.onebox.remote import Trouble, reach

app = typer.Typer(no_args_is_help=True, help="The desk: what its pages show.")
_out, _err = Console(), Console(stderr=True)


@app.callback()
def desk() -> None:
    """The desk: what its pages show."""


@app.command()
def rebuild(as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """Make the read model anew from the topics, while the desk goes on showing the old one until it is done."""
    end = {}
    with Progress(TextColumn("events"), BarColumn(), TextColumn("{task.completed:,}"), TimeElapsedColumn(), console=_err) as progress:
        task = progress.add_task("events", total=None)
        for line in reach("desk").lines("/read-model/rebuild"):
            if "progress" in line:
                progress.update(task, completed=line["progress"], total=line["total"])
            else:
                end = line
    if not end.get("done"):
        raise Trouble(f"Nothing was changed: it broke off ({end.get('error', 'no answer')}). The desk's log says why; then try again.")
    if as_json:
        _out.print_json(data=end)
    else:
        _out.print(f"{end['records']:,} events heard again; {end['unread']:,} could not be read and are parked.")
