"""Who is calling, and what they may do: every API verifies a JSON Web Token; the actor comes from the token."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import jwt
import structlog

log = structlog.get_logger()

ALGORITHMS = ["ES256", "RS256", "EdDSA"]
EVERYWHERE = "*"
LONGEST_ID = 128
"""Characters in an actor's id, as the facts that name actors have it."""
_KEEP_SECONDS = 300.0
_ASK_AGAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller: the token's subject, its scopes, the regions it may act for ("*": all), and the groups whose own people it may see."""

    id: str
    roles: frozenset[str]
    scopes: frozenset[str]
    regions: frozenset[str]
    groups: frozenset[str] = frozenset()

    def covers(self, region: str) -> bool:
        """True when the caller may act for this region."""
        return EVERYWHERE in self.regions or region in self.regions


class Unauthorised(Exception):
    """No token, or one that does not hold. The message says what is wrong with it, never what it is."""


class Gate:
    """Verifies tokens against a JSON Web Key Set: issuer, audience, expiry, signature.

    Several audiences: a token for any of them will do. `jwks` is a path or URL. Keys are kept for five minutes; an unknown key id asks
    again, at most every five seconds, so that a rotated key works at once and a stream of forged ones does not become a stream of calls.
    """

    def __init__(self, issuer: str, audience: str | Sequence[str], jwks: str) -> None:
        self._issuer, self._audience, self._jwks = issuer, audience, jwks
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._asked = -_KEEP_SECONDS
        self._asking = asyncio.Lock()

    async def actor(self, token: str) -> Actor:
        """The caller behind a token. Errors: Unauthorised."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            claims = jwt.decode(
                token,
                await self._key(kid),  # bound to the key's own algorithm, whatever the token says
                algorithms=ALGORITHMS,
                audience=self._audience,
                issuer=self._issuer,
                leeway=5,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            raise Unauthorised(_say(error)) from None
        if not 1 <= len(claims["sub"]) <= LONGEST_ID or not claims["sub"].isprintable():
            raise Unauthorised(f"The token's subject is empty or longer than {LONGEST_ID} characters. Ask your administrator.")
        words = (_words(claims.get(name)) for name in ("roles", "scope", "regions", "groups"))
        return Actor(claims["sub"], *words)

    async def _key(self, kid: str | None) -> jwt.PyJWK:
        async with self._asking:  # those who come first wait for the keys together
            age = time.monotonic() - self._asked
            if age > _KEEP_SECONDS or (kid not in self._keys and age > _ASK_AGAIN_SECONDS):
                self._asked = time.monotonic()
                try:
                    found = jwt.PyJWKSet.from_dict(json.loads(await self._fetch()))
                    self._keys = {key.key_id: key for key in found.keys}
                except (OSError, ValueError, TypeError, AttributeError, jwt.PyJWTError, httpx.HTTPError) as error:
                    log.warning("keys_away", error=type(error).__name__)
        if kid not in self._keys:
            raise jwt.InvalidKeyError("the key that signed the token is not known here")
        return self._keys[kid]

    async def _fetch(self) -> str:
        if self._jwks.startswith(("http://", "https://")):
            async with httpx.AsyncClient(timeout=5) as client:
                return (await client.get(self._jwks)).raise_for_status().text
        return await asyncio.to_thread(Path(self._jwks).read_text)


def _words(claim: object) -> frozenset[str]:
    """A claim that is a list of words, or words in one string (RFC 8693 scope)."""
    if isinstance(claim, str):
        return frozenset(claim.split())
    return frozenset(str(word) for word in claim) if isinstance(claim, list) else frozenset()


def _say(error: jwt.PyJWTError) -> str:
    if isinstance(error, jwt.ExpiredSignatureError):
        return "The token has expired. Sign in again."
    if isinstance(error, jwt.InvalidAudienceError):
        return "The token is for another audience. Ask for one for this installation."
    if isinstance(error, jwt.InvalidIssuerError):
        return "The token comes from an issuer that is not accepted here."
    return "The token is not valid. Sign in again."
