"""The days of a sounding board in a browser: each use is written down on the page of the request, which says what is left."""

import pytest
from playwright.sync_api import Page, expect

from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from tests.support.browser import faults, sign_in
from tests.support.told import Told

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture
def placed(story: Told) -> str:
    """A sounding board of two days for Leeds that is placed from today on; asked for before a page takes the event loop."""
    board = story.peer("board", of="Gateshead", role="leader")
    story.known_to_the_matcher(board)
    asked = story.asks("Leeds", "sounding_board", team=[{"role": "leader"}], days=2, starts=story.today)
    request: str = story.request(asked)["request"]
    story.tells_matcher(story.story(request, "suggested"), "confirm")
    story.everybody_agrees(request)
    return request


def test_each_use_is_written_down_and_more_than_is_left_is_refused_with_what_was_typed(fleet: Fleet, placed: str, page: Page) -> None:
    sign_in(page, fleet.url("desk"), PERSONAS["adviser-yorkshire-and-the-humber"].name)
    page.goto(f"{fleet.url('desk')}/requests/{placed}")
    page.get_by_label("Days used").fill("0.5")
    page.get_by_label("What for").select_option(label="A call")
    assert faults(page) == []
    page.get_by_role("button", name="Write down the days").click()
    expect(page.get_by_role("alert")).to_contain_text("The days are written down.")
    expect(page.get_by_text("0.5 days drawn, 1.5 left")).to_be_visible()
    page.get_by_label("Days used").fill("2")
    page.get_by_label("What for").select_option(label="A call")
    page.get_by_role("button", name="Write down the days").click()
    expect(page.get_by_role("alert")).to_contain_text("Days left here: 1.5. Enter no more than that")
    expect(page.get_by_label("Days used")).to_have_value("2")
    assert faults(page) == []
