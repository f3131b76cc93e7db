"""The ledger of spread: who gave what, against what was offered, and how evenly."""

from datetime import date
from typing import Any

import pytest

from schemas.fact import Line
from services.matcher.columns import Register
from services.matcher.giving import Giver, Period, Spread, deployments, spread
from services.matcher.story import Match, Story
from tests.unit.matcher.given import LEEDS, LEWISHAM, PORTSMOUTH, council, peer, register
from tests.unit.matcher.test_decisions import NOW, suggested

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
HOMES = {"p1": PORTSMOUTH, "p2": LEWISHAM, "a1": "010"}


def given(request: str, *peers: str, host: str = LEEDS, starts: date = date(2026, 12, 7), days: float = 4, **fields: Any) -> Story:
    """Placed work of these peers for a council."""
    lines = tuple(
        Line(line=n, place=f"lead_member-{n}", role="lead_member", peer=name, council=HOMES[name], days=days)
        for n, name in enumerate(peers, 1)
    )
    known: dict[str, Any] = {"state": "placed", "host": host, "region": "London", "kind": "bespoke", "changed_at": NOW}
    match = Match(match=f"m-{request}", lines=lines, starts=starts, ends=date(2027, 3, 1))
    return Story(**(known | {"request": request, "match": match} | fields))


def ledger(*stories: Story, period: Period = YEAR, known: Register | None = None, region_seen: str = "", most: int | None = None) -> Spread:
    columns = (known or register(peer("p1", days=8), peer("p2", of=LEWISHAM))).columns()
    gave = [one for story in stories for one in deployments(story)]
    return spread(gave, columns, period, lambda region: region_seen in ("", region), most)


def test_places_and_days_are_counted_by_council_and_by_peer_against_what_was_offered() -> None:
    found = ledger(given("r1", "p1", "p2"), given("r2", "p1", days=2.5))
    assert (found.requests, found.days) == (2, 10.5)
    assert found.peers == (Giver("p1", 2, 6.5, 8), Giver("p2", 1, 4, 8))
    assert found.councils == (Giver(PORTSMOUTH, 2, 6.5, 200), Giver(LEWISHAM, 1, 4, 200), Giver(LEEDS, 0, 0, 200, received=3))


def test_as_many_peers_are_listed_as_were_asked_for_and_all_are_counted() -> None:
    known = register(peer("p1", days=8), peer("p2", of=LEWISHAM), *(peer(f"p{n}") for n in range(3, 9)))
    every = ledger(given("r1", "p2"), known=known)
    assert [giver.owner for giver in every.peers] == ["p2", "p1", "p3", "p4", "p5", "p6", "p7", "p8"]
    for most in (0, 1, 3):
        some = ledger(given("r1", "p2"), known=known, most=most)
        assert (some.peers, some.carried) == (every.peers[:most], (7, 1))


def test_a_council_that_gives_and_receives_has_a_balance() -> None:
    found = ledger(given("r1", "p1"), given("r2", "p1", host=LEWISHAM), given("r3", "p2"))
    assert {giver.owner: giver.balance for giver in found.councils} == {PORTSMOUTH: 2, LEWISHAM: 0, LEEDS: -2}


def test_a_willing_council_that_gives_nothing_is_named_and_weighs_in_the_evenness() -> None:
    found = ledger(given("r1", "p1"), given("r2", "p2"))
    assert found.unused == (LEEDS,)
    assert found.evenness.unused == 1
    assert found.evenness.gini == pytest.approx(1 / 3), "two of three carry all"
    assert (found.evenness.hhi, found.evenness.ten_busiest) == (0.5, 1.0)
    unwilling = register(peer("p1"), peer("p2", of=LEWISHAM), council(LEEDS, willing=False))
    assert ledger(given("r1", "p1"), given("r2", "p2"), known=unwilling).evenness.gini == 0


@pytest.mark.parametrize(
    ("period", "requests"),
    [
        (YEAR, 1),
        (Period(date(2026, 12, 7), date(2026, 12, 7)), 1),
        (Period(date(2026, 12, 8), date(2026, 12, 31)), 0),
        (Period(date(2026, 1, 1), date(2026, 12, 6)), 0),
        (Period(YEAR.since, YEAR.until, region="London"), 1),
        (Period(YEAR.since, YEAR.until, region="South West"), 0),
        (Period(YEAR.since, YEAR.until, kind="bespoke"), 1),
        (Period(YEAR.since, YEAR.until, kind="peer_review"), 0),
    ],
)
def test_a_period_takes_the_work_that_begins_in_it_of_its_region_and_kind(period: Period, requests: int) -> None:
    assert ledger(given("r1", "p1"), period=period).requests == requests


def test_only_work_whose_days_are_spent_counts() -> None:
    assert ledger(suggested(), given("r1", "p1", state="withdrawn"), given("r2", "p1", state="completed")).requests == 1


def test_who_asked_is_shown_for_the_readers_regions_alone_and_what_was_given_for_all() -> None:
    found = ledger(given("r1", "p1"), region_seen="South West")
    assert [(giver.owner, giver.given, giver.received) for giver in found.councils if giver.given or giver.received] == [(PORTSMOUTH, 1, 0)]


def test_the_trend_is_a_line_for_each_month() -> None:
    found = ledger(given("r1", "p1"), given("r2", "p2", starts=date(2026, 3, 31)), given("r3", "p2", starts=date(2026, 3, 1)))
    assert [(month.month, month.evenness.places, month.days) for month in found.months] == [
        (date(2026, 3, 1), 2, 8),
        (date(2026, 12, 1), 1, 4),
    ]


def test_beside_it_stands_what_always_taking_the_best_fit_would_have_done() -> None:
    story = suggested(peers=("p1", "p2"))
    assert story.match is not None
    assert story.match.suggestion is not None
    (place,) = story.match.suggestion.places
    first, second = place.candidates
    listed = place.model_copy(
        update={
            "candidates": (
                first.model_copy(update={"council": PORTSMOUTH, "fit": 0.6}),
                second.model_copy(update={"council": LEWISHAM, "fit": 0.8}),
            )
        }
    )
    suggestion = story.match.suggestion.model_copy(update={"places": (listed,)})
    chosen = given("r1", "p1")
    assert chosen.match is not None
    chosen = chosen.model_copy(update={"match": chosen.match.model_copy(update={"suggestion": suggestion})})
    found = ledger(chosen, given("r2", "p2"))
    assert found.best_fit.fit_kept == pytest.approx(0.75)
    assert found.best_fit.compared == 1, "of the other nobody was proposed"
    assert found.best_fit.evenness.hhi == 1.0, "Lewisham would have given both"
    assert found.evenness.hhi == 0.5


def test_a_partner_organisation_is_in_the_ledger_but_no_part_of_how_evenly_councils_share() -> None:
    pool = council(PORTSMOUTH).model_copy(update={"council": "010", "kind": "partner_organisation"})
    alone = ledger(given("r1", "p1"), given("r2", "p2"))
    beside = ledger(
        given("r1", "p1"),
        given("r2", "p2"),
        given("r3", "a1"),
        known=register(pool, peer("p1"), peer("p2", of=LEWISHAM), peer("a1", of="010")),
    )
    assert "010" in {giver.owner for giver in beside.councils}
    assert (beside.evenness, beside.unused) == (alone.evenness, alone.unused)
