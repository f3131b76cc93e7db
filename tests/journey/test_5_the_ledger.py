"""What the ledger of spread says is what the registry has spent."""

import csv
import io

import httpx

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
