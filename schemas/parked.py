"""parked: what every service says when it sets a record aside. A pointer and a reason, never the payload."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.fact import Code, Fact


class RecordParked(Fact, type="manyhands.kit.record-parked.v1"):
    """A record could not be handled and waits in the parked table of `consumer` until a person replays or discards it.

    Said on `<topic>.parked`. `rule` is a code (undecodable rules, invalid_payload, handler_failed, behind_parked_subject).
    """

    topic: ClassVar[str] = "parked"

    consumer: str
    parked: Annotated[int, Field(ge=1)]
    record_topic: str
    partition: Annotated[int, Field(ge=0)]
    offset: Annotated[int, Field(ge=0)]
    rule: Code
    fields: tuple[str, ...] = ()
