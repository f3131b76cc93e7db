"""The program files of Apache Kafka: fetched once by jgo, held to the hashes in kafka.lock.json, found again without a network."""

import fcntl
import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from services.onebox.child import ServerError

VERSION = "4.3.1"
# kafka-clients is named, because jgo may otherwise put another version of it beside the broker. slf4j-simple logs to stderr.
COORDINATES = (f"org.apache.kafka:kafka_2.13:{VERSION}", f"org.apache.kafka:kafka-clients:{VERSION}", "org.slf4j:slf4j-simple:1.7.36")
LOCK = Path(__file__).with_name("kafka.lock.json")  # file name -> sha256 and bytes


def cache_folder() -> Path:
    """Where the list of files is kept between runs: $XDG_CACHE_HOME/manyhands or ~/.cache/manyhands."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "manyhands"


def jars() -> list[Path]:
    """Kafka's jar files, complete and of the expected size. Uses the network only if they were never fetched or some are gone.

    Raises ServerError when they cannot be fetched or are not what kafka.lock.json says.
    """
    lock: dict[str, dict[str, Any]] = json.loads(LOCK.read_text())
    key = hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    listing = cache_folder() / f"kafka-{VERSION}-{key}.txt"
    if found := _listed(listing, lock):
        return found
    listing.parent.mkdir(parents=True, exist_ok=True)
    with listing.with_suffix(".lock").open("w") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)  # of several processes that need the files, one fetches
        if found := _listed(listing, lock):
            return found
        fetched = _fetch(sum(jar["bytes"] for jar in lock.values()), len(lock))
        verify(fetched, lock)
        part = listing.with_suffix(".part")
        part.write_text("\n".join(map(str, fetched)))
        part.replace(listing)
    return fetched


def verify(files: list[Path], lock: dict[str, dict[str, Any]]) -> None:
    """Raise ServerError unless the files are exactly those of the lock, by name and sha256."""
    actual = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    expected = {name: jar["sha256"] for name, jar in lock.items()}
    wrong = sorted(name for name in actual.keys() | expected.keys() if actual.get(name) != expected.get(name))
    if wrong:
        raise ServerError(
            f"These files of Apache Kafka {VERSION} are missing, unexpected or not what {LOCK.name} says: {', '.join(wrong)}. "
            f"Delete them under ~/.m2/repository and {files[0].parents[1] if files else '~/.cache/jgo'}, then run again. "
            "If they come back different, do not use them: somebody may have changed them on the way."
        )


def _listed(listing: Path, lock: dict[str, dict[str, Any]]) -> list[Path]:
    """The files of an earlier, verified fetch if every one is still there with its size; otherwise none."""
    if not listing.exists():
        return []
    files = [Path(line) for line in listing.read_text().splitlines()]
    whole = len(files) == len(lock) and all(file.is_file() and file.stat().st_size == lock[file.name]["bytes"] for file in files)
    return files if whole else []


def _fetch(size: int, count: int) -> list[Path]:
    import jgo  # here, because only the first run needs it and it takes a fifth of a second

    print(f"Fetching Apache Kafka {VERSION}, once: {count} files, {size / 1e6:.0f} MB from Maven Central ...", file=sys.stderr, flush=True)
    try:
        return list(jgo.build("+".join(COORDINATES), update=True).all_jars)
    except Exception as error:
        raise ServerError(
            f"Apache Kafka {VERSION} could not be fetched from Maven Central: {error}. It is needed once. "
            "Check that this machine reaches the internet (behind a proxy, set HTTPS_PROXY), then run the same command again."
        ) from error
