"""A team in words: who fills each place, what somebody else there changes, what a constraint costs; pure."""

from typing import Any

from services.desk.team import changes, empties, people, team

NAMES = {"p1": "Ann Ash", "p2": "Ben Bo", "p3": "Cy Cole"}


def stand_in(peer: str, fit: float = 0.0, load: float = 0.0, **said: Any) -> dict[str, Any]:
    return {"peer": {"peer": peer, "council": "202"}, "fit": fit, "load": load, "council_twice": False, "mixed": True, "rules": [], **said}


def seat(place: str, peer: str, council: str, fit: float | None, **said: Any) -> dict[str, Any]:
    own = {"fit": fit, "price": {"peer": 0.01}} if fit is not None else None
    return {"place": place, "role": "lead_member", "peer": peer, "council": council, "days": 4, "own": own} | {
        "council_twice": False, "rules": [], "instead": [], **said,
    }  # fmt: skip


def seats(*shown: dict[str, Any], **said: Any) -> dict[str, Any]:
    fit = sum(each["own"]["fit"] for each in shown if each["own"])
    return {"decided": False, "seats": list(shown), "mixed": True, "lacks_outsider": False, "fit": fit, "load": 0.02, **said}


def lineup(**said: Any) -> dict[str, Any]:
    return {"members": {}, "constraints": [], "alternatives": [], "empty": [], **said}


def test_what_somebody_else_changes_is_said_in_fit_in_spread_and_in_what_the_team_gives_up() -> None:
    assert changes(stand_in("p3", 0.01, 0.001)) == "Fits as well; spreads the work as evenly."
    assert changes(stand_in("p3", -0.13, 0.04, council_twice=True, mixed=False)) == (
        "Gives up 0.13 of fit; spreads the work less (price of load +0.04); a second person from Camden; councillors of one group alone."
    )
    assert changes(stand_in("p3", 0.2, -0.04, rules=["paid"])).endswith(
        "spreads the work better (price of load -0.04); would be left out, as one of those who are paid, where support is to be free."
    )


def test_each_place_is_shown_with_its_fit_and_what_to_mind_and_a_number_stands_for_a_name_that_is_not_known() -> None:
    shown = team(
        seats(seat("a", "p1", "383", 0.8, instead=[stand_in("p9")]), seat("b", "p4", "383", None, council_twice=True)), None, NAMES
    )
    assert [(each.name, each.council, each.fit) for each in shown.seats] == [("Ann Ash", "Leeds", 0.8), ("p4", "Leeds", None)]
    assert shown.seats[1].mind == ("a second person from Leeds",)
    assert [one.name for one in shown.seats[0].instead] == ["p9"]
    assert shown.together == ("Together they fit 0.80 of 2.", "Two of them come from one council.")


def test_a_team_is_measured_beside_the_best_one() -> None:
    best = lineup(members={"a": {"peer": "p1", "fit": 0.8, "price": {}}, "b": {"peer": "p2", "fit": 0.7, "price": {"peer": 0.02}}})
    same = team(seats(seat("a", "p1", "383", 0.8), seat("b", "p2", "202", 0.7)), best, NAMES)
    other = team(seats(seat("a", "p3", "383", 0.5), seat("b", "p2", "202", 0.7)), best, NAMES)
    assert same.together[0].endswith("No other team is worth more.")
    assert other.together[0].endswith("Beside the best team: gives up 0.30 of fit; spreads the work as evenly.")


def test_constraints_and_members_cost_what_the_best_team_without_them_is_worth_more() -> None:
    said = lineup(
        constraints=[
            {"code": "councils", "met": True, "cost": 0.04, "instead": {"b": "p3"}},
            {"code": "groups", "met": False, "cost": 0.0, "instead": {}},
            {"code": "avoid", "met": True, "cost": 0.0, "instead": {}},
        ],
        alternatives=[
            {"without": "p1", "cost": 0.001, "instead": {"a": "p3"}},
            {"without": "p3", "cost": 10.02, "instead": {"a": "p1"}},
            {"without": "p2", "cost": None, "instead": {}},
        ],
    )
    shown = team(seats(seat("a", "p1", "383", 0.8), seat("b", "p2", "202", 0.7)), said, NAMES)
    role = "lead member for children's services"
    assert shown.costs == (
        f"That each comes from a council of their own costs 0.04: without it Cy Cole as {role} would come.",
        "That councillors are of more than one group cannot be had in full here.",
        "The wish to avoid some councils costs nothing.",
        f"To do without Ann Ash costs next to nothing: Cy Cole as {role} would come.",
        f"To do without Cy Cole costs more fit than a request of this priority may give up: Ann Ash as {role} would come.",
        "Without Ben Bo no full team can be made.",
    )
    assert people(None, said, ["p7", ""]) == {"p1", "p3", "p7"}


def test_an_empty_place_names_who_could_fill_it_and_what_would_have_to_change() -> None:
    near = [{"peer": "p3", "own": {"council": "202"}, "ways": ["they had 2 more days free"]}, {"peer": "p2", "own": None, "ways": []}]
    (empty,) = empties(lineup(empty=[{"role": "lead_member", "nearest": near}]), NAMES)
    assert empty.words == ("Cy Cole of Camden could, if they had 2 more days free.", "Ben Bo is needed for another place.")
