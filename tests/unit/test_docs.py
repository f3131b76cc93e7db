"""What the operators' pages promise is what the code does: access, settings, metrics."""

import re

import pytest

from services.onebox.fleet import SERVICES
from services.onebox.tokens import SCOPES
from tests.support import pages
from tests.support.house_rules import files, text_of

HELD = {scope for scopes in SCOPES.values() for scope in scopes}


@pytest.mark.parametrize("page", pages.PAGES)
def test_the_tables_of_a_page_say_what_the_code_says(page: str) -> None:
    assert (pages.DOCS / page).read_text() == pages.renewed(page), "write the tables anew: python -m tests.support.pages"


@pytest.mark.parametrize("service", SERVICES)
def test_no_call_is_answered_without_a_token(service: str) -> None:
    assert pages.unlocked(service) == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_call_needs_a_scope_that_some_role_holds(service: str) -> None:
    assert [(call, scope) for _, call, scope in pages.asked(service) if scope not in HELD] == []


def test_every_scope_in_the_code_is_held_by_some_role_and_every_scope_of_a_role_is_asked_for() -> None:
    rooms = [name for name in files(".py", under=["services/"]) if not name.startswith("services/onebox/")]
    scopes = re.compile(r'"((?:audit|desk|matches|parked|policy|registry|requests):[a-z_]+)"')
    asked = {scope for name in rooms for scope in scopes.findall(text_of(name))}
    assert asked == HELD
