"""The price of load: who has much to do must fit better than others to be proposed again."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

import pytest

from schemas.matcher import Candidate
from services.matcher.columns import Register
from services.matcher.policy import DEFAULT_POLICY, Policy
from services.matcher.price import Prices
from services.matcher.ranking import Ask, rank
from services.vocabulary.councils import reference_councils, statistical_neighbours
from tests.unit.matcher.given import (
    CITY_OF_LONDON,
    DUDLEY,
    LEEDS,
    PORTSMOUTH,
    STARTS,
    TODAY,
    ask,
    council,
    load,
    offer,
    peer,
    policy,
    proposed,
    register,
)

NO_PRICE = policy(lambda_=0.0, mu=0.0, beta=0.0)


def first(known: Register, asked: Ask | None = None, by: Policy = DEFAULT_POLICY) -> Candidate:
    return rank(known, [asked or ask()], by, TODAY)[0].suggestions[0].candidates[0]


def price_of(name: str, known: Register, as_of: date = TODAY) -> dict[str, float]:
    before = known.load_vector(as_of)
    place = rank(known, [ask()], DEFAULT_POLICY, as_of)[0].suggestions[0]
    known.restore(before)
    return next(candidate.price for candidate in place.candidates if candidate.peer == name)


def test_the_value_is_the_fit_less_every_part_of_the_price() -> None:
    busy = register(peer(), load("peer:p1", held=1, placed=(date(2026, 3, 2),)), load(f"council:{PORTSMOUTH}", held=3))
    candidate = first(busy)
    assert set(candidate.price) == {"peer", "council", "reach", "scarcity"}
    assert candidate.value == round(candidate.fit - sum(candidate.price.values()), 9)


def test_a_peer_pays_for_each_deployment_twice_lambda_over_the_own_share_of_capacity() -> None:
    assert price_of("p1", register(peer()))["peer"] == pytest.approx(0.01)
    assert price_of("p1", register(peer(), load("peer:p1", held=2)))["peer"] == pytest.approx(0.01 * 5)


def test_a_peer_with_twice_the_capacity_pays_half() -> None:
    known = register(peer("p1", days=8), peer("p2", days=16))
    assert price_of("p1", known)["peer"] == pytest.approx(0.01 * 3 / 2)  # the mean is three deployments of four days
    assert price_of("p2", known)["peer"] == pytest.approx(0.01 * 3 / 4)


def test_capacity_is_what_is_offered_on_the_first_day_and_at_least_one_deployment() -> None:
    later = offer("later", 40, starts=date(2027, 3, 1))
    known = register(peer("p1", offers=(offer("now", 8), later)), peer("p2", days=1))
    assert price_of("p1", known)["peer"] == pytest.approx(0.01 * 1.5 / 2)


def test_a_council_pays_mu_times_the_square_of_its_load_over_the_equal_share() -> None:
    known = register(peer(), load(f"council:{PORTSMOUTH}", held=96))
    assert price_of("p1", known)["council"] == pytest.approx(0.125 * (96 / (960 / 2)) ** 2)  # Leeds and Portsmouth are willing


def test_a_policy_may_price_a_council_by_a_higher_power_of_its_share() -> None:
    known = register(peer(), load(f"council:{PORTSMOUTH}", held=96))
    assert first(known, by=policy(power=3)).price["council"] == pytest.approx(0.125 * (96 / (960 / 2)) ** 3)


def test_what_a_suggestion_adds_is_priced_by_the_same_power_to_the_last_billionth() -> None:
    known, added = register(peer(), load(f"council:{PORTSMOUTH}", held=7)), register(peer(), load(f"council:{PORTSMOUTH}", held=6))
    prices = Prices(added.columns(), policy(power=5), TODAY)
    added.add_open([("p1", 1.0)])
    prices.renew([0])
    home = added.columns().home_list[0]
    assert prices.parts(0, home, 1.0).council == Prices(known.columns(), policy(power=5), TODAY).parts(0, home, 1.0).council


def test_a_council_that_carries_nothing_yet_is_reached_for() -> None:
    assert price_of("p1", register(peer()))["reach"] == -0.05
    assert price_of("p1", register(peer(), load(f"council:{PORTSMOUTH}", held=1)))["reach"] == 0.0


def test_a_council_counts_as_loaded_by_an_open_suggestion_of_any_of_its_peers_until_it_ends() -> None:
    known = register(peer("p1"), peer("p2", role="leader"))
    known.add_open([("p2", 1 / 3), ("p2", 1 / 7)])
    assert price_of("p1", known)["reach"] == 0.0
    known.add_open([("p2", -1 / 3), ("p2", -1 / 7)])
    assert price_of("p1", known)["reach"] == -0.05


@pytest.mark.parametrize(
    ("first_day", "counts"), [(date(2025, 9, 1), False), (date(2025, 9, 2), True), (date(2026, 8, 31), True), (STARTS, True)]
)
def test_a_placement_counts_until_a_year_after_its_first_day(first_day: date, counts: bool) -> None:
    known = register(peer(), load("peer:p1", placed=(first_day,)))
    assert price_of("p1", known)["peer"] == pytest.approx(0.03 if counts else 0.01)


def test_a_placement_that_counts_today_no_longer_counts_next_spring() -> None:
    known = register(peer(), load("peer:p1", placed=(date(2026, 3, 2),)))
    assert price_of("p1", known)["peer"] == pytest.approx(0.03)
    assert price_of("p1", known, as_of=date(2027, 3, 2))["peer"] == pytest.approx(0.01)
    assert price_of("p1", known)["peer"] == pytest.approx(0.03)


def test_among_equals_the_one_who_carries_less_comes_first() -> None:
    known = register(peer("p1"), peer("p2"), load("peer:p1", held=1))
    assert proposed(known, ask()) == ["p2", "p1"]


def test_equals_in_everything_come_in_the_order_of_their_ids() -> None:
    assert proposed(register(peer("p3"), peer("p1"), peer("p2")), ask()) == ["p1", "p2", "p3"]


def test_a_shortlist_holds_no_more_than_the_policy_says() -> None:
    known = register(*(peer(f"p{i}") for i in range(9)))
    assert len(proposed(known, ask())) == 5
    assert len(proposed(known, ask(), policy(shortlist=3))) == 3


def test_each_proposed_peer_weighs_one_over_the_length_of_the_shortlist_for_the_next_request() -> None:
    known = register(peer("p1"), peer("p2"))
    one, two = rank(known, [ask(request="r1"), ask(request="r2")], DEFAULT_POLICY, TODAY)
    assert [c.price["peer"] for c in one.suggestions[0].candidates] == pytest.approx([0.01, 0.01])
    assert [c.price["peer"] for c in two.suggestions[0].candidates] == pytest.approx([0.02, 0.02])


def test_a_request_that_is_not_served_adds_no_load() -> None:
    known = register(peer("p1"))
    before = known.load_vector(TODAY)
    unmet = rank(known, [ask("lead_member", "leader")], DEFAULT_POLICY, TODAY)[0]
    assert unmet.suggestions == ()
    assert [shortage.role for shortage in unmet.shortages] == ["leader"]
    assert known.load_vector(TODAY) == before


def the_sector() -> Register:
    """Two lead members in each of the 153 councils, all willing; Portsmouth is most like Leeds."""
    codes = [c.la_code for c in reference_councils()]
    return register(*(council(code) for code in codes), *(peer(f"{code}-{i}", of=code, days=400) for code in codes for i in (1, 2)))


def councils_first(by: Policy, asks: Iterable[Ask]) -> Counter[str]:
    ranked = rank(the_sector(), list(asks), by, TODAY)
    return Counter(one.suggestions[0].candidates[0].council for one in ranked)


def a_hundred(**changes: str) -> list[Ask]:
    return [ask(request=f"r{i}", **changes) for i in range(100)]


def test_a_hundred_equal_requests_do_not_all_go_to_the_best_council() -> None:
    assert councils_first(NO_PRICE, a_hundred()) == {PORTSMOUTH: 100}
    spread = councils_first(DEFAULT_POLICY, a_hundred())
    assert spread[PORTSMOUTH] <= 10
    assert max(spread.values()) <= 10
    assert len(spread) >= 20


@pytest.mark.parametrize(
    ("priority", "limit"),
    [("preventing_failure", 0.02), ("early_intervention", 0.02), ("newly_appointed", 0.05), ("inspection_announced", 0.20)],
)
def test_no_request_gives_up_more_fit_to_spread_the_work_than_its_priority_allows(priority: str, limit: float) -> None:
    ranked = rank(the_sector(), a_hundred(priority=priority), DEFAULT_POLICY, TODAY)
    fits = [candidate.fit for one in ranked for candidate in one.suggestions[0].candidates]
    assert min(fits) >= 1.0 - limit - 1e-9


def test_a_council_in_crisis_does_not_pay_for_spread_where_others_do() -> None:
    crisis = councils_first(DEFAULT_POLICY, a_hundred(priority="preventing_failure"))
    others = councils_first(DEFAULT_POLICY, a_hundred())
    assert set(crisis) <= set(statistical_neighbours()[LEEDS][:3])
    assert len(others) > 5 * len(crisis)


def test_the_limit_is_taken_from_the_best_who_is_free_not_from_the_best_of_all() -> None:
    known = register(peer("best", days=2), peer("next", of=DUDLEY), peer("far", of=CITY_OF_LONDON))
    assert proposed(known, ask(priority="newly_appointed")) == ["next"]
    assert proposed(known, ask(priority="newly_appointed"), policy(give_up={"default": 0.07})) == ["next", "far"]


def test_the_load_of_a_partner_organisation_has_no_price_and_it_is_no_council_to_be_reached() -> None:
    pool = council(PORTSMOUTH).model_copy(update={"council": "010", "kind": "partner_organisation"})
    known = register(pool, peer(of="010", kind="associate", party=None), load("council:010", held=9))
    for asked in (ask(cost_basis="subsidised"), ask(cost_basis="subsidised", request="r2")):
        (place,) = rank(known, [asked], DEFAULT_POLICY, TODAY)[0].suggestions
        price = place.candidates[0].price
        assert (price["council"], price["reach"]) == (0, 0)


def test_no_load_costs_more_than_whole_numbers_can_hold_however_high_the_power() -> None:
    known = register(peer(), load(f"council:{PORTSMOUTH}", held=60_000))
    assert first(known, by=policy(power=8, mu=10.0, give_up={"default": 1.0})).price["council"] == 1000.0
