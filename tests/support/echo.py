"""echo: a service invented to test the kit. Hears Pinged, Nudged and what outsiders shout; says Echoed and Standing; reminds later.

It runs on its own: `python -m tests.support.echo`, with the settings of any service in its environment.
"""

import asyncio
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from schemas.envelope import Envelope
from schemas.fact import Fact
from schemas.topics import Topic
from services.kit.access import Actor
from services.kit.commands import Command
from services.kit.database import KIT_MIGRATIONS
from services.kit.due import Diary, Due
from services.kit.ears import Ears
from services.kit.problems import Refused
from services.kit.service import Service, run
from services.kit.settings import Settings
from services.kit.web import Kitchen, command, kitchen, needs
from services.kit.work import Heard, Work

MIGRATIONS = (KIT_MIGRATIONS, Path(__file__).with_name("echo_migrations"))

# Types are given as attributes, not as class keywords: these facts must not stand in the list of ours.


class Pinged(Fact):
    """Somebody wants an echo. `do`: echo; remind (an hour later); stand (say the state too); slow (takes a second); say (echo only)."""

    type: ClassVar[str] = "manyhands.echo.pinged.v1"
    topic: ClassVar[str] = "echo.in.v1"

    thing: str
    number: int
    do: str = "echo"


class Nudged(Pinged):
    """The same, with a handler of its own."""

    type: ClassVar[str] = "manyhands.echo.nudged.v1"


class Shouted(Fact):
    """What an outsider posts."""

    type: ClassVar[str] = "manyhands.echo.shouted.v1"
    topic: ClassVar[str] = "echo.shouts.v1"

    words: str


class Echoed(Fact):
    """An echo was given."""

    type: ClassVar[str] = "manyhands.echo.echoed.v1"
    topic: ClassVar[str] = "echo.out.v1"

    thing: str
    number: int


class Standing(Fact):
    """The last number of a thing, for a compacted topic."""

    type: ClassVar[str] = "manyhands.echo.standing.v1"
    topic: ClassVar[str] = "echo.state.v1"

    thing: str
    number: int


def _topic(name: str, cleanup: Any = "delete", partitions: int = 4) -> Topic:
    return Topic(
        name=name, key="thing", partitions=partitions, cleanup=cleanup, retention_ms=-1, producers=("registry",), consumers=("registry",)
    )


TOPICS = (
    _topic(Pinged.topic),
    _topic(Shouted.topic),
    _topic(Echoed.topic),
    _topic(Standing.topic, "compact", 1),
    _topic(f"{Pinged.topic}.parked", partitions=1),
    _topic(f"{Shouted.topic}.parked", partitions=1),
)

_HEARD = "insert into heard (thing, number, event_id) select * from unnest($1::text[], $2::bigint[], $3::text[])"
_SHOUTED = "insert into shouted (place, words) values ($1, $2)"
_REMINDED = "insert into reminded (subject, due_at) select * from unnest($1::text[], $2::timestamptz[])"
_TROUBLE = "select thing, number from trouble"
_COUNT = "select count(*) from heard where thing = $1"

ears = Ears()
diary = Diary()
router = APIRouter()


@ears.hears(Pinged)
async def echo(heard: Sequence[Heard[Pinged]], work: Work) -> None:
    """Write down what was heard and say it again. Fails for what stands in the table `trouble`."""
    trouble = {(row["thing"], row["number"]) for row in await work.db.fetch(_TROUBLE)}
    kept = []
    for h in heard:
        fact = h.fact
        if (fact.thing, fact.number) in trouble:
            raise ValueError(f"cannot handle {fact.thing} {fact.number}")
        if fact.do != "say":
            kept.append((fact.thing, fact.number, h.envelope.id))
        if fact.do == "slow":
            await asyncio.sleep(1)
        if fact.do == "remind":
            work.later("remind", fact.thing, work.now + timedelta(hours=1))
        if fact.do == "stand":
            work.say(Standing(thing=fact.thing, number=fact.number), fact.thing, h.envelope, compacted=True)
        work.say(Echoed(thing=fact.thing, number=fact.number), fact.thing, h.envelope)
    if kept:
        await work.db.execute(_HEARD, *map(list, zip(*kept, strict=True)))


@ears.hears(Nudged)
async def nudge(heard: Sequence[Heard[Nudged]], work: Work) -> None:
    """The same by another handler, so that a batch has more than one."""
    await echo(heard, work)


@ears.hears_foreign(Shouted)
async def shout(heard: Sequence[Heard[dict[str, Any]]], work: Work) -> None:
    """Keep the words of an outsider; words that are no text are a failure of this handler."""
    for h in heard:
        await work.db.execute(_SHOUTED, h.place, h.fact["words"])


@diary.when_due("remind")
async def remind(rows: Sequence[Due], work: Work) -> None:
    """Write down that a reminder came. Fails for what stands in `trouble` with number 0."""
    trouble = {row["thing"] for row in await work.db.fetch(_TROUBLE) if row["number"] == 0}
    if trouble & {row.subject for row in rows}:
        raise ValueError("cannot remind of this")
    await work.db.execute(_REMINDED, [row.subject for row in rows], [row.due_at for row in rows])
    for row in rows:
        work.say(Echoed(thing=row.subject, number=-1), row.subject)


class Poke(BaseModel):
    """An order from a person."""

    number: Annotated[int, Field(ge=0, le=1000)]
    reason: Annotated[str, Field(max_length=500)] = ""
    wait: float = 0


class Poked(BaseModel):
    """How often the thing was heard of."""

    heard: int


@router.post("/things/{thing}/pokes")
async def poke(thing: str, body: Poke, order: Annotated[Command, Depends(command("echo:write"))]) -> Response:
    """Poke a thing; 13 is refused."""

    async def do(work: Work) -> Poked:
        await work.db.execute(_HEARD, [thing], [body.number], [f"poke-{body.number}"])
        await asyncio.sleep(body.wait)
        if body.number == 13:
            raise Refused(409, "unlucky", "Thirteen is not poked. Choose another number.")
        work.say(Echoed(thing=thing, number=body.number), thing)
        work.note(order.actor.id, "poke", thing, body.reason)
        return Poked(heard=await work.db.fetchval(_COUNT, thing))

    return await order(body, do, 201)


@router.get("/things/{thing}")
async def look(
    thing: str, host: Annotated[Kitchen, Depends(kitchen)], _: Annotated[Actor, Depends(needs("echo:read"))], request: Request
) -> Poked:
    """How often a thing was heard of."""
    if "broken" in request.query_params:
        raise RuntimeError(f"broken by {request.query_params['broken']}")
    return Poked(heard=await host.database.once(lambda db: db.fetchval(_COUNT, thing)))


@dataclass(frozen=True)
class Raw:
    """A Kafka record as the edge sees it."""

    value: bytes | None = b"{}"
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes | None]] = ()
    partition: int = 0
    offset: int = 0


def record(fact: Fact, subject: str, offset: int = 0, *, id: str = "", partition: int = 0, **attributes: Any) -> Raw:
    """A record as a service of ours would publish it."""
    envelope = Envelope(id or str(uuid.uuid4()), fact.type, "/manyhands/test", subject, datetime.now(UTC), **attributes)
    return Raw(fact.model_dump_json().encode(), subject.encode(), envelope.headers(), partition, offset)


def pinged(thing: str, number: int, do: str = "echo", **attributes: Any) -> Raw:
    """A Pinged about a thing, at an offset that is its number."""
    return record(Pinged(thing=thing, number=number, do=do), thing, number, **attributes)


SERVICE = Service("echo", "Says again what it hears.", ears, diary, router)

if __name__ == "__main__":
    run(SERVICE, Settings())
