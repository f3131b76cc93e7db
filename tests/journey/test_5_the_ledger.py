"""What the ledger of spread says is what the registry has spent, and what happened can be tried again with another policy."""

import csv
import io
import json
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from services.cli import app
from services.onebox.remote import Trouble
from tests.support.foreign import as_lines
from tests.support.told import Told


def test_the_ledger_agrees_with_the_registrys_accounts_to_the_half_day(story: Told) -> None:
    first = story.peer("first", of="Trafford", role="chief_executive", days=10)
    second = story.peer("second", of="Wigan", role="chief_executive", days=7)
    story.known_to_the_matcher(first, second)
    for days in (3, 2.5, 2):
        request = story.request(story.asks("Bolton", "sounding_board", team=[{"role": "Chief Executive"}], days=days))["request"]
        story.tells_matcher(story.story(request, "suggested"), "confirm")
        story.everybody_agrees(request)

    asked = {"from": "2026-01-01", "to": "2028-12-31"}
    found = story.by("matcher").get("/spread", **asked)
    registry = story.by("registry", "operator")
    for owners, kind in ((found["peers"], "peer"), (found["councils"], "council")):
        for giver in (giver for giver in owners if giver["given"]):
            accounts = registry.get("/accounts", owner=f"{kind}:{giver['owner']}")["accounts"]
            assert giver["days"] == sum(account["placed"] for account in accounts), giver
            assert giver["offered"] == sum(account["days"] for account in accounts), giver
    ours = {giver["owner"]: giver["given"] for giver in found["peers"] if giver["owner"] in (first, second)}
    assert sum(ours.values()) == 3

    token = story.fleet.keys.token("adviser@example.org", "adviser")
    headers = {"authorization": f"Bearer {token}"}
    answer = httpx.get(story.fleet.url("matcher") + "/spread", params=asked | {"format": "csv"}, headers=headers, timeout=30)
    rows = {row["owner"]: row for row in csv.DictReader(io.StringIO(answer.text))}
    for giver in found["peers"]:
        row = rows[f"peer:{giver['owner']}"]
        assert (int(row["given"]), float(row["days"]), float(row["offered"])) == (giver["given"], giver["days"], giver["offered"])


def test_the_days_of_a_sounding_board_are_drawn_one_by_one_and_the_rest_is_free_when_it_ends(story: Told) -> None:
    peer = story.peer("board", of="Rochdale", role="chief_executive", days=10)
    story.known_to_the_matcher(peer)
    team = [{"role": "Chief Executive"}]
    request = story.request(story.asks("Bury", "sounding_board", team=team, days=2, starts=story.today))["request"]
    suggested = story.story(request, "suggested")
    first = suggested["match"]["suggestion"]["places"][0]
    story.tells_matcher(suggested, "confirm", choices={first["place"]: peer})
    placed = story.everybody_agrees(request)
    use = {"on": str(story.today), "because": "call"}
    placed = story.tells_matcher(placed, "draw", days=0.5, **use)
    with pytest.raises(Trouble, match=r"Days left here: 1\.5"):
        story.tells_matcher(placed, "draw", days=2, **use)
    placed = story.tells_matcher(placed, "draw", days=0.5, **use)
    assert [drawn["left"] for drawn in placed["match"]["draws"]] == [1.5, 1]
    assert story.free_days(f"peer:{peer}") == 8, "all that was placed stays set aside until the end"
    story.tells_matcher(placed, "complete", days={1: 1}, completed_on=str(story.today))
    story.until(lambda: story.free_days(f"peer:{peer}") == 9, "what was not drawn is free again")
    assert "capacity-returned" in story.names(request)


def test_what_stands_on_the_topics_is_a_year_that_policies_are_tried_on(story: Told, tmp_path: Path) -> None:
    peers = [story.peer(word, of=home, role="chief_executive") for word, home in (("third", "Trafford"), ("fourth", "Wigan"))]
    story.known_to_the_matcher(*peers)
    request = story.request(story.asks("Bolton", "sounding_board", team=[{"role": "Chief Executive"}], days=2))["request"]
    story.tells_matcher(story.story(request, "suggested"), "confirm")
    chosen = story.everybody_agrees(request)["match"]["lines"][0]["peer"]

    events = tmp_path / "history.jsonl"
    topics = ("requests.events.v1", "matcher.events.v1", "registry.state.v1")
    events.write_text("\n".join(as_lines(story.fleet.kafka, story.fleet.prefix, topics)))
    (tmp_path / "other.yaml").write_text("mu: 1.0\n")
    words = ["--requests", events, "--against", tmp_path / "other.yaml", "--out", tmp_path / "out", "--policies", "online,rounds"]
    done = CliRunner().invoke(app, ["simulate", *map(str, words), "--workers", "1", "--json"])
    assert done.exit_code == 0, done.stderr

    names = [line["name"] for line in json.loads(done.stdout)]
    assert names == ["best-first", "online", "rounds", "as-it-was", "online-other", "rounds-other"]
    with (tmp_path / "out" / "history" / "places.csv").open(newline="") as file:
        place = next(row["place"] for row in csv.DictReader(file) if row["request"] == request)
    with (tmp_path / "out" / "as-it-was.csv").open(newline="") as file:
        assert {row["place"]: row["peer"] for row in csv.DictReader(file)}[place] == chosen


def test_what_another_price_would_have_cost_is_shown_before_anybody_adopts_it(
    story: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer = story.peer("fifth", of="Trafford", role="chief_executive")
    story.known_to_the_matcher(peer)
    request = story.request(story.asks("Bolton", "sounding_board", team=[{"role": "Chief Executive"}], days=2))["request"]
    story.story(request, "suggested")
    (tmp_path / "steep.yaml").write_text("mu: 2.0\npower: 4\n")
    monkeypatch.setenv("MANYHANDS_MATCHER_URL", story.fleet.url("matcher"))
    monkeypatch.setenv("MANYHANDS_TOKEN", story.fleet.keys.token("governor@example.org", "governor"))
    done = CliRunner().invoke(app, ["policy", "try", str(tmp_path / "steep.yaml"), "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["outcome"]
    assert found["tried"]["mu"] == 2.0
    assert {"fit_kept", "worst", "tenth", "gini", "hhi", "ten_busiest", "unused", "moved"} <= set(found["now"])
    same = CliRunner().invoke(app, ["policy", "try", "--version", "1"])
    assert "there is nothing to try" in str(same.exception)
