"""Who is signed in: what the browser holds, what the database keeps, and the tokens with which the desk acts for somebody."""

import asyncio
import dataclasses
import hashlib
import secrets
import time
from datetime import timedelta

from services.desk import session_store as store
from services.desk.person import Person
from services.desk.provider import Provider, ProviderRefused, Tokens
from services.desk.seals import checked, derived, seal, signed, unseal
from services.desk.settings import DeskSettings
from services.kit.access import Gate
from services.kit.clock import Clock
from services.kit.database import Connection, Database

_EARLY = 30.0  # seconds before its end at which a token is no longer used
_KEPT = 10_000  # tokens in memory at most


class SignedOut(Exception):
    """Nobody is signed in, or not any more: they sign in anew."""


class Sessions:
    """Begins, finds and ends sessions. The cookie holds a random secret and its signature; the database its hash."""

    def __init__(self, database: Database, clock: Clock, gate: Gate, provider: Provider, settings: DeskSettings, secret: str) -> None:
        self._database, self._clock, self._gate, self.provider, self._secret = database, clock, gate, provider, secret
        self._limits = store.Limits(timedelta(hours=settings.session_hours), timedelta(minutes=settings.session_idle_minutes))
        self._most = settings.sign_ins
        self._tokens: dict[tuple[str, str], tuple[str, float]] = {}
        self._asking: dict[tuple[str, str], asyncio.Lock] = {}

    async def begin(self, tokens: Tokens, nonce: str) -> str:
        """A new session for whom the provider names; returns what the cookie holds. Errors: ProviderRefused, ProviderAway, Unauthorised."""
        claims = await self.provider.identity(tokens, nonce)
        actor = await self._gate.actor(tokens.access)
        if actor.id != claims["sub"]:
            raise ProviderRefused("the two tokens name different people")
        name = str(claims.get("name") or claims.get("preferred_username") or actor.id)[:200]
        secret = secrets.token_urlsafe(32)
        person = Person(actor.id, name, actor.roles, actor.scopes, actor.regions, actor.groups, secret)
        now = self._clock.now()
        sealed = _sealed(secret, tokens)
        await self._database.once(lambda db: store.add(db, _key(secret), person, sealed, now, self._limits))
        return signed(self._secret, "cookie", secret)

    async def find(self, cookie: str | None) -> Person | None:
        """Whose cookie this is; None for a forged or ended one. One query."""
        secret = checked(self._secret, "cookie", cookie) if cookie else None
        if secret is None:
            return None
        now = self._clock.now()
        return await self._database.once(lambda db: store.find(db, _key(secret), secret, now, self._limits))

    async def lapsed(self, cookie: str | None) -> str | None:
        """Whose session this cookie was of, ended or not, as long as it is remembered; None for a forged one and for who has signed out."""
        secret = checked(self._secret, "cookie", cookie) if cookie else None
        return await self._database.once(lambda db: store.subject(db, _key(secret))) if secret else None

    async def end(self, person: Person) -> Tokens | None:
        """Sign somebody out here; returns the tokens that were kept."""
        for known in [key for key in self._tokens if key[0] == person.secret]:
            del self._tokens[known]
        sealed = await self._database.once(lambda db: store.end(db, _key(person.secret)))
        return _tokens(person.secret, sealed) if sealed else None

    async def too_many(self, address: str) -> bool:
        """Count a sign-in that an address begins; True when it has begun too many within five minutes."""
        now, key = self._clock.now(), derived(self._secret, f"address {address}")
        return await self._database.once(lambda db: store.count(db, key, now)) > self._most

    async def token(self, person: Person, service: str) -> str:
        """A token of this person for one service, from memory while it is good. Errors: SignedOut, ProviderAway."""
        key = (person.secret, service)
        async with self._asking.setdefault(key, asyncio.Lock()):
            token, until = self._tokens.get(key, ("", 0.0))
            if until - _EARLY < time.time():
                try:
                    token, until = await self.provider.exchange((await self._fresh(person)).access, service)
                except ProviderRefused:
                    raise SignedOut from None
                self._forget()
                self._tokens[key] = (token, until)
            return token

    def drop(self, person: Person, service: str) -> None:
        """Forget a token that a service did not accept."""
        self._tokens.pop((person.secret, service), None)

    async def _fresh(self, person: Person) -> Tokens:
        """Tokens with an access token that is good; of several replicas one renews it."""

        async def work(db: Connection) -> Tokens:
            sealed = await store.lock(db, _key(person.secret))
            kept = _tokens(person.secret, sealed) if sealed else None
            if kept is None:
                raise SignedOut
            if kept.until - _EARLY > time.time():
                return kept
            renewed = await self.provider.renew(kept)
            await store.reseal(db, _key(person.secret), _sealed(person.secret, renewed))
            return renewed

        return await self._database.once(work)

    def _forget(self) -> None:
        """Keep memory within bounds: what has ended goes, and everything when that does not help."""
        if len(self._tokens) >= _KEPT:
            now = time.time()
            self._tokens = {key: kept for key, kept in self._tokens.items() if kept[1] > now}
            if len(self._tokens) >= _KEPT:
                self._tokens.clear()
            self._asking = {key: lock for key, lock in self._asking.items() if lock.locked()}


def _key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _sealed(secret: str, tokens: Tokens) -> str:
    return seal(secret, "tokens", dataclasses.asdict(tokens))


def _tokens(secret: str, sealed: str) -> Tokens | None:
    kept = unseal(secret, "tokens", sealed)
    return Tokens(**kept) if kept else None
