"""Advisers at work while things break: they decide, answer, change their minds, and remember every command that was acknowledged."""

import itertools
import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

_PATIENCE = 60.0


@dataclass
class Done:
    """What advisers were told. acknowledged: (service, request, version after it) of each command; surprises: what nobody expects."""

    acknowledged: set[tuple[str, str, int]] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)


class Caller:
    """Sends to one replica of a service after the other. A command without an answer is sent again, with its key, until there is one.

    Once `stopping` is set, it gives up instead.
    """

    def __init__(self, service: str, urls: Sequence[str], token: str, done: Done, stopping: threading.Event) -> None:
        self._service, self._stopping = service, stopping
        self._urls, self._replicas, self._done = itertools.cycle(urls), len(urls), done
        self._client = httpx.Client(headers={"authorization": f"Bearer {token}"}, timeout=30)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON behind a path; None when no replica answers now."""
        for _ in range(self._replicas):
            try:
                answer = self._client.get(next(self._urls) + path, params=query)
            except httpx.HTTPError:
                continue
            if answer.status_code == 200:
                return answer.json()
            self._note(answer)
        return None

    def order(self, kind: str, path: str, body: dict[str, Any], twice: bool = False) -> dict[str, Any] | None:
        """The story after a command; None when it was refused. `twice`: send it again after its answer, which must be the same."""
        key, until = str(uuid.uuid4()), time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            answer = self._send(path, body, key)
            if answer is None or answer.status_code == 503:
                if self._stopping.wait(0.1):
                    return None
                continue
            if answer.status_code not in (200, 201):
                self._note(answer)
                return None
            told: dict[str, Any] = answer.json()
            self._done.acknowledged.add((self._service, told["request"], told["version"]))
            self._done.kinds[kind] += 1
            if twice:
                self._again(path, body, key, answer.text)
            return told
        self._done.surprises.append(f"{kind}: no answer in {_PATIENCE:.0f} seconds")
        return None

    def _again(self, path: str, body: dict[str, Any], key: str, before: str) -> None:
        answer = self._send(path, body, key)
        if answer is not None and answer.status_code != 503 and answer.text != before:
            self._done.surprises.append(f"a command sent twice was answered {answer.status_code} and otherwise than before")

    def _send(self, path: str, body: dict[str, Any], key: str) -> httpx.Response | None:
        try:
            return self._client.post(next(self._urls) + path, json=body, headers={"idempotency-key": key})
        except httpx.HTTPError:
            return None

    def _note(self, answer: httpx.Response) -> None:
        if answer.status_code not in (409, 503):
            self._done.surprises.append(f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:200]}")


class Adviser(threading.Thread):
    """Decides what is suggested and answers what is asked for, in every way there is, as chance will have it."""

    def __init__(self, caller: Caller, chance: random.Random, stopping: threading.Event) -> None:
        super().__init__(daemon=True)
        self._caller, self._chance, self._stopping = caller, chance, stopping

    def run(self) -> None:
        while not self._stopping.is_set():
            state = self._chance.choice(["suggested", "suggested", "consenting", "consenting", "consenting", "placed"])
            found = self._caller.get("/matches", state=state, after=f"{self._chance.randrange(256):02x}", limit=4)
            for story in found["stories"] if found else ():
                decide(self._caller, story, self._chance)
            self._stopping.wait(0.1)  # they think, too


def decide(caller: Caller, story: dict[str, Any], chance: random.Random) -> None:
    """One thing that an adviser may do about a story: in ten decisions seven confirm; of 25 consents one is refused.

    Of teams in hand one in five gets somebody else for a place, and of work that is placed one in three.
    """
    twice, lot = chance.random() < 0.1, chance.random()
    version = {"expected_version": story["version"]}
    path = f"/matches/{story['request']}"
    if story["state"] == "placed":
        if lot < 0.33:
            replaces(caller, story, chance, twice)
    elif story["state"] == "consenting":
        if lot < 0.03:
            caller.order("cancel", f"{path}/cancel", version, twice)
            return
        if lot < 0.25 and len(story["match"]["lines"]) > 1:
            replaces(caller, story, chance, twice)
            return
        agrees(caller, story, lambda: chance.random() > 0.04)
    elif lot < 0.7:
        caller.order("confirm", f"{path}/confirm", {**version, "because": "best_suggestion"}, twice)
    elif lot < 0.8:
        first = story["match"]["suggestion"]["places"][0]["candidates"][0]["peer"]
        caller.order("decline", f"{path}/decline", {**version, "peers": [first], "because": "knows_the_council"}, twice)
    elif lot < 0.95:
        last = {place["place"]: place["candidates"][-1]["peer"] for place in story["match"]["suggestion"]["places"]}
        reason = "Has helped this council before, and both asked for it."
        caller.order("override", f"{path}/override", {**version, "choices": last, "because": "known_to_both", "reason": reason}, twice)
    else:
        caller.order("arrange", "/matches", _by_telephone(story), twice)


def replaces(caller: Caller, story: dict[str, Any], chance: random.Random, twice: bool = False) -> dict[str, Any] | None:
    """Give one place to whoever is best for it while the others stay; of placed work half a day may be given already."""
    line = chance.choice(story["match"]["lines"])
    body = {"expected_version": story["version"], "place": line["place"], "because": "left_the_post"}
    if story["state"] == "placed":
        body |= {"agreed": True, "given": chance.choice([0, 0.5]) if line["days"] > 0.5 else 0}
    return caller.order("replacement", f"/matches/{story['request']}/replace", body, twice)


def _by_telephone(story: dict[str, Any]) -> dict[str, Any]:
    content, places = story["content"], story["match"]["suggestion"]["places"]
    return {
        **{name: story[name] for name in ("request", "host", "kind")},
        **{name: content[name] for name in ("starts", "ends")},
        "expected_version": story["version"],
        "lines": [{"role": p["role"], "peer": p["candidates"][0]["peer"], "days": content["days"]} for p in places],
        "agreed_on": str(datetime.now(UTC).date() - timedelta(days=1)),
    }


def agrees(caller: Caller, story: dict[str, Any], agreed: Callable[[], bool] = lambda: True, leave: int = 0) -> dict[str, Any]:
    """Answer consent after consent, as long as one is asked for and more than `leave` are wanting; the story after it."""
    while story["state"] == "consenting":
        wanting = [consent for consent in story["match"]["consents"] if consent["state"] != "given"]
        asked = next((consent["consent"] for consent in wanting if consent["state"] == "asked"), None)
        if asked is None or len(wanting) <= leave:
            break
        yes = agreed()
        body = {"expected_version": story["version"], "agreed": yes, "because": "agreed" if yes else "no_time"}
        told = caller.order("consent" if yes else "refusal", f"/matches/{story['request']}/consents/{asked}", body)
        if told is None:
            break
        story = told
    return story
