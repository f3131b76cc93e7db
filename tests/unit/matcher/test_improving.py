"""A suggestion says until when waiting for a round may improve it; it is for the adviser to decide, now or then."""

from datetime import timedelta

import pytest

from services.matcher.improving import improving
from services.matcher.story import Story
from tests.unit.matcher.given import policy
from tests.unit.matcher.test_decisions import NOW, content, suggested

POLICY = policy(rounds_every_days=10, wait_days=20, team_wait_days=50)


def asked(*roles: str, priority: str = "other", state: str = "suggested") -> Story:
    return suggested().model_copy(update={"content": content(*roles, priority=priority, received_at=NOW), "state": state})


@pytest.mark.parametrize(
    ("story", "days", "waits"),
    [
        (asked("lead_member"), 10, 20),
        (asked("lead_member"), 20, 20),
        (asked("lead_member"), 21, None),
        (asked("lead_member", "leader"), 21, 50),
        (asked("lead_member", "leader"), 51, None),
        (asked("lead_member", priority="preventing_failure"), 1, None),
        (asked("lead_member", state="selected"), 1, None),
    ],
)
def test_one_to_one_work_gains_by_waiting_for_weeks_a_team_for_longer_and_what_is_urgent_or_decided_not_at_all(
    story: Story, days: int, waits: int | None
) -> None:
    found = improving(story, POLICY, NOW + timedelta(days=days))
    assert (found and (found.until - NOW).days) == waits


def test_it_is_said_in_words_and_nothing_is_said_where_no_round_is_due() -> None:
    found = improving(asked("lead_member"), POLICY, NOW + timedelta(days=10))
    assert found
    ahead, until = (NOW + timedelta(days=10)), (NOW + timedelta(days=20))
    assert found.words == (
        f"The round of {ahead.day} {ahead:%B %Y} may still improve this; waiting gains nothing after {until.day} {until:%B %Y}. "
        "It can be decided now."
    )
    assert improving(asked("lead_member"), POLICY, None) is None
