"""matcher: what came of calls to peers, and the word of the adviser of a peer's own region. On the matcher's topic, keyed by request id."""

from datetime import date
from typing import Annotated

from pydantic import Field

from schemas.fact import ActorId, Code, LaCode, PeerId
from schemas.matcher import MatcherFact

HeadsUpId = Annotated[str, Field(min_length=1, max_length=64)]


class CallRecorded(MatcherFact, type="manyhands.matcher.call-recorded.v1"):
    """An adviser has called a peer who is proposed or chosen, and says what came of it: yes, no, no_answer, call_again.

    It decides nothing, lowers nobody's rank, and leaves the version as it was.
    """

    peer: PeerId
    outcome: Code
    actor: ActorId


class HeadsUpGiven(MatcherFact, type="manyhands.matcher.heads-up-given.v1"):
    """The advisers of `region`, the peer's own, are told that the peer may be contacted. It leaves the version as it was."""

    heads_up: HeadsUpId
    peer: PeerId
    council: LaCode
    region: Annotated[str, Field(min_length=1, max_length=40)]
    actor: ActorId


class HeadsUpAnswered(MatcherFact, type="manyhands.matcher.heads-up-answered.v1"):
    """An adviser of the peer's own region has answered: fine, speak_to_me, or not_now `until` a day. It bars nobody."""

    heads_up: HeadsUpId
    peer: PeerId
    answer: Code
    until: date | None = None
    actor: ActorId
