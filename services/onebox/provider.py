"""onebox's own OpenID provider: ready people to choose from, no passwords; on loopback alone, and only beside a machine's own keys.

`python -m services.onebox.provider FOLDER PORT`. Codes live in memory; everything else that it gives out is a token that it signed.
"""

import base64
import hashlib
import html
import re
import secrets
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import jwt
import uvicorn
from fastapi import FastAPI, Form, Header, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from services.onebox.personas import PERSONAS, Persona
from services.onebox.tokens import ISSUER, SCOPES, Keys

CLIENT = "manyhands-desk"
_SESSION_SECONDS, _ACCESS_SECONDS, _EXCHANGED_SECONDS, _CODE_SECONDS = 12 * 3600, 1800, 300, 60
_BACK = re.compile(r"http://(127\.0\.0\.1|localhost):\d{1,5}(/[\w/-]*)?(\?out=1)?")
_REFRESH = "manyhands-onebox-refresh"
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


def build(keys: Keys, secret: str, url: str) -> FastAPI:
    """The provider at `url`, with the desk as its one client."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    codes: dict[str, tuple[float, Persona, str, str, str]] = {}

    @app.get("/readyz")
    async def ready() -> dict[str, Any]:
        return {"ready": True, "missing": []}

    @app.get("/.well-known/openid-configuration")
    async def discovery() -> dict[str, Any]:
        return {
            "issuer": ISSUER,
            "authorization_endpoint": f"{url}/authorize",
            "token_endpoint": f"{url}/token",
            "end_session_endpoint": f"{url}/sign-out",
            "jwks_uri": f"{url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
        }

    @app.get("/jwks")
    async def jwks() -> Response:
        return Response(keys.jwks.read_text(), media_type="application/json")

    @app.get("/authorize")
    async def authorize(
        request: Request, client_id: str, redirect_uri: str, state: str, code_challenge: str, nonce: str = "", persona: str = ""
    ) -> Response:
        """A page of people; then back to the desk as the one that was chosen."""
        if client_id != CLIENT or not _BACK.fullmatch(redirect_uri) or request.query_params.get("code_challenge_method") != "S256":
            return HTMLResponse("This provider serves the desk of its own machine alone.", 400)
        chosen = PERSONAS.get(persona)
        if chosen is None:
            return HTMLResponse(_choose(str(request.url.query)))
        for old in [code for code, kept in codes.items() if kept[0] < time.time()]:
            del codes[old]
        code = secrets.token_urlsafe(32)
        codes[code] = (time.time() + _CODE_SECONDS, chosen, nonce, code_challenge, redirect_uri)
        return RedirectResponse(f"{redirect_uri}?code={code}&state={state}", 303)

    @app.post("/token")
    async def token(
        grant_type: Annotated[str, Form()],
        authorization: Annotated[str, Header()] = "",
        code: Annotated[str, Form()] = "",
        code_verifier: Annotated[str, Form()] = "",
        redirect_uri: Annotated[str, Form()] = "",
        refresh_token: Annotated[str, Form()] = "",
        subject_token: Annotated[str, Form()] = "",
        audience: Annotated[str, Form()] = "",
    ) -> Response:
        if not secrets.compare_digest(authorization.encode(), _basic(CLIENT, secret).encode()):
            return _no("invalid_client", 401)
        try:
            if grant_type == "authorization_code":
                until, persona, nonce, challenge, back = codes.pop(code, (0.0, None, "", "", ""))
                if persona is None or until < time.time() or challenge != _challenge(code_verifier) or back != redirect_uri:
                    return _no("invalid_grant")
                return JSONResponse(_session(keys, persona, time.time() + _SESSION_SECONDS, nonce))
            if grant_type == "refresh_token":
                claims = keys.read(refresh_token, _REFRESH)
                return JSONResponse(_session(keys, PERSONAS[claims["sub"]], claims["exp"]))
            if grant_type == _EXCHANGE:
                claims = keys.read(subject_token, CLIENT)
                return JSONResponse(_given(keys, PERSONAS[claims["sub"]], audience, _EXCHANGED_SECONDS))
        except (jwt.PyJWTError, KeyError):
            return _no("invalid_grant")
        return _no("unsupported_grant_type")

    @app.get("/sign-out")
    async def sign_out(post_logout_redirect_uri: str) -> Response:
        """Nobody is kept signed in here, so there is nothing but the way back."""
        if not _BACK.fullmatch(post_logout_redirect_uri):
            return HTMLResponse("This provider serves the desk of its own machine alone.", 400)
        return RedirectResponse(post_logout_redirect_uri, 303)

    return app


def _session(keys: Keys, persona: Persona, until: float, nonce: str = "") -> dict[str, Any]:
    """Everything of a signed-in person."""
    now = int(time.time())
    base = {"iss": ISSUER, "sub": persona.id, "iat": now}
    identity = base | {"aud": CLIENT, "exp": now + 600, "name": persona.name} | ({"nonce": nonce} if nonce else {})
    refresh = base | {"aud": _REFRESH, "exp": int(until)}
    return _given(keys, persona, CLIENT, _ACCESS_SECONDS) | {"id_token": keys.sign(identity), "refresh_token": keys.sign(refresh)}


def _given(keys: Keys, persona: Persona, audience: str, seconds: int) -> dict[str, Any]:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": audience,
        "sub": persona.id,
        "iat": now,
        "exp": now + seconds,
        "roles": [persona.role],
        "scope": " ".join(SCOPES[persona.role]),
        "regions": list(persona.regions),
        "groups": list(persona.groups),
    }
    access = "urn:ietf:params:oauth:token-type:access_token"
    return {"access_token": keys.sign(claims), "token_type": "Bearer", "expires_in": seconds, "issued_token_type": access}


def _no(error: str, status: int = 400) -> Response:
    return JSONResponse({"error": error}, status)


def _basic(client: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _choose(query: str) -> str:
    """The page of people. A link each: choosing changes nothing here."""
    rows = "".join(
        f'<li><a href="/authorize?{html.escape(query)}&amp;persona={person.id}">{html.escape(person.name)}</a> – {person.does}</li>'
        for person in PERSONAS.values()
    )
    style = "body{font:1.1875rem/1.4 arial,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}li{margin:.5rem 0}a{color:#0f385c}"
    return (
        f'<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Who are you today?</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{style}</style></head><body><main>'
        f"<h1>Who are you today?</h1><p>This machine is for trying Manyhands. Everybody here is invented; choose one of them.</p>"
        f"<ul>{rows}</ul></main></body></html>"
    )


def main(folder: Path, port: int) -> None:
    """Serve on loopback. Errors: SystemExit where there is no machine of onebox with its keys."""
    secret = folder / "keys" / "desk.secret"
    if not all(file.exists() for file in (folder / "fleet.json", folder / "keys" / "signing.pem", secret)):
        raise SystemExit(f"{folder} holds no machine of onebox. This provider asks for no passwords and serves nothing else.")
    app = build(Keys(folder / "keys"), secret.read_text(), f"http://127.0.0.1:{port}")
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
