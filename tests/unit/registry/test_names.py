"""Names are found however they are misspelt, cut short or turned round; pure."""

from datetime import date

import pytest

from services.registry.names import Held, Names, Person, Sought
from services.registry.register import CouncilEntry

TODAY = date(2026, 11, 25)


def council(la_code: str, name: str, region: str, *aliases: str) -> CouncilEntry:
    return CouncilEntry(
        la_code=la_code, gss_code=f"E{la_code}", name=name, region=region, type="unitary", aliases=aliases, linked=(), willing=True
    )


LEADS = Held("lead_member", date(2024, 5, 10), None)
LED = Held("lead_member", date(2020, 5, 10), date(2024, 5, 9))


@pytest.fixture
def names() -> Names:
    names = Names()
    names.put_councils(
        [
            council("383", "Leeds", "Yorkshire and The Humber"),
            council("810", "Kingston upon Hull", "Yorkshire and The Humber", "Hull"),
            council("202", "Camden", "London"),
        ]
    )
    names.put(
        [
            Person("p1", "Rowan Ashdown", "383", ("send",), (LEADS,)),
            Person("p2", "Siân O’Hara-Jones", "202", (), (LED,)),
            Person("p3", "Maud Tarn", "810", ("fostering",), (LED, LEADS)),
            Person("p4", "Rowan Tarn", "202", ("send", "fostering")),
        ]
    )
    return names


def found(names: Names, words: str, most: int = 10, **narrower: object) -> list[str]:
    return [peer for peer, _ in names.people(Sought(words, TODAY, most, **narrower))[0]]  # type: ignore[arg-type]


@pytest.mark.parametrize("words", ["Rowan Ashdown", "ashdown rowan", "Rowen Ashdon", "ROWAN ASH", "rowna ashdown", "  ashdown, r. "])
def test_a_name_is_found_misspelt_cut_short_or_turned_round(names: Names, words: str) -> None:
    assert found(names, words)[0] == "p1"


@pytest.mark.parametrize("words", ["sian ohara jones", "Siân O'Hara", "Jones"])
def test_accents_apostrophes_and_hyphens_do_not_matter(names: Names, words: str) -> None:
    assert found(names, words) == ["p2"]


def test_a_council_a_role_and_a_theme_are_words_too(names: Names) -> None:
    assert found(names, "rowan camden") == ["p4"]
    assert found(names, "lead member hull") == ["p3"]
    assert found(names, "rowan fostering") == ["p4"]


def test_a_word_that_may_be_a_council_or_a_role_is_taken_for_the_council_first(names: Names) -> None:
    names.put([Person("p5", "Rowan Tarn", "202", (), (LEADS,)), Person("p6", "Rowan Tarn", "383")])
    assert found(names, "rowan tarn leads")[0] == "p6"


def test_a_council_is_not_taken_for_a_theme_that_sounds_like_it(names: Names) -> None:
    assert found(names, "rowan leeds") == ["p1"]  # p4 knows special educational needs


def test_an_identifier_comes_first(names: Names) -> None:
    assert found(names, "p3")[0] == "p3"


def test_who_has_not_every_word_is_not_found(names: Names) -> None:
    assert found(names, "rowan zzyzx") == []


def test_codes_narrow_the_search_and_a_role_is_held_on_the_day(names: Names) -> None:
    assert found(names, "", council="202") == ["p2", "p4"]
    assert found(names, "", theme="send") == ["p1", "p4"]
    assert found(names, "", role="lead_member") == ["p1", "p3"]
    assert found(names, "", role="nothing") == []


def test_who_is_of_another_region_is_not_found(names: Names) -> None:
    assert found(names, "rowan", regions=["London"]) == ["p4"]
    assert found(names, "p1", regions=["London"]) == []
    assert found(names, "rowan", regions=[]) == []


def test_there_are_more_than_were_asked_for(names: Names) -> None:
    assert names.people(Sought("rowan", TODAY, 1))[1]
    assert not names.people(Sought("rowan", TODAY, 2))[1]


def test_who_has_changed_is_found_under_the_new_name_alone(names: Names) -> None:
    names.put([Person("p1", "Rowan Birchwood", "202")])
    assert found(names, "ashdown") == []
    assert found(names, "birchwood camden") == ["p1"]
    assert len(names) == 4


def test_councils_are_found_by_all_their_names(names: Names) -> None:
    assert [code for code, _ in names.councils("leads", 5)] == ["383"]
    assert [code for code, _ in names.councils("hull", 5)] == ["810"]
    assert [code for code, _ in names.councils("202", 5)] == ["202"]
    assert names.councils("", 5) == []
    assert names.councils("zzyzx", 5) == []


@pytest.mark.parametrize("words", ["", "   ", "of", "‮…", "x" * 10_000, "a b c d e f g h i j", "'; drop table peer; --"])
def test_odd_words_are_no_trouble(names: Names, words: str) -> None:
    found(names, words)


def test_room_is_made_for_many_people_councils_and_posts() -> None:
    names = Names()
    assert found(names, "rowan") == []
    names.put_councils([council("383", "Leeds", "Yorkshire and The Humber")])
    many = tuple(Held(f"role_{n}", TODAY, None) for n in range(20))
    names.put([Person(f"p{n}", f"Rowan{n} Ashdown", "383", (), many if n == 2_999 else ()) for n in range(3_000)])
    assert found(names, "rowan2999 ashdown", 1) == ["p2999"]
    assert found(names, "", role="role_19") == ["p2999"]
