"""What the ranking hears of a request."""

from schemas.requests import Place, RequestOpened, Wishes
from services.matcher.ranking import Ask
from tests.unit.matcher.given import DUDLEY, LEEDS, STARTS, TODAY, ask


def test_an_opened_request_is_asked_with_its_wishes_and_without_who_was_declined() -> None:
    opened = RequestOpened(
        request="r1",
        version=1,
        reference="INT-1",
        revision=1,
        host=LEEDS,
        kind="mentoring_new_lead_member",
        priority="newly_appointed",
        themes=("send", "neglect", "send"),
        places=(Place(place="1", role="lead_member"),),
        starts=STARTS,
        ends=STARTS,
        days=4,
        wishes=Wishes(region="outside", party="labour", avoid=(DUDLEY,), named_peer="p1"),
        cost_basis="free",
        funder="LGA",
        received_at="2026-09-01T09:00:00Z",
    )
    assert Ask.of(opened, declined=["p2"]) == ask(
        kind="mentoring_new_lead_member",
        priority="newly_appointed",
        themes=("send", "neglect"),
        ends=STARTS,
        region="outside",
        party="labour",
        avoid=frozenset({DUDLEY}),
        named_peer="p1",
        declined=frozenset({"p2"}),
        asked=TODAY,
    )
