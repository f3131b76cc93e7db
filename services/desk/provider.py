"""The identity provider as the desk talks to it: authorization code with PKCE, renewal, exchange for a service's token, sign-out."""

import time
from dataclasses import dataclass
from typing import Any

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

_KEEP_SECONDS = 300.0
_ALGORITHMS = ["ES256", "RS256", "EdDSA"]
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
_ACCESS = "urn:ietf:params:oauth:token-type:access_token"


class ProviderAway(Exception):
    """The provider does not answer. The message names the class of what happened."""


class ProviderRefused(Exception):
    """The provider, or what it sent, says no: an OAuth error code or the name of the check that failed. No token stands in it."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in gives the desk; `until` is the end of the access token, in seconds since 1970."""

    access: str
    refresh: str
    identity: str
    until: float


class Provider:
    """Any OpenID Connect provider, known by its discovery document, which is kept for five minutes."""

    def __init__(self, client: httpx.AsyncClient, discovery: str, issuer: str, client_id: str, secret: str, audience: str) -> None:
        self._http, self._discovery, self._issuer = client, discovery, issuer
        self._id, self._secret, self._audience = client_id, secret, audience
        self._known: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._asked = 0.0

    async def sign_in_url(self, state: str, nonce: str, verifier: str, back: str) -> str:
        """Where the browser goes to sign in."""
        known = await self._document()
        challenge = create_s256_code_challenge(verifier)
        more = {"nonce": nonce, "code_challenge": challenge, "code_challenge_method": "S256"}
        url: str = prepare_grant_uri(known["authorization_endpoint"], self._id, "code", back, "openid profile", state, **more)
        return url

    async def sign_out_url(self, identity: str, back: str) -> str | None:
        """Where the browser goes to sign out there as well; None when the provider has no such place."""
        url = (await self._document()).get("end_session_endpoint")
        return f"{url}?{httpx.QueryParams(id_token_hint=identity, post_logout_redirect_uri=back, client_id=self._id)}" if url else None

    async def redeem(self, code: str, verifier: str, back: str) -> Tokens:
        """The tokens for a code. Errors: ProviderRefused, ProviderAway."""
        return await self._tokens(grant_type="authorization_code", code=code, code_verifier=verifier, redirect_uri=back)

    async def renew(self, old: Tokens) -> Tokens:
        """Fresh tokens for those whose access token has ended. Errors: ProviderRefused when the person must sign in anew, ProviderAway."""
        new = await self._tokens(grant_type="refresh_token", refresh_token=old.refresh)
        return Tokens(new.access, new.refresh or old.refresh, new.identity or old.identity, new.until)

    async def exchange(self, access: str, service: str) -> tuple[str, float]:
        """A token for one service alone (RFC 8693), and the seconds since 1970 at which it ends. Errors: ProviderRefused, ProviderAway."""
        given = await self._ask(
            grant_type=_EXCHANGE,
            subject_token=access,
            subject_token_type=_ACCESS,
            requested_token_type=_ACCESS,
            audience=f"{self._audience}-{service}",
        )
        return given["access_token"], time.time() + float(given.get("expires_in", 60))

    async def identity(self, tokens: Tokens, nonce: str) -> dict[str, Any]:
        """The claims of a sign-in's identity token, checked. Errors: ProviderRefused, ProviderAway."""
        try:
            try:
                token = jwt.decode(tokens.identity, await self._key_set(), algorithms=_ALGORITHMS)
            except (JoseError, ValueError):  # perhaps signed with a key that is newer than those we know
                self._keys = None
                token = jwt.decode(tokens.identity, await self._key_set(), algorithms=_ALGORITHMS)
        except (JoseError, ValueError) as error:
            raise ProviderRefused(type(error).__name__) from None
        wanted = {"iss": {"essential": True, "value": self._issuer}, "aud": {"essential": True, "value": self._id}}
        claims = CodeIDToken(token.claims, token.header, wanted, {"nonce": nonce, "client_id": self._id, "access_token": tokens.access})
        try:
            claims.validate(leeway=5)
        except Exception as error:  # authlib's own classes and joserfc's, whatever the claim
            raise ProviderRefused(type(error).__name__) from None
        return dict(claims)

    async def _tokens(self, **grant: str) -> Tokens:
        given = await self._ask(**grant)
        until = time.time() + float(given.get("expires_in", 60))
        return Tokens(given["access_token"], given.get("refresh_token", ""), given.get("id_token", ""), until)

    async def _ask(self, **grant: str) -> dict[str, Any]:
        url = (await self._document())["token_endpoint"]
        try:
            answer = await self._http.post(url, data=grant, auth=(self._id, self._secret))
            given = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderAway(type(error).__name__) from None
        if answer.status_code >= 500:
            raise ProviderAway(str(answer.status_code))
        if answer.status_code != 200 or not isinstance(given, dict) or not given.get("access_token"):
            raise ProviderRefused(str(given.get("error", answer.status_code)) if isinstance(given, dict) else str(answer.status_code))
        return given

    async def _document(self) -> dict[str, Any]:
        if not self._known or time.monotonic() - self._asked > _KEEP_SECONDS:
            known = await self._fetch(self._discovery)
            if known.get("issuer") != self._issuer:
                raise ProviderAway("its discovery document is of another issuer than MANYHANDS_JWT_ISSUER")
            self._known, self._keys, self._asked = known, None, time.monotonic()
        return self._known

    async def _key_set(self) -> KeySet:
        known = await self._document()
        if self._keys is None:
            self._keys = KeySet.import_key_set(await self._fetch(known["jwks_uri"]))  # type: ignore[arg-type]
        return self._keys

    async def _fetch(self, url: str) -> dict[str, Any]:
        try:
            found = (await self._http.get(url)).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProviderAway(type(error).__name__) from None
        return found if isinstance(found, dict) else {}
