"""Ranking with one rule or one term of the fit taken out, for as long as a block lasts."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np

from services.matcher import councils, pools, ranking, rules
from services.matcher.columns import Columns
from services.matcher.councils import Host
from services.matcher.fit import PENALTIES
from services.matcher.policy import TERMS
from services.matcher.ranking import EVERY
from tests.worked.asking import IN_FORCE, under

TERM = "term:"
EVERYTHING = (*EVERY, *(TERM + term for term in (*TERMS, *PENALTIES)))
"""All that can be taken out: rules by their codes, terms behind `term:`."""

TABLES: tuple[dict[str, Any], ...] = (pools.CHECKS, rules.CHECKS, rules.BROKEN)
_BARS = {"own_council": councils.OWN, "linked_council": councils.LINKED}
_TIES = {"own_council": councils.OWN, "interest": councils.INTEREST, "worked_there": councils.WORKED}
_lay_out: Callable[..., None] = Columns.__init__


def _all_active(columns: Columns, *given: Any) -> None:
    _lay_out(columns, *given)
    columns.active[:] = True
    columns.active_count = len(columns.ids)


_IN_CODE: dict[str, Callable[[], Any]] = {
    "inactive": lambda: patch.object(Columns, "__init__", _all_active),
    "role": lambda: patch.object(Columns, "holders", lambda columns, *_: np.arange(len(columns.ids))),
    "avoided_council": lambda: patch.object(Host, "bars_with", lambda host, _: host.bars),
    "course_place": lambda: patch.object(ranking, "needs_place", lambda _: False),
    "one_outside_region": lambda: patch.object(ranking, "outsiders", lambda *_: None),
}
"""The rules that are steps of the ranking and not entries of a table."""


@contextmanager
def without(code: str) -> Iterator[None]:
    """Everything as it is, but for one rule or term. Errors: KeyError for a code that is neither."""
    with ExitStack() as changes:
        if code.startswith(TERM):
            _without_term(code.removeprefix(TERM), changes)
        elif code in EVERY:
            _without_rule(code, changes)
        else:
            raise KeyError(code)
        yield


def _without_term(term: str, changes: ExitStack) -> None:
    weights = {name: weight for name, weight in IN_FORCE.get().weights.items() if name != term}
    policy = under(**{term: 0}) if term in PENALTIES else under(weights=weights)
    changes.callback(IN_FORCE.reset, IN_FORCE.set(policy))


def _without_rule(code: str, changes: ExitStack) -> None:
    for table in TABLES:
        left = {name: check for name, check in table.items() if name != code}
        changes.enter_context(patch.dict(table, left, clear=True))
    changes.enter_context(patch.object(rules, "TIES", [tie for tie in rules.TIES if tie[0] != _TIES.get(code)]))
    bars = {bar: barred for bar, barred in councils.BARS.items() if bar != _BARS.get(code)}
    changes.enter_context(patch.dict(councils.BARS, bars, clear=True))
    if code in _IN_CODE:
        changes.enter_context(_IN_CODE[code]())
