"""Signing in and out: to the identity provider and back, with everything checked that came back."""

import secrets
from typing import Annotated, Any
from urllib.parse import urlsplit

import httpx
import structlog
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.desk.backends import Away
from services.desk.guard import room, signed_in
from services.desk.paper import page
from services.desk.person import Person
from services.desk.provider import ProviderAway, ProviderRefused
from services.desk.seals import seal, unseal
from services.desk.sessions import Sessions, SignedOut
from services.kit.access import Unauthorised

log = structlog.get_logger()
router = room()
_TRY = "desk-sign-in"
_TRY_SECONDS = 600


def _sessions(request: Request) -> Sessions:
    found: Sessions = request.app.state.sessions
    return found


Kept = Annotated[Sessions, Depends(_sessions)]


@router.get("/sign-in")
async def offer(request: Request, next: str = "/") -> Response:
    """A page with one button; the same page after somebody has signed out."""
    try:
        await signed_in(request)
        return RedirectResponse(_ours(next), 303)
    except SignedOut:
        start = "/sign-in/start?" + str(httpx.QueryParams(next=_ours(next)))
        return page(request, None, "sign_in.html", start=start, out="out" in request.query_params)


@router.get("/sign-in/start")
async def start(request: Request, sessions: Kept, next: str = "/") -> Response:
    """Off to the provider. What must come back is kept in the browser, under a seal."""
    address = request.client.host if request.client else ""
    if await sessions.too_many(address):
        words = "There were too many sign-ins from your network. Wait five minutes, then try again."
        answer: Response = page(request, None, "error.html", 429, title="Wait a little", words=words, problems=[])
        answer.headers["retry-after"] = "300"
        return answer
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    try:
        url = await sessions.provider.sign_in_url(state, nonce, verifier, _done(request))
    except ProviderAway as error:
        log.warning("provider_away", reason=str(error))
        raise Away("sign-in") from None
    kept = seal(request.app.state.secret, "try", [state, nonce, verifier, _ours(next)])
    answer = RedirectResponse(url, 303)
    answer.set_cookie(_TRY, kept, max_age=_TRY_SECONDS, path="/sign-in", httponly=True, samesite="lax", secure=request.app.state.secure)
    return answer


@router.get("/sign-in/done")
async def done(request: Request, sessions: Kept, state: str = "", code: str = "", error: str = "") -> Response:
    """Back from the provider: whoever it names is signed in."""
    kept: Any = unseal(request.app.state.secret, "try", request.cookies.get(_TRY, ""), _TRY_SECONDS)
    if kept is None or not secrets.compare_digest(kept[0].encode(), state.encode()):
        return _failed(request, "the sign-in was not begun in this browser, or longer than ten minutes ago")
    _, nonce, verifier, to = kept
    if error or not code:
        return _failed(request, "the provider ended it", error or "no_code")
    try:
        tokens = await sessions.provider.redeem(code, verifier, _done(request))
        cookie = await sessions.begin(tokens, nonce)
    except ProviderAway as away:
        log.warning("provider_away", reason=str(away))
        raise Away("sign-in") from None
    except (ProviderRefused, Unauthorised) as refused:
        return _failed(request, "what the provider sent does not hold", str(refused))
    answer = RedirectResponse(to, 303)
    answer.delete_cookie(_TRY, path="/sign-in")
    answer.set_cookie(request.app.state.cookie, cookie, httponly=True, samesite="lax", secure=request.app.state.secure)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, sessions: Kept, person: Annotated[Person, Depends(signed_in)]) -> Response:
    """Out here, and at the provider where it has a place for that."""
    tokens = await sessions.end(person)
    out = request.app.state.url + "/sign-in?out=1"
    try:
        url = await sessions.provider.sign_out_url(tokens.identity, out) if tokens else None
    except ProviderAway:
        url = None
    answer = RedirectResponse(url or out, 303)
    answer.delete_cookie(request.app.state.cookie, httponly=True, samesite="lax", secure=request.app.state.secure)
    return answer


def _done(request: Request) -> str:
    return f"{request.app.state.url}/sign-in/done"


def _ours(path: str) -> str:
    """The path, when it is one of ours; the first page for anything that could lead elsewhere."""
    parts = urlsplit(path)
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and path.isprintable() and "\\" not in path
    return path if fine and not path.startswith("/sign-") else "/"


def _failed(request: Request, why: str, code: str = "") -> Response:
    log.warning("sign_in_failed", why=why, code=code[:100])
    words = f"You are not signed in, because {why}. Begin again; if it stays, tell whoever operates Manyhands."
    return page(request, None, "error.html", 400, title="Signing in did not work", words=words, problems=[])
