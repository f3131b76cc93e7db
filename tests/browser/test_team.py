"""A team at the desk, in a browser: who fills each place, what moving one person changes before it is done, and a member replaced."""

import pytest
from playwright.sync_api import Browser, Page, expect

from services.desk import wording
from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from tests.support.browser import aside, faults, sign_in
from tests.support.told import Told

pytestmark = pytest.mark.xdist_group("browser")
YORKSHIRE, NATIONAL = (PERSONAS[name].name for name in ("adviser-yorkshire-and-the-humber", "adviser-national"))
ROLE = "performance_analyst"
LONG = "Featherstonehaugh-Cholmondeley-Wolstenholme"


@pytest.fixture
def people(story: Told) -> list[str]:
    """Five of one role, of five councils; one of them has a long name."""
    people = [
        story.peer(word, of=of, role=ROLE) for word, of in (("ann", "Luton"), ("ben", "Bedford"), ("cy", "Thurrock"), ("di", "Essex"))
    ]
    people.append(story.peer(LONG, of="Southend-on-Sea", role=ROLE))
    story.known_to_the_matcher(*people)
    return people


@pytest.fixture
def team(story: Told, people: list[str]) -> str:  # they are on the register first
    """A request of Leeds for two of them."""
    request: str = story.request(story.asks("Leeds", "bespoke", team=[{"role": ROLE, "count": 2}], days=3))["request"]
    story.story(request, "suggested")
    return request


def test_a_team_is_put_together_with_what_moving_one_person_changes_and_the_second_adviser_is_told_who_was_faster(
    fleet: Fleet, team: str, page: Page, browser: Browser
) -> None:
    desk = fleet.url("desk")
    sign_in(page, desk, YORKSHIRE)
    page.goto(f"{desk}/requests/{team}")
    page.get_by_role("link", name="See them as a team").click()
    expect(page.get_by_role("heading", name="The team that is suggested")).to_be_visible()
    expect(page.get_by_text("Each comes from a council of their own.")).to_be_visible()
    expect(page.get_by_text("That each comes from a council of their own costs")).to_be_visible()
    assert faults(page) == []
    other = browser.new_context().new_page()
    sign_in(other, desk, NATIONAL)
    other.goto(page.url)
    one = page.locator(".desk-found").first.get_by_role("link").first
    name = one.inner_text().split(" instead")[0].strip()
    one.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="The team that you are putting together")).to_be_visible()
    expect(page.get_by_role("row", name=name)).to_be_visible()
    expect(page.get_by_text("Beside the best team:").or_(page.get_by_text("No other team is worth more."))).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Ask these people").click()
    if page.get_by_role("alert").filter(has_text="There is a problem").count():  # the new one was not suggested: a reason is asked for
        page.get_by_label("Why this team").fill("Knows the ledgers of both councils.")
        page.get_by_role("button", name="Ask these people").click()
    expect(page.get_by_role("heading", name="Consents")).to_be_visible()
    expect(page.get_by_role("cell", name=name)).to_be_visible()
    other.get_by_label("Why this team").fill("Both know the district well.")
    other.get_by_role("button", name="Ask these people").click()
    expect(other.get_by_role("alert")).to_contain_text("changed this request on")
    expect(other.get_by_role("alert")).to_contain_text("Nothing of yours was done.")
    expect(other.get_by_text("Both know the district well.")).to_be_visible()
    assert faults(other) == []
    other.context.close()


def test_a_member_who_says_no_gives_way_in_one_step_and_placed_work_passes_on_without_scripts(
    fleet: Fleet, team: str, people: list[str], story: Told, page: Page, browser: Browser
) -> None:
    desk = fleet.url("desk")
    with aside():
        now = story.tells_matcher(story.story(team, "suggested"), "confirm")
        now = story.story(team, "consenting")
        while not (asked := [each for each in now["match"]["consents"] if each["state"] == "asked"])[0]["peer"]:
            now = story.tells_matcher(now, f"consents/{asked[0]['consent']}", agreed=True)
        leaves, stays = (line["peer"].partition("-")[2] for line in now["match"]["lines"])
    sign_in(page, desk, YORKSHIRE)
    page.goto(f"{desk}/requests/{team}")
    page.get_by_role("link", name="See the team place by place").click()
    page.get_by_role("link", name=f"Robin {LONG} instead of Robin {leaves}").or_(
        page.get_by_role("link", name=f"instead of Robin {leaves}").first
    ).first.click()
    expect(page.get_by_role("heading", name=f"instead of Robin {leaves}").first).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Give them the place").click()
    expect(page.get_by_role("alert")).to_contain_text("Select what has happened.")
    expect(page.get_by_role("alert")).to_contain_text("Say why, in ten characters or more.")
    assert faults(page) == []
    page.get_by_label("The peer does not agree").check()
    page.get_by_label("Why this person takes over").fill("Free in the same weeks.")
    page.get_by_role("button", name="Give them the place").click()
    expect(page.get_by_role("alert")).to_contain_text("what the others agreed to stands")
    helping = page.get_by_role("region", name="Places")
    expect(helping).not_to_contain_text(f"Robin {leaves}")
    expect(helping).to_contain_text(f"Robin {stays}")

    with aside():
        placed = story.everybody_agrees(team)
        free = next(peer for peer in people if peer not in {line["peer"] for line in placed["match"]["lines"]})
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700}).new_page()
    sign_in(plain, desk, YORKSHIRE)
    plain.goto(f"{desk}/requests/{team}/team")
    plain.get_by_label("For which place").select_option(f"Instead of Robin {stays}, {wording.role(ROLE)}")
    plain.get_by_label("Who", exact=True).fill(free)
    plain.get_by_role("button", name="Look for somebody").click()
    plain.get_by_role("link", name=f"Robin {free.partition('-')[2]}", exact=True).click()
    expect(plain.get_by_role("heading", name=f"instead of Robin {stays}").first).to_be_visible()
    assert plain.evaluate("document.documentElement.scrollWidth") <= 320
    plain.get_by_label("has given already").fill("1.25")
    plain.get_by_label("Why this person takes over").fill("Moved to another post in May.")
    plain.get_by_role("button", name="Give them the place").click()
    expect(plain.get_by_role("alert")).to_contain_text("Enter the days in figures, in halves")
    expect(plain.get_by_role("alert")).to_contain_text("Ask those who must agree first")
    expect(plain.get_by_label("Why this person takes over")).to_have_value("Moved to another post in May.")
    plain.get_by_label("has given already").fill("1")
    plain.get_by_label("have agreed").check()
    plain.get_by_label("They have left the post").check()
    plain.get_by_role("button", name="Give them the place").click()
    expect(plain.get_by_role("region", name="Places")).not_to_contain_text(f"Robin {stays}")
    plain.context.close()
