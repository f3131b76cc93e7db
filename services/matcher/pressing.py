"""How pressing a request is, in days of waiting, with its reasons in words: the one order of the queue and of batches. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from schemas.requests import RequestContent
from services.matcher.policy import Policy
from services.vocabulary.priorities import PRIORITIES

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pressing:
    """days: of waiting that a request counts as having; more is more pressing. of_age: those that are not for its priority.

    since: when it would have been received to have waited so long. It does not change from day to day, so that requests can be put in order
    by it (the earliest first) whenever they were looked at. reasons: a line for each part of the sum.
    """

    days: float
    of_age: float
    since: datetime
    reasons: tuple[str, ...]


def pressing(content: RequestContent, policy: Policy, now: datetime) -> Pressing:
    """level + waited + nearer * (near_days - days until the first day), all in days.

    level: by priority. waited: since the request was first received. The last part is below zero for work that begins late. All of it
    grows by the same 1 + nearer every day, whatever the request, so two of them never change places by waiting.
    """
    level, waited = policy.level_of(content.priority), (now - content.received_at) / _DAY
    until = (_midnight(content.starts) - now) / _DAY
    near = policy.nearer * (policy.near_days - until)
    days = level + waited + near
    since = now - days / (1 + policy.nearer) * _DAY
    return Pressing(days, waited + near, since, _reasons(content, level, waited, until, near))


def _reasons(content: RequestContent, level: float, waited: float, until: float, near: float) -> tuple[str, ...]:
    title = PRIORITIES.get(content.priority, content.priority.replace("_", " "))
    first = (f"{title}: counts as {_days(level)} of waiting",) if level else ()
    begins = f"begins in {_days(until)}" if until > 0 else f"was to begin {_days(-until)} ago"
    counts = f"counts as {_days(near)} more" if near >= 0 else f"counts as {_days(-near)} less"
    return (*first, f"waits for {_days(waited)}", *((f"{begins}: {counts}",) if near else ()))


def _days(days: float) -> str:
    whole = round(days)
    return "1 day" if whole == 1 else f"{whole:,} days"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
