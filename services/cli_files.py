"""The commands that work on files of your own and need no service: `manyhands allocate`, `manyhands triads` and `manyhands simulate`."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="print JSON")]


def add_to(app: typer.Typer) -> None:
    """Make them commands of `app`."""
    app.command()(allocate)
    app.command()(simulate)
    app.command()(triads)


def allocate(
    fit: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="request,peer,fit as CSV, or a matrix as npy")],
    demand: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="request,places")],
    capacity: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="peer,capacity and, if you like, at_least")],
    out_file: Annotated[Path, typer.Option("--out", dir_okay=False, help="where request,peer,fit are written")],
    conflicts: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="request,peer pairs that may not be matched")] = None,
    pinned: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="request,peer pairs that are decided")] = None,
    objective: Annotated[str, typer.Option(help="total, fair or spread")] = "total",
    keep: Annotated[float, typer.Option(min=0, max=1, help="spread: the share of the best total to keep")] = 1.0,
    as_json: Json = False,
) -> None:
    """Match requests with peers, exactly, from files of your own; see docs/allocate.md."""
    from services.allocate import shell

    raise typer.Exit(shell.allocate(shell.Files(fit, demand, capacity, out_file, conflicts, pinned), objective, keep, as_json))


def triads(
    councils: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="council: a name or code a row; a region at a time")],
    out_file: Annotated[Path, typer.Option("--out", dir_okay=False, help="where the groups are written")],
    last: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="group,council of the last round: not again")] = None,
    sizes: Annotated[str, typer.Option(help="3, 4 or 3,4")] = "3,4",
    as_json: Json = False,
) -> None:
    """Triads and quartets for regional challenge: alike, not linked, not together last time; see docs/allocate.md."""
    from services.allocate import challenge

    wanted = [int(size) for size in sizes.split(",") if size.strip().isdigit()]
    raise typer.Exit(challenge.triads(councils, last, out_file, wanted, as_json))


def simulate(
    stream: Annotated[list[Path] | None, typer.Option(exists=True, file_okay=False, help="a year as plain files; may be repeated")] = None,
    out: Annotated[Path, typer.Option(file_okay=False, help="where assignments, figures.json and report.html are written")] = Path(
        "simulated"
    ),
    requests: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="our own history: events of the topics, one a line; see the guide")
    ] = None,
    policy: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="YAML with the numbers that differ")] = None,
    against: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="the same; ours are run with these too")] = None,
    policies: Annotated[str, typer.Option(help="which to compare, separated by commas; all if you say nothing")] = "",
    overridden: Annotated[float, typer.Option(min=0, max=1, help="the share of suggestions that advisers override by best fit")] = 0.0,
    forecast: Annotated[str, typer.Option(help="what rounds expect, each beside the others: none,last_year,drawn,truth")] = "",
    workers: Annotated[int | None, typer.Option(min=1, help="processes at once; none: one for each processor")] = None,
    make: Annotated[tuple[int, Path] | None, typer.Option(metavar="SEED FOLDER", help="write a seeded year of our own instead")] = None,
    scale: Annotated[float, typer.Option(min=0.01, max=10, help="with --make: how much demand, 1 being about 980 places")] = 1.0,
    costs: Annotated[bool, typer.Option("--costs", help="add the chart of what spreading costs: ours with eight prices each")] = False,
    as_json: Json = False,
) -> None:
    """Compare policies on the same years of demand; see docs/simulating.md."""
    from services.simulation import shell

    if make:
        raise typer.Exit(shell.make(*make, scale))
    folders = stream or []
    if requests:
        lived = shell.from_history(requests, policy, out)
        if lived is None:
            raise typer.Exit(2)
        folders = [*folders, lived]
    if not folders:
        raise typer.BadParameter(
            "Give a year with --stream FOLDER, our own history with --requests EVENTS.jsonl, or write a year with --make SEED FOLDER."
        )
    found = shell.simulate(
        folders, policy, out, policies, overridden, workers, against=against, forecasts=forecast, costs=costs, as_json=as_json
    )
    raise typer.Exit(found)
