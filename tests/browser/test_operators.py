"""What operators see: which service is well, what is parked and what becomes of it, and who did what."""

import uuid

import pytest
from confluent_kafka import Producer
from playwright.sync_api import Page, expect

from services.onebox.fleet import Fleet
from services.onebox.personas import PERSONAS
from tests.support.browser import faults, sign_in

pytestmark = pytest.mark.xdist_group("browser")
OPERATOR, ADVISER = PERSONAS["operator"], PERSONAS["adviser-north-east"]


@pytest.fixture
def spoilt(fleet: Fleet) -> None:
    """A record on the intake topic that is no CloudEvent."""
    producer = Producer({"bootstrap.servers": fleet.kafka, "acks": "all", "log_level": 0})
    producer.produce(fleet.prefix + "intake.support-requests.v1", b"{}", key=uuid.uuid4().hex)
    assert producer.flush(10) == 0


@pytest.mark.usefixtures("spoilt")
def test_an_operator_finds_a_parked_record_tries_it_again_and_discards_it_with_a_reason(fleet: Fleet, page: Page) -> None:
    sign_in(page, fleet.url("desk"), OPERATOR.name)
    page.get_by_role("link", name="For operators").click()
    expect(page.get_by_text("Well", exact=True)).to_have_count(4)
    assert faults(page) == []
    page.get_by_role("link", name="Parked records").click()
    record = page.get_by_role("row").filter(has_text="not cloudevents").get_by_role("link")
    for _ in range(50):
        if record.count():
            break
        page.wait_for_timeout(100)
        page.reload()
    assert faults(page) == []
    record.first.click()
    assert faults(page) == []

    page.get_by_label("Handle it again").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("still cannot be handled: not_cloudevents")
    page.get_by_label("Discard it for good").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("link", name="Say why it is discarded")).to_be_visible()
    assert faults(page) == []
    page.get_by_label("Reason").fill("A test wrote it, nobody needs it.")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("The record was discarded.")

    page.goto(f"{fleet.url('desk')}/operators/audit?service=requests&action=parked.discard")
    expect(page.get_by_role("row").nth(1)).to_contain_text("A test wrote it, nobody needs it.")
    expect(page.get_by_role("row").nth(1)).to_contain_text(OPERATOR.id)
    assert faults(page) == []
    page.get_by_label("Who").fill("nobody-of-this-name")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("No entry fits.")).to_be_visible()


def test_pages_for_operators_are_closed_to_advisers(fleet: Fleet, page: Page) -> None:
    sign_in(page, fleet.url("desk"), ADVISER.name)
    expect(page.get_by_role("link", name="For operators")).to_have_count(0)
    for path in ("/operators", "/operators/parked", "/operators/parked/requests/1", "/operators/audit"):
        page.goto(fleet.url("desk") + path)
        expect(page.get_by_role("heading", level=1)).to_have_text("You cannot use this page")
