"""Files into the register: whole or not at all, twice as once, and every bad row told."""

import asyncio
import io
import tempfile
from collections.abc import Iterator
from datetime import date
from typing import Any

import psutil
import pytest

from schemas.registry import CapacityOffered, CouncilRegistered, PeerLeft, PeerRegistered
from services.kit import audit
from services.registry.importing import Import
from tests.integration.registry.house import CAMDEN, ESSEX, HEADERS, HULL, LEEDS, House, line, selected

ROWAN = "p1,member,Leeds,Rowan Ashdown,Labour,SEND;adoption,rowan@example.org"
WITH_ACTIVE = HEADERS["peers"] + ",active"


def end(told: list[dict[str, Any]]) -> tuple[int, int, int, int, int, bool]:
    """(rows, new, changed, same, bad, imported)"""
    last = told[-1]
    assert last["done"] is True
    return last["rows"], last["new"], last["changed"], last["same"], last["bad"], last["imported"]


def bad(told: list[dict[str, Any]]) -> list[tuple[int, str, str]]:
    """(row, column, value) of everything that was wrong."""
    return [(each["row"], each["column"], each["value"]) for each in told if "row" in each]


async def test_councils_peers_posts_and_offers_are_entered_and_said(empty: House) -> None:
    assert end(await empty.imports("councils", LEEDS, CAMDEN)) == (2, 2, 0, 0, 0, True)
    assert end(await empty.imports("peers", ROWAN)) == (1, 1, 0, 0, 0, True)
    assert end(await empty.imports("posts", "p1,Leeds,lead member,2024-05-01,", "p1,Camden,leader,2019-05-01,2021-05-01")) == (
        2,
        2,
        0,
        0,
        0,
        True,
    )
    assert end(await empty.imports("offers", "o1,peer:p1,12.5,2027-01-01,2027-12-31", "o2,council:Leeds,40,2027-01-01,2027-12-31"))[-1]
    peer, council = await empty.state("peer:p1"), await empty.state("council:383")
    assert (peer.version, peer.kind, peer.council, peer.party, peer.themes) == (3, "member", "383", "labour", ("send", "adoption"))
    assert [(post.role, post.council, post.ends) for post in peer.posts] == [
        ("leader", "202", date(2021, 5, 1)),
        ("lead_member", "383", None),
    ]
    assert [(offer.offer, offer.days) for offer in peer.offers] == [("o1", 12.5)]
    assert (council.version, council.name, council.region, council.willing) == (2, "Leeds", "Yorkshire and The Humber", True)
    assert [(offer.offer, offer.days) for offer in council.offers] == [("o2", 40)]


async def test_what_was_entered_is_a_fact_about_its_owner(empty: House) -> None:
    await empty.register(councils=[LEEDS], peers=[ROWAN], offers=["o1,peer:p1,12.5,2027-01-01,2027-12-31"])
    assert [(said.subject, said.sequence, said.fact) for said in await empty.said()] == [
        ("council:383", 1, CouncilRegistered(council="383", region="Yorkshire and The Humber", willing=True)),
        ("peer:p1", 1, PeerRegistered(peer="p1", council="383", kind="member")),
        ("peer:p1", 2, CapacityOffered(offer="o1", owner="peer:p1", days=12.5, starts=date(2027, 1, 1), ends=date(2027, 12, 31))),
    ]


async def test_no_word_about_a_person_leaves_the_register(empty: House) -> None:
    await empty.register(councils=[LEEDS], peers=[ROWAN])
    for row in await empty.sql("select value from outbox"):
        assert b"Rowan" not in row["value"]
        assert b"rowan@" not in row["value"]


async def test_the_same_file_twice_changes_nothing_and_says_nothing(empty: House) -> None:
    files: dict[Any, list[str]] = {
        "councils": [LEEDS, HULL],
        "peers": [ROWAN, "p2,officer,Hull,Idris Calder,,,"],
        "posts": ["p1,Leeds,lead member,2024-05-01,", "p2,810,DCS,2020-05-01,2021-05-01"],
        "offers": ["o1,peer:p1,12.5,2027-01-01,2027-12-31", "o2,council:Hull,40,2027-01-01,2027-12-31"],
    }
    await empty.register(**files)
    await empty.forget()
    for kind, rows in files.items():
        assert end(await empty.imports(kind, *rows)) == (2, 0, 0, 2, 0, True)
        assert end(await empty.imports(kind, *reversed(rows))) == (2, 0, 0, 2, 0, True)
    assert await empty.sql("select 1 from outbox") == []


async def test_a_changed_row_is_a_new_version_of_its_record_and_no_other(empty: House) -> None:
    await empty.register(councils=[LEEDS], peers=[ROWAN, "p2,officer,Leeds,Idris Calder,,,"])
    assert end(await empty.imports("peers", ROWAN.replace("SEND;adoption", "adoption"), "p2,officer,Leeds,Idris Calder,,,"))[1:4] == (
        0,
        1,
        1,
    )
    assert ((await empty.state("peer:p1")).version, (await empty.state("peer:p2")).version) == (2, 1)
    assert (await empty.state("peer:p1")).themes == ("adoption",)


async def test_a_dry_run_tells_everything_and_changes_nothing(empty: House) -> None:
    await empty.register(councils=[LEEDS])
    await empty.forget()
    assert end(await empty.imports("councils", LEEDS, CAMDEN, HULL.replace("yes", "no"), dry_run=True)) == (3, 2, 0, 1, 0, False)
    assert len(await empty.sql("select 1 from council")) == 1
    assert await empty.sql("select 1 from outbox") == []
    assert [row["action"] for row in await empty.sql("select action from audit")] == ["registry.import_councils"]


async def test_one_bad_row_and_nothing_of_the_file_is_imported(empty: House) -> None:
    told = await empty.imports("councils", LEEDS, CAMDEN.replace("London,", "Londonn,"), HULL)
    assert bad(told) == [(3, "region", "Londonn")]
    assert told[0]["remedy"] == "Did you mean London?"
    assert end(told) == (3, 2, 0, 0, 1, False)
    assert await empty.sql("select 1 from council") == []
    assert await empty.sql("select 1 from outbox") == []
    assert await empty.sql("select 1 from audit") == []


async def test_every_bad_row_is_told_with_row_column_value_reason_and_remedy(house: House) -> None:
    told = await house.imports(
        "posts",
        "p1,Leeds,Dir. Childrens,2024-05-01,",
        "p1,Kingston,leader,2024-05-01,",
        "nobody,Leeds,leader,2024-05-01,2023-05-01",
        "ghost,Leeds,leader,2024-05-01,",
        "p1,Leeds,leader",
        "p2,Leeds,leader,2024-05-01,",
    )
    assert bad(told) == [
        (2, "role", "Dir. Childrens"),
        (3, "council", "Kingston"),
        (4, "to", "2023-05-01"),
        (5, "peer", "ghost"),
        (6, "", ""),
    ]
    assert end(told) == (6, 1, 0, 0, 5, False)
    for each in told[:-1]:
        assert set(each) == {"row", "column", "value", "rule", "reason", "remedy"}
        assert each["reason"].endswith(".")
        assert each["remedy"].endswith((".", "?"))


async def test_a_key_that_stands_twice_in_a_file_is_bad_near_and_far(empty: House) -> None:
    await empty.register(councils=[LEEDS])
    many = [f"x{number},officer,Leeds,Idris Calder,,," for number in range(2500)]
    told = await empty.imports("peers", ROWAN, ROWAN.replace("Leeds", "383"), *many, ROWAN)
    assert bad(told) == [(3, "peer", "p1"), (2504, "peer", "p1")]
    assert [each["reason"] for each in told if "row" in each] == ["It is in row 2 already."] * 2
    assert await empty.sql("select 1 from peer") == []


async def test_a_header_that_is_wrong_is_told_and_nothing_else_is_read(empty: House) -> None:
    told = await empty.imports("councils", LEEDS, header="la_code,gss,name,region,type")
    assert bad(told) == [(1, "gss", "gss"), (1, "gss_code", "gss_code")]
    assert end(told) == (0, 0, 0, 0, 1, False)


async def test_a_file_with_only_a_header_is_imported_with_nothing_in_it(empty: House) -> None:
    assert end(await empty.imports("councils")) == (0, 0, 0, 0, 0, True)


async def test_two_councils_may_not_have_one_gss_code_but_may_exchange_theirs(empty: House) -> None:
    told = await empty.imports("councils", LEEDS, CAMDEN.replace("E09000007", "E08000035"))
    assert bad(told) == [(2, "gss_code", "E08000035"), (3, "gss_code", "E08000035")]
    await empty.register(councils=[LEEDS, CAMDEN])
    swapped = [LEEDS.replace("E08000035", "E09000007"), CAMDEN.replace("E09000007", "E08000035")]
    assert bad(await empty.imports("councils", swapped[0])) == [(2, "gss_code", "E09000007")]
    assert end(await empty.imports("councils", *swapped)) == (2, 0, 2, 0, 0, True)


async def test_an_offer_may_not_be_cut_below_what_is_held_or_placed_nor_change_hands(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1", days=6)))
    told = await house.imports("offers", "p1-27,peer:p1,5.5,2027-01-01,2027-12-31", "p2-27,peer:p1,10,2027-01-01,2027-12-31")
    assert bad(told) == [(2, "days", "5.5"), (3, "offer", "p2-27")]
    assert told[0]["remedy"] == "Offer at least 6 days."
    assert end(await house.imports("offers", "p1-27,peer:p1,6,2027-02-01,2027-12-31")) == (1, 0, 1, 0, 0, True)
    assert await house.account("p1-27") == (6, 0)


async def test_days_that_are_held_while_the_file_is_read_make_its_row_bad_in_the_end(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Import._read

    async def slowly(self: Import, *arguments: Any) -> None:
        await read(self, *arguments)
        await house.hear(selected("m1", line(1, "p1", days=6)))

    monkeypatch.setattr(Import, "_read", slowly)
    told = await house.imports("offers", "p1-27,peer:p1,5.5,2027-01-01,2027-12-31", "new,peer:p1,5.5,2027-01-01,2027-12-31")
    assert bad(told) == [(2, "days", "5.5")]
    assert told[-1]["imported"] is False
    assert await house.sql("select 1 from offer where offer = 'new'") == []


async def test_a_peer_whose_last_open_post_ends_or_who_stops_has_left(empty: House) -> None:
    await empty.register(councils=[LEEDS, CAMDEN], peers=[ROWAN, "p2,officer,Leeds,Idris Calder,,,"])
    await empty.register(posts=["p1,Leeds,lead member,2024-05-01,", "p1,Leeds,member,2020-05-01,", "p2,Camden,DCS,2010-05-01,2014-05-01"])
    await empty.imports("posts", "p1,Leeds,lead member,2024-05-01,2026-10-31")
    assert await empty.facts(PeerLeft) == []
    await empty.imports("posts", "p1,Leeds,member,2020-05-01,2026-11-30")
    await empty.imports("peers", "p2,officer,Leeds,Idris Calder,,,,no", header=WITH_ACTIVE)
    today = empty.clock.now().date()
    assert await empty.facts(PeerLeft) == [
        PeerLeft(peer="p1", council="383", on=date(2026, 12, 1)),
        PeerLeft(peer="p2", council="383", on=today),
    ]
    assert (await empty.state("peer:p2")).active is False


async def test_an_import_is_in_the_audit_with_who_did_it_and_the_files_fingerprint(empty: House) -> None:
    await empty.register(councils=[LEEDS])
    (note,) = await empty.sql("select actor, action, subject from audit")
    assert tuple(note) == ("operator@example.org", "registry.import_councils", "sha256:" + "0" * 64)
    assert await empty.database.once(audit.broken_links) == []


async def test_whoever_stops_listening_undoes_the_import(empty: House) -> None:
    await empty.register(councils=[LEEDS])
    rows = "\n".join([HEADERS["peers"], *(f"x{number},officer,Leeds,Idris Calder,,," for number in range(20_000))])
    work = Import("peers", io.BytesIO(rows.encode()), "0" * 64, "operator@example.org", dry_run=False)
    lines = work.lines(empty.database, empty.clock)
    async for told in lines:
        if "entered" in told:
            break
    await lines.aclose()
    await asyncio.sleep(0.2)
    assert await empty.sql("select 1 from peer") == []
    assert end(await empty.imports("peers", ROWAN))[-1] is True


async def test_the_entries_of_one_owner_are_said_once_however_many_there_are(empty: House) -> None:
    await empty.register(councils=[LEEDS], peers=[ROWAN, "p2,officer,Leeds,Idris Calder,,,", "p0,officer,Leeds,Maud Tarn,,,"])
    posts = [
        f"{peer},Leeds,leader,{1950 + number % 40}-{1 + number // 40:02}-01,{1950 + number % 40}-{1 + number // 40:02}-20"
        for peer in ("p0", "p1", "p2")
        for number in range(400)
    ]
    assert end(await empty.imports("posts", *posts)) == (1200, 1200, 0, 0, 0, True)
    for peer in ("p0", "p1", "p2"):
        state = await empty.state(f"peer:{peer}")
        assert (state.version, len(state.posts)) == (2, 400)


def many_peers(count: int) -> Iterator[bytes]:
    yield (HEADERS["peers"] + "\n").encode()
    for number in range(count):
        yield f"peer-{number:06},officer,{('Leeds', '810', 'Camden')[number % 3]},Idris Calder {number},,SEND;adoption,\n".encode()


@pytest.mark.parametrize(("rows", "dry_run"), [(100_000, True), (20_000, False)], ids=["100000-read-and-judged", "20000-entered"])
async def test_the_memory_of_an_import_does_not_grow_with_the_file(empty: House, rows: int, dry_run: bool) -> None:
    await empty.register(councils=[LEEDS, HULL, CAMDEN, ESSEX])
    process = psutil.Process()
    with tempfile.TemporaryFile() as file:
        file.writelines(many_peers(rows))
        file.seek(0)
        before = peak = process.memory_info().rss
        work = Import("peers", file, "0" * 64, "operator@example.org", dry_run=dry_run)
        async for told in work.lines(empty.database, empty.clock):
            peak = max(peak, process.memory_info().rss)
            last = told
    assert end([last]) == (rows, rows, 0, 0, 0, not dry_run)
    assert peak - before < 25_000_000, f"{(peak - before) / 1e6:.0f} MB more"
