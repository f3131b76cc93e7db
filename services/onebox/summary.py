"""What the demo shows at its end: what was asked, who was suggested and why, how the load spread, what is unmet."""

import asyncio
import json
from collections import Counter
from typing import Any

from rich.console import Console

from services.onebox.caller import Remote
from services.onebox.fleet import Fleet
from services.onebox.reading import OUTCOMES, PARKED, everything, rows_of
from services.vocabulary.councils import reference_councils
from services.vocabulary.kinds import KINDS

_BAR = "█"


def gather(fleet: Fleet) -> dict[str, Any]:
    """The figures, from the topics and through the APIs."""
    adviser = Remote(fleet.url("matcher"), fleet.keys.token("adviser@example.org", "adviser"))
    facts: Counter[str] = Counter()
    load: Counter[str] = Counter()
    asyncio.run(_read(fleet, facts, load))
    stories = adviser.get("/matches", limit=500)
    unmet = adviser.get("/matches", state="unmet", limit=500)["stories"]
    outcomes = {row["outcome"]: row["n"] for row in asyncio.run(rows_of(fleet, "requests", OUTCOMES))}
    return {
        "outcomes": outcomes,
        "facts": dict(facts.most_common()),
        "states": stories["states"],
        "placed_by_council": dict(load.most_common()),
        "examples": [_example(story, adviser) for story in _one_of_each_kind(stories["stories"])],
        "unmet": [{"host": s["host"], "kind": s["kind"], "short": s["short"]} for s in unmet],
        "parked": sum(row["n"] for service in fleet.replicas for row in asyncio.run(rows_of(fleet, service, PARKED))),
    }


async def _read(fleet: Fleet, facts: "Counter[str]", load: "Counter[str]") -> None:
    for topic in ("requests.events.v1", "matcher.events.v1", "registry.events.v1"):
        async for posted in everything(fleet.kafka, topic, fleet.prefix):
            if posted.envelope is None:
                continue
            kind = posted.envelope.type.split(".")[2]
            facts[kind] += 1
            if kind == "match-placed":
                load.update(line["council"] for line in json.loads(posted.payload)["lines"])


def _one_of_each_kind(stories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for story in sorted(stories, key=lambda s: s["state"] != "placed"):
        if story["match"] and story["match"]["suggestion"]:
            found.setdefault(story["kind"], story)
    return list(found.values())


def _example(story: dict[str, Any], adviser: Remote) -> dict[str, Any]:
    place = story["match"]["suggestion"]["places"][0]
    lines = [line for line in story["match"]["lines"] if line["place"] == place["place"]]
    peer = lines[0]["peer"] if lines else place["candidates"][0]["peer"]
    why = adviser.get(f"/matches/{story['request']}/why", place=place["place"], peer=peer)["words"] if story["state"] == "suggested" else ""
    chosen = next((c for c in place["candidates"] if c["peer"] == peer), place["candidates"][0])
    return {
        "kind": story["kind"],
        "host": story["host"],
        "state": story["state"],
        "role": place["role"],
        "peer": peer,
        "donor": chosen["council"],
        "why": why or _terms(chosen),
    }


def _terms(candidate: dict[str, Any]) -> str:
    terms = ", ".join(f"{name} {value:.2f}" for name, value in candidate["terms"].items())
    return f"fits {candidate['fit']:.2f} ({terms}), load price {sum(candidate['price'].values()):+.2f}"


def show(figures: dict[str, Any], out: Console) -> None:
    """Print the figures for a person."""
    names = {council.la_code: council.name for council in reference_councils()}
    out.print("\n[bold]What was asked, who was suggested, and why[/] (one of each kind)")
    for e in figures["examples"]:
        kind = KINDS[e["kind"]].title if e["kind"] in KINDS else e["kind"]
        who = f"{e['peer']} of {names.get(e['donor'], e['donor'])}"
        out.print(
            f"  [bold]{kind}[/] for {names.get(e['host'], e['host'])}: {e['role'].replace('_', ' ')} {who} ({e['state']})", highlight=False
        )
        out.print(f"    {e['why']}", highlight=False)
    out.print(
        "\n[bold]What became of the requests[/]   "
        + "   ".join(f"{k} {v}" for k, v in (figures["outcomes"] | {"parked": figures["parked"]}).items())
    )
    out.print("[bold]Where they stand[/]               " + "   ".join(f"{k} {v}" for k, v in figures["states"].items()))
    out.print("[bold]Facts on the topics[/]            " + "   ".join(f"{k} {v}" for k, v in figures["facts"].items()), highlight=False)
    _chart(figures["placed_by_council"], names, out)
    if figures["unmet"]:
        out.print("\n[bold]Unmet[/], and how many each rule left out:")
    for row in figures["unmet"][:8]:
        short = row["short"][0]
        rules = ", ".join(f"{count:,} {rule.replace('_', ' ')}" for rule, count in sorted(short["excluded"].items(), key=lambda x: -x[1]))
        role = short["role"].replace("_", " ")
        out.print(f"  {names.get(row['host'], row['host'])}, {row['kind']}: no {role} of {short['considered']:,} ({rules})")
    if len(figures["unmet"]) > 8:
        out.print(f"  and {len(figures['unmet']) - 8} more: manyhands explain REQUEST")


def _chart(load: dict[str, int], names: dict[str, str], out: Console) -> None:
    """How many councils carry how many deployments."""
    willing = len(names)
    spread = Counter(load.values())
    spread[0] = willing - len(load)
    out.print(f"\n[bold]How the load spread[/]: {sum(load.values())} placements by {len(load)} of {willing} councils")
    for deployments in sorted(spread):
        out.print(
            f"  {deployments:>2} placed  {_BAR * max(1, spread[deployments] * 50 // willing)} {spread[deployments]} councils",
            highlight=False,
        )
    top = sum(sorted(load.values(), reverse=True)[:10])
    out.print(
        f"  the ten busiest carry {top * 100 // max(1, sum(load.values()))}%; the busiest: "
        + ", ".join(f"{names.get(c, c)} {n}" for c, n in list(load.items())[:3])
    )
