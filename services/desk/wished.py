"""Somebody whom a council wishes for: looked for by name in the register, while the request is still being written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.desk.backends import Backends, Part
from services.desk.names import names
from services.desk.person import Person
from services.desk.somebody import found

_WHY = "to_write_a_request"


@dataclass(frozen=True, slots=True)
class Wished:
    """peer, name: who is wished for now, "" for nobody; who: the words that were looked for. found: as the register tells it."""

    peer: str
    name: str
    who: str
    found: Part[Any]
    away: str

    @property
    def people(self) -> list[Mapping[str, Any]]:
        """Those found, without the one who is wished for already."""
        return [each for each in (self.found.value or {}).get("peers", ()) if each["peer"] != self.peer]


async def look_for(services: Backends, person: Person, reference: str, peer: str, who: str = "") -> Wished:
    """Who is wished for, by name, and those of every region whom these words mean. reference: of the request to be. Errors: SignedOut."""
    called = await services.part(names(services, person, {peer} - {""}, _WHY))
    some: Part[Any] = await found(services, person, reference, who) if who else Part(None)
    return Wished(peer, (called.value or {}).get(peer, peer), who, some, some.away or called.away)
