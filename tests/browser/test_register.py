"""The register at the desk: found however misspelt, shown whole to the own region alone, files checked before they are imported."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from tests.support.browser import aside, faults, sign_in
from tests.support.told import Told

pytestmark = pytest.mark.xdist_group("browser")
YORKSHIRE = PERSONAS["adviser-yorkshire-and-the-humber"].name
NORTH_EAST, LONDON = PERSONAS["adviser-north-east"].name, PERSONAS["adviser-london"].name
OPERATOR = PERSONAS["operator"].name
HEAD = "peer,kind,council,name,party,themes,email\n"


@pytest.fixture(scope="module")
def story(fleet: Fleet) -> Iterator[Told]:
    story = Told(fleet)
    yield story
    story.ends()


@pytest.fixture(scope="module")
def placed(story: Told) -> str:
    """Somebody of Gateshead who has been placed with Leeds; their number in the register."""
    peer = story.peer("fennimore", of="Gateshead", role="lead_member")
    story.known_to_the_matcher(peer)
    request = story.request(story.asks("Leeds", "mentoring_new_lead_member"))["request"]
    suggested = story.story(request, "suggested")
    first = suggested["match"]["suggestion"]["places"][0]
    story.tells_matcher(suggested, "confirm", choices={first["place"]: peer})
    story.everybody_agrees(request)
    return peer


def narrow(page: Page) -> None:
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_misspelt_name_leads_to_the_peer_with_everything_that_is_known(fleet: Fleet, placed: str, page: Page) -> None:
    sign_in(page, fleet.url("desk"), NORTH_EAST)
    page.get_by_role("link", name="Register", exact=True).click()
    assert faults(page) == []
    page.get_by_label("Peer or council").fill("robin feninmore gatshead")
    page.get_by_role("button", name="Search").click()
    assert faults(page) == []
    page.get_by_role("link", name="Robin fennimore").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Robin fennimore")
    expect(page.get_by_role("img", name="Work can start in")).to_be_visible()
    expect(page.get_by_role("table", name="Days set aside and placed")).to_contain_text("A council of another region")
    page.get_by_text("Show availability as a table").click()
    assert faults(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Roles, the latest first").click()
    assert "Lead member for children's services,Gateshead,1 May 2020,no end" in Path(download.value.path()).read_text("utf-8-sig")


def test_councils_see_what_they_gave_and_received_and_other_regions_see_totals_alone(fleet: Fleet, placed: str, page: Page) -> None:
    desk = fleet.url("desk")
    sign_in(page, desk, NORTH_EAST)
    page.goto(f"{desk}/register/councils/390")
    expect(page.get_by_role("table", name="Days set aside and placed")).to_contain_text("Robin fennimore")
    expect(page.get_by_role("table", name="Everybody by the role held now")).to_contain_text("Robin fennimore")
    assert faults(page) == []
    page.goto(f"{desk}/register/councils/383")
    expect(page.get_by_text("This council is of another region")).to_be_visible()
    expect(page.get_by_role("heading", name="Received")).to_have_count(0)
    assert faults(page) == []
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, desk, YORKSHIRE)
    page.goto(f"{desk}/register/councils/383")
    expect(page.get_by_role("table", name="Support placed, the latest first")).to_contain_text("4")
    with page.expect_download() as download:
        page.get_by_role("link", name="The nearest by their statistics").click()
    assert "Bradford" in Path(download.value.path()).read_text("utf-8-sig")


def test_a_peer_of_another_region_is_neither_found_nor_there(fleet: Fleet, placed: str, page: Page) -> None:
    desk = fleet.url("desk")
    sign_in(page, desk, LONDON)
    page.goto(f"{desk}/register?words=robin+fennimore")
    expect(page.get_by_text("No peer of London is found")).to_be_visible()
    assert faults(page) == []
    for path in (f"/register/peers/{placed}", f"/register/peers/{placed}/posts.csv"):
        answer = page.request.get(desk + path)
        assert answer.status == 404
        assert "fennimore" not in answer.text().replace(placed, "")


def test_the_register_is_read_by_keyboard_alone(fleet: Fleet, placed: str, page: Page) -> None:
    sign_in(page, fleet.url("desk"), NORTH_EAST)
    page.goto(fleet.url("desk") + "/register")
    press_to(page, page.get_by_label("Peer or council"))
    page.keyboard.type("fennimore")
    page.keyboard.press("Enter")
    expect(page.get_by_text("found.")).to_be_visible()
    press_to(page, page.get_by_role("link", name="Robin fennimore").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Robin fennimore")


def press_to(page: Page, target: object) -> None:
    """Tab until the element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):  # type: ignore[attr-defined]
            return
    raise AssertionError("the keyboard does not reach it")


def test_a_file_is_checked_its_bad_rows_are_a_file_and_a_good_one_is_imported(
    fleet: Fleet, story: Told, page: Page, tmp_path: Path
) -> None:
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    long = "Ana" * 60
    bad.write_text(f"{HEAD}{story.name}-1,member,Nowhere,=cmd() <script>alert(1)</script>,,,\n")
    good.write_text(f"{HEAD}{story.name}-1,member,Camden,<b>Wren</b> {long},,,\n{story.name}-2,member,Camden,Wren Okafor,,,\n")
    desk = fleet.url("desk")
    sign_in(page, desk, OPERATOR)
    page.goto(f"{desk}/register")
    page.get_by_role("link", name="Import or export files").click()
    assert faults(page) == []
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose a CSV file that is not empty.")
    assert faults(page) == []
    page.get_by_label("What it is about").select_option("Peers")
    page.get_by_label("CSV file").set_input_files(bad)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("heading", name="1 row to correct. Nothing was imported")).to_be_focused()
    assert faults(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the list of what to correct").click()
    assert "2,council,Nowhere," in Path(download.value.path()).read_text("utf-8-sig")
    page.get_by_label("CSV file").set_input_files(good)
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_text("2 rows of peers, all good: 2 new, 0 would change")).to_be_visible()
    page.get_by_text("Show what would change").click()
    expect(page.get_by_text(f"Row 2: {story.name}-1 is new")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("button", name="Import 2 rows").click()  # the file is still chosen
    expect(page.get_by_role("heading", name="Imported")).to_be_focused()
    assert faults(page) == []
    page.set_viewport_size({"width": 320, "height": 700})
    page.goto(f"{desk}/register/peers/{story.name}-1")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"<b>Wren</b> {long}")
    expect(page.get_by_text("No work can start in the 18 months")).to_be_visible()
    assert faults(page) == []
    narrow(page)
    with page.expect_download() as download:
        page.goto(f"{desk}/register/files")
        page.get_by_role("link", name="Peers (CSV)").click()
    assert "Wren Okafor" in Path(download.value.path()).read_text()


def test_the_same_without_javascript_on_a_narrow_screen(fleet: Fleet, placed: str, browser: Browser, tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.csv", tmp_path / "other.csv"
    mine.write_text(f"{HEAD}{placed}-x,member,Camden,Wren Okafor,,,\n")
    other.write_text(f"{HEAD}{placed}-y,member,Camden,Maud Tarn,,,\n")
    desk = fleet.url("desk")
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    page = context.new_page()
    sign_in(page, desk, OPERATOR)
    page.goto(f"{desk}/register?words=fenimore")
    narrow(page)
    page.get_by_role("link", name="Robin fennimore").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Robin fennimore")
    narrow(page)
    page.get_by_role("link", name="Gateshead").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gateshead")
    narrow(page)
    page.goto(f"{desk}/register/files")
    page.get_by_label("What it is about").select_option("Peers")
    for file, button in ((mine, "Check the file"), (other, "Import 1 row")):
        page.get_by_label("CSV file").set_input_files(file)
        page.get_by_role("button", name=button).click()
        expect(page.get_by_text("of peers, all good").or_(page.get_by_role("alert")).first).to_be_visible()
        narrow(page)
    expect(page.get_by_role("alert")).to_contain_text("This is not the file that was checked.")
    for button in ("Check the file", "Import 1 row"):
        page.get_by_label("CSV file").set_input_files(mine)
        page.get_by_role("button", name=button).click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    context.close()


def test_while_the_register_is_away_the_page_says_so_and_keeps_what_was_typed(fleet: Fleet, page: Page) -> None:
    desk = fleet.url("desk")
    sign_in(page, desk, YORKSHIRE)
    fleet.end("registry")
    try:
        page.goto(f"{desk}/register?words=fennimore")
        expect(page.get_by_text("The register cannot be reached at the moment.")).to_be_visible()
        expect(page.get_by_label("Peer or council")).to_have_value("fennimore")
        assert faults(page) == []
        page.goto(f"{desk}/register/councils/383")
        expect(page.get_by_role("heading", level=1)).to_have_text("A part of Manyhands is away")
        assert faults(page) == []
    finally:
        with aside():
            fleet.spawn("registry")
            fleet.ready()
