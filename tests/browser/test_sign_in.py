"""Signing in at the desk, with a browser and with what a stranger may try."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from tests.support.browser import faults, sign_in

pytestmark = pytest.mark.xdist_group("browser")
NORTH_EAST = PERSONAS["adviser-north-east"]


def test_an_adviser_signs_in_is_greeted_by_name_and_signs_out(fleet: Fleet, page: Page) -> None:
    sign_in(page, fleet.url("desk"), NORTH_EAST.name)
    expect(page.get_by_role("banner")).to_contain_text(NORTH_EAST.name)
    assert faults(page) == []
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert faults(page) == []
    page.goto(fleet.url("desk"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_signing_in_works_with_javascript_off(fleet: Fleet, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, fleet.url("desk"), NORTH_EAST.name)
    expect(page.get_by_role("banner")).to_contain_text(NORTH_EAST.name)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    context.close()


def test_whoever_follows_a_link_comes_to_it_after_signing_in(fleet: Fleet, page: Page) -> None:
    page.goto(fleet.url("desk") + "/nowhere-yet?x=1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    assert faults(page) == []
    page.goto(fleet.url("desk") + "/sign-in?next=%2Fnowhere-yet%3Fx%3D1")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=NORTH_EAST.name).click()
    page.wait_for_url("**/nowhere-yet?x=1")


class Stranger:
    """A program that follows no redirection by itself."""

    def __init__(self, fleet: Fleet) -> None:
        self.desk = fleet.url("desk")
        self.http = httpx.Client()

    def to_provider(self) -> str:
        return self.http.get(f"{self.desk}/sign-in/start").headers["location"]

    def chosen(self, to_provider: str, persona: str = NORTH_EAST.id) -> str:
        return self.http.get(f"{to_provider}&persona={persona}").headers["location"]

    def signs_in(self, persona: str = NORTH_EAST.id) -> None:
        assert self.http.get(self.chosen(self.to_provider(), persona)).headers["location"] == "/"

    def form(self) -> dict[str, str]:
        found = re.search(r'name="csrf" value="(\w+)"', self.http.get(f"{self.desk}/desk").text)
        assert found
        return {"csrf": found[1]}


@pytest.fixture
def stranger(fleet: Fleet) -> Stranger:
    return Stranger(fleet)


def test_the_cookie_is_signed_and_nothing_in_it_but_chance(stranger: Stranger) -> None:
    answer = stranger.http.get(stranger.chosen(stranger.to_provider()))
    (cookie,) = (line for line in answer.headers.get_list("set-cookie") if line.startswith("desk="))
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert re.match(r"desk=[\w-]{43}\.[0-9a-f]{64};", cookie)
    for forged in ("", "x.y", cookie[5:48] + "." + "0" * 64):
        assert httpx.get(stranger.desk, cookies={"desk": forged}).headers["location"] == "/sign-in"


def test_a_code_that_was_begun_in_another_browser_signs_nobody_in(fleet: Fleet, stranger: Stranger) -> None:
    attackers = Stranger(fleet)
    answer = stranger.http.get(attackers.chosen(attackers.to_provider()))
    assert answer.status_code == 400
    assert "set-cookie" not in answer.headers


def test_a_code_works_once(stranger: Stranger) -> None:
    back = stranger.chosen(stranger.to_provider())
    kept = dict(stranger.http.cookies)
    assert stranger.http.get(back).status_code == 303
    assert httpx.get(back, cookies=kept).status_code == 400


def test_a_form_without_the_word_of_this_session_does_nothing(fleet: Fleet, stranger: Stranger) -> None:
    other = Stranger(fleet)
    other.signs_in("operator")
    stranger.signs_in()
    for form in ({}, other.form(), {"csrf": "0" * 64}):
        assert stranger.http.post(f"{stranger.desk}/sign-out", data=form).status_code == 403
    assert stranger.http.get(f"{stranger.desk}/desk").status_code == 200
    assert stranger.http.post(f"{stranger.desk}/sign-out", data=stranger.form()).status_code == 303
    assert stranger.http.get(stranger.desk).status_code == 303


def test_signing_in_leads_nowhere_but_to_the_desk(stranger: Stranger) -> None:
    for elsewhere in ("https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)", "/\t/example.org"):
        start = stranger.http.get(f"{stranger.desk}/sign-in/start", params={"next": elsewhere}).headers["location"]
        assert stranger.http.get(stranger.chosen(start)).headers["location"] == "/"
        stranger.http.cookies.clear()


def test_the_browser_is_told_what_it_may_not_do(stranger: Stranger) -> None:
    for path in ("/", "/sign-in", "/nothing", "/readyz"):
        headers = stranger.http.get(stranger.desk + path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
    dress = re.search(r"/assets/\w+/desk.css", stranger.http.get(f"{stranger.desk}/sign-in").text)
    assert dress
    assert "immutable" in stranger.http.get(stranger.desk + dress[0]).headers["cache-control"]
    assert stranger.http.get(f"{stranger.desk}/assets/old/desk.css").headers["cache-control"] == "no-cache"


def test_the_provider_of_onebox_leads_back_to_this_machine_alone(fleet: Fleet) -> None:
    query = {
        "response_type": "code",
        "client_id": "manyhands-desk",
        "state": "s",
        "code_challenge": "c",
        "code_challenge_method": "S256",
        "persona": "operator",
    }
    for back in ("https://example.org/sign-in/done", "http://127.0.0.1:1@example.org/", "http://127.0.0.1.example.org/"):
        assert httpx.get(f"{fleet.url('provider')}/authorize", params={**query, "redirect_uri": back}).status_code == 400
