"""What becomes of an adviser's offer: the council takes it, does not want it, or says nothing in its time. Pure."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from schemas.requests import OfferAccepted, OfferLapsed, OfferRefused, RequestContent, RequestOpened
from services.requests.domain import Broken, Step, alive
from services.requests.request import ACCEPTED, LAPSED, REFUSED, Request
from services.requests.wording import problem
from services.vocabulary.calendar import day_of


@dataclass(frozen=True, slots=True)
class Reply:
    """What the council said: whether it takes the offer, who of it (a party's code) said so, how, and on which day."""

    accepted: bool
    by: str
    channel: str
    answered_on: date
    because: str = ""


def answer(request: Request, reply: Reply, actor: str, now: datetime) -> Step:
    """The answer is said, and, where the council takes the offer, the request is opened as it was offered.

    Errors: Broken no_offer, answered_on, or as `alive`.
    """
    alive(request)
    offer = request.offer
    if request.standing != "offered" or offer is None or request.content is None:
        raise Broken("no_offer", "No offer waits for an answer here. Read the request again.")
    if not day_of(request.received_at) <= reply.answered_on <= day_of(now):
        wrong = problem(
            "answered_on", "not_then", "This is before the offer was made, or has not come yet.", "Enter the day of the answer."
        )
        raise Broken("answered_on", f"{wrong.reason} {wrong.remedy}", (wrong,))
    version = request.version + 1
    told = {"by": reply.by, "channel": reply.channel, "answered_on": reply.answered_on, "actor": actor}
    said: dict[str, Any] = {"request": request.id, "version": version, **told}
    answered = offer.model_copy(update={**told, "answer": ACCEPTED if reply.accepted else REFUSED})
    after = replace(request, version=version, offer=answered, changed_at=now, changed_by=actor)
    if not reply.accepted:
        return Step(replace(after, standing="offer_refused"), "offer_refused", (OfferRefused(**said, because=reply.because),))
    fields = {name: getattr(request.content, name) for name in RequestContent.model_fields}
    opened = RequestOpened(**{**fields, "version": version + 1})
    return Step(replace(after, version=version + 1, standing="open", content=opened), "accepted", (OfferAccepted(**said), opened))


def lapse(request: Request, now: datetime) -> Step | None:
    """What follows from a council's time being up; None where it has answered, has more time since, or is asked no longer."""
    offer = request.offer
    if offer is None or offer.answer or offer.answer_by > now or request.standing == "withdrawn":
        return None
    version = request.version + 1
    said = OfferLapsed(request=request.id, version=version, answer_by=offer.answer_by)
    ended = offer.model_copy(update={"answer": LAPSED})
    after = replace(request, version=version, standing="offer_lapsed", question=None, offer=ended, changed_at=now, changed_by="requests")
    return Step(after, "offer_lapsed", (said,))
