"""The same desk with a provider that is not ours: a real Keycloak, set up as docs/access.md says."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from services.onebox.databases import Databases
from services.onebox.fleet import Fleet
from tests.support import keycloak
from tests.support.servers import Broker

pytestmark = pytest.mark.xdist_group("browser")


@pytest.fixture(scope="module")
def elsewhere(kafka: Broker, postgres: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """A desk and a registry that accept Keycloak's tokens and no others; requests and the matcher are away."""
    folder = tmp_path_factory.mktemp("keycloak")
    name = folder.name.replace("-", "") + f"{id(folder) % 10_000}"
    fleet = Fleet(folder, kafka.bootstrap, postgres, {"requests": 0, "matcher": 0}, name)
    secret = folder / "secret"
    secret.write_text(keycloak.SECRET)
    with keycloak.running(folder) as provider:
        desk = f"http://127.0.0.1:{fleet.port('desk')}"
        provider.set_up(
            desk, [keycloak.person("Orla Penhallow", "operator", "*"), keycloak.person("Idony Larkmead", "adviser", "North East", "London")]
        )
        fleet.environment = {
            "MANYHANDS_JWT_ISSUER": provider.issuer,
            "MANYHANDS_JWKS": provider.jwks,
            "MANYHANDS_OIDC_DISCOVERY": provider.discovery,
            "MANYHANDS_OIDC_SECRET_FILE": str(secret),
        }
        fleet.prepare()
        fleet.start()
        try:
            fleet.ready()
            yield fleet
        finally:
            fleet.stop()


def sign_in(page: Page, desk: str, name: str, password: str = keycloak.PASSWORD) -> None:
    page.goto(f"{desk}/sign-in")
    page.get_by_role("button", name="Sign in").click()
    page.locator("#username").fill(name)
    page.locator("#password").fill(password)
    page.locator("[type=submit]").click()


def test_somebody_signs_in_through_keycloak_calls_a_service_and_signs_out_there_too(elsewhere: Fleet, page: Page) -> None:
    desk = elsewhere.url("desk")
    sign_in(page, desk, "orla")
    expect(page.get_by_role("banner")).to_contain_text("Orla Penhallow")
    page.goto(f"{desk}/operators/audit?service=registry")  # with a token that Keycloak exchanged for one of the registry alone
    expect(page.get_by_text("No entry fits.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    page.get_by_role("button", name="Sign in again").click()
    expect(page.locator("#username")).to_be_visible()  # Keycloak asks again: it has forgotten them too


def test_roles_and_regions_come_from_keycloak(elsewhere: Fleet, page: Page) -> None:
    desk = elsewhere.url("desk")
    sign_in(page, desk, "idony")
    expect(page.get_by_role("heading", level=1)).to_have_text("My desk")
    expect(page.get_by_label("Region").get_by_role("option")).to_have_text(["All regions", "London", "North East"])
    answer = page.goto(f"{desk}/operators/audit")
    assert answer
    assert answer.status == 403


def test_a_wrong_password_signs_nobody_in(elsewhere: Fleet, page: Page) -> None:
    desk = elsewhere.url("desk")
    sign_in(page, desk, "orla", "wrong")
    expect(page.get_by_text("Invalid username or password.")).to_be_visible()
    page.goto(desk)
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
