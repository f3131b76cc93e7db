"""Simulated years: decided within every bound, by the matcher's own price, and measured as anybody would measure them."""

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from services.cli import app
from services.matcher.policy import DEFAULT_POLICY
from services.simulation import making, online, stream
from services.simulation.compare import POLICIES, decide
from services.simulation.forecasts import FORECASTS, Forecast
from services.simulation.numbers import numbers
from services.simulation.online import scarcity_of
from services.simulation.rounds import rounds
from services.simulation.state import Standings
from services.simulation.stream import BadStream, Year
from tests.unit.simulation.years import CALENDAR, small

TWO = {"councils": {"301": 9, "302": 9}, "peers": {"a": ("301", 9), "b": ("302", 9)}}


@pytest.fixture(scope="session")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    """A third of a seeded year of our own."""
    folder = tmp_path_factory.mktemp("year")
    making.make(3, folder, peers=700, scale=0.33)
    return stream.read(folder)


def chosen(decided: Standings) -> list[str]:
    return [decided.year.peers[peer] if peer >= 0 else "" for peer in decided.chosen.tolist()]


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_keeps_every_bound(year: Year, name: str) -> None:
    decided = decide(name, year, CALENDAR)
    demand, filled = year.demand, np.flatnonzero(decided.chosen >= 0)
    peers = decided.chosen[filled]
    pairs = set(zip(demand.place.tolist(), demand.peer.tolist(), strict=True))
    assert set(zip(filled.tolist(), peers.tolist(), strict=True)) <= pairs, "only who may be matched"
    load = np.bincount(peers, minlength=len(year.peers))
    assert (load <= year.capacity).all()
    assert (np.bincount(year.council[peers], minlength=len(year.councils)) <= year.council_capacity).all()
    team = demand.team[filled]
    assert (np.bincount(peers[team], minlength=len(year.peers)) <= year.team_limit).all()
    members = Counter(zip(demand.request[filled][team].tolist(), year.council[peers[team]].tolist(), strict=True))
    assert max(members.values(), default=0) <= 1, "members of a team come from different councils"


def test_the_price_spreads_the_work_and_hindsight_bounds_the_fit(year: Year) -> None:
    found = {name: numbers(decide(name, year, CALENDAR)) for name in POLICIES}
    base = found["best-first"]
    assert found["partners"].top10 > base.top10 > found["online"].top10
    assert found["online"].fit > 0.96 * base.fit
    assert found["rounds"].gini < found["online"].gini < base.gini
    assert found["hindsight"].fit >= max(each.fit for each in found.values()) - 1e-6
    assert found["hindsight-even"].gini == min(each.gini for each in found.values())
    assert found["first-come"].mean < found["online"].mean


@pytest.mark.parametrize("name", ["online", "rounds"])
def test_no_place_gives_up_more_fit_than_the_policy_allows(year: Year, name: str) -> None:
    for limit in (0.02, 0.2):
        policy = CALENDAR.model_copy(update={"give_up": {"default": limit}})
        assert numbers(decide(name, year, policy)).given_up <= limit + 1e-9


def test_a_place_is_decided_knowing_nothing_of_what_comes_after_it(year: Year, tmp_path: Path) -> None:
    decided = decide("online", year, CALENDAR)
    half = len(year.demand) // 2
    folder = tmp_path / "half"
    making.make(3, folder, peers=700, scale=0.33)
    rows = list(csv.reader((folder / "places.csv").open(newline="")))
    kept = {row[0] for row in rows[1 : half + 1]}
    with (folder / "places.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows[: half + 1])
    pairs = [row for n, row in enumerate(csv.reader((folder / "fit.csv").open(newline=""))) if n == 0 or row[0] in kept]
    with (folder / "fit.csv").open("w", newline="") as file:
        csv.writer(file).writerows(pairs)
    alone = decide("online", stream.read(folder), CALENDAR)
    assert alone.chosen.tolist() == decided.chosen[:half].tolist()


def test_the_same_year_is_decided_the_same_again(year: Year) -> None:
    for name in ("first-come", "online", "rounds"):
        assert chosen(decide(name, year, CALENDAR)) == chosen(decide(name, year, CALENDAR))


def test_a_council_that_has_given_pays_the_square_of_its_share(tmp_path: Path) -> None:
    pairs = [(n, peer, fit) for n in range(4) for peer, fit in (("a", 0.80), ("b", 0.70))]
    year = small(tmp_path, pairs, days=[1.0, 2.0, 3.0, 4.0], last=[(n, "a", 0.9) for n in range(4)], **TWO)  # type: ignore[arg-type]
    plain = CALENDAR.model_copy(update={"lambda_": 0.0, "beta": 0.0, "mu": 0.0})
    assert chosen(decide("online", year, plain)) == ["a", "a", "a", "a"]
    # the equal share is two: at a load of one the price is mu / 4, and the other is as good from mu = 0.4 on
    assert chosen(decide("online", year, plain.model_copy(update={"mu": 0.39}))) == ["a", "a", "b", "b"]
    assert chosen(decide("online", year, plain.model_copy(update={"mu": 0.41}))) == ["a", "b", "a", "b"]


def test_a_peer_whom_last_year_lacked_is_kept_for_what_only_they_can_do(tmp_path: Path) -> None:
    pairs = [(0, "a", 0.80), (0, "b", 0.78), (1, "a", 0.9)]
    peers = {"a": ("301", 1), "b": ("302", 1)}
    rare = [(n, "a", 0.9) for n in range(3)]
    known = small(tmp_path / "known", pairs, councils=TWO["councils"], peers=peers, days=[1.0, 2.0], last=rare)  # type: ignore[arg-type]
    assert scarcity_of(known, known.last).tolist() > [0.0, 0.0]
    quiet = CALENDAR.model_copy(update={"lambda_": 0.0, "beta": 0.0, "mu": 0.0})
    assert chosen(decide("best-first", known, quiet)) == ["a", ""]
    assert chosen(decide("online", known, quiet)) == ["b", "a"]


def test_a_round_keeps_what_the_forecast_will_need(tmp_path: Path) -> None:
    pairs = [(0, "a", 0.80), (0, "b", 0.75), (1, "a", 0.9)]
    peers = {"a": ("301", 1), "b": ("302", 1)}
    year = small(tmp_path, pairs, councils=TWO["councils"], peers=peers, days=[1.0, 300.0], last=[(0, "a", 0.9)])  # type: ignore[arg-type]
    assert chosen(rounds(year, CALENDAR)) == ["b", "a"]
    assert chosen(rounds(year, CALENDAR, "none")) == ["a", ""]


def test_a_place_waits_for_others_before_a_round_decides_it_as_long_as_the_policy_says(tmp_path: Path) -> None:
    pairs = [(0, "a", 0.80), (0, "b", 0.75), (1, "a", 0.9)]
    peers = {"a": ("301", 1), "b": ("302", 1)}
    for name, day, changes, expected in (
        ("soon", 15.0, {}, ["b", "a"]),
        ("late", 60.0, {}, ["a", ""]),
        ("patient", 60.0, {"wait_days": 70}, ["b", "a"]),
        ("often", 15.0, {"rounds_every_days": 1, "wait_days": 1}, ["a", ""]),
    ):
        year = small(tmp_path / name, pairs, councils=TWO["councils"], peers=peers, days=[1.0, day])  # type: ignore[arg-type]
        assert chosen(rounds(year, CALENDAR.model_copy(update=changes))) == expected


def test_with_the_truth_for_a_forecast_rounds_keep_what_will_be_asked_and_not_what_was(tmp_path: Path) -> None:
    pairs = [(0, "a", 0.80), (0, "b", 0.75), (1, "a", 0.9)]
    peers = {"a": ("301", 1), "b": ("302", 1)}
    year = small(tmp_path, pairs, councils=TWO["councils"], peers=peers, days=[1.0, 300.0], last=[(0, "b", 0.9)])  # type: ignore[arg-type]
    assert chosen(rounds(year, CALENDAR)) == ["a", ""]
    assert chosen(rounds(year, CALENDAR, "truth")) == ["b", "a"]


def test_drawn_forecasts_hold_as_many_requests_of_a_kind_as_last_year_and_nothing_that_is_still_to_come(year: Year) -> None:
    ahead, today = Forecast("drawn", year, 0.0), 200.0
    demand, last = ahead.demand, len(year.last)
    wanted = Counter(year.last.kind[n] for n in np.flatnonzero(year.last.day >= today) if not year.last.team[n])
    for places in ahead.after(today):
        assert Counter(demand.kind[n] for n in places.tolist() if not demand.team[n]) == wanted
        assert ((places < last) | (demand.day[places] < today)).all()
    again = Forecast("drawn", year, 0.0).after(today)
    assert [places.tolist() for places in again] == [places.tolist() for places in Forecast("drawn", year, 0.0).after(today)]


def test_every_forecast_keeps_every_bound_and_the_truth_is_the_best_of_them(year: Year) -> None:
    found = {name: rounds(year, CALENDAR, name) for name in FORECASTS}
    for decided in found.values():
        assert (decided.load <= year.capacity).all()
        assert (decided.council_load <= year.council_capacity).all()
    fits = {name: numbers(decided).fit for name, decided in found.items()}
    assert max(fits, key=lambda name: fits[name]) == "truth"


def test_where_advisers_override_everything_rounds_are_best_fit_first(year: Year) -> None:
    assert chosen(rounds(year, CALENDAR, overridden=1.0)) == chosen(decide("best-first", year, CALENDAR))


def test_one_by_one_what_advisers_are_still_to_give_to_their_favourites_counts_as_carried(
    year: Year, monkeypatch: pytest.MonkeyPatch
) -> None:
    expecting = numbers(online.online(year, CALENDAR, 0.2))
    monkeypatch.setattr(online, "OVERRIDES", 0.0)
    assert expecting.top10 < numbers(online.online(year, CALENDAR, 0.2)).top10


def test_two_members_of_a_team_never_come_from_one_council_though_they_fit_best(tmp_path: Path) -> None:
    pairs = [(0, "a", 0.9), (0, "c", 0.6), (1, "b", 0.9), (1, "c", 0.5)]
    peers = {"a": ("301", 1), "b": ("301", 1), "c": ("302", 1)}
    year = small(tmp_path, pairs, councils=TWO["councils"], peers=peers, days=[1.0, 1.0], teams={0: 7, 1: 7})  # type: ignore[arg-type]
    for name in ("best-first", "online", "rounds", "hindsight"):
        got = chosen(decide(name, year, CALENDAR))
        assert sorted(filter(None, got)) in (["a", "c"], ["b", "c"], ["a"]), name
    assert sorted(chosen(decide("hindsight", year, CALENDAR))) == ["b", "c"], "the better of the two ways to mend it"


def test_the_figures_are_what_their_words_say(tmp_path: Path) -> None:
    pairs = [(0, "a", 0.8), (1, "a", 0.6), (2, "b", 0.7)]
    councils = {"301": 9, "302": 9, "303": 9, "304": 0}
    year = small(tmp_path, pairs, councils=councils, peers={"a": ("301", 2), "b": ("302", 1)}, days=[1.0, 100.0, 360.0])
    found = numbers(decide("best-first", year, DEFAULT_POLICY))
    assert (found.filled, found.unfilled, found.busiest, found.unused) == (3, 0, 2, 0), "303 has nobody who could be used"
    assert found.fit == pytest.approx(2.1)
    assert found.gini == pytest.approx(4 / 9), "loads 0, 1, 2 over the willing"
    assert found.hhi == pytest.approx((4 + 1) / 9)
    assert found.quarters == pytest.approx((0.8, 0.6, 0.0, 0.7))


def test_a_seed_gives_the_same_files_again_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("again", 5), ("other", 6)):
        making.make(seed, tmp_path / name, peers=400, scale=0.1)
    texts = {name: (tmp_path / name / "fit.csv").read_text() for name in ("one", "again", "other")}
    assert texts["one"] == texts["again"] != texts["other"]


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout, done.stderr


def test_the_command_makes_a_year_compares_policies_on_it_and_writes_a_report(tmp_path: Path) -> None:
    assert run("simulate", "--make", "1", str(tmp_path / "y1"), "--scale", "0.1")[0] == 0
    out = tmp_path / "out"
    code, said, _ = run(
        "simulate",
        "--stream",
        str(tmp_path / "y1"),
        "--out",
        str(out),
        "--policies",
        "online,partners",
        "--workers",
        "1",
        "--costs",
        "--json",
    )
    assert code == 0
    figures = json.loads(said)
    assert [line["name"] for line in figures] == ["best-first", "partners", "online"]
    assert figures[0]["fit_kept"] == figures[0]["top10_ratio"] == 1
    with (out / "online.csv").open(newline="") as file:
        assert list(csv.DictReader(file).fieldnames or ()) == ["place", "peer"]
    page = (out / "report.html").read_text()
    assert (page.count("<svg"), page.count("<table>")) == (3, 4)
    assert page.count("What spreading costs") > 0, "fit kept over the share of the ten busiest, for prices of load low and high"
    assert "http" not in page.replace("http-equiv", ""), "it fetches nothing"


def test_tuning_finds_the_prices_that_spread_most_for_the_wanted_fit(tmp_path: Path) -> None:
    making.make(2, tmp_path / "y", peers=400, scale=0.1)
    code, said, _ = run("policy", "tune", "--stream", str(tmp_path / "y"), "--keep", "0.97", "--workers", "1", "--json")
    assert code == 0
    found = json.loads(said)
    assert found["best"]["fit_kept"] >= 0.97
    assert found["best"]["ratio"] == min(point["ratio"] for point in found["curve"] if point["fit_kept"] >= 0.97)
    assert run("policy", "tune", "--stream", str(tmp_path / "y"), "--keep", "1.1", "--workers", "1")[0] == 1


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("peers.csv", "a,301", "a,777", "peers.csv, row 2, column council: '777': This council is not known."),
        ("peers.csv", "b,302", "a,302", "peers.csv, row 3, column peer: 'a': This peer was given before."),
        ("peers.csv", ",9,9\r\nb", ",-1,9\r\nb", "peers.csv, row 2, column capacity: '-1': This is not a whole number"),
        ("places.csv", "place,request", "place,asked", "places.csv, row 1, column request: '': This column is missing."),
        ("places.csv", "1.0", "soon", "places.csv, row 2, column day: 'soon': This is not a number."),
        ("fit.csv", "0,a", "5,a", "fit.csv, row 2, column place: '5': This place is not known."),
        ("fit.csv", "0,a", "0,q", "fit.csv, row 2, column peer: 'q': This peer is not known."),
        ("fit.csv", "0.5", "nan", "fit.csv, row 2, column fit: 'nan': This is not a number."),
        ("fit.csv", "0,a,0.5", "0,a,0.5\r\n0,a,0.6", "fit.csv, row 3, column peer: 'a': This pair was given before."),
    ],
)
def test_what_is_wrong_with_a_year_is_named_with_its_place(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    small(tmp_path, [(0, "a", 0.5)], days=[1.0], **TWO)  # type: ignore[arg-type]
    with (tmp_path / file).open(newline="") as text:
        before = text.read()
    assert old in before
    with (tmp_path / file).open("w", newline="") as out:
        out.write(before.replace(old, new, 1))
    with pytest.raises(BadStream) as error:
        stream.read(tmp_path)
    assert says in str(error.value)


def test_a_folder_that_is_no_year_and_a_policy_that_is_none_are_refused_with_what_to_do(tmp_path: Path) -> None:
    code, _, err = run("simulate", "--stream", str(tmp_path), "--out", str(tmp_path / "out"), "--workers", "1")
    assert (code, "manyhands simulate --make" in " ".join(err.split())) == (2, True)
    small(tmp_path, [(0, "a", 0.5)], days=[1.0], **TWO)  # type: ignore[arg-type]
    (tmp_path / "p.yaml").write_text("mu: -1\n")
    code, _, err = run("simulate", "--stream", str(tmp_path), "--policy", str(tmp_path / "p.yaml"), "--workers", "1")
    assert (code, "p.yaml: mu: Input should be greater than or equal to 0" in err) == (2, True)
    code, _, err = run("simulate", "--stream", str(tmp_path), "--policies", "best", "--workers", "1")
    assert (code, "'best' is not one of best-first, partners" in err) == (2, True)
