"""matcher: the fact of an exact round, in which all open undecided requests were matched together."""

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.fact import ActorId, Code, Fact, LaCode, PeerId, RequestId, Value


class RoundChange(Value):
    """A suggestion that a round changed: of `request` at `place`, whom it proposes first `now`, and who `was` first before, if anybody.

    fit: how much better the fit is, below 0 for worse. load: how much more the price of load is, below 0 for less.
    because: served_at_last, no_longer_open (who was first), fits_better, spreads, makes_room (who was first is worth more elsewhere).
    """

    request: RequestId
    place: Code
    was: PeerId | None = None
    now: PeerId
    fit: float
    load: float
    because: Code


class RoundShortage(Value):
    """Why requests stay unmet: they and those that compete with them, the roles asked for, and whose capacity is not enough for all."""

    requests: tuple[RequestId, ...] = ()
    roles: tuple[Code, ...] = ()
    peers: tuple[PeerId, ...] = ()
    councils: tuple[LaCode, ...] = ()


class RoundCompleted(Fact, type="manyhands.matcher.round-completed.v1"):
    """All open undecided requests were matched together. `considered` requests; `changed` says what is proposed anew, and why.

    unmet: requests that nobody can be proposed for; in_the_way says why. overtaken: changes of requests that had gone on by then.
    left: changes beyond the most that the policy allows, or the time that was given. forecast: requests of last year that stood for what is
    to come. actor: who asked for the round.
    """

    topic: ClassVar[str] = "matcher.events.v1"

    round: Annotated[str, Field(min_length=1, max_length=64)]
    actor: ActorId
    considered: Annotated[int, Field(ge=0)]
    changed: tuple[RoundChange, ...]
    overtaken: Annotated[int, Field(ge=0)] = 0
    left: Annotated[int, Field(ge=0)] = 0
    unmet: tuple[RequestId, ...] = ()
    in_the_way: RoundShortage = RoundShortage()
    forecast: Annotated[int, Field(ge=0)] = 0
    registry_version: Annotated[int, Field(ge=-1)]
    policy_version: Annotated[int, Field(ge=1)]
