"""A peer and a council as tables: words for codes, the latest first, and no host of another region; pure."""

from typing import Any

from services.desk import register_sheets as sheets

POST = {"council": "383", "role": "lead_member", "from": "2024-05-10", "to": None}
OLD = {"council": "202", "role": "leader", "from": "2020-05-10", "to": "2024-05-09"}
NOTHING: dict[str, list[Any]] = {
    kind: [] for kind in ("accreditations", "training", "evidence", "interests", "absences", "releases", "feedback")
}
PEER: dict[str, Any] = {"peer": "p1", "name": "Rowan Ashdown", "council": "383", "region": "Yorkshire and The Humber", "posts": [OLD, POST]}
PEER |= {"themes": ["send"], "active": True, **NOTHING}
PIECE = {"request": "r1", "role": "lead_member", "peer": "p1", "council": "383", "days": 4.0, "from": "2027-01-04", "state": "placed"}


def test_posts_are_told_in_words_the_latest_first() -> None:
    assert sheets.posts(PEER).rows == [
        ("Lead member for children's services", "Leeds", "10 May 2024", "no end"),
        ("Leader of the council", "Camden", "10 May 2020", "9 May 2024"),
    ]
    assert sheets.roles(PEER) == "leader of the council at Camden, lead member for children's services"


def test_days_offered_say_what_is_left_of_them_and_what_they_are_for() -> None:
    account = {"from": "2027-01-01", "to": "2027-12-31", "days": 10.0, "held": 1.0, "placed": 2.5, "free": 6.5}
    rows = sheets.offers([{**account, "kinds": []}, {**account, "from": "2027-06-01", "kinds": ["sounding_board"]}]).rows
    assert [row[0] for row in rows] == ["1 June to 31 December 2027", "1 January to 31 December 2027"]
    assert [row[1:] for row in rows] == [(10.0, 1.0, 2.5, 6.5, "Sounding board"), (10.0, 1.0, 2.5, 6.5, "any kind")]


def test_a_host_that_the_reader_may_not_see_is_a_council_of_another_region() -> None:
    shown = sheets.work([PIECE], {"r1": ("Camden", "Sounding board")})
    assert shown.rows[0][:3] == ("4 January 2027", "Camden", "Sounding board")
    assert sheets.work([PIECE], {}).rows[0][1:3] == (sheets.ELSEWHERE, "–")
    assert sheets.work([PIECE], {}, {"p1": "Rowan Ashdown"}).rows[0][1] == "Rowan Ashdown"


def test_feedback_names_councils_of_the_readers_regions_alone() -> None:
    given = {**PEER, "feedback": [{"match": "m", "council": "202", "rating": 5, "on": "2026-03-01"}]}
    assert sheets.feedback(given, ["Yorkshire and The Humber"]).rows == [("1 March 2026", sheets.ELSEWHERE, 5)]
    assert sheets.feedback(given, ["London"]).rows[0][1] == "Camden"
    assert sheets.feedback(given, None).rows[0][1] == "Camden"


def test_what_is_dated_is_told_with_what_it_is_about() -> None:
    told = {
        **PEER,
        "interests": [{"item": "202", "from": "2026-01-01", "to": None, "value": None}],
        "evidence": [{"item": "send", "from": "2026-01-01", "to": "2026-12-31", "value": "shown"}],
        "accreditations": [{"item": "", "from": "2025-01-01", "to": "2027-12-31", "value": None}],
    }
    assert [row[:2] for row in sheets.dated(told).rows] == [
        ("Accredited for visits with peer teams", "–"),
        ("Knows a theme", "special educational needs and disabilities: shown"),
        ("Interest in a council", "Camden"),
    ]


def test_peers_of_a_council_stand_by_role_and_those_without_one_last() -> None:
    other = {**PEER, "name": "Maud Tarn", "posts": []}
    rows = sheets.council_peers([other, {**PEER, "posts": [POST]}]).rows
    assert [row[:2] for row in rows] == [("Lead member for children's services", "Rowan Ashdown"), ("No role now", "Maud Tarn")]


def test_neighbours_are_named_by_nearness_and_those_who_share_a_border_follow() -> None:
    rows = sheets.neighbours("383").rows
    assert rows[0][2] == "1"
    assert {row[3] for row in rows} == {"yes", "no"}
    assert ("Bradford", "Yorkshire and The Humber") in {row[:2] for row in rows}
    assert sheets.neighbours("999").rows == []


def test_inspections_and_stages_of_intervention_stand_in_one_line_of_time() -> None:
    council = {
        "inspections": [{"item": "", "from": "2024-02-01", "to": "2024-03-20", "value": "good"}],
        "interventions": [{"item": "notice", "from": "2025-01-01", "to": None, "value": None}],
    }
    assert [row[1:] for row in sheets.inspections(council).rows] == [
        ("Intervention", "Notice", "no end"),
        ("Inspection", "Good", "20 March 2024"),
    ]


def test_a_name_that_a_spreadsheet_would_run_is_only_a_name() -> None:
    assert "'=cmd()" in sheets.found([{**PEER, "name": "=cmd()"}]).csv()
