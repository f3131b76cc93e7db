"""What is short, as advisers see it: who to look for, for whose sake, and what to do where nothing is short."""

import re

import pytest
from playwright.sync_api import Page, expect

from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from tests.support.browser import faults, sign_in
from tests.support.told import Told

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def unmet(story: Told) -> str:
    """A request of Leeds for which nobody is on the register."""
    request: str = story.request(story.asks("Leeds", "mentoring_new_director"))["request"]
    story.story(request, "unmet")
    return request


def test_a_shortage_names_who_to_look_for_and_leads_to_who_waits(fleet: Fleet, unmet: str, page: Page) -> None:
    sign_in(page, fleet.url("desk"), PERSONAS["adviser-yorkshire-and-the-humber"].name)
    page.get_by_role("link", name="Shortages").click()
    expect(page.get_by_role("heading", name=re.compile("director of children.s services"), level=3).first).to_be_visible()
    waiting = page.locator(f'main a[href="/requests/{unmet}"]')
    expect(waiting).to_have_text("Leeds")
    assert faults(page) == []
    for summary in page.locator("summary").all():
        summary.click()
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert re.search(r"would unblock \d+ request", page.request.get(f"{fleet.url('desk')}/shortages/recruits.csv").text())
    waiting.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Leeds")


def test_where_nothing_is_short_the_page_says_so_and_another_region_is_not_there(fleet: Fleet, page: Page) -> None:
    sign_in(page, fleet.url("desk"), PERSONAS["adviser-east-midlands"].name)
    page.goto(f"{fleet.url('desk')}/shortages")
    expect(page.get_by_text("has somebody who could help")).to_be_visible()
    assert faults(page) == []
    answer = page.goto(f"{fleet.url('desk')}/shortages?region=London")
    assert answer
    assert answer.status == 404
