"""How the work lies, as advisers see it: charts with their tables, filters in the address, files to take away."""

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
def story(fleet: Fleet) -> Iterator[Told]:
    story = Told(fleet)
    yield story
    story.ends()


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


def test_a_governor_sees_the_spread_and_no_names(fleet: Fleet, placed: str, page: Page) -> None:
    sign_in(page, fleet.url("desk"), PERSONAS["governor-one"].name)
    page.goto(f"{fleet.url('desk')}/spread")
    expect(page.get_by_role("heading", name="Peers", exact=True)).to_be_visible()
    assert placed not in page.content()
