"""What the tests of requests start from: something asked, read and decided on a known day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemas.intake import SupportRequested
from services.requests import domain
from services.requests.deciding import Decision, Doubt, Ready, Rejection, decide
from services.requests.domain import Step
from services.requests.reading import Submission, read
from services.requests.request import Request

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
SOURCE = "/intake/test"


def data(**fields: Any) -> dict[str, Any]:
    """The least that may be asked, and whatever a test adds."""
    return {"reference": "INT-1", "authority": "Leeds", "kind": "mentoring_new_lead_member", **fields}


def asked(**fields: Any) -> SupportRequested:
    return SupportRequested.model_validate(data(**fields))


def decided(answers: dict[str, str] | None = None, today: date = TODAY, **fields: Any) -> Decision:
    return decide(asked(**fields), TODAY, today, answers or {})


def ready(**fields: Any) -> Ready:
    decision = decided(**fields)
    assert isinstance(decision, Ready), decision
    return decision


def rejected(**fields: Any) -> Rejection:
    decision = decided(**fields)
    assert isinstance(decision, Rejection), decision
    return decision


def doubtful(**fields: Any) -> Doubt:
    decision = decided(**fields)
    assert isinstance(decision, Doubt), decision
    return decision


def submitted(source: str = SOURCE, **fields: Any) -> Submission:
    found = read(source, data(**fields))
    assert isinstance(found, Submission), found
    return found


def begun(**fields: Any) -> Step:
    """The first record of a reference."""
    return domain.begin(submitted(**fields), "topic-0-1", decided(**fields), NOW)


def taken(request: Request, **fields: Any) -> Step:
    """A later record of the same reference."""
    return domain.take(request, submitted(**fields), "topic-0-2", decided(**fields), LATER)
