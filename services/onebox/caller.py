"""One caller of one service over HTTP: what it answers, and what is wrong in a sentence."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import httpx

from services.onebox.remote import Trouble


class Remote:
    """One caller of one service."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=60)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON behind a path. Errors: Trouble."""
        return self._answered(lambda: self._client.get(path, params={k: v for k, v in query.items() if v is not None}))

    def post(self, path: str, body: Any = None, key: str | None = None) -> Any:
        """Send a command with a fresh Idempotency-Key. Errors: Trouble."""
        return self._answered(lambda: self._client.post(path, json=body or {}, headers={"idempotency-key": key or str(uuid.uuid4())}))

    def upload(self, path: str, file: Path, **query: Any) -> Iterator[dict[str, Any]]:
        """Stream a file and yield the service's JSON lines as they come. Errors: Trouble."""
        with file.open("rb") as content:
            chunks = iter(lambda: content.read(262_144), b"")
            try:
                with self._client.stream(
                    "POST", path, content=chunks, params=query, headers={"content-type": "text/csv"}, timeout=httpx.Timeout(60, read=600)
                ) as answer:
                    if answer.status_code >= 400:
                        answer.read()
                        _trouble(answer)
                    for line in answer.iter_lines():
                        if line:
                            yield json.loads(line)
            except httpx.HTTPError as error:
                raise Trouble(f"{self.url} does not answer ({type(error).__name__}). Is it running? Try: manyhands check") from None

    def lines(self, path: str) -> Iterator[dict[str, Any]]:
        """Send an order without a body and yield the service's JSON lines as they come. Errors: Trouble."""
        try:
            with self._client.stream("POST", path, timeout=httpx.Timeout(60, read=600)) as answer:
                if answer.status_code >= 400:
                    answer.read()
                    _trouble(answer)
                yield from (json.loads(line) for line in answer.iter_lines() if line)
        except httpx.HTTPError as error:
            raise Trouble(f"{self.url} does not answer ({type(error).__name__}). Is it running? Try: manyhands check") from None

    def download(self, path: str) -> Iterator[str]:
        """Stream a text. Errors: Trouble."""
        try:
            with self._client.stream("GET", path, timeout=httpx.Timeout(60, read=600)) as answer:
                if answer.status_code >= 400:
                    answer.read()
                    _trouble(answer)
                yield from answer.iter_text()
        except httpx.HTTPError as error:
            raise Trouble(f"{self.url} does not answer ({type(error).__name__}). Is it running? Try: manyhands check") from None

    def _answered(self, call: Any) -> Any:
        try:
            answer: httpx.Response = call()
        except httpx.HTTPError as error:
            raise Trouble(f"{self.url} does not answer ({type(error).__name__}). Is it running? Try: manyhands check") from None
        if answer.status_code >= 400:
            _trouble(answer)
        return answer.json()


def _trouble(answer: httpx.Response) -> NoReturn:
    try:
        problem = answer.json()
        words = [problem["detail"], *(f"{p['field']}: {p['reason']} {p['remedy']}" for p in problem.get("problems", []))]
    except (ValueError, KeyError, TypeError):
        words = [f"{answer.request.url} answered {answer.status_code}."]
    raise Trouble("\n".join(words))
