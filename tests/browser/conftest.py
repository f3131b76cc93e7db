"""A whole machine with its desk for all browser tests of a process, a browser, and a page of one's own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from services.onebox.databases import Databases
from services.onebox.fleet import Fleet
from tests.support.browser import Window
from tests.support.servers import Broker
from tests.support.told import Told


@pytest.fixture(scope="session")
def fleet(kafka: Broker, postgres: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Every service, the provider and the desk as processes, with the 153 councils in the register."""
    folder = tmp_path_factory.mktemp("browser")
    fleet = Fleet(folder, kafka.bootstrap, postgres, name=folder.name.replace("-", "") + f"{id(folder) % 10_000}")
    fleet.environment["MANYHANDS_SIGN_INS"] = "1000"  # all tests sign in from one address
    fleet.prepare()
    fleet.start()
    try:
        fleet.ready()
        Told(fleet).register_councils()
        yield fleet
    finally:
        fleet.stop()


@pytest.fixture
def story(fleet: Fleet) -> Iterator[Told]:
    """Peers and requests of this test alone, which end with it. Ask for it before a page, which has the process's event loop for itself."""
    story = Told(fleet)
    yield story
    story.ends()


@pytest.fixture(scope="session")
def window() -> Iterator[Window]:
    window = Window()
    yield window
    window.close()


@pytest.fixture
def browser(window: Window) -> Iterator[Browser]:
    """The browser, for whoever makes contexts of their own: other people, a narrow screen, no JavaScript."""
    with window.shown() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own: no cookies of others. Whatever its console complains of fails the test."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/London", viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [words for words in complaints if "Failed to load resource" not in words] == []
