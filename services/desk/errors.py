"""Pages for what goes wrong: signed out, not allowed, not there, overtaken, away. What answers machines keeps its problem documents."""

import contextlib
import secrets
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.desk.backends import Away, Refusal
from services.desk.forms import Form
from services.desk.guard import Forbidden, kept_cookie, kept_word, read_fields, signed_in
from services.desk.paper import page
from services.desk.person import Person
from services.desk.sessions import Sessions, SignedOut
from services.kit import problems
from services.kit.database import OUTAGES, is_outage
from services.kit.problems import Refused
from services.kit.stopping import Stopping

log = structlog.get_logger()
_MACHINES = ("/read-model", "/parked", "/healthz", "/readyz", "/metrics", "/openapi.json")
_HTTP = {
    404: (
        "Page not found",
        "If you typed the address, check it. If you followed a link, what it led to may be gone or belong to another region.",
    ),
    405: ("Page not found", "This address takes forms alone. Go back and use the button on the page."),
    411: ("This form cannot be read", "Go back and send it again from an ordinary browser."),
    413: ("There is too much in this form", "Go back and shorten what you have pasted: a form holds two million characters at most."),
    422: ("Page not found", "Something in the address is not what it should be. Go back and follow the link again."),
}


def install(app: FastAPI, headers: dict[str, str]) -> None:
    """Answer people with pages."""

    async def signed_out(request: Request, _: Exception) -> Response:
        if request.method in ("GET", "HEAD"):
            path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            return RedirectResponse(f"/sign-in?next={quote(path, safe='')}" if path != "/" else "/sign-in", 303)
        return await _kept(request) or await _say(
            request,
            401,
            "You are no longer signed in",
            "Nothing was done. Sign in in another tab, then come back here, go back to the form, load it again and send it.",
        )

    async def forbidden(request: Request, error: Exception) -> Response:
        if str(error) == "csrf":
            words = (
                "Nothing was done: the form is from an earlier session, or from somewhere else. Go back, load the page again and send it."
            )
            return await _say(request, 403, "This form can no longer be sent", words)
        return await _say(
            request, 403, "You cannot use this page", "Your role does not include it. If you need it, ask your administrator."
        )

    async def refusal(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        if error.status == 404:
            return await _say(request, 404, *_HTTP[404])
        if error.status == 403:
            return await forbidden(request, error)
        title = "Somebody else was faster" if error.stale else "This could not be done"
        return await _say(request, error.status, title, error.detail, error.problems)

    async def away(request: Request, error: Exception) -> Response:
        assert isinstance(error, Away)
        return await _say(request, 503, "A part of Manyhands is away", error.words)

    async def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else error.status if isinstance(error, Refused) else 422
        if request.url.path.startswith(_MACHINES):
            detail = error.detail if isinstance(error, HTTPException | Refused) else "Some fields are missing or wrong."
            if isinstance(error, Refused):
                return problems.document(status, error.rule, detail, error.problems, **error.facts)
            return problems.document(status, "http", str(detail))
        return await _say(request, 404 if status == 422 else status, *_HTTP.get(status, ("This could not be done", str(error))))

    async def unexpected(request: Request, error: Exception) -> Response:
        if is_outage(error) or isinstance(error, Stopping):
            log.warning("page_not_served", error=type(error).__name__)
            answer = await away(request, Away("desk"))
        else:
            log.error("page_failed", exc_info=error)
            words = "Something went wrong on our side. Try again; if it stays, tell whoever operates Manyhands the time."
            answer = await _say(request, 500, "Something went wrong", words)
        answer.headers.update(headers)  # the answer to what nobody expected passes by whatever else dresses answers
        return answer

    for kind, handler in {
        SignedOut: signed_out, Forbidden: forbidden, Refusal: refusal, Away: away,
        HTTPException: http, Refused: http, RequestValidationError: http,
    }.items():  # fmt: skip
        app.add_exception_handler(kind, handler)
    for failure in (*OUTAGES, Stopping, Exception):
        app.add_exception_handler(failure, unexpected)


async def _kept(request: Request) -> Response | None:
    """A page that holds what was typed while its sender signs in anew; None for what is no form, or nobody knows whose."""
    sessions: Sessions = request.app.state.sessions
    subject = await sessions.lapsed(request.cookies.get(request.app.state.cookie))
    form: Form | None = getattr(request.state, "form", None)
    if subject is None or (form is None and not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")):
        return None
    fields = {**form.fields, "once": [form.once]} if form else await read_fields(request)
    nonce = request.cookies.get(kept_cookie(request)) or secrets.token_urlsafe(24)
    kept = [(name, value) for name, values in fields.items() if name not in ("csrf", "kept") for value in values]
    answer = page(request, None, "kept.html", 401, kept=kept, word=kept_word(request, subject, nonce))
    answer.set_cookie(kept_cookie(request), nonce, max_age=86_400, httponly=True, samesite="strict", secure=request.app.state.secure)
    return answer


async def _say(request: Request, status: int, title: str, words: str, found: list[dict[str, str]] | None = None) -> Response:
    person: Person | None = None
    with contextlib.suppress(SignedOut, *OUTAGES):  # an address that leads nowhere was asked for by somebody all the same
        person = await signed_in(request)
    answer = page(request, person, "error.html", status, title=title, words=words, problems=found or [])
    if status == 503:
        answer.headers["retry-after"] = "10"
    return answer
