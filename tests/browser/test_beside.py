"""Beside the decision, in a browser: notes, an escalation, calls by one key, a word to the peer's own region, which never sees for whom."""

import pytest
from playwright.sync_api import Browser, Page, expect

from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from services.onebox.remote import Trouble
from tests.support.browser import aside, faults, sign_in
from tests.support.told import Told

pytestmark = pytest.mark.xdist_group("browser")
YORKSHIRE = PERSONAS["adviser-yorkshire-and-the-humber"].name
NORTH_EAST = PERSONAS["adviser-north-east"].name


@pytest.fixture
def suggested(story: Told) -> str:
    """A request of Leeds for which two people of the North East may be asked."""
    story.known_to_the_matcher(*(story.peer(f"mentor{n}", of="Gateshead", role="lead_member") for n in range(2)))
    request: str = story.request(story.asks("Leeds", "mentoring_new_lead_member"))["request"]
    story.story(request, "suggested")
    return request


def test_a_note_is_kept_with_its_author_and_read_by_those_whom_it_is_for(
    fleet: Fleet, suggested: str, page: Page, browser: Browser
) -> None:
    address = f"{fleet.url('desk')}/requests/{suggested}"
    sign_in(page, fleet.url("desk"), YORKSHIRE)
    page.goto(address)
    for words, audience in (("She prefers <b>afternoons</b>.", "Everybody who may see this request"), ("Ring me first.", "Me alone")):
        page.get_by_text("Write a note").click()
        page.get_by_label("Note", exact=True).fill(words)
        page.get_by_label(audience).check()
        page.get_by_role("button", name="Keep the note").click()
        expect(page.get_by_role("alert")).to_contain_text("The note is kept.")
        expect(page.get_by_role("region", name="Notes")).to_contain_text(words)
    assert faults(page) == []
    page.get_by_text("Write a note").click()
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_role("alert")).to_contain_text("Write the note.")
    assert faults(page) == []
    other = browser.new_context().new_page()
    sign_in(other, fleet.url("desk"), PERSONAS["adviser-national"].name)
    other.goto(address)
    notes = other.get_by_role("region", name="Notes")
    expect(notes).to_contain_text("She prefers <b>afternoons</b>.")
    expect(notes).not_to_contain_text("Ring me first.")
    other.context.close()


def test_a_request_is_escalated_to_who_leads_the_region_and_stands_on_top_of_their_desk_until_it_is_settled(
    fleet: Fleet, suggested: str, page: Page, browser: Browser
) -> None:
    desk = fleet.url("desk")
    sign_in(page, desk, YORKSHIRE)
    page.goto(f"{desk}/cover")
    page.get_by_label("Name", exact=True).fill("Lead Member of the North")
    page.get_by_label("What they are called at sign-in").fill("adviser-national")
    page.locator("#region").select_option("Yorkshire and The Humber")
    page.locator("#role").select_option("Regional lead member")
    page.get_by_label("First day").fill("2026-01-01")
    page.get_by_role("button", name="Add").click()
    page.goto(f"{desk}/requests/{suggested}")
    page.get_by_text("Escalate to the region’s lead").click()
    page.get_by_role("button", name="Escalate").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why, in ten characters or more.")
    assert faults(page) == []
    page.get_by_label("Lead Member of the North, regional lead member").check()
    page.locator("#escalate").select_option("It needs a decision that is not mine")
    page.get_by_label("In your own words").fill("Two councils ask for the same person.")
    page.get_by_role("button", name="Escalate").click()
    expect(page.get_by_role("alert")).to_contain_text("It stands at the top of their desk")
    expect(page.get_by_text("Told: Lead Member of the North.")).to_be_visible()
    expect(page.get_by_role("button", name="Ask this person")).to_be_visible()
    assert faults(page) == []
    lead = browser.new_context().new_page()
    sign_in(lead, desk, PERSONAS["adviser-national"].name)
    lead.goto(f"{desk}/desk")
    lead.locator(f'section[aria-labelledby="escalated"] a[href="/requests/{suggested}"]').click()
    expect(lead.get_by_role("region", name="Notes")).to_contain_text("Two councils ask for the same person.")
    lead.get_by_role("button", name="It has been looked at").click()
    expect(lead.get_by_role("alert")).to_contain_text("It is no longer escalated.")
    lead.context.close()


def test_what_a_call_came_to_is_noted_with_one_key_and_without_scripts_with_a_button(
    fleet: Fleet, suggested: str, page: Page, browser: Browser
) -> None:
    address = f"{fleet.url('desk')}/requests/{suggested}/calls"
    sign_in(page, fleet.url("desk"), YORKSHIRE)
    page.goto(address)
    assert faults(page) == []
    first = page.locator("#call-1-1")
    page.keyboard.press("n")  # the focus is with nobody: no key does anything
    first.get_by_role("button", name="No answer").focus()
    page.keyboard.press("c")
    expect(page.get_by_role("alert")).to_contain_text("Noted: to be called again.")
    expect(first).to_contain_text("Last call")
    expect(page.locator("#call-1-2")).to_be_focused()
    page.keyboard.press("y")
    expect(page.get_by_role("alert")).to_contain_text("Noted: said yes.")
    assert faults(page) == []
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    plain = context.new_page()
    sign_in(plain, fleet.url("desk"), YORKSHIRE)
    plain.goto(address)
    plain.locator("#call-1-1").get_by_role("button", name="Said no").click()
    expect(plain.locator("#call-1-1")).to_contain_text("said no")
    assert plain.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()
    page.goto(f"{fleet.url('desk')}/requests/{suggested}")
    expect(page.locator(".desk-choices")).to_contain_text("said no")
    expect(page.get_by_role("list").filter(has_text="was called")).to_contain_text("Robin mentor")
    assert faults(page) == []


def test_the_adviser_of_the_peers_own_region_is_told_first_never_for_whom_and_their_answer_binds_nobody(
    fleet: Fleet, suggested: str, story: Told, page: Page, browser: Browser
) -> None:
    desk = fleet.url("desk")
    sign_in(page, desk, YORKSHIRE)
    page.goto(f"{desk}/requests/{suggested}/calls")
    page.get_by_role("button", name="Tell the adviser of North East first about Robin mentor0").click()
    expect(page.get_by_role("alert")).to_contain_text("they do not see for whom it is")
    expect(page.get_by_text("is told, and has not answered yet")).to_be_visible()
    assert faults(page) == []
    there = browser.new_context().new_page()
    sign_in(there, desk, NORTH_EAST)
    there.goto(f"{desk}/desk")
    there.get_by_role("link", name="1 heads-up to answer").click()
    asked = there.get_by_role("region", name="Robin mentor0, Gateshead")
    expect(asked).to_contain_text("Mentoring of a newly appointed lead member, 4 days")
    assert "Leeds" not in there.content()
    assert suggested not in there.content()
    assert YORKSHIRE not in there.content()
    assert faults(there) == []
    asked.get_by_label("Not now").check()
    asked.get_by_role("button", name="Answer").click()
    expect(there.get_by_role("alert")).to_contain_text("Enter until which day")
    there.get_by_role("alert").get_by_role("link").click()
    expect(asked.get_by_label("Day", exact=True)).to_be_focused()
    expect(asked.get_by_label("Not now")).to_be_checked()
    assert faults(there) == []
    for part, number in (("Day", "31"), ("Month", "3"), ("Year", "2027")):
        asked.get_by_label(part, exact=True).fill(number)
    asked.get_by_role("button", name="Answer").click()
    expect(there.get_by_role("alert")).to_contain_text("Your answer is passed on")
    expect(there.get_by_text("not now until 31 March 2027")).to_be_visible()
    assert faults(there) == []
    with aside():
        heads_ups = story.by("matcher", regions=["North East"], who="another").get("/heads-ups")["heads_ups"]
        ident = next(each["id"] for each in heads_ups if each["peer"].startswith(story.name))
        assert not any("request" in each or "host" in each or "asked_by" in each for each in heads_ups)
        assert not any(each["id"] == ident for each in story.by("matcher", regions=["London"]).get("/heads-ups")["heads_ups"])
        for regions, why in ((["London"], "There is no heads-up with this identifier here"), (["North East"], "has answered this already")):
            with pytest.raises(Trouble, match=why):
                story.by("matcher", regions=regions).post(f"/heads-ups/{ident}/answer", {"answer": "fine"})
    there.context.close()
    page.goto(f"{desk}/requests/{suggested}")
    expect(page.locator(".desk-choices")).to_contain_text("The adviser of their region: not now until 31 March 2027")
    expect(page.get_by_role("button", name="Ask this person")).to_be_visible()
