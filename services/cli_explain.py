"""`manyhands explain`, `lacking` and `duplicates`: why these people, why not others, what is short, and who may be there twice."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from services.onebox.remote import Trouble, reach
from services.vocabulary.councils import council_name, reference_councils

if TYPE_CHECKING:
    from services.onebox.caller import Remote

out = Console()

Json = Annotated[bool, typer.Option("--json", help="print JSON")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(explain)
    app.command()(lacking)
    app.command()(duplicates)


def explain(
    request: str,
    peer: Annotated[str | None, typer.Option(help="why this peer of the register, or why not")] = None,
    council: Annotated[str | None, typer.Option(help="why nobody, or who, of this council: a name or a code")] = None,
    as_json: Json = False,
) -> None:
    """Why these peers are proposed for a request; or why one peer, or a council's people, are not, and what would have to change."""
    matcher = reach("matcher", "adviser")
    story = matcher.get(f"/matches/{request}")
    places = [place["place"] for place in (story["content"] or {}).get("places", [])]
    if peer or council:
        asked = {"peer": peer} if peer else {"council": _code(council or "")}
        path = f"/matches/{request}/{'why' if peer else 'why-council'}"
        found = [matcher.get(path, place=place, **asked) for place in places]
    else:
        found = _suggested(matcher, story)
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    out.print(f"{story['kind']} for {council_name(story['host'])}: {story['state']}", markup=False)
    for each in found:
        out.print(f"  {each['place']}: {each['words']}", markup=False, soft_wrap=True)
    if places and not (peer or council) and (len(places) > 1 or not found):
        for line in matcher.get(f"/matches/{request}/team")["words"]:
            out.print(f"  {line}", markup=False, soft_wrap=True)


def _suggested(matcher: "Remote", story: dict[str, Any]) -> list[dict[str, Any]]:
    suggestion = (story["match"] or {}).get("suggestion") or {"places": []}
    path = f"/matches/{story['request']}/why"
    return [
        matcher.get(path, place=place["place"], peer=candidate["peer"])
        for place in suggestion["places"]
        for candidate in place["candidates"]
    ]


def _code(council: str) -> str:
    from services.vocabulary.resolve import CouncilResolver

    (found,) = CouncilResolver(reference_councils()).resolve_many([council])
    if found.la_code is None:
        near = ", ".join(candidate.name for candidate in found.candidates)
        raise Trouble(f"{council!r} is not a council we know." + (f" Did you mean {near}?" if near else ""))
    return found.la_code


def lacking(region: Annotated[str | None, typer.Option(help="of the councils that ask")] = None, as_json: Json = False) -> None:
    """What is short: the recruits who would unblock most of the requests that nobody can be proposed for, and what lacks people."""
    found = reach("matcher", "adviser").get("/shortages", region=region)
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        out.print(f"{found['unmet']} requests are unmet." if found["unmet"] else "Every request has somebody.")
        for recruit in found["recruits"]:
            out.print(f"  {recruit['words']}", markup=False, soft_wrap=True)
        for what in ("roles", "themes", "regions", "months"):
            if found[what]:
                most = ", ".join(f"{each['title']} {each['requests']}" for each in found[what][:5])
                out.print(f"{what}: {most}", markup=False, soft_wrap=True)
    raise typer.Exit(1 if found["unmet"] else 0)


def duplicates(
    most: Annotated[int, typer.Option(min=1, max=500, help="how many pairs at most")] = 100,
    as_json: Json = False,
) -> None:
    """Peers who may be in the register twice, under names that differ slightly. Nothing is merged: a person looks. Exit code 1 for some."""
    found = reach("registry", "operator").get("/duplicates", because="to_mend_the_register", most=most)
    if as_json:
        sys.stdout.write(json.dumps(found) + "\n")
    else:
        for pair in found["pairs"]:
            one, other = (f"{twin['peer']} {twin['name']} ({', '.join(map(council_name, twin['councils']))})" for twin in pair["peers"])
            out.print(f"  {one} and {other}: {', '.join(_TWINS.get(why, why) for why in pair['because'])}", markup=False, soft_wrap=True)
        out.print(f"{found['found']} pairs may be one person each." if found["found"] else "Nobody seems to be there twice.")
    raise typer.Exit(1 if found["found"] else 0)


_TWINS = {"same_address": "one address", "like_name": "like names", "initial": "an initial for a first name"}
