"""A policy says what it weighs, who set it and why; one that cannot weigh is refused with what to do."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from services.matcher.policy import DEFAULT_POLICY, Policy, uneven
from tests.unit.matcher.given import policy


def test_the_first_policy_says_who_adopted_it_when_and_why() -> None:
    assert DEFAULT_POLICY.version == 1
    assert DEFAULT_POLICY.author
    assert DEFAULT_POLICY.written_on
    assert DEFAULT_POLICY.reason


def test_a_policy_comes_back_from_its_own_json() -> None:
    assert Policy.model_validate_json(DEFAULT_POLICY.model_dump_json()) == DEFAULT_POLICY


@pytest.mark.parametrize(
    ("priority", "limit"),
    [
        ("preventing_failure", 0.02),
        ("early_intervention", 0.02),
        ("newly_appointed", 0.05),
        ("inspection_announced", 0.20),
        ("other", 0.20),
    ],
)
def test_the_more_pressing_a_request_the_less_fit_it_gives_up(priority: str, limit: float) -> None:
    assert DEFAULT_POLICY.may_give_up(priority) == limit


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"weights": {"themes": 0.3, "role": 0.2, "charm": 0.5}}, "unknown terms charm; the terms are themes, role"),
        ({"weights": {"themes": 1.0}}, "give one of them a weight above 0"),
        ({"weights": {"role": -0.1, "similarity": 0.5}}, "greater than or equal to 0"),
        ({"weights": {"role": float("nan")}}, "finite number"),
        ({"give_up": {"newly_appointed": 0.05}}, "add a line 'default'"),
        ({"floor": 1.5}, "less than or equal to 1"),
        ({"lambda_": -1}, "greater than or equal to 0"),
        ({"expected_places": 0}, "greater than 0"),
        ({"shortlist": 17}, "less than or equal to 16"),
        ({"shortlist": 1}, "greater than or equal to 2"),
        ({"author": ""}, "at least 1 character"),
        ({"no_giving_from": "none"}, "unknown stage of intervention; the stages are informal, notice"),
        ({"cooling_off_months": -1}, "greater than or equal to 0"),
        ({"challenges_a_year": 0}, "greater than or equal to 1"),
        ({"power": 0}, "greater than or equal to 1"),
        ({"power": 2.5}, "valid integer"),
        ({"power_rounds": 9}, "less than or equal to 8"),
        ({"wait_days": -1}, "greater than or equal to 0"),
        ({"team_wait_days": 400}, "less than or equal to 366"),
        ({"forecast": "stars"}, "unknown forecast; choose one of none, last_year, drawn"),
        ({"partner_bonus": 0.1}, "not permitted"),
    ],
)
def test_a_policy_that_cannot_weigh_is_refused_with_the_reason(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        policy(**changes)


def test_weights_that_do_not_sum_to_one_are_told_what_would_mend_them() -> None:
    assert uneven(DEFAULT_POLICY) is None
    assert uneven(policy(weights={"role": 0.5, "similarity": 0.3})) == (
        "weights: they sum to 0.8; change them so that they sum to 1 (each divided by 0.8 would do)"
    )


def test_a_policy_from_before_rounds_had_numbers_of_their_own_decides_as_it_did() -> None:
    new = {"power_rounds", "wait_days", "team_wait_days", "forecast"}
    old = {name: value for name, value in policy(power=8).model_dump(mode="json").items() if name not in new}
    read = Policy.model_validate_json(json.dumps(old))
    assert (read.power_rounds, read.forecast) == (8, "last_year")
