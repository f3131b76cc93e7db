"""The words that every service shares agree with one another, and free words find their code."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.vocabulary.councils import COUNCIL_TYPES, REGIONS, land_borders, not_councils, reference_councils, statistical_neighbours
from services.vocabulary.lookup import Lookup
from services.vocabulary.words import (
    KINDS,
    PARTIES,
    PRIORITIES,
    ROLES,
    THEMES,
    kind_code,
    kind_suggestions,
    party_code,
    party_suggestions,
    priority_code,
    priority_suggestions,
    role_code,
    role_suggestions,
    theme_code,
    theme_suggestions,
)

COUNCILS = reference_councils()
CODES = {council.la_code for council in COUNCILS}


def test_there_are_153_councils_in_nine_regions() -> None:
    assert len(CODES) == len(COUNCILS) == 153
    assert len({council.gss_code for council in COUNCILS}) == 153
    counted = {region: sum(council.region == region for council in COUNCILS) for region in REGIONS}
    assert counted == {
        "London": 33, "North West": 24, "South East": 19, "Yorkshire and The Humber": 15, "South West": 15, "West Midlands": 14,
        "North East": 12, "East of England": 11, "East Midlands": 10,
    }  # fmt: skip


def test_there_are_21_counties_63_unitaries_36_metropolitan_and_32_london_boroughs_and_the_city() -> None:
    counted = {sort: sum(council.type == sort for council in COUNCILS) for sort in COUNCIL_TYPES}
    assert counted == {"county": 21, "unitary": 63, "metropolitan": 36, "london_borough": 32, "city_corporation": 1}


def test_linked_councils_know_each_other() -> None:
    linked = {council.la_code: set(council.linked) for council in COUNCILS}
    assert all(code in linked[other] and code != other for code, others in linked.items() for other in others)
    assert linked["314"] == {"318", "868"}


def test_every_council_has_ten_statistical_neighbours_none_of_them_itself() -> None:
    neighbours = statistical_neighbours()
    assert set(neighbours) == CODES
    assert all(len(set(near)) == 10 and set(near) <= CODES - {code} for code, near in neighbours.items())


def test_land_borders_are_mutual_and_islands_have_none() -> None:
    borders = land_borders()
    assert all(code in borders[other] for code, others in borders.items() for other in others)
    assert set(borders) <= CODES
    assert not {"921", "420"} & set(borders)
    assert "384" in borders["383"]


def test_neighbours_that_also_share_a_border_are_one_in_six() -> None:
    shared = sum(other in land_borders().get(code, ()) for code, near in statistical_neighbours().items() for other in near)
    assert shared == 239


def test_words_that_are_no_councils_offer_only_councils_that_exist() -> None:
    words = not_councils()
    assert len({other.word.casefold() for other in words}) == len(words)
    assert all(set(other.candidates) <= CODES and other.why for other in words)
    assert not {other.word for other in words} & {council.name for council in COUNCILS}


def test_priorities_stand_in_falling_order() -> None:
    assert list(PRIORITIES) == ["preventing_failure", "early_intervention", "newly_appointed", "inspection_announced", "other"]


@pytest.mark.parametrize(
    ("read", "codes"),
    [(role_code, ROLES), (theme_code, THEMES), (party_code, PARTIES), (priority_code, PRIORITIES), (kind_code, KINDS)],
)
def test_every_code_is_its_own_word_however_it_is_typed(read: Callable[[str], str | None], codes: dict[str, object]) -> None:
    for code in codes:
        assert {read(code), read(code.upper()), read(code.replace("_", " ")), read(f" {code.replace('_', '-')} ")} == {code}


@pytest.mark.parametrize(
    ("read", "written", "code"),
    [
        (role_code, "DCS", "director_of_childrens_services"),
        (role_code, "Director of Children's Services", "director_of_childrens_services"),
        (role_code, "Cabinet Member for Children & Families", "lead_member"),
        (role_code, "Cllr", "member"),
        (role_code, "Mayor", "leader"),
        (theme_code, "SEND", "send"),
        (theme_code, "fostering sufficiency", "fostering_sufficiency"),
        (theme_code, "MASH", "front_door"),
        (theme_code, "UASC", "unaccompanied_children"),
        (theme_code, "children\u2019s homes", "placements_sufficiency"),
        (party_code, "Lib Dem", "liberal_democrat"),
        (party_code, "Con.", "conservative"),
        (party_code, "Green Party", "independent"),
        (kind_code, "Peer challenge", "peer_review"),
        (priority_code, "urgent", "preventing_failure"),
    ],
)
def test_people_say_it_in_their_own_words(read: Callable[[str], str | None], written: str, code: str) -> None:
    assert read(written) == code


@pytest.mark.parametrize(
    ("suggest", "read", "written", "code"),
    [
        (role_suggestions, role_code, "Dir. Childrens", "director_of_childrens_services"),
        (role_suggestions, role_code, "lead membr", "lead_member"),
        (role_suggestions, role_code, "Asst. Dir.", "assistant_director"),
        (theme_suggestions, theme_code, "fostering sufficency", "fostering_sufficiency"),
        (party_suggestions, party_code, "Labor", "labour"),
        (kind_suggestions, kind_code, "mentoring new lead membr", "mentoring_new_lead_member"),
        (priority_suggestions, priority_code, "prevention of failure", "preventing_failure"),
    ],
)
def test_a_word_that_is_nearly_one_is_suggested_and_never_taken(
    suggest: Callable[[str], tuple[str, ...]], read: Callable[[str], str | None], written: str, code: str
) -> None:
    assert read(written) is None
    assert suggest(written)[0] == code
    assert len(suggest(written)) <= 3


@given(st.text(max_size=300))
def test_no_word_makes_a_lookup_fail(written: str) -> None:
    for read, suggest in ((role_code, role_suggestions), (theme_code, theme_suggestions)):
        code = read(written)
        assert code is None or code in ROLES or code in THEMES
        assert len(suggest(written)) <= 3


def test_nonsense_has_no_suggestions() -> None:
    assert role_suggestions("banana") == theme_suggestions("hedgehogs") == kind_suggestions("") == ()


def test_a_synonym_of_two_codes_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="is a synonym of b and of a"):
        Lookup({"a": ("same",), "b": ("Same",)})
