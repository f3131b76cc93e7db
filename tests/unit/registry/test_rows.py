"""How the words of a row are understood, and what is said when they are not."""

from datetime import date

import pytest

from services.registry import rows
from services.registry.register import CouncilEntry, Kind, OfferEntry, PeerEntry, PostEntry, departures
from services.registry.rows import Fault
from services.vocabulary.councils import reference_councils

REGISTER = [
    CouncilEntry(
        la_code=council.la_code,
        gss_code=council.gss_code,
        name=council.name,
        region=council.region,
        type=council.type,
        aliases=("The Leeds Lot",) if council.la_code == "383" else (),
        linked=(),
        willing=True,
    )
    for council in reference_councils()
    if council.la_code != "202"
]
POOL = CouncilEntry(
    la_code="010", gss_code="", name="Pool of Associates", region="London", type="partner_organisation", aliases=(), linked=(), willing=True
)
COUNCILS = rows.resolver([*REGISTER, POOL])
PEER = {"peer": "p1", "kind": "member", "council": "Leeds", "name": "Rowan Ashdown"}
POST = {"peer": "p1", "council": "383", "role": "lead_member", "from": "2024-05-01"}
OFFER = {"offer": "o1", "owner": "peer:p1", "days": "12.5", "from": "2027-01-01", "to": "2027-12-31"}
COUNCIL = {"la_code": "383", "gss_code": "E08000035", "name": "Leeds", "region": "yorkshire and the humber", "type": "metropolitan"}
GOOD: dict[Kind, dict[str, str]] = {"councils": COUNCIL, "peers": PEER, "posts": POST, "offers": OFFER}


def faults(kind: Kind, /, **cells: str) -> list[Fault]:
    """What is wrong with a good row once these cells stand in it."""
    found = rows.read(kind, {**GOOD[kind], **{name.rstrip("_"): cell for name, cell in cells.items()}}, COUNCILS)
    return found if isinstance(found, list) else []


def entry(kind: Kind, /, **cells: str) -> object:
    found = rows.read(kind, {**GOOD[kind], **{name.rstrip("_"): cell for name, cell in cells.items()}}, COUNCILS)
    assert not isinstance(found, list), found
    return found


def test_free_words_become_codes() -> None:
    found = entry("peers", kind="Councillor", council="Leeds City Council", party="Lib Dems", themes="SEND; Fostering;SEND")
    assert isinstance(found, PeerEntry)
    assert (found.kind, found.council, found.party, found.themes) == (
        "member",
        "383",
        "liberal_democrat",
        ("send", "fostering_sufficiency"),
    )
    post = entry("posts", role="Director of Children's Services")
    assert isinstance(post, PostEntry)
    assert post.role == "director_of_childrens_services"


@pytest.mark.parametrize("name", ["Leeds", "leeds city council", "383", "E08000035", "The Leeds Lot", "Leeeds City Council"])
def test_a_council_is_known_by_name_code_alias_or_slip_of_the_pen(name: str) -> None:
    found = entry("posts", council=name)
    assert isinstance(found, PostEntry)
    assert found.council == "383"


def test_an_unsure_council_is_a_fault_that_lists_the_candidates() -> None:
    (fault,) = faults("peers", council="Kingston")
    assert (fault.column, fault.value, fault.rule) == ("council", "Kingston", "unsure_council")
    assert fault.remedy == "Write its code: 314 (Kingston upon Thames) or 810 (Kingston upon Hull)."


@pytest.mark.parametrize("name", ["Camden", "Atlantis", "999"])
def test_a_council_that_is_not_in_the_register_is_a_fault(name: str) -> None:
    assert [fault.rule for fault in faults("peers", council=name)] == ["unknown_council"]


def test_an_unknown_role_is_a_fault_that_says_what_may_have_been_meant() -> None:
    (fault,) = faults("posts", role="Dir. Childrens")
    assert (fault.column, fault.value, fault.reason) == ("role", "Dir. Childrens", "This is not a role we know.")
    assert fault.remedy == "Did you mean director_of_childrens_services or assistant_director?"


def test_the_party_of_an_officer_is_refused_and_a_councillor_needs_none() -> None:
    assert [fault.rule for fault in faults("peers", kind="officer", party="Labour")] == ["party_of_officer"]
    assert [fault.rule for fault in faults("peers", kind="officer", party="Purple")] == ["unknown_party", "party_of_officer"]
    found = entry("peers", party="")
    assert isinstance(found, PeerEntry)
    assert found.party is None


def test_every_fault_of_a_row_is_told_at_once() -> None:
    found = faults("peers", peer="p 1", kind="robot", council="", name="", themes="SEND;gardening", email="nowhere", active="perhaps")
    assert [(fault.column, fault.rule) for fault in found] == [
        ("kind", "unknown_kind_of_peer"),
        ("peer", "identifier"),
        ("council", "missing"),
        ("name", "missing"),
        ("themes", "unknown_theme"),
        ("email", "email"),
        ("active", "yes_or_no"),
    ]
    assert all(fault.reason.endswith(".") and fault.remedy.endswith((".", "?")) for fault in found)


@pytest.mark.parametrize("days", ["0", "-3", "2.25", "1001", "many", "nan", "inf", "1e400", ""])
def test_days_are_more_than_none_and_in_steps_of_half_a_day(days: str) -> None:
    assert [fault.column for fault in faults("offers", days=days)] == ["days"]


@pytest.mark.parametrize(("days", "half_days"), [("0.5", 1), ("12", 24), ("1000", 2000), ("7.50", 15)])
def test_days_are_counted_in_halves(days: str, half_days: int) -> None:
    found = entry("offers", days=days)
    assert isinstance(found, OfferEntry)
    assert found.half_days == half_days


@pytest.mark.parametrize("day", ["1/12/2026", "2026-13-01", "2026-02-30", "26-12-01", "1899-12-31", "2200-01-01", "20261201", "٢٠٢٦-١٢-٠١"])
def test_a_date_is_year_month_day_of_our_times(day: str) -> None:
    assert [fault.column for fault in faults("posts", from_=day)] == ["from"]


def test_a_post_ends_on_or_after_its_first_day_and_may_have_no_end() -> None:
    assert [fault.rule for fault in faults("posts", to="2024-04-30")] == ["ends_before_start"]
    assert faults("posts", to="2024-05-01") == []
    assert faults("posts", to="") == []
    assert [fault.rule for fault in faults("offers", to="")] == ["missing"]


@pytest.mark.parametrize("owner", ["p1", "peer:", "peer:a b", "council:", "team:p1", "", ":"])
def test_an_offer_belongs_to_a_peer_or_a_council(owner: str) -> None:
    assert {fault.column for fault in faults("offers", owner=owner)} == {"owner"}


def test_an_offer_may_name_its_council_in_words() -> None:
    found = entry("offers", owner="council: Leeds City Council")
    assert isinstance(found, OfferEntry)
    assert found.of == "council:383"


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+44", "-x", "@here"])
def test_what_a_spreadsheet_would_run_is_refused(name: str) -> None:
    assert [fault.rule for fault in faults("peers", name=name)] == ["formula"]


@pytest.mark.parametrize("name", ["Row\nan", "Row\x07an", "Row\u200ban", "Row\u202ean"])
def test_what_cannot_be_seen_is_refused(name: str) -> None:
    assert [fault.rule for fault in faults("peers", name=name)] == ["control_character"]


def test_a_name_may_have_accents_and_hard_blanks() -> None:
    found = entry("peers", name=" Zoë\xa0Ó Núñez-O'Brien ")
    assert isinstance(found, PeerEntry)
    assert found.name == "Zoë Ó Núñez-O'Brien"


def test_a_council_is_not_linked_to_itself_or_to_a_name() -> None:
    assert [fault.value for fault in faults("councils", linked="202;383;Leeds")] == ["383", "Leeds"]


def test_an_entry_written_to_a_file_and_read_again_is_the_same() -> None:
    for kind, cells in GOOD.items():
        first = rows.read(kind, cells, COUNCILS)
        assert not isinstance(first, list)
        again = rows.read(kind, dict(zip(first.columns, first.cells(), strict=True)), COUNCILS)
        assert again == first


def post(starts: str, ends: str | None, council: str = "383") -> PostEntry:
    last = date.fromisoformat(ends) if ends else None
    return PostEntry(peer="p1", council=council, role="lead_member", starts=date.fromisoformat(starts), ends=last)


def test_a_peer_leaves_a_council_the_day_after_the_last_open_post_there_ends() -> None:
    before = [post("2020-01-01", None), post("2019-01-01", "2019-12-31"), post("2021-01-01", None, "202")]
    after = [post("2020-01-01", "2026-10-31"), *before[1:]]
    assert departures(before, after) == [("p1", "383", date(2026, 11, 1))]


def test_a_peer_with_another_open_post_at_the_council_does_not_leave_it() -> None:
    before = [post("2020-01-01", None), post("2021-01-01", None)]
    assert departures(before, [post("2020-01-01", "2026-10-31"), before[1]]) == []


def test_a_last_day_that_moves_is_told_again_and_one_that_stays_is_not() -> None:
    ended = [post("2020-01-01", "2026-10-31")]
    assert departures(ended, ended) == []
    assert departures(ended, [post("2020-01-01", "2026-12-31")]) == [("p1", "383", date(2027, 1, 1))]


def test_posts_that_are_entered_after_they_ended_are_no_departure() -> None:
    assert departures([], [post("2010-01-01", "2014-05-01")]) == []


def test_an_offer_may_name_the_kinds_of_support_that_it_is_for_by_code_or_title() -> None:
    found = entry("offers", kinds="peer review; mentoring_defined_period")
    assert isinstance(found, OfferEntry)
    assert found.kinds == ("peer_review", "mentoring_defined_period")


def test_a_kind_of_support_that_nobody_knows_is_a_fault_that_names_what_may_be_meant() -> None:
    (fault,) = faults("offers", kinds="peer reviw")
    assert (fault.column, fault.rule) == ("kinds", "unknown_kind_of_support")
    assert "peer_review" in fault.remedy


def test_a_partner_organisation_has_a_code_that_begins_with_0_and_no_gss_code() -> None:
    found = entry("councils", la_code="010", gss_code="", type="partner organisation", name="Centre for Scrutiny")
    assert isinstance(found, CouncilEntry)
    assert (found.la_code, found.gss_code, found.type) == ("010", "", "partner_organisation")


@pytest.mark.parametrize(("la_code", "type_"), [("010", "metropolitan"), ("383", "partner organisation")])
def test_a_code_that_does_not_go_with_the_type_is_a_fault(la_code: str, type_: str) -> None:
    assert [fault.rule for fault in faults("councils", la_code=la_code, type_=type_)] == ["code_of_partner"]


def test_a_council_needs_a_gss_code() -> None:
    assert [(fault.column, fault.rule) for fault in faults("councils", gss_code="")] == [("gss_code", "missing")]


def test_an_associate_belongs_to_a_partner_organisation_and_may_have_a_day_rate() -> None:
    found = entry("peers", kind="associate", council="Pool of Associates", day_rate="650")
    assert isinstance(found, PeerEntry)
    assert (found.kind, found.council, found.day_rate) == ("associate", "010", 650)
    assert found.cells()[-1] == "650"


@pytest.mark.parametrize(("kind", "council"), [("associate", "Leeds"), ("organisation", "383"), ("officer", "010"), ("member", "010")])
def test_who_is_paid_belongs_to_an_organisation_and_who_is_not_to_a_council(kind: str, council: str) -> None:
    assert [(fault.column, fault.rule) for fault in faults("peers", kind=kind, council=council)] == [("council", "home_of_kind")]


def test_councillors_and_officers_have_no_day_rate() -> None:
    assert [fault.rule for fault in faults("peers", day_rate="650")] == ["rate_of_unpaid"]
    assert [fault.rule for fault in faults("peers", kind="associate", council="010", day_rate="6.50")] == ["pounds"]
