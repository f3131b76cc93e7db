"""What choosing somebody else costs in fit and in spread, in words and figures; pure."""

import json
from datetime import date
from typing import Any

from services.desk.proposals import cost_keys, costs

TODAY = date(2026, 11, 25)


def candidate(peer: str, council: str, fit: float, *price: float) -> dict[str, Any]:
    return {"peer": peer, "council": council, "fit": fit, "price": dict(enumerate(price))}


def carries(times: int) -> str:
    return json.dumps({"held": times, "placed": []})


FIRST = candidate("p1", "383", 0.80, 0.02)


def test_less_fit_and_more_load_are_both_said() -> None:
    records = {"load:peer:p2": carries(2), "load:peer:p1": carries(1), "load:council:202": carries(3)}
    found = costs(candidate("p2", "202", 0.71, 0.05, 0.01), FIRST, records, TODAY)
    assert found.words == (
        "This gives up 0.09 of fit.",
        "The peer carries more: 2 pieces of work in a year against 1 piece of work, which spreads the work less.",
        "Their council carries more: 3 pieces of work in a year against nothing, which spreads the work less.",
    )
    assert round(found.price, 2) == 0.06


def test_fits_that_nobody_tells_apart_and_equal_loads_cost_nothing() -> None:
    found = costs(candidate("p2", "202", 0.79), FIRST, {}, TODAY)
    assert found.words == ("Nobody could tell their fit from that of the first.", "The work is spread as evenly as with the first.")


def test_somebody_who_fits_better_and_carries_less_is_said_to() -> None:
    found = costs(candidate("p2", "202", 0.9), FIRST, {"load:peer:p1": carries(1)}, TODAY)
    assert found.words[0] == "They fit better than the first by 0.10."
    assert found.words[1].endswith("spreads the work better.")


def test_the_records_of_both_and_of_their_councils_are_asked_for() -> None:
    keys = cost_keys(candidate("p2", "202", 0.9), FIRST)
    assert keys == sorted(keys)
    assert set(keys) == {f"{load}{owner}" for load in ("", "load:") for owner in ("peer:p1", "peer:p2", "council:383", "council:202")}
