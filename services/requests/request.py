"""A request as it is known: its standing, its content in codes, how far it has come. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pydantic import AwareDatetime

from schemas.fact import Problem, Value
from schemas.requests import RequestContent
from services.requests.progress import ARRANGEMENT, Progress, state_of
from services.vocabulary.councils import council_regions

ACCEPTED, REFUSED, LAPSED = "accepted", "refused", "lapsed"
"""What becomes of an offer."""


class Question(Value):
    """What a person is to tell: `field` can be read in more than one way, `candidates` are the codes to choose from."""

    question: str
    field: str
    rule: str
    candidates: tuple[str, ...]


class Offer(Value):
    """An adviser's offer: by when the council is to answer, and what it said: answer "" until then, accepted, refused or lapsed.

    by, channel, answered_on: who of the council has said it, how, and when. actor: who wrote it down.
    """

    answer_by: AwareDatetime
    answer: str = ""
    by: str | None = None
    channel: str | None = None
    answered_on: date | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What is known of a request. Its words are kept apart.

    standing: open, rejected, question, withdrawn, offered, offer_refused or offer_lapsed. content: as last said, None until the request was
    opened or offered once; it stays what others know while a newer revision waits for an answer. offer: what an adviser offered the host.
    answers: what a person has said about a field. regions: whose advisers may see it. digest: of the last revision taken. Times: of the
    first record, of the last revision, of the last change by anybody.
    """

    id: str
    source: str
    reference: str
    origin: str
    intake: str
    revision: int
    digest: bytes
    received_at: datetime
    revised_at: datetime
    changed_at: datetime
    changed_by: str
    version: int = 0
    standing: str = "open"
    content: RequestContent | None = None
    problems: tuple[Problem, ...] = ()
    question: Question | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    host: str | None = None
    kind: str | None = None
    regions: tuple[str, ...] = ()
    offer: Offer | None = None
    progress: Progress = field(default_factory=Progress)

    @property
    def unopened(self) -> bool:
        """True until it may be matched: never opened, or an offer that the council has not accepted."""
        return self.content is None or (self.offer is not None and self.offer.answer != ACCEPTED)

    @property
    def state(self) -> str:
        """In one word; see `state_of`."""
        return state_of(self.standing, self.origin, self.progress)


def arrangement(ident: str, source: str, host: str, kind: str, now: datetime) -> Request:
    """A request that nobody posted: `source` says that it was agreed by telephone. It is opened by that and has no content of its own."""
    return Request(
        id=ident,
        source=source,
        reference=ident,
        origin=ARRANGEMENT,
        intake="",
        revision=1,
        digest=b"",
        received_at=now,
        revised_at=now,
        changed_at=now,
        changed_by=source,
        host=host,
        kind=kind,
        regions=regions_of((host,)),
    )


def regions_of(councils: tuple[str, ...]) -> tuple[str, ...]:
    """The regions of councils by la_code, each once."""
    return tuple(dict.fromkeys(council_regions()[council] for council in councils if council in council_regions()))
