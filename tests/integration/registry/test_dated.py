"""What lasts from a day to a day: imported, said with its owner's record, exported as it came; and posts held twice at once."""

from datetime import date
from typing import Any

import pytest

from schemas.registry import Evidence, Feedback, Inspection, Interest, Intervention, Span, Training
from services.registry.register import DATED, ENTRIES, Kind
from tests.integration.registry.house import MONDAY, House, completed, line, selected
from tests.integration.registry.test_api import READ, WRITE, key, ok

ROWS: dict[Kind, list[str]] = {
    "accreditations": ["p1,2023-01-01,2025-12-31", "p1,2026-01-01,"],
    "training": ["p2,team-leading,2025-03-01,2028-02-28"],
    "interests": ["p1,Camden,2020-05-01,"],
    "absences": ["p2,2027-08-01,2027-08-31"],
    "releases": ["p2,2026-04-01,2027-03-31"],
    "evidence": ["p1,SEND,led,2022-01-01,", "p1,neglect,stated,2022-01-01,2023-01-01"],
    "feedback": ["p2,old-1,Camden,5,2025-05-01", "p2,old-1,Essex,2,2025-06-01", "p2,old-2,Camden,4,2026-02-01"],
    "inspections": ["Leeds,2022-03-01,2022-05-09,good,", "Leeds,2026-11-02,,,"],
    "interventions": ["Essex,improvement notice,2024-02-01,2025-02-01", "Essex,direction,2025-02-02,"],
}


async def imported(house: House, kind: Kind, *rows: str) -> list[dict[str, Any]]:
    return await house.imports(kind, *rows, header=",".join(ENTRIES[kind].columns))


@pytest.fixture
async def broad(house: House) -> House:
    """The house with something dated of every kind."""
    for kind, rows in ROWS.items():
        told = await imported(house, kind, *rows)
        assert told[-1]["imported"], told
    return house


async def test_whatever_is_dated_is_said_with_the_record_of_its_owner(broad: House) -> None:
    councillor, officer = await broad.state("peer:p1"), await broad.state("peer:p2")
    leeds, essex = await broad.state("council:383"), await broad.state("council:881")
    assert councillor.accreditations == (Span(starts=date(2023, 1, 1), ends=date(2025, 12, 31)), Span(starts=date(2026, 1, 1)))
    assert councillor.interests == (Interest(council="202", starts=date(2020, 5, 1)),)
    assert officer.absences == (Span(starts=date(2027, 8, 1), ends=date(2027, 8, 31)),)
    assert officer.releases == (Span(starts=date(2026, 4, 1), ends=date(2027, 3, 31)),)
    assert officer.training == (Training(training="team-leading", starts=date(2025, 3, 1), ends=date(2028, 2, 28)),)
    assert councillor.evidence == (
        Evidence(theme="neglect", level="stated", starts=date(2022, 1, 1), ends=date(2023, 1, 1)),
        Evidence(theme="send", level="led", starts=date(2022, 1, 1)),
    )
    assert (councillor.feedback, officer.feedback) == (None, Feedback(count=3, mean=3.67))
    assert leeds.inspections == (
        Inspection(starts=date(2022, 3, 1), published=date(2022, 5, 9), judgement="good"),
        Inspection(starts=date(2026, 11, 2)),
    )
    assert essex.interventions == (
        Intervention(state="notice", starts=date(2024, 2, 1), ends=date(2025, 2, 1)),
        Intervention(state="direction", starts=date(2025, 2, 2)),
    )


@pytest.mark.parametrize("kind", DATED)
async def test_an_export_of_what_is_dated_can_be_imported_again_and_changes_nothing(
    broad: House, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.registry.files_api._PAGE", 1)
    await broad.forget()
    async with broad.browser(READ) as client:
        text = (await client.get(f"/export/{kind}.csv")).text
    told = await broad.imports_bytes(kind, text.encode())
    assert told[-1] == {"done": True, "rows": len(ROWS[kind]), "new": 0, "changed": 0, "same": len(ROWS[kind]), "bad": 0, "imported": True}
    assert await broad.said("registry.state.v1") == []


async def test_the_judgement_of_an_inspection_comes_later_and_changes_its_row(broad: House) -> None:
    told = await imported(broad, "inspections", "Leeds,2026-11-02,2027-01-12,outstanding,")
    assert (told[-1]["new"], told[-1]["changed"]) == (0, 1)
    assert (await broad.state("council:383")).inspections[1].judgement == "outstanding"


async def test_one_row_that_is_dated_is_entered_and_read_without_a_file(house: House) -> None:
    async with house.browser(READ, WRITE) as client:
        row = {"peer": "p1", "council": "Camden", "from": "2026-01-01"}
        assert ok(await client.post("/interests", json=row, headers=key("k1")))["outcome"] == "new"
        inspection = {"council": "Leeds", "start": "2022-03-01", "judgement": "Requires improvement"}
        assert ok(await client.post("/inspections", json=inspection, headers=key("k2")))["owner"] == "council:383"
        peer, council = ok(await client.get("/peers/p1")), ok(await client.get("/councils/383"))
    assert peer["interests"] == [{"item": "202", "from": "2026-01-01", "to": None, "value": None}]
    assert council["inspections"][0]["value"] == "requires_improvement"


async def test_something_dated_of_a_peer_who_is_not_registered_is_a_fault(house: House) -> None:
    told = await imported(house, "accreditations", "p1,2026-01-01,", "p77,2026-01-01,")
    assert [(fault["row"], fault["column"], fault["rule"]) for fault in told if "row" in fault] == [(3, "peer", "unknown_peer")]
    assert (await house.sql("select count(*) from dated"))[0][0] == 0


async def test_posts_that_a_peer_would_hold_twice_at_once_are_told_even_in_a_dry_run(house: House) -> None:
    await house.register(posts=["p1,Leeds,leader,2020-05-01,2022-05-01"])
    rows = ["p1,Leeds,leader,2022-05-01,", "p1,Leeds,lead member,2021-01-01,", "p2,Leeds,DCS,2020-01-01,", "p2,Leeds,DCS,2021-01-01,"]
    told = await house.imports("posts", *rows, dry_run=True)
    assert [(fault["row"], fault["column"], fault["rule"]) for fault in told if "row" in fault] == [
        (2, "from", "overlap"),
        (4, "from", "overlap"),
        (5, "from", "overlap"),
    ]


async def test_a_file_may_end_a_post_and_begin_the_next(house: House) -> None:
    await house.register(posts=["p1,Leeds,leader,2020-05-01,"])
    told = await house.imports("posts", "p1,Leeds,leader,2020-05-01,2022-05-01", "p1,Leeds,leader,2022-05-02,")
    assert told[-1]["imported"]


async def test_a_post_that_overlaps_is_refused_as_a_command_too(house: House) -> None:
    await house.register(posts=["p1,Leeds,leader,2020-05-01,"])
    async with house.browser(READ, WRITE) as client:
        row = {"peer": "p1", "council": "Leeds", "role": "leader", "from": "2021-05-01"}
        answer = await client.post("/posts", json=row, headers=key("k1"))
    assert (answer.status_code, answer.json()["problems"][0]["rule"]) == (422, "overlap")


async def test_a_visit_with_a_peer_team_is_said_with_its_first_day_while_it_is_held_and_other_work_is_not(house: House) -> None:
    visit = selected("m1", line(1, "p2")).model_copy(update={"kind": "peer_review"})
    mentoring = selected("m2", line(1, "p1")).model_copy(update={"kind": "mentoring_new_lead_member"})
    await house.hear(visit, mentoring)
    assert (await house.state("load:peer:p2")).challenges == (MONDAY,)
    assert (await house.state("load:peer:p1")).challenges == ()


async def test_a_load_says_whom_placed_work_was_for_beside_its_first_day(house: House) -> None:
    await house.hear(selected("m1", line(1, "p1")))
    assert (await house.state("load:peer:p1")).hosts == ()
    await house.hear(completed("m1", line(1, "p1")))
    for owner in ("peer:p1", f"council:{line(1, 'p1').council}"):
        load = await house.state(f"load:{owner}")
        assert (load.placed, load.hosts) == ((MONDAY,), ("202",))


async def test_an_inspection_may_have_a_judgement_for_each_area(broad: House) -> None:
    rows = ("Leeds,2020-03-02,2020-05-04,good,leaders", "Leeds,2020-03-02,2020-05-04,RI,care leavers")
    told = await imported(broad, "inspections", *rows)
    assert told[-1]["imported"], told
    found = [one for one in (await broad.state("council:383")).inspections if one.starts == date(2020, 3, 2)]
    assert {(one.area, one.judgement) for one in found} == {("leaders", "good"), ("care_leavers", "requires_improvement")}


async def test_feedback_is_kept_of_work_with_a_team_and_refused_of_mentoring(house: House) -> None:
    visit = selected("m1", line(1, "p2")).model_copy(update={"kind": "peer_review"})
    mentoring = selected("m2", line(1, "p1")).model_copy(update={"kind": "mentoring_new_lead_member"})
    await house.hear(visit, mentoring)
    told = await imported(house, "feedback", "p2,m1,Camden,4,2027-02-01", "p1,m2,Camden,5,2027-02-01", "p1,m1,Camden,5,2027-02-01")
    assert [(fault["row"], fault["column"], fault["rule"]) for fault in told if "row" in fault] == [
        (3, "match", "not_team_work"),
        (4, "match", "not_in_match"),
    ]
    assert (await house.sql("select count(*) from dated"))[0][0] == 0
    async with house.browser(READ, WRITE) as client:
        row = {"peer": "p2", "match": "m1", "council": "Camden", "rating": "4", "on": "2027-02-01"}
        assert ok(await client.post("/feedback", json=row, headers=key("k1")))["outcome"] == "new"
        shown = ok(await client.get("/peers/p2"))["feedback"]
    assert shown == [{"match": "m1", "council": "202", "rating": 4, "on": "2027-02-01"}]
    assert (await house.state("peer:p2")).feedback == Feedback(count=1, mean=4)


async def test_where_a_peer_goes_and_what_a_peer_speaks_is_said(house: House) -> None:
    header = "peer,kind,council,name,languages,travel"
    told = await house.imports("peers", "p2,officer,Leeds,Idris Calder,Polish; British Sign Language,North East;london", header=header)
    assert told[-1]["imported"], told
    state = await house.state("peer:p2")
    assert (state.languages, state.travel) == (("polish", "british_sign_language"), ("North East", "London"))
