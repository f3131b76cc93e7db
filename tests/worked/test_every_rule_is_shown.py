"""Every rule and every term has worked cases that fail without it, and one beside it that does not."""

import pytest

from tests.worked.__main__ import unnoticed
from tests.worked.cases import BESIDE, SHOWS
from tests.worked.removing import EVERYTHING


def test_cases_name_nothing_but_rules_and_terms() -> None:
    assert set(SHOWS) | set(BESIDE) <= set(EVERYTHING)


@pytest.mark.parametrize("code", EVERYTHING)
def test_two_cases_at_least_name_it_and_one_of_them_fails_without_it(code: str) -> None:
    assert SHOWS.get(code)
    assert len(SHOWS[code]) + len(BESIDE.get(code, ())) >= 2


@pytest.mark.parametrize("code", EVERYTHING)
def test_taking_it_out_is_noticed(code: str) -> None:
    assert unnoticed(code) == []
