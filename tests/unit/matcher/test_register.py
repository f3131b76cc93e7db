"""What a replica keeps of the registry: newer versions win, tombstones take away, loads touch nothing else, rankings replay."""

from datetime import date
from itertools import permutations

import pytest

from schemas.registry import PeerState
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import Ask, rank
from services.matcher.records import State
from tests.unit.matcher.given import DUDLEY, PORTSMOUTH, TODAY, ask, council, load, offer, peer, proposed, register


def test_an_empty_register_stands_at_version_minus_one() -> None:
    assert register().__class__().version == -1


def test_the_version_is_the_highest_position_applied_even_of_a_record_that_is_ignored() -> None:
    known = register(peer(version=5))
    known.apply([(70, "peer:p1", peer(version=4)), (40, f"council:{DUDLEY}", council(DUDLEY))])
    assert known.version == 70


def test_an_older_version_of_a_peer_is_ignored() -> None:
    known = register(peer(version=5))
    known.apply([(70, "peer:p1", peer(version=4, active=False))])
    assert proposed(known, ask()) == ["p1"]


def test_a_newer_version_of_a_peer_counts_at_once() -> None:
    known = register(peer(version=5))
    assert proposed(known, ask()) == ["p1"]
    known.apply([(70, "peer:p1", peer(version=6, active=False))])
    assert proposed(known, ask()) == []


def test_a_peer_who_was_erased_is_gone() -> None:
    known = register(peer())
    known.apply([(70, "peer:p1", None)])
    assert rank(known, [ask()], DEFAULT_POLICY, TODAY)[0].shortages[0].considered == 0


def test_an_old_record_that_is_said_again_does_not_bring_an_erased_peer_back() -> None:
    known = register(peer(version=3))
    known.apply([(70, "peer:p1", None), (71, "peer:p1", peer(version=3)), (72, "peer:p1", peer(version=2))])
    assert proposed(known, ask()) == []


@pytest.mark.parametrize(
    "records",
    [
        [(5, peer(version=3)), (6, None), (7, peer(version=3))],
        [(5, peer(version=2)), (6, None), (7, peer(version=1))],
        [(5, None), (6, peer(version=1)), (7, None)],
    ],
)
def test_an_erased_peer_stays_away_in_whatever_order_the_records_come(records: list[tuple[int, PeerState | None]]) -> None:
    for shuffled in permutations(records):
        known = register(council(PORTSMOUTH))
        known.apply((position, "peer:p1", state) for position, state in shuffled)
        assert proposed(known, ask()) == []


def test_an_erased_peer_who_registers_anew_is_back() -> None:
    known = register(peer(version=3))
    known.apply([(70, "peer:p1", None), (71, "peer:p1", peer(version=4))])
    assert proposed(known, ask()) == ["p1"]


def test_a_tombstone_of_something_unknown_changes_nothing() -> None:
    known = register(peer())
    known.apply([(70, "peer:p9", None), (71, "load:peer:p9", None), (72, "planet:mars", None)])
    assert proposed(known, ask()) == ["p1"]


def test_a_load_counts_at_once_without_the_columns_being_laid_out_anew() -> None:
    known = register(peer("p1"), peer("p2"))
    before = known.columns()
    known.apply([(70, "load:peer:p1", load("peer:p1", held=1, used={"o-p1": 6}))])
    assert known.columns() is before
    assert proposed(known, ask()) == ["p2"]
    known.apply([(71, "load:peer:p1", load("peer:p1", held=1, used={"o-p1": 4}, version=2))])
    assert proposed(known, ask()) == ["p2", "p1"]


def test_days_that_are_no_longer_named_are_free_again() -> None:
    known = register(peer(offers=(offer("a", 8), offer("b", 2))), load("peer:p1", used={"a": 8, "b": 2}))
    assert proposed(known, ask()) == []
    known.apply([(70, "load:peer:p1", load("peer:p1", used={"b": 2}, version=2))])
    assert proposed(known, ask()) == ["p1"]


def test_a_load_that_is_erased_is_carried_no_longer() -> None:
    known = register(peer(), load("peer:p1", held=3, placed=(TODAY,), used={"o-p1": 8}))
    assert proposed(known, ask()) == []
    known.apply([(70, "load:peer:p1", None)])
    candidate = rank(known, [ask()], DEFAULT_POLICY, TODAY)[0].suggestions[0].candidates[0]
    assert candidate.price["peer"] == pytest.approx(0.01)


def test_the_load_of_somebody_who_is_not_on_the_register_yet_waits_for_them() -> None:
    known = register(load("peer:p1", used={"o-p1": 6}), load(f"council:{PORTSMOUTH}", held=1), peer("p2"))
    assert proposed(known, ask()) == ["p2"]
    known.apply([(70, "peer:p1", peer())])
    assert proposed(known, ask()) == ["p2"]


def test_open_suggestions_of_somebody_who_is_not_on_the_register_yet_wait_for_them() -> None:
    known = register(peer("p2"))
    known.add_open([("p1", 1 / 2)])
    assert proposed(known, ask()) == ["p2"]
    known.add_open([("p2", -1.0)])
    known.apply([(70, "peer:p1", peer("p1"))])
    assert proposed(known, ask()) == ["p2", "p1"]


def test_open_suggestions_survive_a_change_of_a_peer() -> None:
    known = register(peer("p1"), peer("p2"))
    known.add_open([("p1", 1 / 2)])
    known.apply([(70, "peer:p1", peer("p1", version=2, themes=("send", "neglect")))])
    assert proposed(known, ask()) == ["p2", "p1"]


def test_a_peer_who_moves_carries_open_suggestions_to_the_new_council() -> None:
    known = register(peer("p1"), council(DUDLEY))
    known.add_open([("p1", 1.0)])
    known.apply([(70, "peer:p1", peer("p1", version=2, of=DUDLEY))])
    assert rank(known, [ask()], DEFAULT_POLICY, TODAY)[0].suggestions[0].candidates[0].price["reach"] == 0.0


def requests_of_a_batch() -> list[Ask]:
    return [ask(request=f"r{i}", priority=("other", "newly_appointed")[i % 2]) for i in range(30)]


def test_a_stored_ranking_replays_byte_for_byte_on_another_replica() -> None:
    states: list[State] = [*(peer(f"p{i}", of=(PORTSMOUTH, DUDLEY)[i % 2]) for i in range(8)), load("peer:p3", held=1)]
    known = register(*states)
    known.add_open([("p1", 1 / 3), ("p2", 1 / 3), ("p9", 1 / 7)])
    known.spare({"p5": date(2026, 10, 1), "p9": date(2026, 11, 1)})
    stored = known.load_vector(TODAY)
    answer = rank(known, requests_of_a_batch(), DEFAULT_POLICY, TODAY)

    another = register(*states)
    another.add_open([("p4", 1.0)])
    another.spare({"p6": date(2026, 9, 30)})
    again = rank(another, requests_of_a_batch(), DEFAULT_POLICY, another.restore(stored))
    assert [[p.model_dump_json() for p in one.suggestions] for one in again] == [
        [p.model_dump_json() for p in one.suggestions] for one in answer
    ]
    assert another.load_vector(TODAY) == known.load_vector(TODAY)


def test_without_its_load_the_ranking_would_have_been_another() -> None:
    known = register(peer("p1"), peer("p2"))
    known.add_open([("p1", 1.0)])
    assert proposed(known, ask()) == ["p2", "p1"]
    assert proposed(register(peer("p1"), peer("p2")), ask()) == ["p1", "p2"]


def test_a_rolled_back_ranking_leaves_no_load_behind() -> None:
    known = register(peer("p1"), peer("p2"))
    before = known.load_vector(TODAY)
    rank(known, requests_of_a_batch(), DEFAULT_POLICY, TODAY)
    assert known.load_vector(TODAY) != before
    assert known.restore(before) == TODAY
    assert known.load_vector(TODAY) == before
    assert rank(known, [ask()], DEFAULT_POLICY, TODAY)[0].suggestions[0].candidates[0].price["reach"] == -0.05


def test_a_load_vector_names_its_day() -> None:
    assert register(peer()).restore(register(peer()).load_vector(date(2026, 2, 28))) == date(2026, 2, 28)


def test_a_load_vector_of_another_registry_version_is_refused_with_what_to_do() -> None:
    stored = register(peer()).load_vector(TODAY)
    known = register(peer())
    known.apply([(70, "peer:p1", peer(version=2))])
    with pytest.raises(ValueError, match="belongs to registry version 2, the register stands at 70; apply the records up to that version"):
        known.restore(stored)
