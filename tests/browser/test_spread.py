"""How the work lies, as advisers see it: charts with their tables, filters in the address, files to take away."""

import pytest
from playwright.sync_api import Browser, Page, expect

from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from tests.support.browser import faults, sign_in
from tests.support.told import Told

pytestmark = pytest.mark.xdist_group("browser")
YORKSHIRE = PERSONAS["adviser-yorkshire-and-the-humber"].name


@pytest.fixture
def placed(story: Told) -> str:
    """Somebody of Gateshead is placed in Leeds. Returns the peer's name."""
    story.known_to_the_matcher(*(story.peer(f"giver{n}", of=of, role="lead_member") for n, of in enumerate(("Gateshead", "Bristol"))))
    request: str = story.request(story.asks("Leeds", "mentoring_new_lead_member"))["request"]
    told = story.tells_matcher(story.story(request, "suggested"), "confirm")
    story.everybody_agrees(request)
    return f"Robin {told['match']['lines'][0]['peer'].split('-')[1]}"


def test_the_spread_of_the_work_in_charts_tables_and_files(fleet: Fleet, placed: str, page: Page, browser: Browser) -> None:
    sign_in(page, fleet.url("desk"), YORKSHIRE)
    page.get_by_role("link", name="Spread").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Spread of the work")
    expect(page.get_by_role("img", name="the busiest first")).to_be_visible()
    assert faults(page) == []
    for summary in page.locator("summary").all():
        summary.click()
    expect(page.get_by_role("table", name="Peers who gave most")).to_contain_text(placed)
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_label("Kind of support").select_option("peer_review")
    page.get_by_label("To", exact=True).fill("2026-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("alert")).to_contain_text("The last day must not be before the first.")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_label("Work that begins from").fill("2021-01-01")
    page.get_by_label("To", exact=True).fill("2021-12-31")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No support that begins in this period has been placed for what you chose above.")).to_be_visible()
    assert faults(page) == []
    answer = page.request.get(f"{fleet.url('desk')}/spread/councils.csv")
    assert answer.headers["content-disposition"].startswith('attachment; filename="spread-councils-')
    assert answer.text().startswith("\ufeffCouncil,Region,Places given,")
    assert placed in page.request.get(f"{fleet.url('desk')}/spread/peers.csv").text()


def test_a_price_is_tried_on_the_last_year_written_down_and_adopted_by_somebody_else(
    fleet: Fleet, placed: str, page: Page, browser: Browser
) -> None:
    there = f"{fleet.url('desk')}/spread/price"
    sign_in(page, fleet.url("desk"), PERSONAS["governor-one"].name)
    page.goto(there)
    assert faults(page) == []
    page.get_by_label("Try a price").fill("eleven")
    page.get_by_role("button", name="Try it on the last year").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter a price from 0 to 10")
    assert faults(page) == []
    page.get_by_label("Try a price").fill("0.145")
    page.get_by_role("button", name="Try it on the last year").click()
    expect(page.get_by_role("img", name="Line chart.")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("row", name="0.145 (tried)")).to_be_visible()
    assert faults(page) == []
    assert (
        "0.145 (tried)" in page.request.get(f"{fleet.url('desk')}{page.get_by_role('link', name='Download').get_attribute('href')}").text()
    )
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why, in ten characters or more.")
    page.get_by_label("Why should 0.145 be the price?").fill("Fewer places on the busiest, hardly any fit lost.")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_role("alert")).to_contain_text("It ranks once somebody else adopts it.")
    expect(page.get_by_text("You wrote this policy. Somebody else must adopt it.").first).to_be_visible()

    context = browser.new_context(viewport={"width": 320, "height": 700})
    other = context.new_page()
    sign_in(other, fleet.url("desk"), PERSONAS["governor-two"].name)
    other.goto(there)
    first = other.get_by_role("region", name="Waits for a second person").first
    expect(first.get_by_role("table")).to_contain_text("Tried: 0.145")
    assert faults(other) == []
    assert other.evaluate("document.documentElement.scrollWidth") <= 320
    first.get_by_role("button", name="Adopt").click()
    expect(other.get_by_role("alert")).to_contain_text("Say why, in ten characters or more.")
    first.get_by_label("Why do you adopt").fill("The trial shows little cost.")
    first.get_by_role("button", name="Adopt").click()
    expect(other.get_by_role("alert")).to_contain_text("ranks from now on")
    page.reload()
    expect(page.locator("dl").first).to_contain_text("0.145")
    context.close()


def test_an_adviser_reads_the_price_of_load_and_cannot_change_it(fleet: Fleet, page: Page) -> None:
    sign_in(page, fleet.url("desk"), YORKSHIRE)
    page.goto(f"{fleet.url('desk')}/spread/price")
    expect(page.get_by_role("heading", name="What ranks now")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    assert faults(page) == []


def test_a_governor_sees_the_spread_and_no_names(fleet: Fleet, placed: str, page: Page) -> None:
    sign_in(page, fleet.url("desk"), PERSONAS["governor-one"].name)
    page.goto(f"{fleet.url('desk')}/spread")
    expect(page.get_by_role("heading", name="Peers", exact=True)).to_be_visible()
    assert placed not in page.content()
