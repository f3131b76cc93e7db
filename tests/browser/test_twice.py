"""Who may be in the register twice, in a browser: what speaks for and against, and a pair of two people that is not shown again."""

import pytest
from playwright.sync_api import Browser, Page, expect

from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from tests.support.browser import faults, sign_in
from tests.support.told import Told

pytestmark = pytest.mark.xdist_group("browser")
YORKSHIRE, NATIONAL = (PERSONAS[name].name for name in ("adviser-yorkshire-and-the-humber", "adviser-national"))


@pytest.fixture
def pair(story: Told) -> str:
    """Two entries of Hull that one letter tells apart; the heading of their part of the page."""
    name = f"Wolstenholme-Featherstonehaugh-{story.name}"
    story.peer(name, of="Hull", role="lead_member", party="labour")
    story.peer(f"{name}e", of="Hull", role="lead_member", party="green")
    return f"Robin {name} and Robin {name}e"


def test_a_pair_is_shown_with_what_speaks_for_and_against_and_not_again_once_somebody_has_said_that_they_are_two(
    fleet: Fleet, pair: str, page: Page, browser: Browser
) -> None:
    desk = fleet.url("desk")
    sign_in(page, desk, YORKSHIRE)
    page.get_by_role("link", name="Register", exact=True).click()
    page.get_by_role("link", name="See who may be here twice").click()
    both = page.get_by_role("group", name=pair)
    expect(both).to_contain_text("Names alike")
    expect(both).to_contain_text("Against: Two parties")
    expect(both.get_by_role("link")).to_have_count(2)
    both.get_by_text("They are two people").click()
    assert faults(page) == []
    both.get_by_role("button", name="Do not show them again").click()
    expect(page.get_by_role("alert")).to_contain_text("Say how you know, in ten characters or more.")
    assert faults(page) == []
    both.get_by_label("How you know").fill("I know both of them.")
    both.get_by_role("button", name="Do not show them again").click()
    expect(page.get_by_role("alert")).to_contain_text("This pair is not shown again.")
    expect(page.get_by_role("group", name=pair)).to_have_count(0)

    plain = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700}).new_page()
    sign_in(plain, desk, NATIONAL)
    plain.goto(f"{desk}/register/twice")
    plain.get_by_text("of whom somebody has said that they are two people").click()
    assert plain.evaluate("document.documentElement.scrollWidth") <= 320
    expect(plain.get_by_role("group", name=pair)).to_be_visible()
    plain.context.close()

    page.get_by_text("of whom somebody has said that they are two people").click()
    page.get_by_role("group", name=pair).get_by_label("Why look at them anew").fill("One of them says that she is the other.")
    page.get_by_role("group", name=pair).get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("group", name=pair).get_by_text("They are two people")).to_be_visible()
    assert faults(page) == []
