"""How the command line reaches the services: the machine in this folder, or the addresses and the token that the environment names.

What a command does not need is not imported: those that work on files alone start at once, and in half the memory.
"""

import json
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from services.onebox.caller import Remote

HOME = Path(".manyhands")


class Trouble(Exception):
    """A sentence for the person at the keyboard: what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """MANYHANDS_HOME; for services elsewhere MANYHANDS_REGISTRY_URL, _REQUESTS_URL, _MATCHER_URL, _DESK_URL and MANYHANDS_TOKEN."""

    home: Path = HOME
    registry_url: str | None = None
    requests_url: str | None = None
    matcher_url: str | None = None
    desk_url: str | None = None
    token: str | None = None

    @classmethod
    def named(cls) -> "Addresses":
        """As the environment names them."""
        said = {field.name: os.environ.get(f"MANYHANDS_{field.name.upper()}") for field in fields(cls)}
        return cls(Path(said.pop("home") or HOME), **said)


def reach(service: str, role: str = "operator", subject: str | None = None) -> "Remote":
    """The service, with a token for `role`: of the machine in MANYHANDS_HOME, or as the environment says. Errors: Trouble.

    On that machine you are who you say (`subject`); elsewhere you are who the token says.
    """
    from services.onebox.caller import Remote

    known = Addresses.named()
    url = getattr(known, f"{service}_url")
    if url:
        if not known.token:
            raise Trouble("Set MANYHANDS_TOKEN to a token for this service.")
        return Remote(url, known.token)
    kept = known.home / "fleet.json"
    if not kept.exists():
        elsewhere = f"set MANYHANDS_{service.upper()}_URL and MANYHANDS_TOKEN"
        raise Trouble(f"There is no machine in {known.home}. Start one with: manyhands up (or, for services elsewhere, {elsewhere})")
    from services.onebox.tokens import Keys  # its cryptography is for this machine alone

    port = json.loads(kept.read_text()).get(f"port.{service}.1")
    return Remote(f"http://127.0.0.1:{port}", Keys(known.home / "keys").token(subject or f"{role}@{os.environ.get('USER', 'cli')}", role))
