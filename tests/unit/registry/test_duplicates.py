"""Who may be in the register twice: shown to a person, never merged. People are invented."""

import pytest

from services.registry.duplicates import Entry, Twins, against, twins


def entry(peer: str, name: str, *councils: str, email: str = "") -> Entry:
    return Entry(peer, name, email, frozenset(councils or ("383",)))


def pairs(*entries: Entry) -> list[tuple[str, str]]:
    return [(pair.one, pair.other) for pair in twins(entries)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rowan Ashdown", "Rowan Ashdowne"),
        ("Rowan Ashdown", "Cllr Rowan Ashdown OBE"),
        ("Ashdown, Rowan", "Rowan Ashdown"),
        ("R. Ashdown", "Rowan Ashdown"),
        ("Niamh O'Hara", "Niamh OHara"),
    ],
)
def test_names_of_one_council_that_differ_slightly_are_shown(one: str, other: str) -> None:
    assert pairs(entry("a", one), entry("b", other)) == [("a", "b")]


@pytest.mark.parametrize(
    ("one", "other"), [("Rowan Ashdown", "Robin Ashdown"), ("R. Ashdown", "S. Ashdown"), ("Rowan Ashdown", "Maud Pike")]
)
def test_names_of_different_people_are_not(one: str, other: str) -> None:
    assert pairs(entry("a", one), entry("b", other)) == []


def test_somebody_who_was_entered_again_at_the_next_council_is_found_by_the_whole_name_or_the_address() -> None:
    assert pairs(entry("a", "Rowan Ashdown", "383"), entry("b", "Rowan Ashdown", "202")) == [("a", "b")]
    assert pairs(entry("a", "Rowan Ashdown", "383"), entry("b", "Rowan Ashdowne", "202")) == []
    assert twins([entry("a", "Rowan Ashdown", "383", email="R@example.org"), entry("b", "Rowan Pike", "202", email="r@example.org")])[
        0
    ].because == ("same_address",)


def test_a_post_at_the_other_s_council_brings_two_together() -> None:
    assert pairs(entry("a", "Rowan Ashdown", "383", "202"), entry("b", "Rowan Ashdowne", "202")) == [("a", "b")]


def test_the_surest_come_first_and_two_without_an_address_do_not_share_one() -> None:
    found = twins(
        [
            entry("a", "Rowan Ashdown"),
            entry("b", "Rowan Ashdowne"),
            entry("c", "Maud Pike", email="m@example.org"),
            entry("d", "M Pike", email="m@example.org"),
        ]
    )
    assert [(pair.one, pair.other, pair.because) for pair in found] == [
        ("c", "d", ("same_address", "initial")),
        ("a", "b", ("like_name",)),
    ]


def test_the_same_entries_in_another_order_give_the_same_pairs() -> None:
    some = [entry("b", "Rowan Ashdowne"), entry("a", "Rowan Ashdown")]
    assert twins(some) == twins(some[::-1]) == [Twins("a", "b", 0.963, ("like_name",))]


def test_what_speaks_against_is_what_is_known_to_differ_and_nothing_that_is_not_known() -> None:
    one = Entry("a", "Rowan Ashdown", "r@example.org", frozenset({"383"}), "member", "labour")
    assert against(one, Entry("b", "Rowan Ashdown", "", frozenset({"383"}), "member")) == ()
    other = Entry("b", "Rowan Ashdown", "ra@example.org", frozenset({"202"}), "officer", "green")
    assert against(one, other) == ("other_address", "other_kind", "other_party", "other_council")
