"""`make screenshots`: what axe-core finds, and what does not fit the width, is said beside each picture; the exit code is then 1."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from confluent_kafka import Producer
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page, TimeoutError
from rich.console import Console

from services.desk.app import ROOMS
from services.onebox.demo import post, story
from services.onebox.fleet import Fleet
from services.onebox.invariants import INTAKE
from services.onebox.machine import Machine
from services.onebox.reading import quiet
from tests.pictures.album import GUEST_ROLE, GUESTS, LONG, NOBODY, PICTURES, SHORT, TEAMS, Picture
from tests.pictures.palette import smaller
from tests.support.browser import Window, faults, sign_in
from tests.support.told import Told

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
WIDTHS = (1280, 320)
_NO_PAGES = {"/", "/live", "/sign-in/start", "/sign-in/done"}
_HIGHEST = 2_600  # pixels; what is longer goes on in the same way
out = Console()


def take(browser: Browser, desk: str, folder: Path, pictures: list[Picture], drawn: set[str]) -> Iterator[str]:
    """Take the pictures, and yield what is wrong on a page; the paths of the pages are added to `drawn`."""
    blank = browser.new_context().new_page()
    for width in WIDTHS:
        pages: dict[str, Page] = {}
        for picture in pictures:
            if picture.who not in pages:
                context = browser.new_context(
                    locale="en-GB", timezone_id="Europe/London", viewport={"width": width, "height": 900}, reduced_motion="reduce"
                )
                pages[picture.who] = context.new_page()
                pages[picture.who].set_default_timeout(15_000)
                if picture.who != NOBODY:
                    sign_in(pages[picture.who], desk, picture.who)
            page = pages[picture.who]
            page.goto(desk + picture.path)
            try:
                picture.do(page)
            except TimeoutError as error:
                out.print(f"  {picture.name} at {width}: what is done there cannot be done; {str(error).splitlines()[-1]}", markup=False)
                yield picture.name
                continue
            page.wait_for_load_state()
            high = min(_HIGHEST, page.evaluate("document.documentElement.scrollHeight"))
            png = page.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": width, "height": high})
            small = smaller(blank, png)
            (folder / f"{picture.name}-{width}.png").write_bytes(small)
            drawn.add(urlsplit(page.url).path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            wrong = faults(page) + ([f"is {wide} pixels wide"] if wide > width else [])
            out.print(f"  {picture.name} at {width}: {len(small) // 1_000} kB{', ' + '; '.join(wrong) if wrong else ''}", markup=False)
            yield from wrong


def spoil(fleet: Fleet) -> None:
    """Put a record on the intake topic that is no CloudEvent, so that something is parked."""
    producer = Producer({"bootstrap.servers": fleet.kafka, "acks": "all", "log_level": 0})
    producer.produce(fleet.prefix + INTAKE, b"{}", key="INT-SPOILT")
    producer.flush(10)


def main() -> int:
    words = argparse.ArgumentParser(prog="python -m tests.pictures", description="Draw every page of the desk at two widths.")
    words.add_argument("--requests", type=int, default=200, help="how many the demo posts (200)")
    words.add_argument("--desk", help="the address of a desk of onebox that runs, instead of a machine of its own")
    words.add_argument("--out", type=Path, default=FOLDER)
    words.add_argument("--only", default="", help="pictures whose names contain this")
    given = words.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    pictures = [picture for picture in PICTURES if given.only in picture.name]
    if given.desk:
        return _draw(given.desk, given.out, pictures)
    with tempfile.TemporaryDirectory(prefix="manyhands-pictures-") as folder, Machine(Path(folder), durable=False) as machine:
        story(machine.fleet, given.requests, out)
        guests = Told(machine.fleet)
        guests.known_to_the_matcher(*(guests.peer(word, of=of, role=GUEST_ROLE) for word, of in GUESTS.items()))
        post(machine.fleet, (*SHORT, *TEAMS, LONG))
        spoil(machine.fleet)
        asyncio.run(quiet(machine.fleet, 60))
        return _draw(machine.fleet.url("desk"), given.out, pictures)


def _draw(desk: str, folder: Path, pictures: list[Picture]) -> int:
    window = Window()
    try:
        with window.shown() as browser:
            drawn: set[str] = set()
            wrong = list(take(browser, desk, folder, pictures, drawn))
    finally:
        window.close()
    size = sum(file.stat().st_size for file in folder.glob("*.png"))
    out.print(f"{len(pictures) * len(WIDTHS)} pictures are in {folder.name}, which holds {size // 1_000} kB")
    missing = without_a_picture(drawn) if len(pictures) == len(PICTURES) else []
    if missing:
        out.print(f"No picture shows {', '.join(missing)}. Add one to tests/pictures/album.py.")
    return 1 if wrong or missing else 0


def without_a_picture(drawn: set[str]) -> list[str]:
    """The desk's pages that were not drawn: no files, no streams, nothing that only leads on."""
    routes = [route for room in ROOMS for route in room.routes if isinstance(route, APIRoute) and "GET" in (route.methods or ())]
    pages = [route for route in routes if not route.path.endswith(".csv") and route.path not in _NO_PAGES]
    return sorted({route.path for route in pages if not any(route.path_regex.match(path) for path in drawn)})


if __name__ == "__main__":
    sys.exit(main())
