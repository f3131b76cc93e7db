"""Somebody who was not suggested: found by a misspelt name, compared before anything is done, chosen with a reason."""

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
def request_of_leeds(fleet: Fleet) -> Iterator[str]:
    """Five may be asked; of these one is of a council that fits far less well, and stands behind them."""
    story = Told(fleet)
    near = [story.peer(f"near{n}", of=of, role="lead_member") for n, of in enumerate(("Gateshead", "Sheffield", "Bolton"))]
    story.known_to_the_matcher(*near, story.peer("quillon", of="Cornwall", role="lead_member"))
    request: str = story.request(story.asks("Leeds", "mentoring_new_lead_member"))["request"]
    story.story(request, "suggested")
    yield request
    story.ends()


def test_somebody_else_is_found_misspelt_compared_and_chosen_with_a_reason(fleet: Fleet, request_of_leeds: str, page: Page) -> None:
    sign_in(page, fleet.url("desk"), YORKSHIRE)
    page.goto(f"{fleet.url('desk')}/requests/{request_of_leeds}")
    page.get_by_label("Who", exact=True).fill("robin quilon cornwal")
    page.get_by_role("button", name="Look for somebody").click()
    assert faults(page) == []
    page.get_by_role("link", name="Robin quillon").click()
    expect(page.get_by_text("of fit.", exact=False).first).to_be_visible()
    expect(page.get_by_role("table", name="What this choice costs").get_by_role("columnheader").nth(1)).to_have_text("Robin quillon")
    assert faults(page) == []
    page.get_by_role("button", name="Choose this person").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why, in ten characters or more.")
    expect(page.get_by_role("heading", name="Robin quillon")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("Why this person, rather than those suggested").fill("Has mentored her before, and both asked for it.")
    page.get_by_role("button", name="Choose this person").click()
    expect(page.get_by_role("heading", name="Consents")).to_be_visible()


def test_nobody_found_says_what_to_do_without_javascript(fleet: Fleet, request_of_leeds: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, fleet.url("desk"), YORKSHIRE)
    page.goto(f"{fleet.url('desk')}/requests/{request_of_leeds}?who=zzyzx")
    expect(page.get_by_text("Nobody is found with all these words.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()
