"""What a service hears: event types, how their payload is read, and who handles them."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from schemas.envelope import Undecodable
from schemas.fact import Fact
from services.kit.work import Heard, Work

Handler = Callable[[Sequence[Heard[Any]], Work], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Route:
    """What to do with one event type."""

    topic: str
    handler: Handler
    read: Callable[[bytes], Any]


class Ears:
    """Routes by event type. One handler a type; a handler may take several types and then sees them in order for each subject."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self._foreign: set[str] = set()

    def hears(self, *facts: type[Fact]) -> Callable[[Handler], Handler]:
        """Register a handler for facts of ours: it gets the heard facts of a batch and the unit of work."""

        def register(handler: Handler) -> Handler:
            for fact in facts:
                self.routes[fact.type] = Route(fact.topic, handler, fact.model_validate_json)
            return handler

        return register

    def hears_foreign(self, fact: type[Fact]) -> Callable[[Handler], Handler]:
        """Register a handler for what outsiders post: it gets JSON objects, not yet validated.

        Outsiders' ids are not trusted: the inbox goes by the record's place, and records are independent of each other.
        """

        def register(handler: Handler) -> Handler:
            self.routes[fact.type] = Route(fact.topic, handler, read_object)
            self._foreign.add(fact.topic)
            return handler

        return register

    def topics(self) -> list[str]:
        """The topics to listen to."""
        return sorted({route.topic for route in self.routes.values()})

    def foreign(self, topic: str) -> bool:
        """True for a topic that outsiders write."""
        return topic in self._foreign


def read_object(payload: bytes) -> dict[str, Any]:
    """A JSON object. Errors: Undecodable not_json, not_an_object."""
    try:
        whole = json.loads(payload)
    except (ValueError, RecursionError):
        raise Undecodable("not_json", "the value is not JSON") from None
    if not isinstance(whole, dict):
        raise Undecodable("not_an_object", "the value is not a JSON object")
    return whole


def waves(items: Sequence[tuple[str, Handler, Heard[Any]]]) -> list[tuple[Handler, list[Heard[Any]]]]:
    """Group (subject, handler, heard) by handler, so that the events of one subject keep their order.

    A subject whose next event has another handler goes on to a later wave; most batches are one wave for each handler.
    Items without a subject are independent.
    """
    found: list[dict[Handler, list[Heard[Any]]]] = []
    last: dict[str, tuple[int, Handler]] = {}
    for subject, handler, heard in items:
        wave = 0
        if subject:
            at, before = last.get(subject, (0, handler))
            wave = at if before is handler else at + 1
            last[subject] = (wave, handler)
        while len(found) <= wave:
            found.append({})
        found[wave].setdefault(handler, []).append(heard)
    return [(handler, heard) for wave in found for handler, heard in wave.items()]
