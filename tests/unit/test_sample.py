"""The invented register and requests are the same for the same seed, plausible, and in words that the vocabulary knows."""

import csv
import json
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from schemas.intake import SupportRequested
from services.onebox.sample import COLUMNS, Sample, write_sample
from services.onebox.sample_requests import BAD_CONTENT, BAD_RECORDS, DOUBTFUL, TYPE, bad_requests, cloud_event, requests
from services.vocabulary.councils import REGIONS, Council, reference_councils
from services.vocabulary.resolve import CouncilResolver
from services.vocabulary.tables import several
from services.vocabulary.words import KINDS, PRIORITIES, ROLES, kind_code, party_code, priority_code, role_code, theme_code

TODAY = date(2026, 11, 22)
Rows = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sample")


@pytest.fixture(scope="module")
def counted(folder: Path) -> Sample:
    return write_sample(folder, today=TODAY)


@pytest.fixture(scope="module")
def rows(folder: Path, counted: Sample) -> Rows:
    tables = {}
    for name in COLUMNS:
        with (folder / name).open(encoding="utf-8", newline="") as file:
            tables[name.removesuffix(".csv")] = list(csv.DictReader(file))
    return tables


def test_the_same_seed_writes_the_same_files_and_another_seed_others(folder: Path, counted: Sample, tmp_path: Path) -> None:
    again, other = tmp_path / "again", tmp_path / "other"
    again.mkdir()
    other.mkdir()
    assert write_sample(again, today=TODAY) == counted
    assert all((again / name).read_bytes() == (folder / name).read_bytes() for name in COLUMNS)
    write_sample(other, seed=2, today=TODAY)
    assert (other / "peers.csv").read_bytes() != (folder / "peers.csv").read_bytes()


def test_what_was_counted_was_written(counted: Sample, rows: Rows) -> None:
    for name in ("councils", "peers", "posts", "offers"):
        assert len(rows[name]) == getattr(counted, name)
    assert len(rows["inspections"]) == 2 * counted.councils
    assert 0.8 < len(rows["accreditations"]) / counted.peers < 0.9
    assert counted.councils == 153
    assert counted.peers == 2200
    assert counted.members == sum(peer["kind"] == "member" for peer in rows["peers"])
    assert counted.willing == sum(council["willing"] == "yes" for council in rows["councils"])


@pytest.mark.parametrize(("seed", "peers"), [(7, 100), (8, 153), (9, 5000)])
def test_any_number_of_peers_can_be_asked_for(seed: int, peers: int, tmp_path: Path) -> None:
    assert write_sample(tmp_path, seed, peers, today=date(2028, 2, 29)).peers == peers


def test_the_councils_of_the_file_resolve_like_the_reference(rows: Rows) -> None:
    councils = [
        Council(row["la_code"], row["gss_code"], row["name"], row["name"], row["region"], row["type"], several(row["aliases"]))
        for row in rows["councils"]
    ]
    resolver = CouncilResolver(councils)
    for council in reference_councils():
        assert resolver.resolve(council.official_name).la_code == council.la_code


def test_people_and_posts_are_in_words_that_we_know(rows: Rows) -> None:
    codes = {council["la_code"] for council in rows["councils"]}
    peers = {peer["peer"]: peer for peer in rows["peers"]}
    assert len(peers) == len(rows["peers"])
    for peer in peers.values():
        assert peer["council"] in codes
        assert all(theme_code(theme) == theme for theme in several(peer["themes"]))
        assert 2 <= len(several(peer["themes"])) <= 6
        assert (party_code(peer["party"]) is not None) == (peer["kind"] == "member"), "councillors alone have a party"
        assert peer["email"].endswith("@example.org")
    for post in rows["posts"]:
        assert post["council"] in codes
        assert ROLES[post["role"]].member == (peers[post["peer"]]["kind"] == "member")
        assert post["from"] < (post["to"] or TODAY.isoformat()) <= TODAY.isoformat()


def test_a_peer_has_one_to_three_posts_one_after_the_other_and_the_latest_at_home(rows: Rows) -> None:
    posts: dict[str, list[dict[str, str]]] = {}
    for post in rows["posts"]:
        posts.setdefault(post["peer"], []).append(post)
    homes = {peer["peer"]: peer["council"] for peer in rows["peers"]}
    assert set(posts) == set(homes)
    for peer, held in posts.items():
        assert 1 <= len(held) <= 3
        assert held[0]["council"] == homes[peer]
        assert all(earlier["to"] and earlier["to"] < later["from"] for later, earlier in pairwise(held))
    ended = sum(bool(held[0]["to"]) for held in posts.values())
    assert 0.03 < ended / len(posts) < 0.10


def test_a_council_has_one_leader_one_lead_member_one_director_and_one_chief_executive_at_a_time(rows: Rows) -> None:
    terms: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for post in rows["posts"]:
        if ROLES[post["role"]].single:
            terms.setdefault((post["council"], post["role"]), []).append((post["from"], post["to"] or "9999"))
    for (council, role), held in terms.items():
        held.sort()
        assert all(before[1] < after[0] for before, after in pairwise(held)), f"{role} of {council}"
    leads = sum((council["la_code"], "lead_member") in terms for council in rows["councils"])
    assert leads > 100


def test_the_spread_of_peers_is_plausible(counted: Sample, rows: Rows) -> None:
    a_council = Counter(peer["council"] for peer in rows["peers"])
    assert len(a_council) == 153
    assert max(a_council.values()) < 6 * sorted(a_council.values())[76]
    assert 0.3 < counted.members / counted.peers < 0.5
    parties = Counter(peer["party"] for peer in rows["peers"] if peer["party"])
    assert set(parties) == {"conservative", "labour", "liberal_democrat", "independent"}
    assert min(parties.values()) > 40
    assert {council["region"] for council in rows["councils"]} == set(REGIONS)


def test_offers_cover_this_year_and_the_next_within_a_councils_cap(rows: Rows) -> None:
    owners = Counter(offer["owner"] for offer in rows["offers"])
    assert set(owners.values()) == {2}
    assert len({offer["offer"] for offer in rows["offers"]}) == len(rows["offers"])
    homes = {peer["peer"]: peer for peer in rows["peers"]}
    given: Counter[str] = Counter()
    caps: Counter[str] = Counter()
    for offer in rows["offers"]:
        days = float(offer["days"])
        assert (2 * days).is_integer()
        owner, _, code = offer["owner"].partition(":")
        if owner == "peer":
            assert 4 <= days <= (20 if homes[code]["kind"] == "member" else 15)
            given[homes[code]["council"]] += days  # type: ignore[assignment]
        else:
            caps[code] += days  # type: ignore[assignment]
    assert set(given) == set(caps)
    assert all(0 < caps[code] < given[code] for code in given)
    years = sorted({(offer["from"], offer["to"]) for offer in rows["offers"]})
    assert years == [("2026-11-01", "2027-10-31"), ("2027-11-01", "2028-10-31")]


def test_one_council_in_twelve_is_unwilling_and_offers_nothing(rows: Rows) -> None:
    unwilling = {council["la_code"] for council in rows["councils"] if council["willing"] == "no"}
    assert len(unwilling) == 12
    homes = {peer["peer"]: peer["council"] for peer in rows["peers"]}
    offering = {homes.get(code, code) for code in (offer["owner"].partition(":")[2] for offer in rows["offers"])}
    assert offering == {council["la_code"] for council in rows["councils"]} - unwilling


def test_requests_are_the_same_for_the_same_seed_and_have_a_reference_each() -> None:
    assert list(requests(1, 300, TODAY)) == list(requests(1, 300, TODAY))
    assert list(requests(1, 300, TODAY)) != list(requests(2, 300, TODAY))
    references = [request["reference"] for seed in (1, 2) for request in requests(seed, 300, TODAY)]
    assert len(set(references)) == 600


def test_requests_of_every_kind_are_understood_and_few_are_in_doubt() -> None:
    resolver = CouncilResolver(reference_councils())
    asked = list(requests(1, 2000, TODAY))
    assert {kind_code(request["kind"]) for request in asked} == set(KINDS)
    doubtful = 0
    for request in asked:
        answer = resolver.resolve(request["authority"])
        assert (answer.how == "unsure") == (request["authority"] in DOUBTFUL), request["authority"]
        doubtful += answer.how == "unsure"
        assert all(theme_code(theme) for theme in request["themes"]), request["themes"]
        assert all(role_code(place["role"]) for place in request.get("team", ())), request["team"]
        assert party_code(request.get("mentee_group", "Labour"))
        assert priority_code(request.get("priority", "other")) in PRIORITIES
        if "from" in request:
            begins, ends = date.fromisoformat(request["from"]), date.fromisoformat(request["to"])
            assert TODAY < begins < ends < TODAY + timedelta(days=300), "inside the year that offers cover"
        assert request.get("days", 1.0) > 0
    assert 20 < doubtful < 120
    assert len({resolver.resolve(request["authority"]).la_code for request in asked}) > 130


def test_every_request_keeps_to_the_contract_of_intake() -> None:
    for request in requests(3, 500, TODAY):
        assert SupportRequested.model_validate_json(json.dumps(request)).reference == request["reference"]


def test_a_request_leaves_out_what_has_a_default() -> None:
    asked = list(requests(1, 300, TODAY))
    for field in ("from", "days", "priority", "team", "mentee_group", "preferences"):
        assert 0 < sum(field in request for request in asked) < 300, field


def test_a_request_travels_as_a_cloud_event() -> None:
    key, value, headers = cloud_event(next(requests(1, 1, TODAY)), "e-1")
    assert key == json.loads(value or b"")["reference"].encode()
    assert dict(headers)["ce_type"] == TYPE.encode()
    assert dict(headers)["ce_id"] == b"e-1"


def test_bad_requests_are_bad_in_every_way_and_the_same_for_the_same_seed() -> None:
    sorts = len(BAD_CONTENT) + len(BAD_RECORDS)
    bad = list(bad_requests(1, sorts))
    assert bad == list(bad_requests(1, sorts))
    assert len({(key, value, tuple(headers)) for key, value, headers in bad}) == sorts
    assert {value is None for _, value, _ in bad} == {True, False}
    assert any(header is None for _, _, headers in bad for _, header in headers)
    assert any(value and len(value) > 262_144 for _, value, _ in bad)


def test_a_bad_record_differs_from_a_good_one_in_what_its_name_says() -> None:
    wrong = dict(zip((*BAD_CONTENT, *BAD_RECORDS), bad_requests(1, len(BAD_CONTENT) + len(BAD_RECORDS)), strict=True))

    def data(sort: str) -> dict[str, object]:
        parsed: dict[str, object] = json.loads(wrong[sort][1] or b"")
        return parsed

    assert "authority" not in data("no_authority")
    assert "kind" not in data("no_kind")
    assert str(data("from_after_to")["from"]) > str(data("from_after_to")["to"])
    assert data("negative_days")["days"] == -4
    assert wrong["no_headers"][2] == []
    with pytest.raises(ValueError, match="Expecting value"):
        data("not_json")
    resolver = CouncilResolver(reference_councils())
    assert resolver.resolve(str(data("unknown_authority")["authority"])).how == "unknown"
    assert resolver.resolve(str(data("ambiguous_authority")["authority"])).how == "unsure"
    assert kind_code(str(data("unknown_kind")["kind"])) is None
    assert role_code("chief wizard") is None
