"""How suggestions are laid side by side: the load is that of the offers to which the work would go."""

import json
from datetime import date
from typing import Any

from services.desk import proposals

TODAY = date(2026, 11, 25)
CANDIDATE = {
    "peer": "p1",
    "council": "383",
    "rank": 1,
    "fit": 0.8,
    "value": 0.8,
    "terms": {"role": 1.0},
    "weights": {"role": 1.0},
    "price": {},
}
PLACE = {"place": "1", "role": "lead_member", "considered": 3, "excluded": {}, "candidates": [CANDIDATE]}
SUGGESTION = json.dumps({"starts": "2027-02-15", "kind": "bespoke", "places": [PLACE]})
USED = json.dumps({"held": 1, "offers": [{"offer": "this-year", "used": 9.5}, {"offer": "next-year", "used": 2.0}]})


def offer(name: str, days: float, year: int, *kinds: str) -> dict[str, Any]:
    return {"offer": name, "days": days, "starts": f"{year}-01-01", "ends": f"{year}-12-31", "kinds": list(kinds)}


def load_of(*offers: dict[str, Any]) -> proposals.Load:
    records = {"peer:p1": json.dumps({"offers": offers}), "load:peer:p1": USED}
    (place,) = proposals.laid_out(SUGGESTION, records, TODAY)
    return place.choices[0].load


def test_the_days_shown_are_those_offered_for_the_day_on_which_the_work_begins_not_for_today() -> None:
    load = load_of(offer("this-year", 9.5, 2026), offer("next-year", 8, 2027))
    assert (load.used, load.offered, load.fits(4)) == (2.0, 8, True)


def test_days_offered_for_other_kinds_of_support_are_not_shown() -> None:
    assert load_of(offer("next-year", 8, 2027, "peer_review")).offered == 0
    assert load_of(offer("next-year", 8, 2027, "peer_review", "bespoke")).offered == 8
