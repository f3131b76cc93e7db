"""Triads and quartets for regional challenge: alike, not linked, not repeated, each giving and receiving, and none better."""

import csv
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.allocate.challenge import triads
from services.allocate.triads import MOST, Groups, grouped, likeness_of, linked_pairs
from services.vocabulary.councils import reference_councils

LONDON = [council.la_code for council in reference_councils() if council.region == "London"]


def pairs_of(found: Groups) -> set[frozenset[str]]:
    return {frozenset(pair) for group in found.groups for pair in combinations(group.councils, 2)}


def best_by_hand(names: tuple[str, ...], alike: dict[frozenset[str], float], barred: set[frozenset[str]]) -> tuple[int, float]:
    """(councils in groups, sum of likeness) of the best grouping, by looking at every one."""
    if len(names) < 3:
        return 0, 0.0
    first, rest = names[0], names[1:]
    best = best_by_hand(rest, alike, barred)
    for size in (2, 3):
        for others in combinations(rest, size):
            pairs = [frozenset(pair) for pair in combinations((first, *others), 2)]
            if not barred.intersection(pairs):
                inside, worth = best_by_hand(tuple(name for name in rest if name not in others), alike, barred)
                best = max(best, (inside + size + 1, worth + (size + 1) * sum(alike[pair] for pair in pairs) / len(pairs)))
    return best


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_grouping_is_better(data: st.DataObject) -> None:
    names = tuple("abcdefgh"[: data.draw(st.integers(3, 8))])
    pairs = [frozenset(pair) for pair in combinations(names, 2)]
    alike = {pair: data.draw(st.integers(0, 20)) / 20 for pair in pairs}
    barred = data.draw(st.sets(st.sampled_from(pairs), max_size=6))
    found = grouped(names, lambda one, other: alike[frozenset({one, other})], barred)
    inside, worth = best_by_hand(names, alike, barred)
    assert len(names) - len(found.left) == inside
    assert found.likeness * inside == pytest.approx(worth)
    assert found.gap == 0
    assert not pairs_of(found) & barred


def test_london_is_grouped_whole_proven_to_be_the_best_and_never_again_with_those_of_the_last_round() -> None:
    first = grouped(LONDON, likeness_of, linked_pairs())
    again = grouped(LONDON, likeness_of, linked_pairs() | pairs_of(first))
    for found in (first, again):
        assert (found.left, found.gap) == ((), 0)
        assert sorted(code for group in found.groups for code in group.councils) == sorted(LONDON)
        assert not pairs_of(found) & linked_pairs()
    assert not pairs_of(first) & pairs_of(again)
    assert again.likeness < first.likeness


def test_each_council_gives_to_one_and_receives_from_another() -> None:
    alike = {frozenset("ac"): 1.0, frozenset("bd"): 1.0}
    (quartet,) = grouped("abcd", lambda one, other: alike.get(frozenset({one, other}), 0.5), sizes=(4,)).groups
    assert {quartet.gives_to(code) for code in quartet.councils} == set("abcd")
    assert all(quartet.gives_to(code) != code for code in quartet.councils)
    around = {frozenset({code, quartet.gives_to(code)}) for code in quartet.councils}
    assert {frozenset("ac"), frozenset("bd")} <= around, "those who are most alike are neighbours in the ring"


def test_too_many_councils_are_refused_and_too_few_are_left_over() -> None:
    with pytest.raises(ValueError, match="Group each region by itself"):
        grouped([str(n) for n in range(MOST + 1)], lambda *_: 1.0)
    assert grouped("ab", lambda *_: 1.0) == Groups((), ("a", "b"), 0.0, 0.0)


def written(folder: Path, name: str, *lines: str) -> Path:
    file = folder / name
    file.write_text("\n".join(lines) + "\n")
    return file


def test_files_go_in_and_out_and_what_came_out_serves_as_the_last_round(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    councils = written(tmp_path, "yorkshire.csv", "council", "Leeds", "382", "Wakefield", "Bradford", "Sheffield", "Rotherham")
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    assert triads(councils, None, first, (3,), as_json=False) == 0
    assert "2 groups, mean likeness" in capsys.readouterr().out
    rows = list(csv.DictReader(first.open()))
    assert {row["council"] for row in rows} == {"383", "382", "384", "380", "373", "372"}
    assert {row["gives_to"] for row in rows} == {row["receives_from"] for row in rows} == {row["council"] for row in rows}
    assert triads(councils, first, second, (3,), as_json=False) == 1, "two triads of six share a pair with the two before"
    assert "Left over:" in capsys.readouterr().out


def test_a_bad_row_is_named_with_its_remedy_and_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.csv"
    bad = written(tmp_path, "bad.csv", "council", "Leeds", "Atlantis", "Leeds")
    assert triads(bad, None, out, (3, 4), as_json=False) == 2
    said = capsys.readouterr().err
    assert "bad.csv, row 3, column council: 'Atlantis': This is not a council we know." in said
    assert "row 4, column council: 'Leeds': This council is named twice. Name it once." in said
    assert triads(written(tmp_path, "empty.csv", "name"), None, out, (3,), as_json=False) == 2
    assert triads(written(tmp_path, "fine.csv", "council", "Leeds"), None, out, (5,), as_json=False) == 2
    assert not out.exists()
