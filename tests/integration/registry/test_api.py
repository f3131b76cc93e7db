"""The register over HTTP: reading, files in and out, and commands that are read and judged as rows of a file are."""

import json
from typing import Any

import httpx
import pytest

from schemas.registry import PeerRegistered
from services.kit import audit
from tests.integration.registry.house import HEADERS, LEEDS, House, line, selected

READ, WRITE, CONTACT = "registry:read", "registry:write", "registry:read_contact"
ROWAN = {
    "peer": "p9",
    "kind": "councillor",
    "council": "Leeds City Council",
    "name": "Rowan Ashdown",
    "party": "Lab",
    "email": "rowan@example.org",
}
CSV = {"content-type": "text/csv"}


def key(word: str) -> dict[str, str]:
    return {"Idempotency-Key": word}


def ok(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer: httpx.Response, status: int, rule: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"/problems/{rule}", body
    return body


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(each) for each in answer.text.splitlines()]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/councils"),
        ("GET", "/councils/383"),
        ("GET", "/peers"),
        ("GET", "/peers/p1"),
        ("GET", "/offers"),
        ("GET", "/accounts"),
        ("GET", "/holds?match=m1"),
        ("GET", "/export/peers.csv"),
        ("POST", "/imports/peers"),
        ("POST", "/peers"),
    ],
)
async def test_nothing_is_done_for_a_caller_without_the_scope(house: House, method: str, path: str) -> None:
    async with house.browser("requests:read") as client:
        refused(await client.request(method, path), 403, "scope")
        refused(await client.request(method, path, headers={"Authorization": ""}), 401, "no_token")


async def test_councils_are_listed_and_read(house: House) -> None:
    async with house.browser(READ) as client:
        assert [council["la_code"] for council in ok(await client.get("/councils"))["councils"]] == ["202", "383", "810", "881"]
        assert [council["la_code"] for council in ok(await client.get("/councils?after=383&limit=1"))["councils"]] == ["810"]
        council = ok(await client.get("/councils/810"))
        assert (council["name"], council["aliases"], council["willing"], council["version"]) == ("Kingston upon Hull", ["Hull"], True, 1)
        refused(await client.get("/councils/999"), 404, "not_found")


async def test_peers_are_found_by_council_role_today_and_theme(house: House) -> None:
    await house.register(posts=["p1,Leeds,lead member,2020-01-01,", "p3,Essex,lead member,2010-01-01,2014-01-01"])
    async with house.browser(READ) as client:

        async def found(query: str) -> list[str]:
            return [peer["peer"] for peer in ok(await client.get(f"/peers{query}"))["peers"]]

        assert await found("") == ["p1", "p2", "p3", "p4"]
        assert await found("?council=881") == ["p3", "p4"]
        assert await found("?role=lead_member") == ["p1"]
        assert await found("?theme=send") == ["p1"]
        assert await found("?after=p2&limit=1") == ["p3"]
        refused(await client.get("/peers?limit=0"), 422, "invalid_input")


async def test_names_are_read_many_at_once_with_a_reason_that_the_audit_keeps(house: House) -> None:
    async with house.browser(READ) as client:
        found = ok(await client.get("/names?peer=p1&peer=p2&peer=nobody&because=to_decide_a_request"))["names"]
        assert [each["peer"] for each in found] == ["p1", "p2"]
        assert all(each["name"] for each in found)
        refused(await client.get("/names?peer=p1"), 422, "invalid_input")
    noted = await house.database.once(
        lambda db: db.fetch("select action, subject, reason from audit join audit_reason on audit = id order by id desc limit 1")
    )
    assert [tuple(row) for row in noted] == [("registry.read_names", "to_decide_a_request", "p1, p2")]


async def test_an_email_address_is_only_for_those_who_may_read_contacts(house: House) -> None:
    async with house.browser(READ) as client:
        peer = ok(await client.get("/peers/p1"))
        assert (peer["name"], peer["party"]) == ("Rowan Ashdown", "labour")
        assert "email" not in peer
        assert "email" not in ok(await client.get("/peers"))["peers"][0]
        refused(await client.get("/export/peers.csv"), 403, "scope")
    async with house.browser(READ, CONTACT) as client:
        assert ok(await client.get("/peers/p1"))["email"] == "rowan@example.org"
        assert "rowan@example.org" in (await client.get("/export/peers.csv")).text


async def test_accounts_and_holds_are_shown_in_days(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1", days=2.5)))
    async with house.browser(READ) as client:
        (account,) = ok(await client.get("/accounts?owner=peer:p1"))["accounts"]
        assert account == {
            "offer": "p1-27",
            "owner": "peer:p1",
            "days": 10.0,
            "from": "2027-01-01",
            "to": "2027-12-31",
            "held": 2.5,
            "placed": 0.0,
            "free": 7.5,
            "kinds": [],
        }
        (offer,) = ok(await client.get("/offers?owner=council:383"))["offers"]
        assert (offer["offer"], offer["days"]) == ("leeds-27", 15.0)
        hold = ok(await client.get("/holds?match=m1"))
        assert (hold["state"], hold["request"], hold["lines"][0]["days"], hold["lines"][0]["council_offer"]) == (
            "held",
            "r-m1",
            2.5,
            "leeds-27",
        )
        refused(await client.get("/holds?match=m2"), 404, "not_found")


async def test_a_file_is_imported_and_its_fate_told_line_by_line(house: House) -> None:
    rows = "\n".join([HEADERS["peers"], *(f"x{number},officer,Hull,Idris Calder,,," for number in range(2500))])
    async with house.browser(WRITE, sub="operator-1") as client:
        told = lines(await client.post("/imports/peers", content=("\ufeff" + rows).encode(), headers=CSV))
        assert [each["progress"] for each in told[:-1]] == [1000, 2000, 2500, 2500, 2500]
        assert told[-1] == {"done": True, "rows": 2500, "new": 2500, "changed": 0, "same": 0, "bad": 0, "imported": True}
        assert lines(await client.post("/imports/peers", content=rows.encode(), headers=CSV))[-1]["same"] == 2500
    notes = await house.sql("select actor, action from audit where actor = 'operator-1'")
    assert [tuple(note) for note in notes] == [("operator-1", "registry.import_peers")] * 2


async def test_a_dry_run_over_http_imports_nothing(house: House) -> None:
    async with house.browser(WRITE) as client:
        told = lines(
            await client.post("/imports/peers?dry_run=true", content=f"{HEADERS['peers']}\nx,officer,Hull,Idris,,,\n", headers=CSV)
        )
    assert (told[-1]["new"], told[-1]["imported"]) == (1, False)
    assert await house.sql("select 1 from peer where peer = 'x'") == []


async def test_what_is_no_csv_file_or_of_no_kind_is_refused_before_anything_is_read(house: House) -> None:
    async with house.browser(WRITE) as client:
        refused(await client.post("/imports/peers", files={"file": b"peer"}), 415, "content_type")
        refused(await client.post("/imports/people", content=b"", headers=CSV), 422, "invalid_input")


async def test_a_file_over_the_limit_is_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.registry.files_api.LARGEST", 1_000)
    async with house.browser(WRITE) as client:
        refused(await client.post("/imports/peers", content=b"x" * 1_001, headers=CSV), 413, "too_large")


async def test_what_is_exported_can_be_imported_and_is_the_same(house: House) -> None:
    await house.register(
        councils=['301,E09000002,"Barking, and ""Dagenham""",London,london_borough,"B, D;Barking",383;810,no'],
        peers=['p7,member,Hull,"Núñez, ""Zoë""",Lib Dem,SEND;adoption,zoe@example.org'],
        posts=["p1,Leeds,lead member,2020-01-01,", "p1,Hull,leader,2010-01-01,2014-01-01", "p1,Hull,leader,2015-01-01,"],
        offers=["half,peer:p7,0.5,2027-01-01,2027-12-31"],
    )
    await house.forget()
    async with house.browser(READ, WRITE, CONTACT) as client:
        for kind, count in (("councils", 5), ("peers", 5), ("posts", 3), ("offers", 7)):
            answer = await client.get(f"/export/{kind}.csv")
            assert answer.headers["content-type"] == "text/csv; charset=utf-8"
            told = lines(await client.post(f"/imports/{kind}", content=answer.content, headers=CSV))
            assert told == [{"done": True, "rows": count, "new": 0, "changed": 0, "same": count, "bad": 0, "imported": True}]
    assert await house.said() == []


async def test_two_partner_organisations_with_an_associate_come_out_as_they_went_in(house: House) -> None:
    await house.register(councils=[f"0{n}0,,Pool {n},London,partner organisation,,,yes" for n in (1, 2)])
    await house.imports(
        "peers",
        "a1,associate,Pool 1,Zoë Núñez,SEND,650",
        header="peer,kind,council,name,themes,day_rate",
    )
    async with house.browser(READ, WRITE, CONTACT) as client:
        profile = ok(await client.get("/peers/a1"))
        assert (profile["kind"], profile["council"], profile["day_rate"]) == ("associate", "010", 650)
        for kind in ("councils", "peers"):
            answer = await client.get(f"/export/{kind}.csv")
            told = lines(await client.post(f"/imports/{kind}", content=answer.content, headers=CSV))
            assert (told[-1]["same"], told[-1]["bad"]) == (told[-1]["rows"], 0)


async def test_an_export_goes_on_over_many_pages(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.register(posts=[f"{peer},Leeds,leader,{year}-01-01,{year}-12-31" for peer in ("p1", "p2") for year in range(1990, 2005)])
    whole = []
    for size in (1_000, 7, 1):
        monkeypatch.setattr("services.registry.files_api._PAGE", size)
        async with house.browser(READ, CONTACT) as client:
            whole.append([(await client.get(f"/export/{kind}.csv")).text for kind in ("councils", "peers", "posts", "offers")])
    assert whole[0] == whole[1] == whole[2]
    assert whole[0][2].count("\n") == 31


async def test_one_peer_is_entered_as_a_row_of_a_file_would_be(house: House) -> None:
    async with house.browser(READ, WRITE) as client:
        entered = ok(await client.post("/peers", json=ROWAN, headers=key("k1")))
        assert entered == {"key": "p9", "owner": "peer:p9", "outcome": "new", "version": 1}
        again = ok(await client.post("/peers", json=ROWAN, headers=key("k2")))
        assert (again["outcome"], again["version"]) == ("same", 1)
        peer = ok(await client.get("/peers/p9"))
        assert (peer["kind"], peer["council"], peer["party"]) == ("member", "383", "labour")
    assert await house.facts(PeerRegistered) == [PeerRegistered(peer="p9", council="383", kind="member")]
    notes = await house.database.once(lambda db: audit.about(db, "peers:p9"))
    assert [(note.actor, note.action) for note in notes] == [("adviser-1", "registry.enter_peers")]


async def test_a_command_that_is_sent_twice_is_done_once(house: House) -> None:
    async with house.browser(WRITE) as client:
        first = await client.post(
            "/offers", json={"offer": "o", "owner": "peer:p1", "days": "3", "from": "2028-01-01", "to": "2028-12-31"}, headers=key("k")
        )
        again = await client.post(
            "/offers", json={"offer": "o", "owner": "peer:p1", "days": "3", "from": "2028-01-01", "to": "2028-12-31"}, headers=key("k")
        )
        assert (first.status_code, first.text) == (again.status_code, again.text) == (200, first.text)
        refused(await client.post("/peers", json=ROWAN), 400, "idempotency_key")


async def test_faults_of_a_command_name_field_rule_and_remedy_and_repeat_nothing(house: House) -> None:
    async with house.browser(WRITE) as client:
        body = refused(
            await client.post("/peers", json={**ROWAN, "council": "Kingston", "email": "rowan-at-home"}, headers=key("k")),
            422,
            "invalid_row",
        )
        assert [(problem["field"], problem["rule"]) for problem in body["problems"]] == [("council", "unsure_council"), ("email", "email")]
        assert "rowan-at-home" not in json.dumps(body)
        body = refused(
            await client.post("/posts", json={"peer": "ghost", "council": "383", "role": "DCS", "from": "2020-01-01"}, headers=key("k")),
            422,
            "invalid_row",
        )
        assert [problem["rule"] for problem in body["problems"]] == ["unknown_peer"]
        refused(await client.post("/posts", json={"peer": "p1", "salary": "1"}, headers=key("k")), 422, "invalid_input")
    assert await house.said() == []


async def test_a_command_on_a_record_that_has_moved_on_says_who_changed_it(house: House) -> None:
    post = {"peer": "p1", "council": "Leeds", "role": "leader", "from": "2020-01-01", "expected_version": 2}
    async with house.browser(WRITE, sub="colleague") as client:
        assert ok(await client.post("/posts", json=post, headers=key("k1")))["version"] == 3
    async with house.browser(WRITE) as client:
        body = refused(await client.post("/posts", json={**post, "to": "2026-12-31"}, headers=key("k2")), 409, "version")
        assert (body["version"], body["changed_by"]) == (3, "colleague")


async def test_an_offer_is_not_cut_below_what_is_held_by_command(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1", days=6)))
    cut = {"offer": "p1-27", "owner": "peer:p1", "days": "5", "from": "2027-01-01", "to": "2027-12-31"}
    async with house.browser(WRITE) as client:
        body = refused(await client.post("/offers", json=cut, headers=key("k")), 422, "invalid_row")
        assert [problem["remedy"] for problem in body["problems"]] == ["Offer at least 6 days."]


async def test_a_council_may_not_take_the_gss_code_of_another_by_command(house: House) -> None:
    names = HEADERS["councils"].split(",")
    row = dict(zip(names, LEEDS.split(","), strict=True))
    async with house.browser(WRITE) as client:
        body = refused(await client.post("/councils", json={**row, "gss_code": "E10000012"}, headers=key("k")), 422, "invalid_row")
        assert [problem["rule"] for problem in body["problems"]] == ["gss_code_twice"]
        assert ok(await client.post("/councils", json={**row, "willing": "no"}, headers=key("k")))["outcome"] == "changed"
    assert (
        (await house.state("council:383")).willing is False if await house.sql("delete from outbox where value::text like '%x%'") else True
    )
