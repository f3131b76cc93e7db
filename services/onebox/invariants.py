"""The five promises, counted on the topics and in the databases as they are: lost, doubled, over capacity, out of order, orphaned."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.onebox.fleet import Fleet
from services.onebox.reading import Posted, everything, rows_of

INTAKE = "intake.support-requests.v1"
FACTS = ("requests.events.v1", "matcher.events.v1", "registry.events.v1")
_HEARD: dict[tuple[str, str], set[str] | None] = {
    ("matcher", "requests.events.v1"): {"request-opened", "request-amended", "request-withdrawn"},
    ("matcher", "registry.events.v1"): {"capacity-held", "hold-refused", "capacity-placed", "capacity-moved", "hold-expired"},
    ("registry", "matcher.events.v1"): {
        "match-selected", "replacement-selected", "arrangement-recorded", "consents-completed", "match-lapsed", "match-withdrawn",
        "support-completed", "course-place-given-up",
    },
    ("requests", "matcher.events.v1"): None,
    ("requests", "registry.events.v1"): {
        "capacity-held", "hold-refused", "capacity-placed", "capacity-moved", "hold-expired", "hold-released",
        "capacity-returned",
    },
}  # fmt: skip
"""What each service hears of the facts of another, by the short names of their types; None for all of them."""
_ONCE_A_MATCH = {"match-suggested", "match-placed", "capacity-placed", "consents-completed", "hold-released", "hold-expired"}
_LIVE = ("selected", "consenting", "completing", "arranging", "questioned")

_OUTCOMES = "select intake from outcome"
_PARKED = "select topic, part, position from parked where consumer = $1"
_INBOX = "select event_id from inbox where consumer = $1"
_UNPUBLISHED = "select count(*) as n from outbox where published_at is null"
_OVER = "select offer, held, placed, offered from offer where held < 0 or placed < 0 or held + placed > offered"
_USED = """
select o.offer, o.held, o.placed, coalesce(l.held, 0) as held_lines, coalesce(l.placed, 0) as placed_lines
from offer o left join (
    select offer, sum(days) filter (where state = 'held') as held, sum(days) filter (where state = 'placed') as placed
    from (select peer_offer as offer, days, state from hold_line union all select council_offer, days, state from hold_line) as line
    group by offer) as l using (offer)
where (o.held, o.placed) is distinct from (coalesce(l.held, 0), coalesce(l.placed, 0))"""
_PLACES = """
select c.cohort, c.held, c.placed, c.places, count(h.match) filter (where h.state = 'held') as held_by,
       count(h.match) filter (where h.state = 'placed') as placed_by
from cohort c left join hold h using (cohort) group by c.cohort
having c.held + c.placed > c.places or c.held <> count(h.match) filter (where h.state = 'held')
    or c.placed <> count(h.match) filter (where h.state = 'placed')"""
_HOLDS = "select match, request, state, expires_at from hold"
_STORIES = "select request, state, doc from story"


@dataclass(slots=True)
class Promises:
    """How often each promise was broken, with up to a few examples of each; all zero when every promise is kept."""

    lost: int = 0
    doubled: int = 0
    over_capacity: int = 0
    out_of_order: int = 0
    orphaned: int = 0
    examples: list[str] = field(default_factory=list)

    def broken(self, promise: str, what: str) -> None:
        """Count one breach."""
        setattr(self, promise, getattr(self, promise) + 1)
        if len(self.examples) < 20:
            self.examples.append(f"{promise}: {what}")

    @property
    def kept(self) -> bool:
        """True when nothing was broken."""
        return not (self.lost or self.doubled or self.over_capacity or self.out_of_order or self.orphaned)

    def counts(self) -> dict[str, int]:
        """The five counts."""
        return {name: getattr(self, name) for name in ("lost", "doubled", "over_capacity", "out_of_order", "orphaned")}


async def check(fleet: Fleet, now: datetime, commands: Collection[tuple[str, str, int]] = ()) -> Promises:
    """Hold the promises against what is there. Everything said must have been heard before (reading.quiet).

    commands: what callers were told is done, as (service, request, version of the request after it).
    """
    found = Promises()
    await _intake(fleet, found)
    facts = {topic: [posted async for posted in everything(fleet.kafka, topic, fleet.prefix)] for topic in FACTS}
    await _heard(fleet, found, facts)
    for topic, posts in facts.items():
        _order(found, topic, posts)
        _doubled(found, posts)
    _placed_in_order(found, facts)
    _acknowledged(found, facts, commands)
    await _capacity(fleet, found)
    await _orphans(fleet, found, now)
    return found


async def _intake(fleet: Fleet, found: Promises) -> None:
    """Every intake record has an outcome or is parked."""
    ended = Counter(row["intake"] for row in await rows_of(fleet, "requests", _OUTCOMES))
    parked = await _parked(fleet, "requests", INTAKE)
    async for posted in everything(fleet.kafka, INTAKE, fleet.prefix):
        if posted.place not in ended and posted.place not in parked:
            found.broken("lost", f"intake record {posted.place} has no outcome")
        if ended[posted.place] > 1:
            found.broken("doubled", f"intake record {posted.place} has {ended[posted.place]} outcomes")


async def _heard(fleet: Fleet, found: Promises, facts: Mapping[str, list[Posted]]) -> None:
    """Every fact is published, and every consumer of it has seen it or parked it."""
    for service in ("requests", "registry", "matcher"):
        for row in await rows_of(fleet, service, _UNPUBLISHED):
            if row["n"]:
                found.broken("lost", f"{row['n']} facts of {service} are not published")
    for (service, topic), types in _HEARD.items():
        seen = {row["event_id"] for row in await rows_of(fleet, service, _INBOX, f"{service}.{topic}")}
        parked = await _parked(fleet, service, topic)
        for posted in facts[topic]:
            name = _name(posted)
            meant = name and (types is None or name in types)
            if meant and posted.envelope and posted.envelope.id not in seen and posted.place not in parked:
                found.broken("lost", f"{service} has not heard {name} at {posted.place}")


async def _parked(fleet: Fleet, service: str, topic: str) -> set[str]:
    """The places of what a service has parked of a topic, or had parked until a person settled it."""
    return {f"{r['topic']}-{r['part']}-{r['position']}" for r in await rows_of(fleet, service, _PARKED, f"{service}.{topic}")}


def _name(posted: Posted) -> str:
    """The short name of a fact of ours, like match-placed; "" for anything else."""
    words = posted.envelope.type.split(".") if posted.envelope and ours(posted) else ()
    return words[2] if len(words) == 4 else ""


def ours(posted: Posted) -> bool:
    """True for what one of our services said, or somebody in its name."""
    return posted.envelope is not None and posted.envelope.source.startswith("/manyhands/")


def _order(found: Promises, topic: str, posts: list[Posted]) -> None:
    """The events of each subject are numbered 1, 2, 3 ... in the order of the topic; a repeat of what was there is no breach."""
    last: dict[tuple[str, str], int] = defaultdict(int)
    ids: dict[tuple[str, str, int], str] = {}
    for posted in posts:
        event = posted.envelope
        if event is None or not ours(posted):
            continue
        subject = (event.source, event.subject)
        known = ids.setdefault((*subject, event.sequence), event.id)
        if known != event.id:
            found.broken("doubled", f"{topic}: two events are number {event.sequence} of {event.subject}")
        elif event.sequence > last[subject] + 1:
            found.broken("out_of_order", f"{topic}: {event.subject} goes from {last[subject]} to {event.sequence}")
        last[subject] = max(last[subject], event.sequence)


def _doubled(found: Promises, posts: list[Posted]) -> None:
    """What can happen to a match once has happened to it once."""
    ids: dict[tuple[str, str], str] = {}
    for posted in posts:
        if posted.envelope is None or _name(posted) not in _ONCE_A_MATCH:
            continue
        what = (_name(posted), json.loads(posted.payload)["match"])
        if ids.setdefault(what, posted.envelope.id) != posted.envelope.id:
            found.broken("doubled", f"{what[0]} was said twice of match {what[1]}")


def _placed_in_order(found: Promises, facts: Mapping[str, list[Posted]]) -> None:
    """A match is placed because its capacity was, and for no other reason."""
    spent = {
        p.envelope.id: json.loads(p.payload)["match"] for p in facts["registry.events.v1"] if p.envelope and _name(p) == "capacity-placed"
    }
    for posted in facts["matcher.events.v1"]:
        if posted.envelope and _name(posted) == "match-placed":
            match = json.loads(posted.payload)["match"]
            if spent.get(posted.envelope.causation) != match:
                found.broken("out_of_order", f"match {match} was placed before its capacity")


def _acknowledged(found: Promises, facts: Mapping[str, list[Posted]], commands: Collection[tuple[str, str, int]]) -> None:
    """For every command that was acknowledged there is the fact that says so."""
    said: set[tuple[str, str, int]] = set()
    for topic in FACTS if commands else ():
        told = [json.loads(posted.payload) for posted in facts[topic] if ours(posted)]
        said |= {(topic.split(".")[0], fact["request"], fact["version"]) for fact in told if fact.get("request") and "version" in fact}
    for service, request, version in sorted(set(commands) - said):
        found.broken("lost", f"{service} acknowledged a command with version {version} of {request}, and no fact says so")


async def _capacity(fleet: Fleet, found: Promises) -> None:
    """No offer and no course is overspent, and what is used of it is exactly the sum of its lines, or of the holds with a place."""
    for row in await rows_of(fleet, "registry", _OVER):
        found.broken("over_capacity", f"offer {row['offer']}: {row['held']} held and {row['placed']} placed of {row['offered']} half-days")
    for row in await rows_of(fleet, "registry", _USED):
        what = f"{row['held']} held and {row['placed']} placed, its lines {row['held_lines']} and {row['placed_lines']}"
        found.broken("over_capacity", f"offer {row['offer']} says {what}")
    for row in await rows_of(fleet, "registry", _PLACES):
        what = f"{row['held']} held and {row['placed']} given of {row['places']} places, its holds {row['held_by']} and {row['placed_by']}"
        found.broken("over_capacity", f"cohort {row['cohort']}: {what}")


async def _orphans(fleet: Fleet, found: Promises, now: datetime) -> None:
    """What is held is held for a match in hand and before its deadline; what the matcher calls placed is placed."""
    stories = {row["request"]: (row["state"], json.loads(row["doc"])) for row in await rows_of(fleet, "matcher", _STORIES)}
    holds = {row["match"]: row for row in await rows_of(fleet, "registry", _HOLDS)}
    for match, hold in holds.items():
        state, doc = stories.get(hold["request"], ("unknown", {}))
        current = (doc.get("match") or {}).get("match")
        if hold["state"] == "held" and (state not in _LIVE or current != match):
            found.broken("orphaned", f"match {match} is held, and its request is {state}")
        if hold["state"] == "held" and hold["expires_at"] and hold["expires_at"] < now:
            found.broken("orphaned", f"match {match} is held past its deadline")
        if hold["state"] == "placed" and (state not in ("placed", "completed") or current != match):
            found.broken("orphaned", f"match {match} is placed, and its request is {state}")
    for request, (state, doc) in stories.items():
        if state in ("placed", "completed") and holds.get(doc["match"]["match"], {"state": ""})["state"] != "placed":
            found.broken("orphaned", f"request {request} is {state}, and its capacity is not")
