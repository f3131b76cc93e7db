"""What somebody wrote becomes the right council, or candidates, or nothing; never a wrong council."""

import string
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.vocabulary.councils import Council, not_councils, reference_councils
from services.vocabulary.resolve import CouncilResolver, Resolution
from services.vocabulary.spelling import spell

COUNCILS = reference_councils()
NAMES = {council.la_code: council.name for council in COUNCILS}


@cache
def resolver() -> CouncilResolver:
    return CouncilResolver(COUNCILS)


def resolve(text: str) -> Resolution:
    return resolver().resolve(text)


def found(text: str) -> str | None:
    """The name of the council that a text resolves to."""
    la_code = resolve(text).la_code
    return None if la_code is None else NAMES[la_code]


def offered(text: str) -> set[str]:
    answer = resolve(text)
    assert answer.la_code is None
    return {candidate.name for candidate in answer.candidates}


def test_all_153_are_known_by_their_codes() -> None:
    for council in COUNCILS:
        assert resolve(council.la_code) == Resolution(council.la_code, council.la_code, "code", 100.0)
        assert resolve(council.gss_code) == Resolution(council.gss_code, council.la_code, "gss", 100.0)
        assert resolve(f" {council.gss_code.lower()} ").la_code == council.la_code
        assert resolve(f"{council.la_code}.0").how == "code"


def test_all_153_are_known_by_name_and_official_name_however_they_are_typed() -> None:
    for council in COUNCILS:
        for name in (council.name, council.official_name):
            for typed in (name, name.upper(), name.lower(), f"  {name.replace(' ', '   ')}  ", name.replace(" and ", " & ")):
                assert (resolve(typed).la_code, resolve(typed).how) == (council.la_code, "name"), typed
            assert resolve(name.replace("-", " ").replace(" ", "-")).la_code == council.la_code, name


def test_all_153_are_known_with_the_usual_words_behind_their_name() -> None:
    for council in COUNCILS:
        for behind in ("Council", "Children's Services", "childrens trust", "LA", "local authority"):
            assert resolve(f"{council.name} {behind}").la_code == council.la_code, f"{council.name} {behind}"


def test_every_curated_alias_means_its_council() -> None:
    for council in COUNCILS:
        for alias in council.aliases:
            answer = resolve(alias)
            assert answer.la_code == council.la_code, alias
            assert answer.how in ("name", "alias"), alias


def test_a_code_and_a_name_that_agree_mean_their_council() -> None:
    for council in COUNCILS:
        assert resolve(f"{council.la_code} {council.name}").la_code == council.la_code
        assert resolve(f"{council.official_name} ({council.la_code})").la_code == council.la_code, council.official_name


SHORT_FORMS = {
    "North Yorks": "North Yorkshire", "N Yorks": "North Yorkshire", "N. Yorks": "North Yorkshire", "Yorkshire, North": "North Yorkshire",
    "York": "York", "City of York": "York", "Brighton": "Brighton and Hove", "Newcastle": "Newcastle upon Tyne",
    "Newcastle City Council": "Newcastle upon Tyne", "Newcastle-on-Tyne": "Newcastle upon Tyne", "Dorset": "Dorset",
    "Bournemouth": "Bournemouth, Christchurch and Poole", "Poole": "Bournemouth, Christchurch and Poole",
    "Christchurch, Poole & Bournemouth": "Bournemouth, Christchurch and Poole", "BCP": "Bournemouth, Christchurch and Poole",
    "Durham": "Durham", "Co. Durham": "Durham", "County Durham": "Durham", "Hull": "Kingston upon Hull", "Hull CC": "Kingston upon Hull",
    "Kingston upon Hull, City of": "Kingston upon Hull", "Royal Borough of Kingston": "Kingston upon Thames",
    "LB Kingston": "Kingston upon Thames", "Richmond": "Richmond upon Thames", "St Helens": "St Helens", "St. Helens MBC": "St Helens",
    "Saint Helens": "St Helens", "Bath": "Bath and North East Somerset", "B&NES": "Bath and North East Somerset",
    "BANES": "Bath and North East Somerset", "Bristol": "Bristol", "Bristol, City of": "Bristol", "Medway": "Medway",
    "Isle of Wight": "Isle of Wight", "IoW": "Isle of Wight", "Stoke": "Stoke-on-Trent", "Stoke on Trent": "Stoke-on-Trent",
    "Southend": "Southend-on-Sea", "Telford": "Telford and Wrekin", "Windsor": "Windsor and Maidenhead", "RBWM": "Windsor and Maidenhead",
    "Torbay": "Torbay", "Blackburn": "Blackburn with Darwen", "Redcar": "Redcar and Cleveland", "Sunderland": "Sunderland",
    "Surrey County Council": "Surrey", "Surrey CC": "Surrey", "LB Hackney": "Hackney", "Hackney LBC": "Hackney",
    "London Borough of Hackney Council": "Hackney", "RBKC": "Kensington and Chelsea", "Kensington & Chelsea RB": "Kensington and Chelsea",
    "H&F": "Hammersmith and Fulham", "LBHF": "Hammersmith and Fulham", "Tower Hamlets (LB)": "Tower Hamlets", "Newham": "Newham",
    "ERYC": "East Riding of Yorkshire", "East Riding": "East Riding of Yorkshire", "North East Lincs": "North East Lincolnshire",
    "NE Lincs": "North East Lincolnshire", "N.E. Lincs": "North East Lincolnshire", "N Lincs": "North Lincolnshire",
    "S Glos": "South Gloucestershire", "Glos": "Gloucestershire", "Reading Council": "Reading", "Lancs": "Lancashire",
    "Notts": "Nottinghamshire",
    "Nottingham": "Nottingham", "Leics": "Leicestershire", "Leicester": "Leicester", "Derbys": "Derbyshire", "Derby": "Derby",
    "Herts": "Hertfordshire", "Hants": "Hampshire", "Wilts": "Wiltshire", "Oxon": "Oxfordshire", "Cambs": "Cambridgeshire",
    "Lincs": "Lincolnshire", "Worcs": "Worcestershire", "Staffs": "Staffordshire", "Bucks": "Buckinghamshire", "Warks": "Warwickshire",
    "West Northants": "West Northamptonshire", "CWaC": "Cheshire West and Chester", "E Sussex": "East Sussex", "MK": "Milton Keynes",
    "Milton Keynes City Council": "Milton Keynes", "Dorset County Council": "Dorset", "Somerset County Council": "Somerset",
    "Birmingham Children's Trust": "Birmingham", "Leeds, West Yorkshire": "Leeds", "City of London": "City of London",
    "E10000023": "North Yorkshire",
    "E08000020": "Gateshead", "836": "Bournemouth, Christchurch and Poole", "\uff13\uff18\uff13": "Leeds", "L\u00e9eds\u200b": "Leeds",
}  # fmt: skip


@pytest.mark.parametrize(("written", "council"), SHORT_FORMS.items())
def test_a_common_short_form_means_its_council(written: str, council: str) -> None:
    assert found(written) == council


CHOICES = {
    "Kingston": {"Kingston upon Thames", "Kingston upon Hull"},
    "Kingston Council": {"Kingston upon Thames", "Kingston upon Hull"},
    "Northamptonshire": {"North Northamptonshire", "West Northamptonshire"},
    "Northants County Council": {"North Northamptonshire", "West Northamptonshire"},
    "Cumbria County Council": {"Cumberland", "Westmorland and Furness"},
    "Cheshire": {"Cheshire East", "Cheshire West and Chester"},
    "Bedfordshire": {"Bedford", "Central Bedfordshire", "Luton"},
    "Berkshire": {"Bracknell Forest", "Windsor and Maidenhead", "West Berkshire", "Reading", "Slough", "Wokingham"},
    "Newcastle-under-Lyme": {"Staffordshire"},
    "Newcastle, Staffs": {"Staffordshire"},
    "Newcastle Borough Council": {"Staffordshire", "Newcastle upon Tyne"},
    "Nottingham County Council": {"Nottingham", "Nottinghamshire"},
    "Derbyshire City Council": {"Derby", "Derbyshire"},
    "Leicester County Council": {"Leicester", "Leicestershire"},
    "Nottinghan County Council": {"Nottingham", "Nottinghamshire"},
    "383 Leeds County Council": {"Leeds"},
    "London Borough of Reading": {"Reading"},
    "East Yorkshire": {"East Riding of Yorkshire", "Kingston upon Hull"},
    "Tyneside": {"North Tyneside", "South Tyneside"},
    "Achieving for Children": {"Kingston upon Thames", "Richmond upon Thames", "Windsor and Maidenhead"},
    "Richmond, North Yorkshire": {"North Yorkshire"},
    "383 Wakefield": {"Leeds", "Wakefield"},
    "Leeds and Bradford": {"Leeds", "Bradford"},
    "909": {"Cumberland", "Westmorland and Furness"},
    "Herfordshire": {"Herefordshire", "Hertfordshire"},
    "Nouth Tyneside": {"North Tyneside", "South Tyneside"},
    "Sorthampton": {"Southampton", "West Northamptonshire"},
    "London": {"City of London"},
}


@pytest.mark.parametrize(("written", "councils"), CHOICES.items())
def test_an_ambiguous_name_is_a_choice_and_never_a_guess(written: str, councils: set[str]) -> None:
    assert offered(written) == councils
    assert resolve(written).how == "unsure"


DISTRICTS = {
    "Gloucester": "Gloucestershire", "Gloucester City Council": "Gloucestershire", "Oxford": "Oxfordshire", "Cambridge": "Cambridgeshire",
    "Lincoln": "Lincolnshire", "Preston": "Lancashire", "Ipswich Borough Council": "Suffolk", "Ipswitch": "Suffolk", "Norwich": "Norfolk",
    "Exeter": "Devon", "Boston": "Lincolnshire", "Harrogate": "North Yorkshire", "Hereford": "Herefordshire", "Ashford, Kent": "Kent",
    "Northampton": "West Northamptonshire", "Huddersfield": "Kirklees", "King's Lynn": "Norfolk", "Harlow": "Essex",
    "Carlisle": "Cumberland",
}  # fmt: skip


@pytest.mark.parametrize(("written", "county"), DISTRICTS.items())
def test_a_district_or_town_is_at_best_a_question_about_the_council_above_it(written: str, county: str) -> None:
    assert county in offered(written)


@pytest.mark.parametrize(
    "written",
    [
        *("Cardiff", "Cardif", "Glasgow", "Belfast", "Newport", "Isle of Man", "W06000015", "S12000033", "E12345678", "999", "12345", "38"),
        *(
            "",
            " ",
            "-",
            "n/a",
            "asdf",
            "qwerty",
            "banana",
            "Hogwarts",
            "Gotham City",
            "council",
            "London Borough",
            "City of",
            "\x00",
            "北京",
        ),
        "x" * 5000,
    ],
)
def test_what_is_no_english_council_gives_none(written: str) -> None:
    assert resolve(written) == Resolution(written, None, "unknown", 0.0)


SLIPS = {
    "Birmingam": "Birmingham", "Manchster": "Manchester", "Sheffeild": "Sheffield", "Leeeds": "Leeds", "Westminister": "Westminster",
    "Wolverhamption City Council": "Wolverhampton", "Leeds City Counci": "Leeds", "Hamersmith and Fulham": "Hammersmith and Fulham",
    "Kinston upon Hull": "Kingston upon Hull", "Surrey Conty Council": "Surrey", "Hackny": "Hackney",
}  # fmt: skip


@pytest.mark.parametrize(("written", "council"), SLIPS.items())
def test_a_slip_of_the_pen_is_forgiven_where_only_one_council_is_near(written: str, council: str) -> None:
    answer = resolve(written)
    assert (found(written), answer.how) == (council, "close")
    assert 75 < answer.score < 100


@pytest.mark.parametrize("written", ["Bary", "Bolten", "Kint", "Yurk", "Lutan"])
def test_a_short_name_with_a_wrong_letter_is_asked_about(written: str) -> None:
    assert resolve(written).how == "unsure"


def test_every_curated_word_that_is_no_council_offers_exactly_its_candidates() -> None:
    for other in not_councils():
        answer = resolve(other.word)
        assert answer.la_code is None, other.word
        assert tuple(candidate.la_code for candidate in answer.candidates) == other.candidates, other.word


EXACT = {spell(text).bare for council in COUNCILS for text in (council.name, council.official_name, *council.aliases)}


@st.composite
def one_slip(draw: st.DrawFn) -> tuple[str, Council]:
    """A council's name with one letter too many, too few, wrong, or swapped with the next."""
    council = draw(st.sampled_from(COUNCILS))
    name = draw(st.sampled_from((council.name, council.official_name))).lower()
    at = draw(st.integers(0, len(name) - 1))
    letter = draw(st.sampled_from(string.ascii_lowercase + " "))
    slip = draw(st.sampled_from(("more", "less", "wrong", "swapped")))
    written = {
        "more": name[:at] + letter + name[at:],
        "less": name[:at] + name[at + 1 :],
        "wrong": name[:at] + letter + name[at + 1 :],
        "swapped": name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :],
    }[slip]
    return written, council


@settings(max_examples=2000, deadline=None)
@given(one_slip())
def test_one_slip_in_a_name_never_gives_another_council(slipped: tuple[str, Council]) -> None:
    written, council = slipped
    answer = resolve(written)
    if spell(written).bare in EXACT:
        return  # Hertfordshire and Herefordshire are one letter apart: what is written is what is meant
    assert answer.la_code in (council.la_code, None), f"{written!r} became {NAMES[answer.la_code or council.la_code]}"


@settings(max_examples=1000, deadline=None)
@given(st.text(max_size=300))
@example("\ud800")
@example("&" * 200)
def test_no_text_makes_it_fail(written: str) -> None:
    answer = resolve(written)
    assert answer.input == written
    assert (answer.la_code is None) == (answer.how in ("unsure", "unknown"))
    assert bool(answer.candidates) == (answer.how == "unsure")
    assert 0 <= answer.score <= 100


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["Leeds", "Kingston", "Birmingam", "asdf", "383", ""]), max_size=30))
def test_many_at_once_are_answered_as_one_by_one_and_in_order(written: list[str]) -> None:
    fresh = CouncilResolver(COUNCILS)
    assert fresh.resolve_many(written) == [resolve(text) for text in written]


def test_a_council_that_the_register_does_not_hold_is_never_offered() -> None:
    few = CouncilResolver([council for council in COUNCILS if council.la_code in ("383", "942")])
    assert few.resolve("Cumbria").candidates[0].la_code == "942"
    assert len(few.resolve("Cumbria").candidates) == 1
    assert few.resolve("Wakefield").how == "unknown"


def test_two_councils_of_one_name_are_a_choice() -> None:
    twins = CouncilResolver(Council(code, f"E{code}", "Here", "Here Council", "London", "unitary") for code in ("001", "002"))
    assert {candidate.la_code for candidate in twins.resolve("here").candidates} == {"001", "002"}


def test_remembering_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.vocabulary.resolve._REMEMBERED", 100)
    small = CouncilResolver(COUNCILS)
    small.resolve_many([f"Leeds {number}" for number in range(90)])
    small.resolve_many([f"Bury {number}" for number in range(90)])
    assert small.resolve("Leeds").la_code == "383"
    assert len(small._remembered) <= 100
