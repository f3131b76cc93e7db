"""A council's request entered at the desk in a browser: from its first page to the last consent, by mouse, by keys, without scripts."""

import asyncio
from typing import Any

import asyncpg
import pytest
from playwright.sync_api import Browser, Page, expect

from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from tests.support.browser import aside, faults, sign_in
from tests.support.told import Told

pytestmark = pytest.mark.xdist_group("browser")
MONEY = "Who pays, and is somebody wished for?"
YORKSHIRE = PERSONAS["adviser-yorkshire-and-the-humber"].name


@pytest.fixture
def story(story: Told) -> Told:
    """Two mentors are on the register."""
    story.known_to_the_matcher(*(story.peer(f"mentor{n}", of=of, role="lead_member") for n, of in enumerate(("Gateshead", "Bristol"))))
    return story


def begin(page: Page, desk: str) -> None:
    page.goto(f"{desk}/new")
    page.get_by_label("A council asks for support").check()
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How did this come about?")
    go_on(page, "Which council is it for?")


def go_on(page: Page, heading: str) -> None:
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def fill(page: Page) -> None:
    """From the first page to the last."""
    page.get_by_label("Council", exact=True).fill("leeds city council")
    page.get_by_label("Name", exact=True).fill("Alex Example")
    go_on(page, "What kind of support?")
    page.get_by_label("Mentoring of a newly appointed lead member").check()
    go_on(page, "What is it about?")
    page.get_by_label("Special educational needs and disabilities").check()
    page.get_by_label("Notes (optional)").fill("She would like to meet in person.")
    go_on(page, "Who could help?")
    go_on(page, "When, and how much?")
    go_on(page, MONEY)
    go_on(page, "Check the request before you send it")


def agree_to_all(page: Page) -> None:
    expect(page.get_by_role("heading", name="Consents")).to_be_visible()
    for _ in range(4):
        page.get_by_label("Yes").check()
        page.get_by_role("button", name="Record the answer").click()
        expect(page.get_by_role("alert")).to_contain_text("they agree")
    page.reload()
    expect(page.locator("h1 + p")).to_contain_text("Placed")


def test_from_the_first_page_to_the_last_consent_by_mouse_with_no_fault_on_any_page(fleet: Fleet, story: Told, page: Page) -> None:
    desk = fleet.url("desk")
    sign_in(page, desk, YORKSHIRE)
    begin(page, desk)
    assert faults(page) == []
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter which council it is for.")
    assert faults(page) == []
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Council", exact=True)).to_be_focused()
    page.get_by_label("Council", exact=True).fill("Leeds")
    go_on(page, "What kind of support?")
    assert faults(page) == []
    page.get_by_label("Mentoring of a newly appointed lead member").check()
    go_on(page, "What is it about?")
    assert faults(page) == []
    page.get_by_label("Special educational needs and disabilities").check()
    go_on(page, "Who could help?")
    page.get_by_text("Ask for other people instead").click()
    page.get_by_label("Lead member for children's services", exact=True).fill("one")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not a whole number.")
    assert faults(page) == []
    page.get_by_label("Lead member for children's services", exact=True).fill("")
    go_on(page, "When, and how much?")
    for part, number in (("Day", "31"), ("Month", "2"), ("Year", "2027")):
        page.get_by_role("group", name="First day (optional)").get_by_label(part).fill(number)
    page.get_by_label("Days of each person (optional)").fill("four")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("The first day must be a real date")
    expect(page.get_by_role("alert")).to_contain_text("Days must be a number")
    assert faults(page) == []
    page.get_by_role("group", name="First day (optional)").get_by_label("Day").fill("1")
    page.get_by_label("Days of each person (optional)").fill("4")
    go_on(page, MONEY)
    assert faults(page) == []
    page.get_by_label("Subsidised").check()
    page.get_by_label("Look for somebody (optional)").fill(f"{story.name}-mentor1")
    page.get_by_role("button", name="Look", exact=True).click()
    page.get_by_label("Robin mentor1").check()
    assert faults(page) == []
    go_on(page, "Check the request before you send it")
    expect(page.locator("dl")).to_contain_text("Robin mentor1")
    expect(page.locator("dl")).to_contain_text("Subsidised")
    assert faults(page) == []
    page.get_by_role("link", name="Change days of each person").click()
    page.get_by_label("Days of each person (optional)").fill("3.5")
    go_on(page, "Check the request before you send it")
    expect(page.locator("dl")).to_contain_text("3.5 days")
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("alert")).to_contain_text("The request is sent and is yours.")
    expect(page.get_by_text("You look after this request.")).to_be_visible()
    expect(page.locator("dl.desk-compact")).to_contain_text("Robin mentor1")
    page.get_by_role("button", name="Ask this person").click()
    agree_to_all(page)
    page.goto(f"{desk}/new")
    while page.get_by_role("button", name="Throw away the draft").count():
        page.get_by_role("button", name="Throw away the draft").first.click()
    expect(page.get_by_text("What you begin and do not send is kept here")).to_be_visible()
    assert faults(page) == []


def test_the_same_without_javascript_on_a_narrow_screen(fleet: Fleet, story: Told, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, fleet.url("desk"), YORKSHIRE)
    begin(page, fleet.url("desk"))
    fill(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_role("button", name="Send the request").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Leeds")
    expect(page.get_by_text("She would like to meet in person.")).to_be_visible()
    page.get_by_role("button", name="Ask this person").click()
    agree_to_all(page)
    context.close()


def test_an_offer_names_nobody_until_the_adviser_records_that_the_council_accepts(fleet: Fleet, story: Told, page: Page) -> None:
    desk = fleet.url("desk")
    sign_in(page, desk, YORKSHIRE)
    begin(page, desk)
    page.get_by_role("link", name="Back", exact=True).click()
    page.get_by_label("I offer it to the council").check()
    assert faults(page) == []
    go_on(page, "Which council is it for?")
    fill(page)
    expect(page.get_by_text("It is matched once the council has accepted")).to_be_visible()
    page.get_by_role("button", name="Send the request").click()
    expect(page.locator("h1 + p")).to_contain_text("Offered to the council")
    expect(page.get_by_role("button", name="Ask this person")).to_have_count(0)
    assert faults(page) == []
    address = page.url
    page.goto(f"{desk}/desk?for=offer")
    expect(page.get_by_role("link", name="Record the council’s answer").first).to_be_visible()
    assert faults(page) == []
    page.goto(address)
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Select whether the council accepts the offer.")
    expect(page.get_by_role("alert")).to_contain_text("Select who told you.")
    assert faults(page) == []
    page.get_by_label("Yes").check()
    page.get_by_label("Who told you").select_option(label="The lead member")
    page.get_by_role("button", name="Record the answer").click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded: the council accepts the offer.")
    expect(page.get_by_role("button", name="Ask this person")).to_be_visible()
    expect(page.get_by_text("The lead member accepted the offer")).to_be_visible()


def press_to(page: Page, target: Any) -> None:
    """Tab until the element has the focus."""
    for _ in range(90):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the keyboard does not reach it")


def test_the_same_by_keyboard_alone(fleet: Fleet, story: Told, page: Page) -> None:
    def press(name: str) -> None:
        press_to(page, page.get_by_role("button", name=name))
        page.keyboard.press("Enter")

    def arrives(heading: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)

    sign_in(page, fleet.url("desk"), YORKSHIRE)
    page.goto(f"{fleet.url('desk')}/new")
    press("Start")
    arrives("How did this come about?")
    press("Continue")
    arrives("Which council is it for?")
    press_to(page, page.get_by_label("Council", exact=True))
    page.keyboard.type("Leeds")
    page.keyboard.press("Enter")
    arrives("What kind of support?")
    press_to(page, page.get_by_role("radio").first)
    page.keyboard.press("Space")
    for _ in range(page.get_by_role("radio").count()):
        if page.get_by_label("Mentoring of a newly appointed lead member").is_checked():
            break
        page.keyboard.press("ArrowDown")
    press("Continue")
    arrives("What is it about?")
    press("Continue")
    arrives("Who could help?")
    press("Continue")
    arrives("When, and how much?")
    press("Continue")
    arrives(MONEY)
    press("Continue")
    arrives("Check the request before you send it")
    press("Send the request")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Leeds")
    press("Ask this person")
    expect(page.get_by_role("heading", name="Consents")).to_be_visible()
    for _ in range(4):
        press_to(page, page.get_by_label("Yes"))
        page.keyboard.press("Space")
        press("Record the answer")
        expect(page.get_by_role("alert")).to_contain_text("they agree")
    page.reload()
    expect(page.locator("h1 + p")).to_contain_text("Placed")


def test_what_was_typed_is_kept_when_a_page_is_stale_or_the_service_is_away(
    fleet: Fleet, story: Told, page: Page, browser: Browser
) -> None:
    desk = fleet.url("desk")
    sign_in(page, desk, YORKSHIRE)
    begin(page, desk)
    other = page.context.new_page()
    other.goto(page.url)
    page.get_by_label("Council", exact=True).fill("Leeds")
    go_on(page, "What kind of support?")
    other.get_by_label("Council", exact=True).fill("Bradford")
    other.get_by_role("button", name="Continue").click()
    expect(other.get_by_role("alert")).to_contain_text("You changed this elsewhere")
    expect(other.get_by_label("Council", exact=True)).to_have_value("Bradford")
    assert faults(other) == []
    fleet.kill("requests")
    try:
        page.get_by_label("Sounding board").check()
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was saved; what you typed is still here.", timeout=20_000)
        expect(page.get_by_label("Sounding board")).to_be_checked()
        assert faults(page) == []
    finally:
        fleet.spawn("requests")
        with aside():
            fleet.ready()


def test_what_was_typed_is_kept_while_its_sender_signs_in_anew(fleet: Fleet, story: Told, page: Page) -> None:
    desk = fleet.url("desk")
    sign_in(page, desk, YORKSHIRE)
    begin(page, desk)
    page.get_by_label("Council", exact=True).fill("Leeds")
    page.get_by_label("Name", exact=True).fill("<b>Alex & Co</b>")
    with aside():
        asyncio.run(end_sessions(fleet))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are no longer signed in")
    assert faults(page) == []
    page.get_by_role("button", name="I have signed in: send it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are no longer signed in")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in (opens in a new tab)").click()
    sign_in(opened.value, desk, YORKSHIRE)
    page.get_by_role("button", name="I have signed in: send it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What kind of support?")
    page.get_by_role("link", name="Back", exact=True).click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("<b>Alex & Co</b>")


async def end_sessions(fleet: Fleet) -> None:
    """Nobody has called for two hours."""
    connection = await asyncpg.connect(fleet.dsn("desk"))
    await connection.execute("update session set seen_at = seen_at - interval '2 hours'")
    await connection.close()
