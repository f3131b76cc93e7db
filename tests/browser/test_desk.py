"""An adviser's work at the desk in a real browser on the whole machine: from what waits to the last consent."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from tests.support.browser import faults, sign_in
from tests.support.told import Told

pytestmark = pytest.mark.xdist_group("browser")
YORKSHIRE = PERSONAS["adviser-yorkshire-and-the-humber"].name
WITHIN_A_SECOND = 1_000


@pytest.fixture
def suggested(story: Told) -> str:
    """A request of Leeds for which two people may be asked. Ask for it before a page, which has the process's event loop for itself."""
    story.known_to_the_matcher(*(story.peer(f"mentor{n}", of=of, role="lead_member") for n, of in enumerate(("Gateshead", "Bristol"))))
    request: str = story.request(story.asks("Leeds", "mentoring_new_lead_member"))["request"]
    story.story(request, "suggested")
    return request


def open_from_desk(page: Page, fleet: Fleet, request: str) -> None:
    page.goto(fleet.url("desk") + "/desk")
    link = page.locator(f'a[href="/requests/{request}"]')
    expect(link).to_be_visible(timeout=10_000)
    link.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Leeds")


def agree(page: Page) -> None:
    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Record the answer").click()


def test_from_what_waits_to_the_last_consent_by_mouse_with_no_fault_on_any_page(fleet: Fleet, suggested: str, page: Page) -> None:
    request = suggested
    sign_in(page, fleet.url("desk"), YORKSHIRE)
    open_from_desk(page, fleet, request)
    expect(page.get_by_label("Robin mentor").first).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Call sheet to print").click()
    expect(page.get_by_role("heading", level=2)).to_have_text("Lead member for children's services")
    assert faults(page) == []
    page.get_by_role("link", name="Back to the request").click()
    page.get_by_text("Turn some down and ask for new suggestions").click()
    page.get_by_role("button", name="Turn down").click()
    expect(page.get_by_role("alert")).to_contain_text("Select whom to turn down.")
    assert faults(page) == []
    page.get_by_role("button", name="Ask this person").click()
    expect(page.get_by_role("heading", name="Consents")).to_be_visible()
    assert faults(page) == []
    for _ in range(4):
        agree(page)
        expect(page.get_by_role("alert")).to_contain_text("they agree")
    page.reload()
    expect(page.locator("h1 + p")).to_contain_text("Placed")
    assert faults(page) == []
    page.get_by_role("button", name="Record as completed").click()
    expect(page.locator("h1 + p")).to_contain_text("Completed")
    assert faults(page) == []
    page.goto(fleet.url("desk") + "/desk?of=nobody&priority=other")
    assert faults(page) == []


def press_to(page: Page, target: Any) -> None:
    """Tab until the element has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the keyboard does not reach it")


def test_a_decision_and_a_consent_by_keyboard_alone(fleet: Fleet, suggested: str, page: Page) -> None:
    request = suggested
    sign_in(page, fleet.url("desk"), YORKSHIRE)
    page.goto(f"{fleet.url('desk')}/requests/{request}")
    press_to(page, page.get_by_role("button", name="Ask this person"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Consents")).to_be_visible()
    press_to(page, page.get_by_label("Yes"))
    page.keyboard.press("Space")
    press_to(page, page.get_by_role("button", name="Record the answer"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("they agree")


def test_the_same_without_javascript_on_a_narrow_screen(fleet: Fleet, suggested: str, browser: Browser) -> None:
    request = suggested
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, fleet.url("desk"), YORKSHIRE)
    open_from_desk(page, fleet, request)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Ask this person").click()
    agree(page)
    expect(page.get_by_role("alert")).to_contain_text("they agree")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.goto(fleet.url("desk") + "/desk")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


def test_a_second_adviser_sees_a_decision_within_a_second_and_is_told_who_was_faster(
    fleet: Fleet, suggested: str, page: Page, browser: Browser
) -> None:
    request = suggested
    sign_in(page, fleet.url("desk"), YORKSHIRE)
    context = browser.new_context()
    second, third = context.new_page(), context.new_page()
    sign_in(second, fleet.url("desk"), PERSONAS["adviser-national"].name)
    second.goto(fleet.url("desk") + "/desk")
    waiting = second.locator(f'section[aria-labelledby="decide"] a[href="/requests/{request}"]')
    expect(waiting).to_be_visible()
    third.goto(f"{fleet.url('desk')}/requests/{request}")
    third.get_by_text("Turn some down and ask for new suggestions").click()
    third.get_by_role("checkbox", name="Robin mentor").first.check()
    third.locator("#because").select_option("asked_too_often")
    third.get_by_label("Anything else (optional)").first.fill("She was asked in May.")
    page.goto(f"{fleet.url('desk')}/requests/{request}")
    page.get_by_role("button", name="Ask this person").click()
    expect(waiting).to_have_count(0, timeout=WITHIN_A_SECOND)
    expect(third.get_by_text("This request has changed since you opened it")).to_be_visible(timeout=WITHIN_A_SECOND)
    third.get_by_role("button", name="Turn down").click()
    expect(third.get_by_role("alert")).to_contain_text("changed this request on")
    expect(third.get_by_role("alert")).to_contain_text("what you typed is kept")
    context.close()


def test_an_unclear_council_is_answered_and_the_request_is_matched(fleet: Fleet, suggested: str, page: Page, story: Told) -> None:
    request = story.request(story.asks("Sussex", "mentoring_new_lead_member"))["request"]
    sign_in(page, fleet.url("desk"), PERSONAS["adviser-national"].name)
    page.goto(f"{fleet.url('desk')}/desk")
    page.locator(f'a[href="/requests/{request}"]').click(timeout=10_000)
    assert faults(page) == []
    page.get_by_role("radio", name="None of these").check()
    page.get_by_label("If none of these, select the council").select_option("Leeds")
    page.get_by_role("button", name="Answer").click()
    expect(page.get_by_role("alert")).to_contain_text("the request is being matched")
    assert story.story(request, "suggested")["host"] == "383"
