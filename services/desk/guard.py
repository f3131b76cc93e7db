"""Who is asking: the person behind a cookie, the scope that a page needs, and forms that come from our own pages."""

import hmac
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from services.desk.forms import Form
from services.desk.person import Person
from services.desk.seals import derived
from services.desk.sessions import Sessions, SignedOut
from services.kit.database import Database

LARGEST = 2_000_000  # bytes of a form
LARGEST_FILE = 201_000_000  # bytes of a form with a file
_SAFE = {"GET", "HEAD", "OPTIONS"}


class Forbidden(Exception):
    """The person is signed in and may not have this page."""


async def signed_in(request: Request) -> Person:
    """A dependency: the person. Asked once a request. Errors: SignedOut."""
    known: Person | None = getattr(request.state, "person", None)
    if known is None:
        sessions: Sessions = request.app.state.sessions
        known = await sessions.find(request.cookies.get(request.app.state.cookie))
        if known is None:
            raise SignedOut
        request.state.person = known
    return known


def needs(scope: str) -> Callable[..., Awaitable[Person]]:
    """A dependency: the person, who must hold `scope`. Errors: SignedOut, Forbidden."""

    async def check(person: Annotated[Person, Depends(signed_in)]) -> Person:
        if not person.may(scope):
            raise Forbidden(scope)
        return person

    return check


def csrf(person: Person) -> str:
    """The word that every form of this person's session carries."""
    return derived(person.secret, "csrf").hex()


def kept_cookie(request: Request) -> str:
    """What the cookie is called that goes with a form which was kept while its sender signed in anew."""
    return f"{request.app.state.cookie}-kept"


def kept_word(request: Request, subject: str, nonce: str) -> str:
    """The word of a form that is kept: for one person, one address and one browser, which alone holds the cookie `nonce`."""
    return derived(request.app.state.secret, f"kept {subject} {request.url.path} {nonce}").hex()


def _is_kept(request: Request, person: Person, word: str) -> bool:
    nonce = request.cookies.get(kept_cookie(request), "")
    return bool(nonce and word) and hmac.compare_digest(word.encode(), kept_word(request, person.id, nonce).encode())


async def read_fields(request: Request) -> dict[str, list[str]]:
    """The fields of a form, whoever sent it. Errors: HTTPException 411, 413."""
    plain = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise HTTPException(411)
    if int(length) > (LARGEST if plain else LARGEST_FILE):
        raise HTTPException(413)
    sent = await request.form(max_files=1, max_fields=2_000)
    fields: dict[str, list[str]] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value)
    return fields


async def posted(request: Request) -> Form:
    """A dependency: the form that was sent, from a page of ours and of this session. Errors: SignedOut, Forbidden, HTTPException 411, 413.

    Files are not read here: whoever takes one asks the request for it.
    """
    known: Form | None = getattr(request.state, "form", None)
    if known is not None:
        return known
    person = await signed_in(request)
    fields = await read_fields(request)
    kept = (fields.pop("kept", None) or [""])[-1]
    given = (fields.pop("csrf", None) or [request.headers.get("x-csrf", "")])[-1]
    if not hmac.compare_digest(given.encode(), csrf(person).encode()) and not _is_kept(request, person, kept):
        raise Forbidden("csrf")
    request.state.form = Form(fields, (fields.pop("once", None) or [""])[-1][:200] or secrets.token_urlsafe(24))
    return request.state.form  # type: ignore[no-any-return]


async def _own(request: Request) -> None:
    if request.method not in _SAFE:
        await posted(request)


def room(**more: Any) -> APIRouter:
    """A router for pages: HTML, and no form is handled that does not come from a page of this session, whatever the route asks for."""
    return APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[Depends(_own)], **more)


def own_data(request: Request) -> Database:
    """A dependency: the desk's database."""
    found: Database = request.app.state.kitchen.database
    return found


Signed = Annotated[Person, Depends(signed_in)]
Sent = Annotated[Form, Depends(posted)]
Own = Annotated[Database, Depends(own_data)]
