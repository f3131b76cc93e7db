"""A price tried on what was asked: what it would have come to beside the one that ranks and beside the best fit always taken."""

from itertools import cycle, islice

from services.matcher.columns import Register
from services.matcher.policy import Policy
from services.matcher.ranking import Ask
from services.matcher.scarcity import unloaded
from services.matcher.trying import MUS, Tried, tried
from tests.unit.matcher.given import CAMDEN, LEEDS, LEWISHAM, PORTSMOUTH, TODAY, ask, load, peer, policy, register


def priced(mu: float) -> Policy:
    return policy(mu=mu, expected_places=12, beta=0.0, lambda_=0.0)


NOW = priced(0.03)


def one_who_fits_best() -> Register:
    """Three councils with two lead members each; those of Portsmouth know the theme that everybody asks about."""
    return register(
        *(peer(f"a{n}", of=PORTSMOUTH, days=40, themes=("send",)) for n in range(2)),
        *(peer(f"b{n}", of=LEWISHAM, days=40) for n in range(2)),
        *(peer(f"c{n}", of=CAMDEN, days=40) for n in range(2)),
    )


def year(count: int) -> list[Ask]:
    return [ask("lead_member", request=f"r{n:02d}", host=LEEDS, themes=("send",)) for n in range(count)]


def of(known: Register, asks: list[Ask], wanted: Policy = NOW) -> Tried:
    return tried(unloaded(known), asks, NOW, wanted, TODAY)


def test_without_a_price_the_work_goes_to_who_fits_best_and_with_one_to_many() -> None:
    found = of(one_who_fits_best(), year(12), priced(10.0))
    assert (found.best.busiest, found.best.fit_kept, found.best.unused) == (12, 1.0, 2)
    assert found.tried.busiest == 6, "half and half, for the third council fits less well by more than may be given up"
    assert found.tried.gini < found.now.gini < found.best.gini, "a low price spreads less"
    assert found.tried.fit_kept < found.now.fit_kept < 1
    assert found.tried.worst < found.best.worst, "who is served worst pays for it"


def test_the_curve_goes_from_no_price_to_a_high_one_with_those_that_rank_and_are_tried_on_it() -> None:
    found = of(one_who_fits_best(), year(12), priced(0.07))
    assert [point.mu for point in found.curve] == sorted({*MUS, 0.07})
    assert [point for point in found.curve if point.mu == 0.03] == [found.now]
    assert [point for point in found.curve if point.mu == 0.07] == [found.tried]
    assert all(before.gini >= after.gini for before, after in zip(found.curve, found.curve[1:], strict=False))


def test_nobody_takes_more_than_they_and_their_council_offer_and_what_is_left_stays_open() -> None:
    known = register(peer("a0", of=PORTSMOUTH, days=8), peer("b0", of=LEWISHAM, days=4))
    found = of(known, year(5))
    assert (found.places, found.best.filled, found.best.busiest) == (5, 3, 2), "eight days are two typical deployments, four are one"


def test_a_team_comes_from_different_councils() -> None:
    known = register(peer("a0", of=PORTSMOUTH, days=40), peer("a1", of=PORTSMOUTH, days=40), peer("b0", of=LEWISHAM, days=40))
    found = of(known, [ask("lead_member", "lead_member", "lead_member", request="t")])
    assert (found.places, found.best.filled) == (3, 2)


def test_places_that_move_are_counted_against_the_price_that_ranks() -> None:
    known = one_who_fits_best()
    assert of(known, year(12)).tried.moved == 0
    assert of(known, year(12), priced(10.0)).tried.moved > 0


def test_what_people_carry_now_plays_no_part_for_the_year_is_decided_anew() -> None:
    busy = register(peer("p1", days=8), load("peer:p1", held=2, used={"o-p1": 8}))
    assert of(busy, year(2)) == of(register(peer("p1", days=8)), year(2))


def test_nobody_gives_up_more_fit_than_their_priority_allows() -> None:
    kinds = list(islice(cycle(["preventing_failure"]), 12))
    pressing = [ask("lead_member", request=f"r{n}", host=LEEDS, themes=("send",), priority=kind) for n, kind in enumerate(kinds)]
    found = of(one_who_fits_best(), pressing, priced(10.0))
    assert found.tried.fit_kept == 1.0, "the others fit less well by more than .02"
