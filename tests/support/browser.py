"""A browser for tests: Debian's Chromium, driven by playwright; and what axe-core finds on a page."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """Where Chromium is; installed with apt-get when it is missing and we may. Errors: RuntimeError saying what to do."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None and shutil.which("apt-get"):
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"],
        ):
            subprocess.run(command, capture_output=True, check=False)
        found = shutil.which("chromium")
    if found is None:
        raise RuntimeError("The browser tests need Chromium. On Debian or Ubuntu: sudo apt-get install chromium")
    return found


class Window:
    """A browser without a window, for a whole run of tests. playwright's loop counts as running in this thread only inside `shown()`.

    Else no other test of the process could run a loop of its own. In a test, what runs one (`Told`, `reading`) is called inside `aside()`.
    """

    def __init__(self) -> None:
        self._driver = sync_playwright().start()
        self._loop = asyncio._get_running_loop()
        self.browser = self._driver.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-dev-shm-usage"])
        asyncio._set_running_loop(None)

    @contextmanager
    def shown(self) -> Iterator[Browser]:
        """The browser may be used inside."""
        asyncio._set_running_loop(self._loop)
        try:
            yield self.browser
        finally:
            asyncio._set_running_loop(None)

    def close(self) -> None:
        """End the browser and its driver."""
        with self.shown():
            self.browser.close()
            self._driver.stop()


@contextmanager
def aside() -> Iterator[None]:
    """Inside, loops may be run and the browser may not be used."""
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)


def sign_in(page: Page, desk: str, name: str) -> None:
    """Sign in at the desk of a machine of onebox as one of its ready people."""
    page.goto(f"{desk}/sign-in")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name=name).click()
    page.wait_for_url(f"{desk}/**")


def faults(page: Page) -> list[str]:
    """What axe-core finds on the page as it is now, a line each: rule, help, and the elements. Empty on a page that is well."""
    found = Axe().run(page).response["violations"]
    return [f"{fault['id']}: {fault['help']}: {[' '.join(map(str, node['target'])) for node in fault['nodes']]}" for fault in found]
