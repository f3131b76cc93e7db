"""The `manyhands` command. Exit codes: 0 fine, 1 found something, 2 wrong use."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from services import cli_desk, cli_explain, cli_files, cli_parked, cli_policy, cli_rounds
from services.cli_parked import SERVICES
from services.onebox.remote import HOME, Addresses, Trouble, reach

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="Matching of councils' requests with peers."
)
app.add_typer(cli_parked.app, name="parked")
app.add_typer(cli_policy.app, name="policy")
app.add_typer(cli_desk.app, name="desk")
app.add_typer(cli_rounds.app, name="round")
cli_files.add_to(app)
cli_explain.add_to(app)
out, err = Console(), Console(stderr=True)

KINDS_OF_FILE = (
    "councils",
    "peers",
    "posts",
    "offers",
    "cohorts",
    "accreditations",
    "training",
    "interests",
    "absences",
    "releases",
    "evidence",
    "feedback",
    "inspections",
    "interventions",
)
Json = Annotated[bool, typer.Option("--json", help="print JSON")]
Replicas = Annotated[str, typer.Option(help="processes by service, as in matcher=3,requests=2")]


def _replicas(words: str) -> dict[str, int]:
    found = {}
    for word in filter(None, words.split(",")):
        service, _, count = word.partition("=")
        if service not in SERVICES or not count.isdigit() or not 1 <= int(count) <= 12:
            raise typer.BadParameter(f"{word!r} is not SERVICE=COUNT with a service of {', '.join(SERVICES)} and a count of 1 to 12.")
        found[service] = int(count)
    return found


@app.command()
def up(replicas: Replicas = "", home: Annotated[Path | None, typer.Option(help="where the data stay")] = None) -> None:
    """Run everything here, on data that stay between runs, until Ctrl-C."""
    from services.onebox import running

    running.up(home or Addresses.named().home, _replicas(replicas), out)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="end when the story is told")] = False,
    requests: Annotated[int, typer.Option(min=20, max=5000, help="how many requests are posted")] = 200,
    replicas: Replicas = "",
    home: Annotated[Path | None, typer.Option(help="where the data are put; what is there from an earlier demo is removed")] = None,
    as_json: Json = False,
) -> None:
    """The whole story on sample data, from intake to placement; the promises are checked at its end."""
    from services.onebox import demo as story

    stay = not once and sys.stdin.isatty() and sys.stdout.isatty()
    raise typer.Exit(story.tell(home or HOME / "demo", requests, _replicas(replicas), out, stay=stay, as_json=as_json))


@app.command()
def check(as_json: Json = False) -> None:
    """Probe each part and say what to do about what is missing."""
    from services.onebox import checkup

    found = checkup.probe(Addresses.named())
    if as_json:
        print(json.dumps([{"part": p.part, "fine": p.fine, "says": p.says} for p in found]))
    else:
        for part in found:
            out.print(f"[{'green]fine   ' if part.fine else 'red]missing'}[/] {part.part}: {part.says}", soft_wrap=True)
    raise typer.Exit(0 if all(part.fine for part in found) else 1)


@app.command("import")
def import_(
    kind: Annotated[str, typer.Argument(help=", ".join(KINDS_OF_FILE))],
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check everything, change nothing")] = False,
    as_json: Json = False,
) -> None:
    """Bring a CSV file into the register: all of it, or nothing when a row is bad. Twice is the same as once."""
    if kind not in KINDS_OF_FILE:
        raise typer.BadParameter(f"{kind!r} is not one of {', '.join(KINDS_OF_FILE)}.")
    bad: list[dict[str, Any]] = []
    end: dict[str, Any] = {}
    with Progress(TextColumn(f"{kind}"), BarColumn(), TextColumn("{task.completed:,} rows"), TimeElapsedColumn(), console=err) as progress:
        task = progress.add_task(kind, total=None)
        for line in reach("registry").upload(f"/imports/{kind}", file, dry_run=str(dry_run).lower()):
            if "progress" in line:
                progress.update(task, completed=line["progress"])
            elif line.get("done"):
                end = line
                progress.update(task, completed=line["rows"], total=max(1, line["rows"]))
            else:
                bad.append(line)
                if not as_json:
                    err.print(
                        f"row {line['row']}, column {line['column']}: {line['value']!r}: {line['reason']} {line['remedy']}", markup=False
                    )
    if as_json:
        print(json.dumps({**end, "problems": bad}))
    elif end:
        what = "Nothing of this file was imported." if not end["imported"] else f"{end['new']:,} new, {end['changed']:,} changed."
        out.print(f"{end['rows']:,} rows, {end['same']:,} as they were, {end['bad']:,} bad. {what}")
    raise typer.Exit(0 if end and not end["bad"] else 1)


@app.command()
def export(kind: Annotated[str, typer.Argument(help=", ".join(KINDS_OF_FILE))]) -> None:
    """Write the register as CSV to standard output, in the columns that import takes."""
    if kind not in KINDS_OF_FILE:
        raise typer.BadParameter(f"{kind!r} is not one of {', '.join(KINDS_OF_FILE)}.")
    for text in reach("registry").download(f"/export/{kind}.csv"):
        sys.stdout.write(text)


@app.command()
def resolve() -> None:
    """Names of councils on standard input, one a line; one JSON line each: input, la_code or null, how, score, candidates."""
    from services.vocabulary.councils import reference_councils
    from services.vocabulary.resolve import CouncilResolver

    resolver, unknown = CouncilResolver(reference_councils()), False
    while lines := sys.stdin.readlines(262_144):
        for found in resolver.resolve_many([line.rstrip("\r\n") for line in lines]):
            unknown |= found.la_code is None
            candidates = [{"la_code": c.la_code, "name": c.name, "score": round(c.score, 1)} for c in found.candidates]
            line = {
                "input": found.input,
                "la_code": found.la_code,
                "how": found.how,
                "score": round(found.score, 1),
                "candidates": candidates,
            }
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    raise typer.Exit(1 if unknown else 0)


@app.command()
def spread(
    since: Annotated[str, typer.Option("--from", help="the first day on which the work begins, as 2026-01-01")],
    until: Annotated[str, typer.Option("--to", help="the last")],
    region: Annotated[str | None, typer.Option(help="of the councils that asked")] = None,
    kind: Annotated[str | None, typer.Option(help="of support")] = None,
    as_json: Json = False,
) -> None:
    """The ledger of spread: who gave what in a period against what was offered, and how evenly."""
    from services.vocabulary.councils import council_name

    query = {"from": since, "to": until, "region": region, "kind": kind}
    found = reach("matcher", "adviser").get("/spread", **query)
    if as_json:
        print(json.dumps(found))
        return
    even, best = found["evenness"], found["best_fit"]
    out.print(f"{found['requests']} requests, {even['places']} places, {found['days']:g} days.")
    for name, each in (("as it was", even), ("best fit always", best["evenness"])):
        out.print(
            f"  {name}: Gini {each['gini']:.3f}, HHI {each['hhi']:.4f}, ten busiest {each['ten_busiest']:.1%}, unused {each['unused']}"
        )
    out.print(f"  fit kept {best['fit_kept']:.1%} of {best['compared']} places that were proposed")
    for giver in found["councils"][:10]:
        words = f"{giver['given']} places, {giver['days']:g} of {giver['offered']:g} days, balance {giver['balance']:+d}"
        out.print(f"  {council_name(giver['owner'])}: {words}", markup=False)


@app.command()
def token(
    subject: str,
    role: Annotated[str, typer.Option(help="adviser, national_adviser, group_office, operator, governor or service")] = "adviser",
    region: Annotated[list[str] | None, typer.Option(help="may be given more than once; none: all regions")] = None,
) -> None:
    """A token of the machine in this folder, for trying the APIs."""
    from services.onebox.tokens import ALL, SCOPES, Keys

    if role not in SCOPES:
        raise typer.BadParameter(f"{role!r} is not one of {', '.join(SCOPES)}.")
    print(Keys(Addresses.named().home / "keys").token(subject, role, region or [ALL]))


@app.command()
def migrate(service: Annotated[str, typer.Argument(help="registry, requests, matcher or desk")]) -> None:
    """Bring the database in MANYHANDS_DATABASE_URL to this release's schema."""
    import asyncio

    from pydantic import ValidationError

    from services.kit.database import KIT_MIGRATIONS
    from services.kit.database import migrate as apply
    from services.kit.settings import DatabaseSettings

    folder = Path(__file__).parent / service / "migrations"
    if not folder.is_dir():
        raise typer.BadParameter(f"{service!r} is not a service.")
    try:
        applied = asyncio.run(apply(DatabaseSettings().database_url.get_secret_value(), [KIT_MIGRATIONS, folder]))
    except ValidationError:
        raise Trouble("Set MANYHANDS_DATABASE_URL to postgresql://role:password@host:port/database.") from None
    except OSError as error:
        raise Trouble(f"The database cannot be migrated ({type(error).__name__}). Check MANYHANDS_DATABASE_URL and the server.") from None
    out.print(f"{len(applied)} migrations applied." if applied else "The database is up to date.")


@app.command()
def topics(
    kafka: Annotated[str, typer.Option(envvar="MANYHANDS_KAFKA", help="bootstrap servers, host:port separated by commas")],
    prefix: Annotated[str, typer.Option(envvar="MANYHANDS_TOPIC_PREFIX", help="put before every name, as the services do")] = "",
    replication: Annotated[int, typer.Option(min=1, help="copies of each partition")] = 1,
) -> None:
    """Create the topics that are missing."""
    import asyncio

    from pydantic import ValidationError

    from schemas.topics import topics as planned
    from services.kit.settings import KafkaSettings
    from services.kit.topics import create_missing

    try:
        made = asyncio.run(create_missing(KafkaSettings(kafka=kafka).login, planned(), prefix, replication))
    except ValidationError as error:
        raise Trouble("; ".join(f"{'.'.join(map(str, e['loc'])) or 'kafka'}: {e['msg']}" for e in error.errors())) from None
    except RuntimeError as error:  # aiokafka's KafkaError
        raise Trouble(f"Kafka at {kafka} did not create the topics ({type(error).__name__}). Check the address and the brokers.") from None
    out.print(f"Created {', '.join(made)}." if made else "Every topic is there.")


@app.command()
def assets() -> None:
    """Make what the desk's pages are dressed in, when it is missing or has changed."""
    from services.onebox.assets import FOLDER, make

    out.print(f"Made, in {FOLDER / 'built'}." if make() else "They are there.", soft_wrap=True)


def main() -> None:
    """The entry point: troubles are sentences on standard error."""
    try:
        app()
    except Trouble as trouble:
        err.print(str(trouble), style="red", markup=False, soft_wrap=True)
        sys.exit(1)
