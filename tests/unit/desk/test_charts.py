"""Tables and charts of the desk: what a page shows, what a file holds, and where shapes lie."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from services.desk import charts, shortage_sheets, spread_sheets
from services.desk.charts import Scale
from services.desk.sheets import Column, Sheet
from services.desk.when import financial_year

SHEET = Sheet(
    "people", "People", (Column("Who"), Column("Places", "count"), Column("Days", "days"), Column("Share", "share")),
    [("Ada", 1_204, 4.5, 0.412), ("=cmd()", 0, 0, None), ("Zoë", -3, 10, 1.0)],
)  # fmt: skip


def test_a_table_shows_numbers_as_people_write_them_and_says_where_there_is_none() -> None:
    assert SHEET.shown() == [["Ada", "1,204", "4.5", "41%"], ["=cmd()", "0", "0", "–"], ["Zoë", "-3", "10", "100%"]]


def test_a_file_holds_the_numbers_as_they_are_and_no_cell_that_a_spreadsheet_would_run() -> None:
    text = SHEET.csv()
    assert text[0] == "\ufeff"
    assert list(csv.reader(io.StringIO(text[1:]))) == [
        ["Who", "Places", "Days", "Share"], ["Ada", "1204", "4.5", "0.412"], ["'=cmd()", "0", "0", ""], ["Zoë", "-3", "10", "1.0"],
    ]  # fmt: skip


@pytest.mark.parametrize(("most", "high"), [(0, 4), (3, 4), (4, 4), (9, 10), (37, 40), (62, 80), (0.89, 1.0)])
def test_a_scale_ends_at_a_round_number_above_all_values(most: float, high: float) -> None:
    assert charts.from_zero([most]).high == pytest.approx(high)


@pytest.mark.parametrize("values", [[0.981, 0.998], [0.97, 1.008], [0.5, 0.5], [0.0021, 0.9]])
def test_a_scale_around_values_holds_them_all(values: list[float]) -> None:
    scale = charts.around(values)
    assert scale.low <= min(values)
    assert max(values) <= scale.high + 1e-9


def test_bars_stand_side_by_side_within_the_plane_and_nothing_is_drawn_for_nothing() -> None:
    assert charts.bars([2, 0, 4], Scale(0, 4)).path == "M33.33 300V150.0h266.67V300zM700.0 300V0.0h266.67V300z"


def test_a_line_goes_from_point_to_point_and_a_dot_has_no_length() -> None:
    points = [(1.0, 0.5), (0.0, 1.0)]
    assert charts.line(points, Scale(0, 1), Scale(0, 1)).path == "M1000.0 150.0L0.0 0.0"
    assert charts.dots(points, Scale(0, 1), Scale(0, 1)).path == "M1000.0 150.0h0M0.0 0.0h0"


def ledger(**more: Any) -> dict[str, Any]:
    def giver(owner: str, given: int, days: float, offered: float, received: int = 0) -> dict[str, Any]:
        return {"owner": owner, "given": given, "days": days, "offered": offered, "received": received, "balance": given - received}

    even = {"places": 3, "gini": 0.5, "hhi": 0.5, "ten_busiest": 1.0, "unused": 1}
    return {
        "requests": 2, "days": 12.0, "evenness": even, "unused": ["301"],
        "councils": [giver("383", 2, 8, 40), giver("390", 1, 4, 0, received=3), giver("301", 0, 0, 10)],
        "peers": [giver("p1", 2, 8, 10), giver("p2", 0, 0, 10)], "carried": [1, 0, 1],
        "months": [{"month": "2026-12-01", "days": 12.0, "evenness": even}],
        "best_fit": {"evenness": even, "compared": 3, "fit_kept": 0.987},
    } | more  # fmt: skip


def test_councils_stand_in_the_order_of_what_they_gave_with_their_share_of_what_they_offered() -> None:
    rows = spread_sheets.councils(ledger()).shown()
    assert rows[0] == ["Leeds", "Yorkshire and The Humber", "2", "8", "40", "20%", "0", "2"]
    assert rows[1] == ["Gateshead", "North East", "1", "4", "0", "–", "3", "-2"]
    assert [row[0] for row in spread_sheets.unused(ledger()).shown()] == ["Barking and Dagenham"]


def test_the_chart_of_councils_says_in_words_what_it_shows_and_its_parts_share_an_order() -> None:
    given, used = spread_sheets.council_charts(ledger())
    assert given.words == "Bar chart of 3 councils, the busiest first. Leeds gave most, 2; an equal share would be 1 each."
    assert used.marks[0].path.count("M") == 1  # of what Gateshead offered, which is nothing, there is no share


def test_a_partner_organisation_that_gave_stands_in_the_tables_and_not_among_the_councils_of_the_chart() -> None:
    partner = {"owner": "001", "given": 5, "days": 20.0, "offered": 40.0, "received": 0, "balance": 5}
    found = ledger(councils=[partner, *ledger()["councils"]])
    assert spread_sheets.councils(found).shown()[0][:3] == ["001", "Partner organisation", "5"]
    assert spread_sheets.regions(found).shown()[-1][:4] == ["Partner organisation", "1", "1", "5"]
    assert spread_sheets.council_charts(found)[0].words.startswith("Bar chart of 3 councils, the busiest first. Leeds gave most, 2;")


def test_every_region_and_every_month_of_the_period_has_its_row() -> None:
    regions = spread_sheets.regions(ledger())
    assert [row[0] for row in regions.rows][:2] == ["Yorkshire and The Humber", "North East"]
    assert len(regions.rows) == 9
    months = spread_sheets.months(ledger(), date(2026, 11, 10), date(2027, 1, 2)).shown()
    assert months[1] == ["December 2026", "3", "12", "100%", "0.500", "1"]
    assert [months[0], months[2]] == [[month, "0", "0", "–", "–", "–"] for month in ("November 2026", "January 2027")]


def test_a_little_has_a_bar_and_nothing_has_none() -> None:
    bars = spread_sheets.lengths(spread_sheets.carried(ledger(carried=[1_000, 0, 1])), 1)
    assert [(bar.words, bar.step) for bar in bars] == [("0 places", 20), ("1 place", 0), ("2 places", "least")]


def test_a_peer_is_named_where_the_name_is_known() -> None:
    assert [row[0] for row in spread_sheets.peers(ledger(), {"p1": "Ada"}).rows] == ["Ada"]
    assert [row[0] for row in spread_sheets.peers(ledger(), {}).rows] == ["p1"]


def test_a_day_lies_in_the_year_that_begins_in_april() -> None:
    assert financial_year(date(2026, 3, 31)) == (date(2025, 4, 1), date(2026, 3, 31))
    assert financial_year(date(2026, 4, 1)) == (date(2026, 4, 1), date(2027, 3, 31))


def test_what_is_short_is_counted_by_role_and_months_stand_in_their_order() -> None:
    def count(code: str, title: str, requests: int) -> dict[str, Any]:
        return {"code": code, "title": title, "requests": requests, "places": requests}

    recruit = {
        "title": "lead member", "regions": [], "themes": ["send"], "month": "2027-03-01", "days": 4.0, "requests": ["r1"], "helps": [],
        "held_back": {"peer_days": 3, "portfolio": 9, "absence": 0}, "words": "A lead member who knows SEND: would unblock 1 request.",
    }  # fmt: skip
    short = {
        "unmet": 1, "places": 2, "recruits": [recruit], "roles": [count("lead_member", "lead member", 1)], "themes": [],
        "regions": [], "months": [count("2027-03", "March 2027", 9), count("2026-12", "December 2026", 1)],
    }  # fmt: skip
    assert shortage_sheets.in_words(short) == "1 request has 2 places that nobody on the register can fill now."
    assert [row[0] for row in shortage_sheets.counted(short, "months").rows] == ["December 2026", "March 2027"]
    assert shortage_sheets.counted(short, "roles").shown() == [["Lead member", "1", "1"]]
    assert shortage_sheets.recruits(short).shown()[0][:4] == [
        "Lead member",
        "Any",
        "special educational needs and disabilities",
        "1 March 2027",
    ]
    assert shortage_sheets.alike([recruit, recruit | {"words": "Another."}, recruit]) == [
        (recruit, 2),
        (recruit | {"words": "Another."}, 1),
    ]
    assert shortage_sheets.held_back(recruit) == ["9 without the children’s portfolio", "3 with no days left"]
