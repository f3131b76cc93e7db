"""requests' HTTP API: list, read, post, amend, withdraw, answer; an adviser sees and changes requests of their own regions only."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from services.kit.access import EVERYWHERE, Actor
from services.kit.commands import Command
from services.kit.database import Connection
from services.kit.problems import Refused, not_found
from services.kit.web import Kitchen, command, kitchen, needs
from services.kit.work import Work
from services.requests import commands, draft_api, note_api, store, views
from services.requests.domain import Broken
from services.requests.offers import Reply
from services.requests.request import Request
from services.requests.views import Amend, Answer, AnswerOffer, Listed, Outcome, Posted, Story, Whole, Withdraw
from services.vocabulary.calendar import day_of

READ, WRITE, READ_CONTACT = "requests:read", "requests:write", "requests:read_contact"
_OF_STATE = frozenset({"withdrawn", "completed", "no_question", "no_words", "no_offer", "offer_ended"})
_ENDS = {"oldest": (datetime.min.replace(tzinfo=UTC), ""), "newest": (datetime.max.replace(tzinfo=UTC), "")}
"""Where the first page of a list begins, by its order."""

Host = Annotated[Kitchen, Depends(kitchen)]
Reader = Annotated[Actor, Depends(needs(READ))]
Order = Annotated[Command, Depends(command(WRITE))]
Ident = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
requests = APIRouter(prefix="/requests", tags=["requests"])


@requests.get("")
async def list_requests(
    host: Host,
    actor: Reader,
    state: Annotated[str | None, Query(pattern="^[a-z_]{1,32}$", description="for example question, suggested, placed")] = None,
    region: Annotated[str | None, Query(max_length=64, pattern=r"^[^\x00]*$")] = None,
    order: Annotated[Literal["oldest", "newest"], Query(description="which come first, by when they were first received")] = "oldest",
    after: Annotated[str | None, Query(max_length=120, description="`next` of the page before, of the same order")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Listed:
    """Requests that the caller may see, the oldest first unless the newest are asked for."""
    mine = None if EVERYWHERE in actor.regions else sorted(actor.regions)
    begins = _cursor(after) or _ENDS[order]
    wanted = store.Wanted(state, region, mine, commands.source_of(actor), begins, limit, newest_first=order == "newest")
    found = await host.database.once(lambda db: store.listed(db, wanted))
    more = f"{found[-1].received_at.isoformat()}~{found[-1].id}" if len(found) == limit else None
    return Listed(requests=[views.line(request) for request in found], next=more)


@requests.get("/{ident}")
async def read_request(ident: Ident, host: Host, actor: Reader) -> Whole:
    """A request with its words; with its contact for holders of requests:read_contact."""

    async def read(db: Connection) -> Whole:
        request = _seen(await store.find(db, ident), ident, actor)
        return views.whole(request, await store.words(db, ident), with_contact=READ_CONTACT in actor.scopes)

    return await host.database.once(read)


@requests.get("/{ident}/history")
async def read_history(ident: Ident, host: Host, actor: Reader) -> Story:
    """The whole story of a request: what every service said about it, in order of time."""

    async def read(db: Connection) -> Story:
        _seen(await store.find(db, ident), ident, actor)
        return views.story(ident, await store.story(db, ident))

    return await host.database.once(read)


@requests.post("")
async def post_request(posted: Posted, order: Order) -> Response:
    """Ask for support, as the intake event does. What cannot be read or taken is a 422; a rejection or a question is an outcome."""
    submission = commands.read(order.actor, posted.root)

    async def do(work: Work) -> Outcome:
        return views.outcome(await commands.post(work, order.actor, submission, posted.root, order.key))

    return await order(submission.asked, do)


@requests.post("/{ident}/amend")
async def amend_request(ident: Ident, amend: Amend, order: Order) -> Response:
    """Change some fields; an open request is amended, one that was rejected or in question is decided anew."""
    commands.check_changes(amend.changes)

    async def do(work: Work) -> Outcome:
        request = await commands.load(work, ident, order.actor, amend.expected_version)
        return views.outcome(await commands.amend(work, order.actor, request, amend.changes, amend.reason))

    return await order(amend, _ruled(do))


@requests.post("/{ident}/withdraw")
async def withdraw_request(ident: Ident, withdraw: Withdraw, order: Order) -> Response:
    """Take a request back; what is held for it is let go."""

    async def do(work: Work) -> Outcome:
        request = await commands.load(work, ident, order.actor, withdraw.expected_version)
        return views.outcome(await commands.withdraw(work, order.actor, request, withdraw.reason_code, withdraw.reason))

    return await order(withdraw, _ruled(do))


@requests.post("/{ident}/questions/{question}/answer")
async def answer_question(ident: Ident, question: Ident, answer: Answer, order: Order) -> Response:
    """Say what is meant: a candidate of the question, or another code; the request is decided anew with it."""

    async def do(work: Work) -> Outcome:
        request = await commands.load(work, ident, order.actor, answer.expected_version)
        return views.outcome(await commands.answer(work, order.actor, request, question, answer.answer, answer.reason))

    return await order(answer, _ruled(do))


@requests.post("/{ident}/offer/answer")
async def answer_offer(ident: Ident, said: AnswerOffer, order: Order) -> Response:
    """Write down what the council said to an adviser's offer: accepted, it is opened and people are proposed; else it has ended."""

    async def do(work: Work) -> Outcome:
        request = await commands.load(work, ident, order.actor, said.expected_version)
        reply = Reply(said.accepted, said.by, said.channel, said.answered_on or day_of(work.now), said.because)
        return views.outcome(await commands.answer_offer(work, order.actor, request, reply, said.reason))

    return await order(said, _ruled(do))


def _ruled(do: Callable[[Work], Awaitable[Outcome]]) -> Callable[[Work], Awaitable[Outcome]]:
    """A rule that a command breaks is a 409 when it is about the request's state, a 422 when it is about what was sent."""

    async def ruled(work: Work) -> Outcome:
        try:
            return await do(work)
        except Broken as error:
            raise Refused(409 if error.rule in _OF_STATE else 422, error.rule, error.detail, error.problems) from None

    return ruled


def _seen(request: Request | None, ident: str, actor: Actor) -> Request:
    if request is None or not commands.may_see(actor, request):
        raise not_found("request", ident)
    return request


def _cursor(after: str | None) -> tuple[datetime, str] | None:
    """Where a page begins; None for the first. Errors: Refused 422."""
    if after is None:
        return None
    moment, _, ident = after.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or "\x00" in ident:
        raise Refused(422, "after", "`after` is not a place in the list. Send `next` of the page before, as it was.")
    return at, ident


router = APIRouter()
router.include_router(draft_api.router)
router.include_router(requests)
router.include_router(note_api.router)
