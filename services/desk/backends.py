"""Calls to the services as the person at the browser: their own token, commands that are done once, refusals and absences as values."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterable, AsyncIterator, Awaitable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import httpx
from fastapi import Depends, Request
from prometheus_client.parser import text_string_to_metric_families

from services.desk.person import Person
from services.desk.provider import ProviderAway
from services.desk.sessions import Sessions

T = TypeVar("T")

PARTS = {
    "registry": "the register",
    "requests": "requests",
    "matcher": "matching",
    "sign-in": "the sign-in service",
    "desk": "the desk's own data",
}
"""What each part is called on a page."""


class Away(Exception):
    """A part does not answer. `part` is one of PARTS."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part

    @property
    def words(self) -> str:
        """For the person: what is away and what to do."""
        return f"{PARTS[self.part][:1].upper()}{PARTS[self.part][1:]} cannot be reached at the moment. Try again in a minute."


class Refusal(Exception):
    """A service has said no, as a problem document: `rule` names why, `detail` is a sentence, `problems` name fields, `facts` the rest."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        self.status = status
        self.rule = str(document.get("type", "")).rpartition("/")[2] or str(status)
        self.detail = str(document.get("detail") or "This was refused.")
        self.problems: list[dict[str, str]] = document.get("problems") or []
        self.facts = document
        super().__init__(self.rule)

    @property
    def stale(self) -> bool:
        """True when somebody else was faster: `facts` then has version, changed_by and changed_at."""
        return self.status == 409 and self.rule == "version"


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """A part of a page: its value, or the words that say why it is not there."""

    value: T | None
    away: str = ""


@dataclass(frozen=True, slots=True)
class Figures:
    """How much waits in a service, in words for a page: "1,204", or "not known". lag: by topic, what waits in Kafka."""

    parked: str
    outbox: str
    overdue: str
    lag: dict[str, str]


class Backends:
    """One client for all calls of this process."""

    def __init__(self, client: httpx.AsyncClient, urls: dict[str, str], sessions: Sessions) -> None:
        self._http, self._urls, self._sessions = client, urls, sessions

    async def get(self, person: Person, service: str, path: str, **query: Any) -> Any:
        """The JSON behind a path; values that are None are left out. Errors: Away, Refusal, SignedOut."""
        wanted = {name: value for name, value in query.items() if value is not None}
        return (await self._answered(person, service, "GET", path, params=wanted)).json()

    async def post(self, person: Person, service: str, path: str, body: Any, key: str) -> Any:
        """Send a command. `key` is the form's (`form.once`): the same form sent twice is done once. Errors: Away, Refusal, SignedOut."""
        return (await self._answered(person, service, "POST", path, json=body, headers={"idempotency-key": key})).json()

    async def ask(self, person: Person, service: str, path: str, body: Any) -> Any:
        """What a service says of a body that it does not keep. Errors: Away, Refusal, SignedOut."""
        return (await self._answered(person, service, "POST", path, json=body)).json()

    @contextlib.asynccontextmanager
    async def stream(
        self, person: Person, service: str, method: str, path: str, content: AsyncIterable[bytes] | None = None, **query: Any
    ) -> AsyncIterator[httpx.Response]:
        """A long answer, or a long body, as it comes: files. Errors: Away, Refusal, SignedOut."""
        headers = {"authorization": f"Bearer {await self._token(person, service)}"} | ({"content-type": "text/csv"} if content else {})
        try:
            async with self._http.stream(
                method, self._urls[service] + path, params=query, content=content, headers=headers, timeout=httpx.Timeout(10, read=600)
            ) as answer:
                if answer.status_code >= 400:
                    await answer.aread()
                _refused(service, answer)
                yield answer
        except httpx.HTTPError:
            raise Away(service) from None

    async def part(self, call: Awaitable[T]) -> Part[T]:
        """What a call answers, or that its service is away, so that the rest of the page shows. Errors: Refusal, SignedOut."""
        try:
            return Part(await call)
        except Away as away:
            return Part(None, away.words)

    async def figures(self, service: str) -> Figures:
        """How much waits in a service, as one of its processes tells. Errors: Away."""
        try:
            answer = await self._http.get(f"{self._urls[service]}/metrics", timeout=5)
        except httpx.HTTPError:
            raise Away(service) from None
        found: dict[str, str] = {}
        lag: dict[str, str] = {}
        for family in text_string_to_metric_families(answer.text):
            for sample in family.samples:
                words = "not known" if math.isnan(sample.value) else f"{sample.value:,.0f}"
                if sample.name == "manyhands_consumer_lag":
                    lag[sample.labels["consumer"].removeprefix(f"{service}.")] = words
                found[sample.name] = words
        parked, outbox, overdue = (
            found.get(f"manyhands_{name}", "not known") for name in ("parked_waiting", "outbox_waiting", "due_overdue")
        )
        return Figures(parked, outbox, overdue, dict(sorted(lag.items())))

    async def missing(self) -> dict[str, list[str]]:
        """What keeps each service from work, in its own words; an empty list is a service that is well."""
        found = await asyncio.gather(*(self._missing(service) for service in self._urls))
        return dict(zip(self._urls, found, strict=True))

    async def _missing(self, service: str) -> list[str]:
        try:
            answer = (await self._http.get(f"{self._urls[service]}/readyz", timeout=3)).json()
            return [str(sentence) for sentence in answer["missing"]]
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return ["It does not answer: check that it runs and that the desk has its address."]

    async def _answered(self, person: Person, service: str, method: str, path: str, **call: Any) -> httpx.Response:
        for again in (True, False):
            headers = {**call.pop("headers", {}), "authorization": f"Bearer {await self._token(person, service)}"}
            call["headers"] = headers
            try:
                answer = await self._http.request(method, self._urls[service] + path, **call)
            except httpx.HTTPError:
                raise Away(service) from None
            if answer.status_code != 401 or not again:
                break
            self._sessions.drop(person, service)  # the keys may have changed since it was given
        _refused(service, answer)
        return answer

    async def _token(self, person: Person, service: str) -> str:
        try:
            return await self._sessions.token(person, service)
        except ProviderAway:
            raise Away("sign-in") from None


def _refused(service: str, answer: httpx.Response) -> None:
    if answer.status_code >= 500 or answer.status_code == 401:
        raise Away(service)
    if answer.status_code >= 400:
        try:
            document = answer.json()
        except ValueError:
            document = {}
        raise Refusal(answer.status_code, document if isinstance(document, dict) else {})


def calls(request: Request) -> Backends:
    """A dependency: the process's way to the services."""
    found: Backends = request.app.state.backends
    return found


Calls = Annotated[Backends, Depends(calls)]
