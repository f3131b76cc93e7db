"""What a request says in codes, what is filled in by kind, what must be mended and what a person is asked."""

from datetime import date, timedelta
from typing import Any

import pytest

from schemas.requests import Place
from services.requests.deciding import NONE, Doubt, Ready
from tests.unit.requests.given import TODAY, decided, doubtful, ready, rejected


def rules(problems: Any) -> dict[str, str]:
    return {problem.field: problem.rule for problem in problems}


@pytest.mark.parametrize("authority", ["Leeds", "leeds city council", "383", "E08000035"])
def test_a_council_is_known_by_its_name_its_alias_and_its_codes(authority: str) -> None:
    assert ready(authority=authority).host == "383"


def test_a_name_that_may_be_several_councils_becomes_a_question_with_all_of_them() -> None:
    doubt = doubtful(authority="Kingston")
    assert (doubt.field, doubt.rule) == ("authority", "ambiguous")
    assert {"314", "810"} <= set(doubt.candidates)  # upon Thames, upon Hull


def test_an_answer_stands_in_for_what_was_asked() -> None:
    decision = decided(answers={"authority": "314"}, authority="Kingston")
    assert getattr(decision, "host", None) == "314"


def test_a_council_that_nobody_knows_rejects_the_request_with_a_remedy() -> None:
    (problem,) = rejected(authority="Atlantis City Council").problems
    assert (problem.field, problem.rule) == ("authority", "unknown")
    assert "three-digit" in problem.remedy


def test_nobody_is_asked_about_a_request_that_cannot_open() -> None:
    assert rules(rejected(authority="Kingston", kind="moral support").problems) == {"kind": "unknown"}


def test_a_kind_that_is_like_none_rejects_the_request_with_all_there_are_and_never_with_its_words() -> None:
    (problem,) = rejected(kind="Zebulon").problems
    assert problem.remedy.startswith("Use one of: bespoke, ")
    assert "Zebulon" not in problem.reason + problem.remedy


@pytest.mark.parametrize(
    ("field", "likeliest", "asked"),
    [
        ("kind", "sounding_board", {"kind": "sounding bord"}),
        ("team.1.role", "leader", {"team": [{"role": "lead member"}, {"role": "leadr of council"}]}),
        ("themes.1", "care_leavers", {"themes": ["SEND", "care leaverz"]}),
    ],
)
def test_a_word_that_is_like_some_we_know_is_a_question_with_the_likeliest_first(field: str, likeliest: str, asked: dict[str, Any]) -> None:
    doubt = doubtful(**asked)
    assert (doubt.field, doubt.rule, doubt.candidates[0], doubt.host) == (field, "unsure", likeliest, "383")
    assert isinstance(decided(answers={field: likeliest}, **asked), Ready)


def test_who_asks_is_asked_first_for_that_tells_whose_adviser_answers_the_rest() -> None:
    asked: dict[str, Any] = {"authority": "Kingston", "kind": "sounding bord"}
    assert doubtful(**asked).field == "authority"
    second = decided(answers={"authority": "314"}, **asked)
    assert isinstance(second, Doubt)
    assert (second.field, second.host) == ("kind", "314")


def test_a_theme_that_a_person_says_is_none_of_ours_is_left_out_with_a_warning() -> None:
    decision = decided(answers={"themes.0": NONE}, themes=["care leaverz", "SEND"])
    assert isinstance(decision, Ready)
    assert decision.themes == ("send",)
    assert rules(decision.warnings) == {"themes.0": "unknown"}


def test_an_unknown_role_rejects_the_request_and_names_its_place_in_the_team() -> None:
    team = [{"role": "lead member"}, {"role": "chief wizard"}]
    assert rules(rejected(team=team).problems) == {"team.1.role": "unknown"}


def test_a_role_in_which_nobody_gives_the_kind_rejects_the_request_and_says_which_roles_do() -> None:
    (problem,) = rejected(team=[{"role": "lead member"}, {"role": "DCS"}]).problems
    assert (problem.field, problem.rule) == ("team.1.role", "role_of_kind")
    assert problem.remedy == "Use one of: lead_member, leader, former_lead_member; or ask for another kind."


def test_days_that_are_drawn_as_and_when_have_a_most_and_more_are_cut_to_it_with_a_warning() -> None:
    assert (ready(kind="sounding board", days=6).days, ready(kind="sounding board", days=6).warnings) == (6, ())
    cut = ready(kind="sounding board", days=20)
    assert (cut.days, rules(cut.warnings)) == (6, {"days": "capped"})


def test_a_kind_that_is_about_something_warns_when_no_theme_is_named() -> None:
    assert rules(ready(kind="bespoke").warnings) == {"themes": "missing"}
    assert ready(kind="bespoke", themes=["SEND"]).warnings == ready(kind="observation").warnings == ()


def test_each_person_of_a_team_has_a_place_of_their_own() -> None:
    team = [{"role": "Lead Member", "count": 2}, {"role": "DCS"}, {"role": "lead_member"}]
    assert [place.place for place in ready(kind="bespoke", team=team).places] == [
        "lead_member-1", "lead_member-2", "director_of_childrens_services-1", "lead_member-3",
    ]  # fmt: skip


def test_a_team_of_twelve_is_the_largest() -> None:
    assert len(ready(kind="bespoke", team=[{"role": "DCS", "count": 6}, {"role": "leader", "count": 6}]).places) == 12
    assert rules(rejected(kind="bespoke", team=[{"role": "DCS", "count": 6}, {"role": "leader", "count": 7}]).problems) == {
        "team": "too_many"
    }


@pytest.mark.parametrize("team", [None, []])
def test_a_request_without_a_team_has_the_usual_one_of_its_kind(team: Any) -> None:
    assert ready(team=team).places == (Place(place="lead_member-1", role="lead_member"),)
    assert [place.role for place in ready(kind="diagnostic", team=team).places].count("head_of_service") == 2


def test_what_is_left_out_is_filled_in_by_kind() -> None:
    plain = ready()
    assert (plain.days, plain.priority, plain.cost_basis, plain.funder) == (4, "newly_appointed", "free", "lga")
    assert plain.starts == TODAY + timedelta(days=14)
    assert plain.ends == plain.starts + timedelta(days=182)
    assert plain.warnings == ()


@pytest.mark.parametrize(
    ("fields", "starts", "ends"),
    [
        ({"from": "2027-01-10"}, date(2027, 1, 10), date(2027, 7, 11)),
        ({"to": "2027-03-31"}, date(2026, 12, 7), date(2027, 3, 31)),
        ({"to": "2026-11-30"}, date(2026, 11, 30), date(2026, 11, 30)),
        ({"to": "2026-11-23"}, TODAY, TODAY),
        ({"from": "2026-11-01", "to": "2026-12-31"}, date(2026, 11, 1), date(2026, 12, 31)),
    ],
)
def test_one_missing_date_follows_from_the_other(fields: dict[str, str], starts: date, ends: date) -> None:
    decision = ready(**fields)
    assert (decision.starts, decision.ends) == (starts, ends)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"from": "2027-06-30", "to": "2027-02-01"}, {"to": "before_from"}),
        ({"from": "2026-01-01", "to": "2026-11-22"}, {"to": "past"}),
        ({"from": "2020-01-01"}, {"from": "past"}),
        ({"from": "2027-01-01", "to": "2029-01-02"}, {"to": "too_long"}),
        ({"from": "9999-12-31"}, {"from": "too_far"}),
        ({"from": "2027-01-01", "to": "9999-12-31"}, {"to": "too_long"}),
    ],
)
def test_dates_that_cannot_be_are_named(fields: dict[str, str], expected: dict[str, str]) -> None:
    assert rules(rejected(**fields).problems) == expected


def test_two_years_is_the_longest() -> None:
    assert ready(**{"from": "2027-01-01", "to": "2029-01-01"}).ends == date(2029, 1, 1)


def test_themes_become_codes_and_an_unknown_one_is_left_out_with_a_warning() -> None:
    decision = ready(themes=["SEND", "quidditch", "special needs", "fostering"])
    assert decision.themes == ("send", "fostering_sufficiency")
    assert rules(decision.warnings) == {"themes.1": "unknown"}


def test_unknown_words_that_may_be_left_out_are_warned_of_and_not_repeated() -> None:
    secret = "Zebulon Quist"
    decision = ready(
        priority=secret, cost_basis=secret, funder=secret, mentee_group=secret, themes=[secret], preferences={"avoid": [secret]}
    )
    assert set(rules(decision.warnings)) == {"priority", "cost_basis", "funder", "mentee_group", "themes.0", "preferences.avoid.0"}
    assert secret not in repr(decision)
    assert decision.priority == "newly_appointed"


@pytest.mark.parametrize(
    ("fields", "party"),
    [
        ({}, "labour"),
        ({"preferences": {"same_group": False}}, None),
        ({"kind": "peer_review"}, None),
        ({"kind": "peer_review", "preferences": {"same_group": True}}, "labour"),
        ({"kind": "mentoring_new_director", "preferences": {"same_group": True}}, None),
    ],
)
def test_a_party_counts_for_councillors_one_to_one_or_when_it_is_wished_for_and_never_for_officers(
    fields: dict[str, Any], party: str | None
) -> None:
    assert ready(mentee_group="Labour", **fields).wishes.party == party


def test_the_same_group_without_a_group_is_warned_of() -> None:
    assert rules(ready(preferences={"same_group": True}).warnings) == {"mentee_group": "missing"}
    assert ready(preferences={"same_group": None}).warnings == ()


def test_councils_to_avoid_are_resolved_and_an_unsure_one_is_not_guessed() -> None:
    decision = ready(preferences={"avoid": ["Bradford", "Kingston", "380"]})
    assert decision.wishes.avoid == ("380",)
    assert rules(decision.warnings) == {"preferences.avoid.1": "unknown"}


@pytest.mark.parametrize(("written", "named"), [("p00012", "p00012"), ("Zebulon Quist", None), ("Zebulon", None)])
def test_a_peer_is_wished_for_by_id_and_never_by_name(written: str, named: str | None) -> None:
    decision = ready(preferences={"named_peer": written})
    assert decision.wishes.named_peer == named
    assert (len(decision.warnings) == 0) == (named is not None)


@pytest.mark.parametrize("written", ["whole cost", "Whole_Cost", "whole-cost"])
def test_who_pays_is_understood_however_it_is_joined(written: str) -> None:
    assert ready(cost_basis=written, funder="DfE").cost_basis == "whole_cost"
    assert ready(cost_basis=written, funder="DfE").funder == "dfe"


def test_one_from_outside_the_region_is_for_teams_and_a_wish_where_one_person_is_asked_for() -> None:
    asked = {"one_outside_region": True}
    team, alone = ready(kind="peer_review", preferences=asked), ready(kind="sounding_board", preferences=asked)
    assert (team.wishes.one_outside_region, team.wishes.region, team.warnings) == (True, "any", ready(kind="peer_review").warnings)
    assert (alone.wishes.one_outside_region, alone.wishes.region) == (False, "outside")
    assert rules(alone.warnings)["preferences.one_outside_region"] == "one_person"
