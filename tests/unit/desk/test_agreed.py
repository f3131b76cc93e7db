"""What was agreed by telephone, as it is typed: who helps, who has agreed and when, and that nobody's word passes to somebody else."""

from services.desk import agreed
from services.desk.agreed import Line, Party

TYPED = {
    "authority": ["Leeds"],
    "kind": ["sounding_board"],
    "from-day": ["1"],
    "from-month": ["11"],
    "from-year": ["2026"],
    "to-day": ["31"],
    "to-month": ["5"],
    "to-year": ["2027"],
    "agreed_on-day": ["20"],
    "agreed_on-month": ["10"],
    "agreed_on-year": ["2026"],
    "peer.1": ["p1"],
    "role.1": ["lead_member"],
    "days.1": ["2.5"],
}


def test_somebody_is_added_to_the_first_free_row_and_once() -> None:
    assert agreed.added(TYPED, "p2", "leader") == {"peer.2": ["p2"], "role.2": ["leader"], "days.2": []}
    assert agreed.added(TYPED, "p1", "leader") == {}
    full = {f"peer.{n}": [f"p{n}"] for n in range(1, agreed.MOST + 1)}
    assert agreed.added(full, "another", "leader") is None


def test_whoever_is_taken_out_takes_their_agreement_along() -> None:
    gone = agreed.removed("1")
    assert {"peer.1", "role.1", "days.1", "yes.peer.1", "on.peer.1-day", "yes.employer.1"} <= gone.keys()
    assert not any(gone.values())
    assert (agreed.removed("13"), agreed.removed("x")) == ({}, {})


def test_who_has_agreed_did_so_on_the_day_of_the_whole_unless_another_is_typed() -> None:
    found = agreed.lines(TYPED)
    who = agreed.parties([{"party": "mentee", "peer": None, "stage": 1}, {"party": "peer", "peer": "p1", "stage": 3}], found)
    assert who == [Party("mentee", None, "mentee.0"), Party("peer", "p1", "peer.1")]
    told = {"yes.mentee.0": ["yes"], "yes.peer.1": ["yes"], "how.peer.1": ["email"]}
    day = {"on.peer.1-day": ["19"], "on.peer.1-month": ["10"], "on.peer.1-year": ["2026"]}
    assert agreed.agreements({**TYPED, **told, **day}, who) == [
        {"party": "mentee", "peer": None, "agreed_on": "2026-10-20", "channel": "telephone"},
        {"party": "peer", "peer": "p1", "agreed_on": "2026-10-19", "channel": "email"},
    ]
    assert agreed.agreements(TYPED, who) == []


def test_what_is_not_ticked_is_among_the_fields_of_its_page() -> None:
    assert "yes.peer.1" in agreed.consent_fields(["how.peer.1", "csrf"])


def test_people_and_dates_that_are_missing_or_wrong_are_said_by_field() -> None:
    assert agreed.people_wrong([]) == [("name", "Find whoever will help, and add them.")]
    wrong = agreed.people_wrong([Line(1, "p1", "", "four"), Line(2, "p2", "leader", "1.3"), Line(3, "p3", "leader", "2.5")])
    assert [field for field, _ in wrong] == ["role.1", "days.1", "days.2"]
    assert agreed.days_wrong(TYPED) == []
    assert [field for field, _ in agreed.days_wrong({**TYPED, "to-year": ["2025"]})] == ["to-day"]
    assert [field for field, _ in agreed.days_wrong({})] == ["from-day", "to-day", "agreed_on-day"]
