"""What was agreed by telephone, entered at the desk in a browser: dates and consents included; and what happens beyond the days offered."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from tests.support.browser import faults, sign_in
from tests.support.told import Told

pytestmark = pytest.mark.xdist_group("browser")
YORKSHIRE = PERSONAS["adviser-yorkshire-and-the-humber"].name


@pytest.fixture
def who(fleet: Fleet) -> Iterator[str]:
    """The last name of somebody who offers three days; nobody else is called so."""
    story = Told(fleet)
    name = "Tregarthen" + story.name.translate(str.maketrans("0123456789", "ghijklmnop"))
    story.known_to_the_matcher(story.peer(name, of="Gateshead", role="lead_member", days=3))
    yield name
    story.ends()


def date(page: Page, group: str, day: str, month: str, year: str) -> None:
    fields = page.get_by_role("group", name=group)
    for part, number in (("Day", day), ("Month", month), ("Year", year)):
        fields.get_by_label(part).fill(number)


def go_on(page: Page, heading: str) -> None:
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def enter(page: Page, desk: str, who: str, days: str) -> None:
    """From the first page to the last."""
    page.goto(f"{desk}/new")
    page.get_by_label("It is already arranged").check()
    page.get_by_role("button", name="Start").click()
    page.get_by_label("Council that is helped").fill("Leeds")
    page.get_by_label("Kind of support").select_option("Sounding board")
    date(page, "First day of the work", "1", "11", "2026")
    date(page, "Last day of the work", "31", "5", "2027")
    date(page, "Day on which it was agreed", "20", "10", "2026")
    go_on(page, "Who will help?")
    page.get_by_label("Find somebody").fill(who.replace("e", "", 1))
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name=f"Add Robin {who}").click()
    page.get_by_label("Days").fill(days)
    go_on(page, "Who has agreed?")
    page.get_by_role("group", name="The person to be mentored").get_by_label("Has agreed").check()
    peer = page.get_by_role("group", name=f"The peer, Robin {who}")
    peer.get_by_label("Has agreed").check()
    peer.get_by_label("How you heard").select_option("In a meeting")
    peer.get_by_label("Day", exact=True).fill("19")
    peer.get_by_label("Month").fill("10")
    peer.get_by_label("Year").fill("2026")
    go_on(page, "Check what was agreed before you record it")


def test_what_was_agreed_is_placed_with_its_dates_and_consents_and_no_page_has_a_fault(fleet: Fleet, who: str, page: Page) -> None:
    desk = fleet.url("desk")
    sign_in(page, desk, YORKSHIRE)
    page.goto(f"{desk}/new")
    page.get_by_label("It is already arranged").check()
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter which council it is for.")
    expect(page.get_by_role("alert")).to_contain_text("Enter the first day of the work")
    assert faults(page) == []
    enter(page, desk, who, "2")
    expect(page.locator("dl")).to_contain_text("Has agreed on 19 October 2026, in a meeting")
    expect(page.locator("dl")).to_contain_text("Has not agreed yet, as far as you know")
    assert faults(page) == []
    page.get_by_role("link", name=f"Change Robin {who}").click()
    assert faults(page) == []
    page.get_by_role("button", name=f"Take out Robin {who}").click()
    expect(page.get_by_text("Nobody yet.")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Find whoever will help, and add them.")
    assert faults(page) == []
    page.get_by_label("Find somebody").fill(who)
    page.get_by_label("Find somebody").press("Enter")
    assert faults(page) == []
    page.get_by_role("button", name=f"Add Robin {who}").click()
    page.get_by_label("Days").fill("2")
    go_on(page, "Who has agreed?")
    expect(page.get_by_role("group", name=f"The peer, Robin {who}").get_by_label("Has agreed")).not_to_be_checked()
    page.get_by_role("group", name=f"The peer, Robin {who}").get_by_label("Has agreed").check()
    assert faults(page) == []
    go_on(page, "Check what was agreed before you record it")
    page.get_by_role("button", name="Record what was agreed").click()
    expect(page.get_by_role("alert")).to_contain_text("What was agreed is recorded and is yours.")
    expect(page.locator("h1 + p")).to_contain_text("Placed")
    expect(page.get_by_role("heading", name="Consents")).to_be_visible()
    assert faults(page) == []


def test_beyond_the_days_offered_it_becomes_a_question_that_says_what_is_short_and_what_to_do(
    fleet: Fleet, who: str, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, fleet.url("desk"), YORKSHIRE)
    enter(page, fleet.url("desk"), who, "5")
    page.get_by_role("button", name="Record what was agreed").click()
    question = page.get_by_role("group", name="What was arranged does not fit the days offered. What should happen?")
    expect(question).to_contain_text(f"Robin {who} has 2 days too few")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    question.get_by_label("Give it up").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("h1 + p")).to_contain_text("Withdrawn")
    context.close()
