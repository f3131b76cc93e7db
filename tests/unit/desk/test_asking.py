"""What is typed on the pages of a new request as the intake event has it, and where its problems stand on them."""

import pytest

from schemas.intake import SupportRequested
from services.desk import asking
from services.vocabulary.kinds import KINDS

TYPED = {
    "authority": ["Leeds"],
    "contact_name": ["Alex Example"],
    "kind": ["sounding_board"],
    "themes": ["send", "neglect"],
    "role.lead_member": [],
    "role.leader": ["2"],
    "from-day": ["1"],
    "from-month": ["2"],
    "from-year": ["2027"],
    "days": ["2.5"],
    "same_group": ["no"],
    "avoid": ["Bradford, Kirklees\n\nHull"],
    "notes": ["By telephone."],
    "cost_basis": ["subsidised"],
    "funder": ["region"],
    "named_peer": ["p17"],
}


def test_what_is_typed_makes_a_request_that_the_contract_takes() -> None:
    data, home = asking.event(TYPED, "DESK-1")
    asked = SupportRequested.model_validate(data)
    assert (asked.authority, str(asked.from_), asked.to, asked.days) == ("Leeds", "2027-02-01", None, 2.5)
    assert asked.team is not None
    assert [(place.role, place.count) for place in asked.team] == [("leader", 2)]
    assert (asked.preferences.avoid, asked.preferences.same_group) == (("Bradford", "Kirklees", "Hull"), False)
    assert (asked.cost_basis, asked.funder, asked.preferences.named_peer) == ("subsidised", "region", "p17")
    assert home == {"team.0": "role.leader"}


def test_who_commissions_is_said_of_what_is_commissioned_alone() -> None:
    typed = {"origin": ["commissioned"], "commissioned_by": ["dfe"]}
    assert asking.event(typed, "DESK-1")[0] == {"reference": "DESK-1", "origin": "commissioned", "commissioned_by": "dfe"}
    assert "commissioned_by" not in asking.event({**typed, "origin": ["council"]}, "DESK-1")[0]


def test_a_kind_that_no_council_asks_for_is_said_to_be_so_where_it_is_chosen() -> None:
    problem = {"field": "origin", "rule": "origin_of_kind", "reason": "", "remedy": ""}
    ((field, words),) = asking.faults([problem], {})
    assert (field, words.startswith("This kind of support does not come about like that.")) == ("kind", True)


def test_one_from_outside_the_region_is_a_wish_of_its_own() -> None:
    asked, _ = asking.event({"authority": ["Leeds"], "region": ["one_outside"]}, "DESK-1")
    assert asked["preferences"] == {"one_outside_region": True}
    assert asking.field_of("preferences.one_outside_region", {}) == "region"


def test_what_is_left_empty_is_left_out() -> None:
    assert asking.event({"authority": ["Leeds"], "notes": [], "days": [""]}, "DESK-1") == (
        {"reference": "DESK-1", "authority": "Leeds"},
        {},
    )


def test_every_field_of_the_contract_that_a_problem_may_name_stands_on_a_page() -> None:
    for name, field in SupportRequested.model_fields.items():
        path = field.alias or name
        if path not in ("reference", "revision", "preferences", "contact"):
            assert any(asking.field_of(path, {}) in step.fields for step in asking.STEPS), path
    assert asking.field_of("team.0.count", {"team.0": "role.leader"}) == "role.leader"
    assert asking.field_of("preferences.avoid.3", {}) == "avoid"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [(("", "", ""), ""), (("1", "2", "2027"), "2027-02-01"), (("1", "March", "2027"), "2027-March-1"), (("31", "", ""), "--31")],
)
def test_a_date_in_three_parts_is_a_date_or_is_handed_on_as_none(typed: tuple[str, str, str], meant: str) -> None:
    assert asking.date_of(*typed) == meant


def test_problems_are_said_in_the_words_of_a_page_and_once() -> None:
    problem = {"field": "authority", "rule": "missing", "reason": "This field is missing.", "remedy": "Add it."}
    assert asking.faults([problem, problem], {}) == [("authority", "Enter which council it is for.")]


def test_every_kind_of_support_can_be_asked_for_and_says_who_usually_helps() -> None:
    offered = asking.kinds_offered()
    assert [kind.code for kind in offered] == list(KINDS)
    assert all(kind.usual.endswith("each.") for kind in offered)
