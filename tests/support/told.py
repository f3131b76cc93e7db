"""A story as a test tells it: given a register, when something is asked or decided, then what can be seen from outside.

Everything goes through the front doors: CSV files into the register, a foreign Kafka client for intake, HTTP with tokens for people.
A test's peers leave their posts when it ends, so that the next test meets only its own.
"""

import asyncio
import csv
import io
import json
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from confluent_kafka import Producer

from schemas.envelope import Envelope
from services.kit.clock import move
from services.onebox.caller import Remote
from services.onebox.fleet import Fleet
from services.onebox.invariants import FACTS, INTAKE
from services.onebox.reading import end_of, everything, fetch
from services.onebox.remote import Trouble
from services.vocabulary.councils import reference_councils

PATIENCE = 30.0


class Fact:
    """A fact as it stands on a topic: its short name, its envelope, what it says."""

    def __init__(self, envelope: Envelope, payload: bytes) -> None:
        self.envelope, self.says = envelope, json.loads(payload)
        self.name = envelope.type.split(".")[2]
        self.service = envelope.type.split(".")[1]

    def __repr__(self) -> str:
        return self.name


class Told:
    """One story. `today` is the day on the clock that all services share."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.name = uuid.uuid4().hex[:6]
        self._posts: list[Mapping[str, str]] = []
        self._producer = Producer({"bootstrap.servers": fleet.kafka, "acks": "all", "log_level": 0})

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def now(self) -> datetime:
        with suppress(FileNotFoundError):
            return datetime.now(UTC) + timedelta(seconds=float(self.fleet.clock_file.read_text()))
        return datetime.now(UTC)

    def by(self, service: str, role: str = "adviser", regions: Sequence[str] = ("*",), who: str = "") -> Remote:
        """A service as somebody reaches it."""
        return Remote(self.fleet.url(service), self.fleet.keys.token(who or f"{role}@example.org", role, regions))

    # given

    def register_councils(self) -> None:
        """The 153 councils, each with more days than any test spends."""
        rows = [
            {"la_code": c.la_code, "gss_code": c.gss_code, "name": c.name, "region": c.region, "type": c.type}
            | {"aliases": ";".join(c.aliases), "linked": ";".join(c.linked), "willing": "yes"}
            for c in reference_councils()
        ]
        self._load("councils", rows)
        dates = {"from": "2026-01-01", "to": "2028-12-31"}
        self._load(
            "offers", [{"offer": f"council-{r['la_code']}", "owner": f"council:{r['la_code']}", "days": "500", **dates} for r in rows]
        )

    def peer(
        self, word: str, of: str, role: str, *, days: float = 10, themes: str = "SEND", party: str = "", until: date | None = None
    ) -> str:
        """A peer of a council in a role, who offers days, as does the council. Returns the peer's id."""
        ident = f"{self.name}-{word}"
        member = "yes" if role in ("lead_member", "leader", "scrutiny_chair", "opposition_lead", "member") else ""
        person = {"peer": ident, "kind": "member" if member else "officer", "council": of, "name": f"Robin {word}", "party": party}
        self._load("peers", [{**person, "themes": themes, "email": f"{ident}@example.org"}])
        post = {"peer": ident, "council": of, "role": role, "from": "2020-05-01", "to": str(until or "")}
        self._posts.append(post)
        self._load("posts", [post])
        self.offer(f"peer:{ident}", days)
        return ident

    def offer(self, owner: str, days: float, name: str = "") -> None:
        """Days for two years around now."""
        code = owner.replace(":", "-")
        row = {"offer": name or code, "owner": owner, "days": str(days), "from": "2026-01-01", "to": "2028-12-31"}
        self._load("offers", [row])

    def course(self, word: str, *, places: int, in_days: int) -> str:
        """A course with so many places that begins in so many days. Returns the cohort."""
        cohort, starts = f"{self.name}-{word}", self.today + timedelta(days=in_days)
        row = {"cohort": cohort, "course": "Leading", "offered_by": "London", "from": str(starts), "places": str(places)}
        self._load("cohorts", [row])
        return cohort

    def accredited(self, *peers: str) -> None:
        """These peers hold an accreditation for visits of peer teams."""
        self._load("accreditations", [{"peer": peer, "from": "2025-01-01", "to": ""} for peer in peers])

    def inspected(self, council: str) -> None:
        """The council was inspected after peers of tests took office there."""
        self._load("inspections", [{"council": council, "start": "2023-03-06", "published": "2023-05-02", "judgement": "good"}])

    def _load(self, kind: str, rows: Sequence[Mapping[str, str]]) -> None:
        if not rows:
            return
        text = io.StringIO()
        table = csv.DictWriter(text, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write(text.getvalue())
            file.flush()
            lines = list(self.by("registry", "operator").upload(f"/imports/{kind}", Path(file.name)))
        assert lines[-1].get("imported"), lines

    def known_to_the_matcher(self, *peers: str) -> None:
        """Wait until the matcher has heard of these peers and of their offers."""
        matcher = self.by("matcher", "operator")
        wanted = self._state_version()
        self.until(lambda: matcher.get("/matches/register")["version"] >= wanted, f"the matcher knows {', '.join(peers) or 'the register'}")

    def _state_version(self) -> int:
        """The offset of the last state record, once the registry has published all it has said."""

        async def quiet() -> bool:
            return await fetch(self.fleet, "registry", "select count(*) as n from outbox where published_at is null", "n") == 0

        async def last() -> int:
            return await end_of(self.fleet.kafka, self.fleet.prefix + "registry.state.v1") - 1

        self.until(lambda: asyncio.run(quiet()), "the registry has published its state")
        return asyncio.run(last())

    # when

    def asks(self, authority: str, kind: str, *, structured: bool = False, starts: date | None = None, **fields: Any) -> str:
        """An outside program posts a request; returns its reference. Fields are those of the intake event."""
        reference: str = fields.pop("reference", f"INT-{self.name}-{uuid.uuid4().hex[:4]}")
        start = starts or self.today + timedelta(days=20)
        data = {"reference": reference, "authority": authority, "kind": kind, "themes": ["SEND"], "from": str(start), **fields}
        attributes = {
            "specversion": "1.0",
            "id": str(uuid.uuid4()),
            "source": "/intake/test",
            "type": "manyhands.intake.support-requested.v1",
            "time": self.now.isoformat(),
        }
        if structured:
            value, headers = json.dumps({**attributes, "data": data}), {"content-type": "application/cloudevents+json"}
        else:
            value, headers = json.dumps(data), {**{f"ce_{k}": v for k, v in attributes.items()}, "content-type": "application/json"}
        self._producer.produce(self.fleet.prefix + INTAKE, value.encode(), key=reference, headers=dict(headers))
        assert self._producer.flush(15) == 0
        return reference

    def request(self, reference: str) -> dict[str, Any]:
        """The request behind a reference, once the requests service knows it."""
        found: dict[str, Any] = self.until(lambda: self._find(reference), f"the requests service knows {reference}")
        return found

    def _find(self, reference: str) -> dict[str, Any] | None:
        after = None
        while True:
            page = self.by("requests").get("/requests", limit=500, after=after)
            for line in page["requests"]:
                if line["reference"] == reference:
                    return dict(line)
            if not (after := page["next"]):
                return None

    def story(self, request: str, *states: str) -> dict[str, Any]:
        """The matcher's story of a request, once it is in one of these states."""

        def now() -> dict[str, Any] | None:
            try:
                found: dict[str, Any] = self.by("matcher").get(f"/matches/{request}")
            except Trouble:
                return None
            return found if not states or found["state"] in states else None

        seen: dict[str, Any] = self.until(now, f"request {request} is {' or '.join(states)}")
        return seen

    def tells_matcher(self, story: Mapping[str, Any], path: str, **body: Any) -> dict[str, Any]:
        """A command of an adviser about a story; returns the story after it."""
        answer: dict[str, Any] = self.by("matcher").post(
            f"/matches/{story['request']}/{path}", {"expected_version": story["version"], **body}
        )
        return answer

    def everybody_agrees(self, request: str) -> dict[str, Any]:
        """Every consent that is asked is given, stage by stage, until the match is placed."""
        while True:
            story = self.story(request, "consenting", "completing", "placed")
            asked = [consent for consent in (story["match"] or {}).get("consents", []) if consent["state"] == "asked"]
            if story["state"] != "consenting" or not asked:
                return self.story(request, "placed")
            self.tells_matcher(story, f"consents/{asked[0]['consent']}", agreed=True)

    def days_pass(self, days: float) -> None:
        """Move the one clock of all services."""
        ahead = self.now - datetime.now(UTC)
        move(self.fleet.clock_file, ahead + timedelta(days=days))

    # then

    def facts(self, request: str) -> list[Fact]:
        """Everything on the fact topics about a request, in order of time."""

        async def read() -> list[Fact]:
            found: list[Fact] = []
            for topic in FACTS:
                posts = everything(self.fleet.kafka, topic, self.fleet.prefix)
                found += [Fact(p.envelope, p.payload) async for p in posts if p.envelope and p.envelope.subject == request]
            return sorted(found, key=lambda fact: fact.envelope.time)

        return asyncio.run(read())

    def names(self, request: str) -> list[str]:
        """The short names of those facts."""
        return [fact.name for fact in self.facts(request)]

    def free_days(self, owner: str) -> float:
        """What an owner has left of all offers."""
        accounts = self.by("registry", "operator").get("/accounts", owner=owner)["accounts"]
        return float(sum(account["free"] for account in accounts))

    def until(self, now: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
        """Ask until there is an answer. Errors: AssertionError naming what did not come."""
        deadline = time.monotonic() + patience
        while not (found := now()):
            assert time.monotonic() < deadline, f"waited {patience:.0f} s in vain until {what}"
            time.sleep(0.05)
        return found

    def ends(self) -> None:
        """The test's peers leave their posts."""
        self.leave(*(post["peer"] for post in self._posts))

    def leave(self, *peers: str) -> None:
        """These peers have been out of office since yesterday."""
        self._load("posts", [{**post, "to": str(self.today - timedelta(days=1))} for post in self._posts if post["peer"] in peers])


def proposed(story: Mapping[str, Any]) -> list[str]:
    """The peers who are proposed, place by place, best first."""
    return [candidate["peer"] for place in story["match"]["suggestion"]["places"] for candidate in place["candidates"]]


def in_order(names: Iterable[str], *wanted: str) -> bool:
    """True when the wanted names come in this order, whatever stands between."""
    left = iter(names)
    return all(name in left for name in wanted)
