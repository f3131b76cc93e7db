"""What is short, as the person who would help most."""

from datetime import date

from schemas.matcher import Shortage
from services.matcher import domain, lacking
from services.matcher.story import Story
from tests.unit.matcher.test_decisions import INPUTS, NOW, content, suggested

LEEDS, HULL, CAMDEN = "383", "810", "202"
MARCH = date(2027, 3, 9)


def unmet(request: str, *roles: str, host: str = LEEDS, region: str = "any", short: int | None = None, **fields: object) -> Story:
    """A request of a council, of which the first so many places, or all, are short."""
    asked = content(*roles, request=request, host=host, wishes={"region": region}, **fields)
    story = domain.opened(asked, "London", NOW).story
    excluded = {"role": 9, "peer_days": 3, "below_floor": 1}
    places = [Shortage(place=place.place, role=place.role, considered=13, excluded=excluded) for place in asked.places[:short]]
    return domain.proposed(story, [], places, INPUTS, NOW).story


def recruits(*stories: Story) -> list[lacking.Recruit]:
    return lacking.recruits(lacking.needs(stories))


def test_the_recruit_who_would_unblock_most_requests_comes_first() -> None:
    found = recruits(unmet("r1", "send_lead"), unmet("r2", "send_lead", host=HULL), unmet("r3", "lead_member"))
    assert [(recruit.role, recruit.requests) for recruit in found] == [("send_lead", ("r1", "r2")), ("lead_member", ("r3",))]


def test_a_recruit_is_described_in_words_that_can_be_read_out() -> None:
    (found,) = recruits(unmet("r1", "assistant_director", host=CAMDEN, region="outside", days=5, starts=MARCH, ends=date(2027, 6, 1)))
    assert found.words == "A SEND assistant director, from outside London, with 5 days from March 2027: would unblock 1 request."
    (found,) = recruits(unmet("r1", "head_of_service", kind="peer_review", themes=("neglect", "send"), region="inside", starts=MARCH))
    assert found.words == (
        "A head of service who knows neglect and SEND and who is accredited, from Yorkshire and The Humber, "
        "with 4 days from March 2027: would unblock 1 request."
    )


def test_where_the_wishes_name_a_region_the_recruit_comes_from_the_one_that_serves_most() -> None:
    found = recruits(
        unmet("r1", "send_lead", region="inside"),
        unmet("r2", "send_lead", host=HULL, region="inside"),
        unmet("r3", "send_lead", host=CAMDEN, region="inside"),
    )
    assert [(recruit.regions, recruit.requests) for recruit in found] == [
        (("Yorkshire and The Humber",), ("r1", "r2")),
        (("London",), ("r3",)),
    ]


def test_where_one_of_the_team_must_come_from_outside_the_region_so_does_the_recruit() -> None:
    asked = content("lead_member", "send_lead", request="r1", host=CAMDEN)
    short = Shortage(place=asked.places[0].place, role="lead_member", considered=9, excluded={"role": 7, "one_outside_region": 2})
    (found,) = recruits(domain.proposed(domain.opened(asked, "London", NOW).story, [], [short], INPUTS, NOW).story)
    assert ", from outside London, " in found.words


def test_a_recruit_for_anybody_needs_no_region() -> None:
    (found,) = recruits(unmet("r1", "send_lead"))
    assert found.regions == ()
    assert ", from " not in found.words


def test_one_recruit_gives_no_more_days_than_a_person_has_and_a_second_is_named() -> None:
    first, second = recruits(*(unmet(f"r{n}", "send_lead", days=6 - n) for n in range(3)))
    assert (first.requests, first.days) == (("r1", "r2"), 9)
    assert (second.requests, second.days) == (("r0",), 6)


def test_work_that_is_longer_than_a_recruit_s_year_is_still_somebody_s() -> None:
    (found,) = recruits(unmet("r1", "send_lead", days=30))
    assert found.days == 30


def test_a_request_that_lacks_two_people_is_helped_forward_by_one_and_unblocked_by_none() -> None:
    first, second = recruits(unmet("r1", "head_of_service", "head_of_service"))
    assert (first.requests, first.helps) == (second.requests, second.helps) == ((), ("r1",))
    assert first.words.endswith("would help 1 request forward.")
    (alone,) = recruits(unmet("r1", "head_of_service", "head_of_service", short=1))
    assert alone.requests == ("r1",)


def test_beside_a_recruit_stands_who_of_the_register_is_held_back_by_which_rule() -> None:
    (found,) = recruits(unmet("r1", "send_lead"))
    assert found.held_back == {"peer_days": 3}


def test_roles_themes_regions_and_months_are_counted_by_requests_and_places() -> None:
    found = lacking.needs([
        unmet("r1", "head_of_service", "head_of_service", themes=("neglect",)),
        unmet("r2", "head_of_service", host=CAMDEN, themes=("neglect", "send"), starts=MARCH),
        unmet("r3", "lead_member", themes=()),
    ])  # fmt: skip
    assert [(each.title, each.requests, each.places) for each in lacking.by_role(found)] == [
        ("head of service", 2, 3),
        ("lead member for children's services", 1, 1),
    ]
    assert [(each.code, each.requests, each.places) for each in lacking.by_theme(found)] == [("neglect", 2, 3), ("send", 1, 1)]
    assert [(each.title, each.requests) for each in lacking.by_region(found)] == [("Yorkshire and The Humber", 2), ("London", 1)]
    assert [(each.code, each.title) for each in lacking.by_month(found)] == [("2026-12", "December 2026"), ("2027-03", "March 2027")]


def test_who_has_a_suggestion_lacks_nobody() -> None:
    assert recruits(suggested()) == []
