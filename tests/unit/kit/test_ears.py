"""A batch is grouped by handler, and the events of one subject keep their order."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.envelope import Envelope, Undecodable
from services.kit.ears import Ears, Handler, read_object, waves
from services.kit.work import Heard, Work
from tests.support.echo import Nudged, Pinged, Shouted


async def first(heard: Sequence[Heard[Any]], work: Work) -> None: ...


async def second(heard: Sequence[Heard[Any]], work: Work) -> None: ...


def heard(number: int, subject: str) -> Heard[int]:
    return Heard(number, Envelope(str(number), "t", "/s", subject, datetime.now(UTC)))


def test_a_batch_of_one_handler_is_one_call_in_order() -> None:
    items = [(f"s{n % 3}", first, heard(n, f"s{n % 3}")) for n in range(10)]
    assert [(handler, [h.fact for h in called]) for handler, called in waves(items)] == [(first, list(range(10)))]


def test_a_subject_whose_next_event_has_another_handler_waits_for_the_next_wave() -> None:
    items: list[tuple[str, Handler, Heard[int]]] = [
        ("a", first, heard(1, "a")),
        ("a", second, heard(2, "a")),
        ("b", first, heard(3, "b")),
        ("a", first, heard(4, "a")),
        ("b", second, heard(5, "b")),
    ]
    assert [(handler, [h.fact for h in called]) for handler, called in waves(items)] == [(first, [1, 3]), (second, [2, 5]), (first, [4])]


def test_whatever_comes_in_whatever_order_every_subject_keeps_its_own_and_nothing_is_lost() -> None:
    rng = random.Random(7)
    for _ in range(200):
        items: list[tuple[str, Handler, Heard[int]]] = []
        for number in range(rng.randrange(30)):
            subject = rng.choice("abc")
            items.append((subject, rng.choice([first, second]), heard(number, subject)))
        called = [h for _, wave in waves(items) for h in wave]
        for subject in "abc":
            assert [h.fact for h in called if h.envelope.subject == subject] == [h.fact for s, _, h in items if s == subject]


def test_records_without_a_subject_are_one_wave_for_each_handler() -> None:
    items: list[tuple[str, Handler, Heard[int]]] = [("", first if n % 2 else second, heard(n, "")) for n in range(6)]
    assert [[h.fact for h in called] for _, called in waves(items)] == [[0, 2, 4], [1, 3, 5]]


def test_ears_know_their_topics_and_which_of_them_outsiders_write() -> None:
    ears = Ears()
    ears.hears(Pinged, Nudged)(first)
    ears.hears_foreign(Shouted)(second)
    assert ears.topics() == ["echo.in.v1", "echo.shouts.v1"]
    assert (ears.foreign("echo.in.v1"), ears.foreign("echo.shouts.v1")) == (False, True)


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff", b"nonsense", b"[" * 100_000, b"1" * 5000])
def test_what_is_not_json_is_refused_by_name(payload: bytes) -> None:
    with pytest.raises(Undecodable) as refused:
        read_object(payload)
    assert refused.value.code == "not_json"


@pytest.mark.parametrize("payload", [b"1", b"[]", b'"text"', b"null"])
def test_what_is_no_object_is_refused_by_name(payload: bytes) -> None:
    with pytest.raises(Undecodable) as refused:
        read_object(payload)
    assert refused.value.code == "not_an_object"
