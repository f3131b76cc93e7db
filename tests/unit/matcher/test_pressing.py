"""Which request comes first: by priority, then age and nearness, all counted in days of waiting; and the reasons in words."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from schemas.requests import RequestContent
from services.matcher.policy import DEFAULT_POLICY, Policy
from services.matcher.pressing import pressing
from services.vocabulary.priorities import PRIORITIES
from tests.unit.matcher.given import policy
from tests.unit.matcher.test_decisions import content

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def asked(priority: str = "other", waited: float = 0, begins_in: float = 60) -> RequestContent:
    return content(priority=priority, received_at=NOW - waited * DAY, starts=(NOW + begins_in * DAY).date())


def days(request: RequestContent, by: Policy = DEFAULT_POLICY) -> float:
    return round(pressing(request, by, NOW).days, 3)


def test_the_priorities_stand_in_their_order_and_one_that_nobody_knows_counts_as_other() -> None:
    assert [days(asked(code)) for code in PRIORITIES] == [480, 360, 240, 120, 0]
    assert days(asked("brand_new")) == 0


def test_every_day_of_waiting_raises_a_request_by_a_day() -> None:
    assert days(asked(waited=12)) == 12


def test_work_that_begins_soon_is_raised_and_work_that_begins_late_is_lowered() -> None:
    assert [days(asked(begins_in=near)) for near in (0, 20, 60, 100)] == [30, 20, 0, -20]


def test_who_has_waited_for_four_months_goes_before_who_is_one_priority_higher_and_new() -> None:
    assert days(asked("inspection_announced", waited=121)) > days(asked("newly_appointed"))
    assert days(asked("inspection_announced", waited=119)) < days(asked("newly_appointed"))


def test_the_numbers_are_those_of_the_policy() -> None:
    ours = policy(levels={"newly_appointed": 30, "default": 5}, nearer=2.0, near_days=10)
    assert (days(asked("newly_appointed", begins_in=10), ours), days(asked(waited=1, begins_in=8), ours)) == (30, 5 + 1 + 4)


def test_the_reasons_say_in_words_what_the_sum_is_made_of() -> None:
    assert pressing(asked("preventing_failure", waited=12, begins_in=20), DEFAULT_POLICY, NOW).reasons == (
        "preventing failure or inadequacy: counts as 480 days of waiting",
        "waits for 12 days",
        "begins in 20 days: counts as 20 days more",
    )
    assert pressing(asked(waited=1, begins_in=80), DEFAULT_POLICY, NOW).reasons == (
        "waits for 1 day",
        "begins in 80 days: counts as 10 days less",
    )
    assert pressing(asked(begins_in=-2), DEFAULT_POLICY, NOW).reasons[-1] == "was to begin 2 days ago: counts as 31 days more"


REQUESTS = st.builds(asked, st.sampled_from(sorted(PRIORITIES)), st.integers(0, 400), st.integers(0, 400))


@given(REQUESTS, REQUESTS, st.integers(0, 500))
def test_two_requests_keep_their_order_however_long_both_wait(one: RequestContent, other: RequestContent, later: int) -> None:
    now, then = (pressing(one, DEFAULT_POLICY, at).days - pressing(other, DEFAULT_POLICY, at).days for at in (NOW, NOW + later * DAY))
    since = pressing(other, DEFAULT_POLICY, NOW).since - pressing(one, DEFAULT_POLICY, NOW).since
    assert abs(now - then) < 1e-6
    assert abs(since / DAY * 1.5 - now) < 1e-6, "whoever counts as waiting for longer counts from earlier on"


@given(REQUESTS, st.integers(0, 300))
def test_since_does_not_move_while_a_request_waits(request: RequestContent, later: int) -> None:
    moved = pressing(request, DEFAULT_POLICY, NOW + later * DAY).since - pressing(request, DEFAULT_POLICY, NOW).since
    assert abs(moved) < timedelta(seconds=1)
