"""What peers are called: asked of the register when a page is drawn, never kept; the register notes who asked and why."""

from collections.abc import Collection
from typing import Any

from services.desk.backends import Backends
from services.desk.person import Person


async def names(backends: Backends, person: Person, peers: Collection[str], because: str) -> dict[str, str]:
    """Names by id, of those that the register has. `because` is a code, kept in its audit. Errors: Away, Refusal, SignedOut."""
    if not peers:
        return {}
    found: dict[str, Any] = await backends.get(person, "registry", "/names", peer=sorted(peers), because=because)
    return {each["peer"]: each["name"] for each in found["names"]}
