"""What is short, as the person who would help most."""

from datetime import date

from schemas.matcher import Shortage
from services.matcher import domain, lacking
from services.matcher.story import Story
from tests.unit.matcher.test_decisions import INPUTS, NOW, content, suggested

LEEDS, HULL, CAMDEN = "383", "810", "202"


def unmet(request: str, role: str, host: str = LEEDS, region: str = "any", **fields: object) -> Story:
    """A request of a council that nobody can serve."""
    asked = content(role, request=request, host=host, wishes={"region": region}, **fields)
    story = domain.opened(asked, "London", "officer_one_to_one", NOW).story
    short = [Shortage(place=place.place, role=place.role, considered=9, excluded={"role": 9}) for place in asked.places]
    return domain.proposed(story, [], short, INPUTS, NOW).story


def recruits(*stories: Story) -> list[lacking.Recruit]:
    return lacking.recruits(lacking.needs(stories))


def test_the_recruit_who_would_serve_most_requests_comes_first() -> None:
    found = recruits(unmet("r1", "send_lead"), unmet("r2", "send_lead", HULL), unmet("r3", "lead_member"))
    assert [(recruit.role, recruit.requests) for recruit in found] == [("send_lead", ("r1", "r2")), ("lead_member", ("r3",))]


def test_a_recruit_is_described_in_words_that_can_be_read_out() -> None:
    (found,) = recruits(unmet("r1", "send_lead", days=5, starts=date(2027, 3, 9)))
    assert found.words.endswith("who knows send, with 5 days from March 2027: would serve 1 request.")
    assert found.words[0].isupper()


def test_where_the_wishes_name_a_region_the_recruit_comes_from_the_one_that_serves_most() -> None:
    found = recruits(
        unmet("r1", "send_lead", LEEDS, "inside"), unmet("r2", "send_lead", HULL, "inside"), unmet("r3", "send_lead", CAMDEN, "inside")
    )
    assert found[0].region == "Yorkshire and The Humber"
    assert found[0].requests == ("r1", "r2")
    (outside,) = recruits(unmet("r1", "send_lead", LEEDS, "outside"))
    assert outside.region != "Yorkshire and The Humber"


def test_a_recruit_for_anybody_needs_no_region() -> None:
    (found,) = recruits(unmet("r1", "send_lead"))
    assert found.region == ""
    assert " from " not in found.words.split(",")[0]


def test_who_has_a_suggestion_lacks_nobody() -> None:
    assert recruits(suggested()) == []
