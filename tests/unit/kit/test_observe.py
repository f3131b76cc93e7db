"""Logs are JSON lines with codes and ids, without submitted values and without the text of exceptions."""

import json
import subprocess
import sys
from typing import Any

from services.kit.observe import places

SECRET = "Mx9Qz"

PROGRAM = f"""
import asyncio, logging, structlog
from services.kit import observe
observe.start_logging("echo", "INFO")
log = structlog.get_logger()
try:
    raise ValueError("{SECRET}")
except ValueError as error:
    log.error("went_wrong", exc_info=error, subject="s1")
    log.exception("went_wrong_again")
library = logging.getLogger("library")
library.warning("could not read %s", "{SECRET}")
library.warning("could not read {SECRET}")
library.error(ValueError("{SECRET}"))
try:
    raise ValueError("{SECRET}")
except ValueError:
    library.exception("failed with %s", "{SECRET}")
for n in range(1000):
    library.warning("again and again %s", n)
library.info("never said")

async def forgotten():
    async def fails():
        raise ValueError("{SECRET}")
    asyncio.create_task(fails())
    await asyncio.sleep(0.01)

asyncio.run(forgotten())
"""


def lines(program: str) -> list[dict[str, Any]]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert SECRET not in done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_what_is_logged_holds_places_and_classes_but_no_text_of_anybody() -> None:
    found = lines(PROGRAM)
    ours = [line for line in found if line["event"] != "library"]
    assert [(line["event"], line["error"], line["level"]) for line in ours] == [
        ("went_wrong", "ValueError", "error"),
        ("went_wrong_again", "ValueError", "error"),
    ]
    assert all(line["service"] == "echo" and line["timestamp"] and line["at"] == ["__main__:7"] for line in ours)
    libraries = [line for line in found if line["event"] == "library"]
    assert all(line["service"] == "echo" and line["timestamp"] and line["logger"] for line in libraries)
    assert "never said" not in str(libraries), "libraries are heard from WARNING on"
    templates = [line.get("template") for line in libraries if line["logger"] == "library"]
    assert templates == ["could not read %s", None, None, "failed with %s", "again and again %s"]
    assert [line.get("error") for line in libraries if line["logger"] == "library"] == [None, None, "ValueError", "ValueError", None]
    assert [line["error"] for line in libraries if line["logger"] == "asyncio"] == ["ValueError"]


def test_places_of_an_error_are_its_innermost_frames() -> None:
    def deep(levels: int) -> None:
        if levels:
            deep(levels - 1)
        raise KeyError

    try:
        deep(20)
    except KeyError as error:
        found = places(error)
    assert len(found) == 6
    assert all(place.startswith("tests.unit.kit.test_observe:") for place in found)
