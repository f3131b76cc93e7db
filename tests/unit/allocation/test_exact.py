"""Exact allocation: equal to an independent linear program, proven over pairs that were never looked at, the same on every run."""

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from services.matcher.allocation import Allocation, Market, Steps, allocate, evenly
from services.matcher.dated import Flags, Floats, Ints
from services.matcher.fairness import fairest, worst_of
from services.matcher.flow import Overflow
from services.matcher.pairs import Demand, Dense, Listed, best, market_of, whole
from services.matcher.spreading import spread


@dataclass(frozen=True)
class Instance:
    """Some requests and peers with quarter fits (so that there are ties), pairs that may not be, pins and fewest loads."""

    fit: Floats
    barred: Flags
    pinned: Flags
    places: Ints
    capacity: Ints
    at_least: Ints

    def market(self) -> Market:
        request, peer = np.nonzero(~self.barred)
        return Market(
            self.places,
            self.capacity,
            request,
            peer,
            self.fit[request, peer],
            at_least=self.at_least,
            pinned=self.pinned[request, peer],
        )


def instance(seed: int, requests: int = 6, peers: int = 5) -> Instance:
    rng = np.random.default_rng(seed)
    fit = rng.integers(0, 9, (requests, peers)) / 8
    barred = rng.random((requests, peers)) < 0.15
    capacity = rng.integers(0, 5, peers)
    places = rng.integers(0, 3, requests)
    pinned = np.zeros_like(barred)
    for row, column in rng.integers(0, (requests, peers), (3, 2)):
        fits = pinned[row].sum() < places[row] and pinned[:, column].sum() < capacity[column]
        pinned[row, column] |= fits and not barred[row, column]
    at_least = np.minimum(capacity, rng.integers(0, 2, peers))
    return Instance(fit, barred, pinned, places, capacity, at_least)


def independent(case: Instance, at_least: Ints) -> tuple[int, float] | None:
    """By HiGHS: how many places can be filled, and the best total of so many; None when the fewest loads cannot be met."""
    market = case.market()
    pairs = np.arange(len(market.request))
    rows = coo_array((np.ones(len(pairs)), (market.request, pairs)), shape=(len(case.places), len(pairs)))
    columns = coo_array((np.ones(len(pairs)), (market.peer, pairs)), shape=(len(case.capacity), len(pairs)))
    limits = [LinearConstraint(rows, -np.inf, case.places), LinearConstraint(columns, at_least, case.capacity)]
    assert market.pinned is not None
    within = Bounds(market.pinned.astype(float), 1.0)
    most = milp(-np.ones(len(pairs)), constraints=limits, integrality=np.ones(len(pairs), np.int64), bounds=within)
    if most.status != 0:
        return None
    filled = round(-most.fun)
    limits.append(LinearConstraint(np.ones((1, len(pairs))), filled, filled))
    dearest = milp(-market.fit, constraints=limits, integrality=np.ones(len(pairs), np.int64), bounds=within)
    assert dearest.status == 0
    return filled, -dearest.fun


@pytest.mark.parametrize("seed", range(200))
def test_the_best_total_is_what_an_independent_program_finds(seed: int) -> None:
    case = instance(seed)
    found = allocate(case.market())
    expected = independent(case, case.at_least)
    if expected is None:
        without = independent(case, np.zeros_like(case.at_least))
        assert without is not None
        assert found.missed.any()
        assert int(found.chosen.sum()) == without[0]
        return
    filled, total = expected
    assert (int(found.chosen.sum()), found.missed.sum()) == (filled, 0)
    assert found.total == pytest.approx(total)
    assert found.status == ("optimal" if filled == case.places.sum() else "feasible")


def keeps_every_bound(market: Market, found: Allocation) -> None:
    chosen = found.chosen
    assert (np.bincount(market.request[chosen], minlength=len(market.places)) <= market.places).all()
    assert (np.bincount(market.peer[chosen], minlength=len(market.capacity)) <= market.capacity).all()
    for steps in market.steps:
        assert (np.bincount(steps.of[market.peer[chosen]], minlength=len(steps.capacity)) <= steps.capacity).all()
    if market.pinned is not None:
        assert chosen[market.pinned].all()


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_no_bound_is_ever_broken_and_the_prices_prove_that_nothing_is_better(seed: int) -> None:
    market = instance(seed, 9, 7).market()
    councils = np.array([0, 0, 1, 1, 2, 2, 2])
    steps = Steps(councils, np.array([3, 4, 5]), np.array([[0.0, 0.1, 0.2]] * 3))
    regions = Steps(np.array([0, 0, 0, 0, 1, 1, 1]), np.array([6, 5]), np.zeros((2, 1)))
    market = replace(market, pinned=None, at_least=None, steps=(steps, regions))
    found = allocate(market)
    keeps_every_bound(market, found)
    left = ~found.chosen
    gain = market.fit - found.prices.request[market.request] - found.prices.peer[market.peer]
    assert (gain[left] <= 1e-9).all()


def brute(market: Market) -> list[tuple[float, Flags]]:
    """Every way to choose that fills most, with its worth after the rising prices."""
    ways = []
    for bits in itertools.product((False, True), repeat=len(market.request)):
        chosen = np.array(bits)
        loads = np.bincount(market.peer[chosen], minlength=len(market.capacity))
        filled = np.bincount(market.request[chosen], minlength=len(market.places))
        if (filled > market.places).any() or (loads > market.capacity).any():
            continue
        groups = [np.bincount(steps.of[market.peer[chosen]], minlength=len(steps.capacity)) for steps in market.steps]
        if any((group > steps.capacity).any() for group, steps in zip(groups, market.steps, strict=True)):
            continue
        price = sum(
            steps.rising[row, min(n, steps.rising.shape[1] - 1)]
            for group, steps in zip(groups, market.steps, strict=True)
            for row in range(len(group))
            for n in range(group[row])
        )
        ways.append((int(chosen.sum()), float(market.fit[chosen].sum() - price), chosen))
    most = max(count for count, _, _ in ways)
    return [(worth, chosen) for count, worth, chosen in ways if count == most]


@pytest.mark.parametrize("seed", range(12))
def test_rising_prices_of_councils_are_weighed_exactly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    request, peer = np.divmod(np.arange(12), 3)
    steps = Steps(np.array([0, 0, 1]), np.array([3, 3]), np.array([[0.0, 0.3, 0.6]] * 2))
    market = Market(np.ones(4, np.int64), np.array([2, 2, 2]), request, peer, rng.integers(0, 9, 12) / 8, steps=(steps,))
    found = allocate(market)
    ways = brute(market)
    assert max(worth for worth, _ in ways) == pytest.approx(next(worth for worth, chosen in ways if (chosen == found.chosen).all()))


def test_a_peer_gives_team_work_only_so_often_and_one_to_one_work_beside_it() -> None:
    request, peer = np.array([0, 1, 2]), np.array([0, 0, 0])
    team = np.array([True, True, False])
    market = Market(np.ones(3, np.int64), np.array([3]), request, peer, np.array([0.9, 0.8, 0.1]), some=team, some_capacity=np.array([1]))
    found = allocate(market)
    assert found.chosen.tolist() == [True, False, True]
    assert found.prices.some[0] > 0, "one more team place of this peer would be worth something"


def test_a_place_whose_price_is_lower_than_what_filling_it_costs_stays_open() -> None:
    council = Steps(np.array([0]), np.array([2]), np.array([[0.0, 0.9]]))
    market = Market(np.ones(2, np.int64), np.array([2]), np.array([0, 1]), np.array([0, 0]), np.array([0.5, 0.6]), steps=(council,))
    assert allocate(replace(market, unmet=np.array([0.1, 0.1]))).chosen.tolist() == [False, True]
    assert allocate(replace(market, unmet=np.array([0.5, 0.1]))).chosen.tolist() == [True, False]
    assert allocate(replace(market, unmet=np.array([0.5, 0.5]))).chosen.all()
    assert allocate(market).chosen.all(), "without a price filling comes first"


def test_whoever_stands_in_the_way_is_named() -> None:
    request, peer = np.array([0, 1, 2, 2]), np.array([0, 0, 0, 1])
    found = allocate(Market(np.ones(3, np.int64), np.array([1, 5]), request, peer, np.array([0.5, 0.6, 0.7, 0.2])))
    assert found.status == "feasible"
    assert found.unmet.tolist() == [1, 0, 0]
    requests, peers = found.in_the_way
    assert requests.tolist() == [True, True, False], "two compete; the third has somebody else"
    assert peers.tolist() == [True, False]


@pytest.mark.parametrize(("k", "seed"), [(1, 1), (3, 2), (2, 3)])
def test_pairs_that_were_never_looked_at_could_not_have_improved_it(k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    fit = np.round(rng.random((300, 80)), 2)
    demand = Demand(np.full(300, k), np.full(80, -(-300 * k // 80) + 1))
    looked, found = best(Dense(fit), demand)
    everything = Listed(300, 80, np.arange(fit.size), fit.ravel())
    assert len(looked) < fit.size / 2
    assert found.total == pytest.approx(best(everything, demand)[1].total)


def test_where_a_few_peers_are_wanted_by_all_the_candidates_are_widened_until_everybody_is_served() -> None:
    fit = np.zeros((200, 100))
    fit[:, :10] = 1.0
    demand = Demand(np.ones(200, np.int64), np.full(100, 2))
    looked, found = best(Dense(fit), demand)
    assert found.status == "optimal"
    assert found.total == 20
    assert len(looked) < fit.size


def test_the_same_input_gives_the_same_choice_again() -> None:
    fit = np.ones((40, 10))
    demand = Demand(np.full(40, 2), np.full(10, 9))
    first, again = (best(Dense(fit.copy()), demand) for _ in range(2))
    assert (first[0] == again[0]).all()
    assert (first[1].chosen == again[1].chosen).all()


def loads(looked: Ints, found: Allocation, peers: int) -> Ints:
    return np.bincount(looked[found.chosen] % peers, minlength=peers)


def test_when_all_fits_are_equal_the_largest_load_is_the_mean_rounded_up() -> None:
    even = spread(Dense(np.ones((50, 7))), Demand(np.full(50, 3), np.full(7, 40)), 1.0)
    assert even.allocation.total == 150
    assert sorted(loads(even.pairs, even.allocation, 7).tolist()) == [21, 21, 21, 21, 22, 22, 22]


@pytest.mark.parametrize("keep", [1.0, 0.9])
def test_a_capacity_that_means_no_limit_spreads_like_one_that_is_never_reached(keep: float) -> None:
    def spreads(capacity: int) -> list[int]:
        even = spread(Dense(np.ones((60, 7))), Demand(np.full(60, 2), np.full(7, capacity)), keep)
        return sorted(loads(even.pairs, even.allocation, 7).tolist())

    assert spreads(999_999_999) == spreads(40) == [17, 17, 17, 17, 17, 17, 18]


@pytest.mark.parametrize("seed", range(20))
def test_spreading_keeps_the_best_total_to_the_last_millionth_and_no_best_one_is_more_even(seed: int) -> None:
    rng = np.random.default_rng(seed)
    request, peer = np.divmod(np.arange(12), 3)
    market = Market(np.ones(4, np.int64), np.array([2, 3, 4]), request, peer, rng.integers(0, 3, 12) / 2)

    def unevenness(chosen: Flags) -> float:
        load = np.bincount(market.peer[chosen], minlength=3)
        return float((load**2 / market.capacity).sum())

    ways = brute(market)
    total = max(worth for worth, _ in ways)
    found = evenly(market)
    assert found.total == pytest.approx(total)
    assert unevenness(found.chosen) == pytest.approx(min(unevenness(chosen) for worth, chosen in ways if worth == pytest.approx(total)))


def test_less_of_the_total_buys_a_more_even_load_and_the_share_is_kept() -> None:
    rng = np.random.default_rng(5)
    fit = rng.random((120, 30)) ** 3 + (np.arange(30) < 6) * 0.3
    demand = Demand(np.ones(120, np.int64), np.full(30, 12))
    unevenness = []
    for keep in (1.0, 0.97, 0.9):
        even = spread(Dense(fit), demand, keep)
        assert even.allocation.total >= keep * even.optimum - 1e-9
        unevenness.append(int((loads(even.pairs, even.allocation, 30) ** 2).sum()))
    assert unevenness == sorted(unevenness, reverse=True)
    assert unevenness[-1] < unevenness[0]


@pytest.mark.parametrize("levels", [4, 1000])
@pytest.mark.parametrize("seed", range(10))
def test_the_worst_served_request_and_then_the_next_are_served_as_well_as_can_be(seed: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    request, peer = np.divmod(np.arange(12), 3)
    market = Market(np.ones(4, np.int64), np.array([1, 2, 2]), request, peer, rng.integers(0, levels, 12) / levels)
    fair = fairest(market)

    def served(chosen: Flags) -> list[float]:
        return sorted(np.round(market.fit[chosen], 6).tolist())

    assert served(fair.allocation.chosen) == max(served(chosen) for _, chosen in brute(market))
    assert fair.worst == fair.bound == worst_of(market, fair.allocation)


@pytest.mark.parametrize("levels", [4, 1_000_000])
@pytest.mark.parametrize("seed", range(12))
def test_for_several_places_the_worst_served_request_is_served_as_well_as_can_be(seed: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    request, peer = np.divmod(np.arange(12), 4)
    places = np.array([2, 2, 1 + seed % 2])
    pinned = np.arange(12) == 5 if seed % 3 == 0 else None
    market = Market(places, np.array([2, 2, 1, 2]), request, peer, rng.integers(0, levels, 12) / levels, pinned=pinned)
    fair = fairest(market)

    def worst(chosen: Flags) -> float:
        return float((np.bincount(market.request[chosen], market.fit[chosen], minlength=3) / places).min())

    best = max(worst(chosen) for _, chosen in brute(market) if pinned is None or chosen[pinned].all())
    assert worst(fair.allocation.chosen) == pytest.approx(best, abs=2e-6)
    assert best - 1e-9 <= fair.bound <= best + 2e-6, "and that is proven"
    assert pinned is None or fair.allocation.chosen[pinned].all()
    assert not fair.allocation.unmet.any()


def test_numbers_too_large_for_an_exact_answer_are_refused_and_not_rounded() -> None:
    market = Market(np.ones(1, np.int64), np.ones(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), np.array([1e13]))
    with pytest.raises(Overflow, match="use smaller numbers"):
        allocate(market)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"capacity": np.array([-1])}, "capacity: must not be negative"),
        ({"fit": np.array([np.nan])}, "fit: every value must be a finite number"),
        ({"peer": np.array([0, 0])}, "peer: there are 1 pairs and 2 values"),
        ({"places": np.zeros(1, np.int64), "pinned": np.array([True])}, "pinned: request 0 has more pinned pairs than places"),
        ({"steps": (Steps(np.zeros(1, np.int64), np.ones(1, np.int64), np.array([[0.2, 0.1]])),)}, "prices may not fall"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_name(changes: dict[str, object], says: str) -> None:
    one = np.zeros(1, np.int64)
    market = replace(Market(np.ones(1, np.int64), np.ones(1, np.int64), one, one, np.array([0.5])), **changes)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=says):
        allocate(market)


def test_the_tight_pairs_of_a_matrix_are_those_that_may_stand_in_for_one_another() -> None:
    fit = np.array([[1.0, 1.0], [1.0, 0.0]])
    demand = Demand(np.ones(2, np.int64), np.array([1, 2]))
    looked, found = best(Dense(fit), demand)
    assert found.total == 2
    tight = Dense(fit).tight(*whole(found))
    assert {0, 1, 2} <= {*tight.tolist(), *looked[found.chosen].tolist()}
    assert market_of(Dense(fit), demand, looked).fit.max() == 1
