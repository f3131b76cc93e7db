"""What was placed and not spent is free again once the work is completed."""

from schemas.matcher import LineSpent, SupportCompleted
from schemas.registry import CapacityReturned
from services.registry import domain
from services.registry.domain import Hold
from services.registry.returning import take_back
from tests.unit.registry.test_domain import DAY, consents, held, line, states


def placed(*days: float) -> Hold:
    lines = [line(n, f"p{n}", each) for n, each in enumerate(days, 1)]
    hold = domain.complete(consents(*lines), held(*lines)).hold
    assert hold is not None
    return hold


def completed(*spent: float) -> SupportCompleted:
    days = tuple(LineSpent(line=n, days_spent=each) for n, each in enumerate(spent, 1))
    return SupportCompleted(match="m1", request="r1", version=9, spent=days, completed_on=DAY, actor="a")


def test_what_was_not_spent_is_free_and_what_was_stays_counted() -> None:
    found = take_back(completed(1.5, 0), placed(4, 2))
    assert states(found.hold) == {1: ("placed", 1.5), 2: ("free", 2)}
    assert isinstance(found.fact, CapacityReturned)
    assert [(each.line, each.days) for each in found.fact.lines] == [(1, 2.5), (2, 2)]
    assert domain.charges(found.hold) == {("a", "placed"): 3, ("c", "placed"): 3}


def test_the_same_completion_again_and_more_than_was_placed_change_nothing() -> None:
    once = take_back(completed(1.5), placed(4))
    assert take_back(completed(1.5), once.hold).fact is None
    before = placed(4)
    over = take_back(completed(6), before)
    assert (over.hold, over.fact) == (before, None)
    assert take_back(completed(1), None).hold is None
