"""The figures of `make bench`: ends are matched to postings, nothing lost goes unseen, a ratio knows whether it reached its goal."""

import json
import random
import socket
from pathlib import Path

import numpy as np
import pytest

from bench import names, report, shuffled, years
from bench.measure import Run, figures
from bench.pipeline import Side
from bench.report import Goal
from services.simulation.compare import POLICIES, Line
from services.vocabulary.councils import reference_councils
from services.vocabulary.resolve import CouncilResolver

SUGGESTED, ASKED = "manyhands.matcher.match-suggested.v1", "manyhands.requests.question-raised.v1"


def test_a_run_counts_from_its_first_posting_to_its_last_end() -> None:
    run = figures({"a": 10.0, "b": 11.0}, {"b": (11.5, SUGGESTED), "a": (14.0, ASKED)}, {"matcher": 0.02})
    assert run.per_second == 0.5
    assert run.ended == {SUGGESTED: 1, ASKED: 1}
    assert run.cpu_s_per_1000 == {"matcher": 10.0}


def test_latency_is_each_requests_own() -> None:
    posted = {str(n): float(n) for n in range(101)}
    run = figures(posted, {ident: (moment + 0.001 * moment, SUGGESTED) for ident, moment in posted.items()}, {})
    assert run.p50_ms == pytest.approx(50)
    assert run.p99_ms == pytest.approx(99)


def test_a_request_without_an_end_is_lost_and_another_measurements_end_is_nobodys() -> None:
    run = figures({"a": 0.0, "b": 0.0}, {"a": (1.0, SUGGESTED), "from-the-warm-up": (1.0, SUGGESTED)}, {})
    assert run.lost == 1
    assert run.ended == {SUGGESTED: 1}


def test_goals_are_held_against_ratios_of_the_same_run() -> None:
    sides = {"echo": side(8_000, 10), "naive": side(300, 9), "manyhands": side(2_000, 31)}
    found = [(goal.ratio, goal.reached) for goal in report.goals(sides)]
    assert found == [(0.25, True), (pytest.approx(6.67, abs=0.01), False), (3.1, False)]
    assert Goal("latency", 2.9, 3.0, at_most=True).reached


def test_results_say_nothing_of_where_they_were_measured() -> None:
    sides = {"echo": side(8_000, 10), "naive": side(300, 9), "manyhands": side(2_000, 31)}
    text = json.dumps(report.machine() | report.as_json(sides, report.goals(sides)))
    assert socket.gethostname() not in text
    assert str(Path.home()) not in text
    assert str(Path.cwd()) not in text


def test_names_to_resolve_are_all_different_and_mostly_of_councils() -> None:
    found = names.written(random.Random(1))[:500]
    assert len(set(found)) == 500
    known = sum(resolution.la_code is not None for resolution in CouncilResolver(reference_councils()).resolve_many(found))
    assert 300 < known < 500, "some are misspelt or could be more than one"


def test_every_goal_of_the_simulated_year_says_how_far_it_is_passed_or_missed() -> None:
    found = {words: {name: line(name) for name in POLICIES} for words in ("the usual year", "evener", "a fifth overridden")}
    held = {goal.what: goal for goal in years.goals(found)}
    assert len(held) == 2 * 7 + 2 + 2 + 2
    kept = held["rounds: fit kept, all places"]
    assert (kept.reached, round(kept.beyond, 4)) == (False, -0.009)
    assert held["online: council Gini"].beyond == pytest.approx(0.04)
    assert not any("sparse" in what for what in held), "no sparse years were given"
    more = years.goals(found | {"sparse years": found["evener"]})
    assert sum("sparse" in goal.what for goal in more) == 3


def test_arrivals_that_wait_for_all_the_others_have_the_optimum_and_nobody_has_more() -> None:
    rng = np.random.default_rng(4)
    fit = rng.random((24, 9))
    best = shuffled.hindsight(fit, 2, 7)
    arrivals = shuffled.Arrivals(fit, 2, 7, rng.permutation(24))
    found = shuffled.shares(arrivals, best)
    assert len(found) == 2 + len(shuffled.WAITS)
    assert all(0.5 < share <= 1 + 1e-9 for share in found.values())
    assert found["greedy"] < found["online + rounds, waiting 2 of 12"]
    roomy = shuffled.Arrivals(fit, 2, 100, arrivals.order)
    assert shuffled.greedy(roomy) == pytest.approx(np.sort(fit, axis=1)[:, -2:].sum()), "nobody is in anybody's way"


def line(name: str) -> Line:
    quarters = (0.7, 0.69, 0.68, 0.66)
    return Line(name, 0.98, 0.98, 0.67, 0.55, 1.0, 0.15, 0.01, 0.1, 0.45, 0.0, 11.0, 0.2, quarters)


def side(per_second: float, p50_ms: float) -> Side:
    run = Run(10, {SUGGESTED: 10}, per_second, p50_ms, 2 * p50_ms, {"matcher": 1.0})
    return Side(run, run, {"matcher": 100.0})
