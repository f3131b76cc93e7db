"""What the desk has beside routes: its client, sessions, templates, files and error pages, made once a process."""

import contextlib
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from services.desk import errors
from services.desk.backends import Backends
from services.desk.headers import Headers, policy
from services.desk.paper import Paper, Place, paper
from services.desk.provider import Provider
from services.desk.sessions import Sessions
from services.desk.settings import DeskSettings
from services.desk.wire import Wire
from services.kit.settings import Settings
from services.kit.web import Kitchen

PLACES: tuple[Place, ...] = (
    Place("/desk", "My desk", "matches:decide"),
    Place("/new", "New request", "requests:write"),
    Place("/register", "Register", "registry:read"),
    Place("/spread", "Spread", "matches:read"),
    Place("/shortages", "Shortages", "matches:read"),
    Place("/cover", "Cover", "matches:decide"),
    Place("/operators", "For operators", "parked:read"),
)
"""The navigation, in its order."""


def furnish(app: FastAPI, host: Kitchen, settings: Settings) -> contextlib.AbstractAsyncContextManager[None]:
    """Put everything at `app.state`; the client is closed at the end."""
    assert isinstance(settings, DeskSettings)
    client = httpx.AsyncClient(timeout=httpx.Timeout(10, connect=2), limits=httpx.Limits(max_connections=100))
    secret = settings.oidc_secret_file.read_text().strip()
    provider = Provider(client, settings.oidc_discovery, settings.jwt_issuer, settings.oidc_client, secret, settings.jwt_audience)
    secure = settings.desk_url.startswith("https:")
    state = app.state
    state.url, state.secret, state.secure = settings.desk_url, secret, secure
    state.cookie = "__Host-desk" if secure else "desk"
    state.sessions = Sessions(host.database, host.clock, host.gate, provider, settings, secret)
    urls = {"registry": settings.registry_url, "requests": settings.requests_url, "matcher": settings.matcher_url}
    urls["desk"] = f"http://127.0.0.1:{settings.http_port}"  # it serves what every service serves, its own parked records among that
    state.backends = Backends(client, urls, state.sessions)
    state.paper = Paper(PLACES)
    state.settings = settings
    state.wire = Wire(host.database)
    discovery = urlsplit(settings.oidc_discovery)
    headers = policy(f"{discovery.scheme}://{discovery.netloc}", secure=secure)
    app.add_middleware(Headers, headers=headers)
    errors.install(app, headers)
    app.add_api_route("/assets/{digest}/{name}", _file, include_in_schema=False)

    @contextlib.asynccontextmanager
    async def open_client() -> AsyncIterator[None]:
        async with client, state.wire.open():
            yield

    return open_client()


async def _file(request: Request, digest: str, name: str) -> Response:
    found = paper(request).file(digest, name)
    if found is None:
        raise HTTPException(404)
    return found
