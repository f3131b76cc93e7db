"""`manyhands allocate`: files in, an assignment and its figures out; every wrong thing is named by file, row, column, value and remedy."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from services.cli import app
from services.matcher.unevenness import gini

FIT = "request,peer,fit\na,x,0.9\na,y,0.5\nb,x,0.8\nb,y,0.7\n"
DEMAND = "request,places\na,1\nb,1\n"
CAPACITY = "peer,capacity\nx,1\ny,2\n"

NUMBERED = {"demand": "request,places\n0,1\n1,1\n", "capacity": "peer,capacity\n0,1\n1,2\n"}

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(tmp_path: Path) -> Say:
    """Write the files (what is not said is as above) and run the command: exit code, standard output, standard error."""

    def run(*words: str, fit: str | np.ndarray = FIT, demand: str = DEMAND, capacity: str = CAPACITY, **more: str) -> tuple[int, str, str]:
        texts = {"demand": demand, "capacity": capacity, **more}
        if isinstance(fit, str):
            texts["fit"] = fit
        else:
            np.save(tmp_path / "fit.npy", fit)
        for name, text in texts.items():
            (tmp_path / f"{name}.csv").write_text(text)
        options = [word for name in texts for word in (f"--{name}", str(tmp_path / f"{name}.csv"))]
        if not isinstance(fit, str):
            options += ["--fit", str(tmp_path / "fit.npy")]
        done = CliRunner().invoke(app, ["allocate", *options, "--out", str(tmp_path / "out.csv"), *words])
        return done.exit_code, done.stdout, done.stderr

    return run


def given_out(folder: Path) -> list[tuple[str, str]]:
    with (folder / "out.csv").open(newline="") as file:
        return [(row["request"], row["peer"]) for row in csv.DictReader(file)]


def test_everybody_is_served_as_well_as_all_together_can_be(say: Say, tmp_path: Path) -> None:
    code, out, _ = say("--json")
    assert code == 0
    figures = json.loads(out)
    assert (figures["status"], figures["total"], figures["optimum"], figures["gap"], figures["unmet"]) == ("optimal", 1.6, 1.6, 0.0, {})
    assert given_out(tmp_path) == [("a", "x"), ("b", "y")]
    promised = "status total optimum gap worst p10 max_load gini hhi top10_share unused unmet solve_s total_s"
    assert list(figures) == promised.split()


def test_a_matrix_says_the_same_as_a_list(say: Say, tmp_path: Path) -> None:
    assert say(fit=np.array([[0.9, 0.5], [0.8, 0.7]]), **NUMBERED)[0] == 0
    assert given_out(tmp_path) == [("0", "0"), ("1", "1")]


def test_conflicts_are_kept_apart_and_pins_stay(say: Say, tmp_path: Path) -> None:
    say(conflicts="request,peer\na,x\n")
    assert given_out(tmp_path) == [("a", "y"), ("b", "x")]
    say(pinned="request,peer\nb,x\n")
    assert given_out(tmp_path) == [("a", "y"), ("b", "x")]


def test_who_must_give_at_least_so_much_gives_it(say: Say, tmp_path: Path) -> None:
    assert say(capacity="peer,capacity,at_least\nx,2,0\ny,2,2\n")[0] == 0
    assert given_out(tmp_path) == [("a", "y"), ("b", "y")]
    code, out, _ = say("--json", capacity="peer,capacity,at_least\nx,2,0\ny,3,3\n")
    assert (code, json.loads(out)["status"], json.loads(out)["missed"]) == (1, "infeasible", {"y": 1})
    assert json.loads(out)["in_the_way"] == {"requests": ["a", "b"], "peers": ["y"]}, "two places for three"


def test_where_a_fewest_cannot_be_met_only_those_who_share_the_same_requests_are_in_the_way(say: Say) -> None:
    fit = "request,peer,fit\na,x,0.9\na,y,0.5\nb,x,0.8\nb,y,0.7\nc,z,0.5\nc,w,0.4\n"
    demand, capacity = "request,places\na,1\nb,1\nc,1\n", "peer,capacity,at_least\nx,2,1\ny,3,2\nz,1,0\nw,1,0\n"
    code, out, _ = say("--json", fit=fit, demand=demand, capacity=capacity)
    assert (code, sum(json.loads(out)["missed"].values())) == (1, 1)
    assert json.loads(out)["in_the_way"] == {"requests": ["a", "b"], "peers": ["x", "y"]}
    _, words, _ = say(fit=fit, demand=demand, capacity=capacity)
    assert "2 peers (x, y) must take more than the places of the 2 requests that fit them" in words


def test_when_demand_exceeds_capacity_the_unmet_are_named_and_who_is_in_the_way(say: Say) -> None:
    code, out, _ = say("--json", capacity="peer,capacity\nx,1\ny,0\n")
    figures = json.loads(out)
    assert (code, figures["status"], figures["unmet"]) == (1, "feasible", {"b": 1})
    assert figures["in_the_way"] == {"requests": ["a", "b"], "peers": ["x", "y"]}
    assert "places unmet: b (1)" in say(capacity="peer,capacity\nx,1\ny,0\n")[1]


def test_fair_and_spread_are_other_answers_to_the_same_files(say: Say) -> None:
    fit = "request,peer,fit\na,x,1.0\na,y,0.0\nb,x,0.9\nb,y,0.0\nc,x,0.5\nc,z,0.4\n"
    files = {"fit": fit, "demand": "request,places\na,1\nb,1\nc,1\n", "capacity": "peer,capacity\nx,2\ny,2\nz,2\n"}
    assert json.loads(say("--json", "--objective", "total", **files)[1])["total"] == pytest.approx(2.3)
    assert json.loads(say("--json", "--objective", "fair", **files)[1])["worst"] == pytest.approx(0.4)
    even = json.loads(say("--json", "--objective", "spread", "--keep", "0.5", **files)[1])
    assert (even["max_load"], even["total"]) == (1, pytest.approx(1.4))
    assert even["total"] >= 0.5 * even["optimum"]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"capacity": "peer,capacity\nx,-1\ny,2\n"}, "capacity.csv, row 2, column capacity: '-1': This is not a whole number"),
        ({"capacity": "peer,capacity\nx,1.5\ny,2\n"}, "capacity.csv, row 2, column capacity: '1.5'"),
        ({"capacity": "peer,capacity\nx,1\nx,2\n"}, "capacity.csv, row 3, column peer: 'x': This name was given before."),
        ({"capacity": "peer,capacity,at_least\nx,1,2\ny,2,\n"}, "row 2, column at_least: '2': This is more than the capacity."),
        ({"demand": "request\na\n"}, "demand.csv, row 1, column places: 'request': This column is missing."),
        ({"demand": ""}, "demand.csv, row 1, column request: '': This column is missing."),
        ({"demand": "request,places\n"}, "demand.csv: There are no rows. Give a row for each request."),
        ({"fit": "request,peer,fit\nq,x,1\n"}, "fit.csv, row 2, column request: 'q': This request is not known."),
        ({"fit": "request,peer,fit\na,q,1\n"}, "fit.csv, row 2, column peer: 'q': This peer is not known."),
        ({"fit": FIT + "a,x,0.1\n"}, "fit.csv, row 6, column peer: 'x': The pair of 'a' and this peer was given before."),
        ({"fit": "request,peer,fit\na,x,nan\n"}, "fit.csv, row 2, column fit: 'nan': This is not a number."),
        ({"fit": "request,peer,fit\na,x\n"}, "fit.csv, row 2, column fit: '': The row ends before this column."),
        ({"fit": np.array([[0.5, np.nan], [0.1, 0.2]]), **NUMBERED}, "fit.npy, row 1, column 1: 'nan': This is not a number."),
        ({"fit": np.zeros((3, 2))}, "fit.npy: The matrix has 3 rows and the demand file 2."),
        ({"fit": np.zeros((2, 2))}, "The demand file names 'a' out of order. Name them"),
        ({"fit": np.zeros(4)}, "fit.npy: This is not a matrix of numbers."),
        ({"conflicts": "request,peer\na,x\n", "pinned": "request,peer\na,x\n"}, "pinned.csv, row 2, column peer: 'x': The pair of 'a'"),
        ({"conflicts": "request,peer\na,x\na,x\n"}, "row 3, column peer: 'x': The pair of 'a' and this peer was given before, in row 2"),
        ({"pinned": "request,peer\nb,y\na,x\nb,y\n"}, "row 4, column peer: 'y': The pair of 'b' and this peer was given before, in row 2"),
        ({"pinned": "request,peer\na,x\nb,x\n"}, "pinned.csv, row 3, column peer: 'x': Its capacity is 1 and it has more pins."),
        ({"pinned": "request,peer\na,x\na,y\n"}, "pinned.csv, row 3, column request: 'a': It has 1 places and more pins."),
        ({"fit": "request,peer,fit\na,x,1\n", "pinned": "request,peer\nb,y\n"}, "row 2, column peer: 'y': The pair of 'b' and this peer"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place_and_what_to_do_and_nothing_is_written(
    say: Say, tmp_path: Path, files: dict[str, str], says: str
) -> None:
    code, _, err = say(**files)
    assert code == 2
    assert says in err.replace("\n", " ")
    assert "Nothing was written." in err
    assert not (tmp_path / "out.csv").exists()


def test_all_that_is_wrong_is_said_at_once_and_an_earlier_result_stays(say: Say, tmp_path: Path) -> None:
    say()
    before = given_out(tmp_path)
    _, _, err = say(capacity="peer,capacity\nx,-1\ny,many\n", demand="request,places\na,\nb,1\n")
    assert err.count(" row ") == 3
    assert given_out(tmp_path) == before


def test_an_objective_that_is_none_is_refused(say: Say) -> None:
    code, _, err = say("--objective", "best")
    assert (code, "'best' is not one of total, fair, spread" in err) == (2, True)


def test_gini_is_nothing_when_all_carry_the_same_and_nearly_one_when_one_carries_all() -> None:
    assert gini(np.full(10, 3.0)) == 0
    assert gini(np.r_[np.zeros(99), 5.0]) == pytest.approx(0.99)
    assert gini(np.zeros(4)) == 0
    assert gini(np.array([1.0, 3.0])) == pytest.approx(0.25)


def test_a_command_on_files_alone_loads_nothing_that_reaches_the_services() -> None:
    look = "import sys; from services import cli; from services.allocate import shell; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout.split()
    assert "services.allocate.command" in loaded
    assert not {"httpx", "asyncio", "pydantic_settings", "yaml", "psutil"} & set(loaded), "import it where it is needed"
