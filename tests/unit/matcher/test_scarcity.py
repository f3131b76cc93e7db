"""Scarcity prices: who alone can do a thing is kept free for it, by what last year's requests say of it."""

import pytest

from services.matcher.columns import Register
from services.matcher.explain import one_line
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import Ask, rank
from services.matcher.scarcity import OWN_SHARE, Scarcity, latest, scarcity, unloaded
from tests.unit.matcher.given import CAMDEN, LEEDS, LEWISHAM, PORTSMOUTH, STARTS, TODAY, ask, load, peer, policy, post, proposed, register


def prices(known: Register, *asks: Ask) -> Scarcity:
    return scarcity(unloaded(known), asks, DEFAULT_POLICY, TODAY)


def lead_and_leader() -> Register:
    """p1 is lead member and leader of Portsmouth with one deployment to give, p2 the leader of Lewisham."""
    both = (post("lead_member", PORTSMOUTH), post("leader", PORTSMOUTH))
    return register(peer("p1", days=4, posts=both), peer("p2", of=LEWISHAM, role="leader", days=4))


def test_nothing_is_scarce_where_everybody_who_asks_can_be_served() -> None:
    assert prices(lead_and_leader(), ask("lead_member")).prices == {}


def test_who_alone_could_serve_two_requests_has_the_price_of_the_one_that_goes_without() -> None:
    known = lead_and_leader()
    found = prices(known, ask("lead_member"), ask("lead_member", request="r2"))
    served = rank(known, [ask("lead_member")], DEFAULT_POLICY, TODAY)[0].suggestions[0].candidates[0].fit
    assert found.prices["p2"] < found.prices["p1"], "p2 has no more than half the mean of leaders"
    assert found.prices["p1"] / 1e9 >= served, "a placement more would have served the other request"


def test_half_of_a_price_is_the_mean_of_the_role_so_that_all_its_holders_are_kept_free() -> None:
    one, other = peer("p1", days=4), peer("p2", of=LEWISHAM, days=4)
    found = prices(register(one, other), *(ask("lead_member", request=f"r{n}") for n in range(3)))
    mean = found.roles["lead_member"]
    assert sum(found.prices.values()) / 2e9 == pytest.approx(mean)
    own = {name: (price / 1e9 - (1 - OWN_SHARE) * mean) / OWN_SHARE for name, price in found.prices.items()}
    assert all(value >= 0 for value in own.values())
    assert sum(own.values()) / 2 == pytest.approx(mean)


def test_the_price_hangs_on_what_people_could_give_in_a_year_and_not_on_what_they_carry_now() -> None:
    asks = [ask("lead_member"), ask("lead_member", request="r2")]
    busy = register(peer("p1", days=4), load("peer:p1", held=3, used={"o-p1": 4}))
    assert prices(busy, *asks).prices == prices(register(peer("p1", days=4)), *asks).prices != {}


def test_the_same_requests_give_the_same_prices_in_whatever_order_they_came() -> None:
    asks = [ask("lead_member", request=f"r{n}", host=LEEDS if n % 2 else CAMDEN) for n in range(6)]
    known = register(peer("p1", days=8), peer("p2", of=LEWISHAM, days=4))
    assert prices(known, *asks).prices == prices(known, *reversed(asks)).prices


def test_a_request_counts_once_as_it_was_asked_last() -> None:
    first, last = ask("lead_member", days=2.0), ask("lead_member", days=3.0)
    assert latest([first, ask(request="r2"), last]) == [last, ask(request="r2")]


def test_a_lead_member_who_is_needed_elsewhere_stands_behind_a_leader_who_fits_as_well() -> None:
    both = (post("lead_member", PORTSMOUTH), post("leader", PORTSMOUTH))
    known = register(peer("p1", posts=both), peer("p2", of=LEWISHAM, role="leader"))
    free = policy(lambda_=0.0, mu=0.0, beta=0.0)
    assert proposed(known, ask("leader"), free)[0] == "p1"
    known.value({"p1": 200_000_000})
    assert proposed(known, ask("leader"), free)[0] == "p2"


def test_a_scarcity_price_stands_in_the_arithmetic_and_in_the_words() -> None:
    known = register(peer())
    known.value({"p1": 50_000_000, "somebody who is not in the register": 1})
    candidate = rank(known, [ask()], DEFAULT_POLICY, TODAY)[0].suggestions[0].candidates[0]
    assert candidate.price["scarcity"] == 0.05
    assert candidate.value == round(candidate.fit - sum(candidate.price.values()), 9)
    assert "needed for work that few others can do" in one_line(candidate)


def test_a_scarcity_price_outlives_a_change_of_the_register() -> None:
    known = register(peer())
    known.value({"p1": 50_000_000})
    known.columns()
    known.apply([(99, "peer:p1", peer(version=2, themes=("send", "neglect")))])
    assert known.columns().scarcity.tolist() == [50_000_000]


def test_nobody_is_priced_for_work_that_they_may_not_do() -> None:
    declared = register(peer("p1", days=4), peer("p2", of=LEEDS, days=4))
    found = prices(declared, ask("lead_member", host=LEEDS), ask("lead_member", request="r2", host=LEEDS, starts=STARTS))
    own = found.prices["p1"] - found.prices["p2"]
    assert own > 0, "p2 belongs to the council that asks and has the mean of the role alone"
