"""A log of what services say about requests, put on the topics with a register of peers: what the desk's read model is made of."""

import random
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from aiokafka import AIOKafkaProducer

from schemas import matcher, registry, requests
from schemas.envelope import Envelope
from schemas.fact import Fact, Line
from services.vocabulary.councils import reference_councils
from services.vocabulary.kinds import KINDS
from services.vocabulary.priorities import PRIORITIES
from services.vocabulary.themes import THEMES

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_ATTEMPTS = (8, 19)  # matches that are begun for a request: about a hundred facts of each
Said = tuple[str, str, Fact, int]
"""Topic, key, fact, sequence."""


def log_of(count: int, peers: int, dice: random.Random) -> Iterator[Said]:
    """What is said about so many requests; most are placed, with about a hundred facts each where `rounds` repeat."""
    councils, kinds = reference_councils(), list(KINDS.values())
    for n in range(count):
        ident, host, kind = str(uuid.UUID(int=dice.getrandbits(128))), dice.choice(councils).la_code, dice.choice(kinds)
        yield from _story(ident, host, kind.code, peers, START + timedelta(hours=n % 8_000), n, dice)


def _story(ident: str, host: str, kind: str, peers: int, at: datetime, n: int, dice: random.Random) -> Iterator[Said]:
    starts = (at + timedelta(days=30)).date()
    ends = starts + timedelta(days=180)
    opened = requests.RequestOpened(
        request=ident, version=1, reference=f"INT-{n}", revision=1, host=host, kind=kind, priority=dice.choice(list(PRIORITIES)),
        themes=tuple(dice.sample(list(THEMES), 2)), places=(requests.Place(place="lead_member-1", role="lead_member"),),
        starts=starts, ends=ends, days=4, cost_basis="free", funder="LGA", received_at=at,
    )  # fmt: skip
    yield requests.RequestOpened.topic, ident, opened, 1
    councils, number, held = reference_councils(), 0, 0
    for attempt in range(dice.randint(*_ATTEMPTS)):
        match = f"{ident}-{attempt}"
        facts = list(
            _attempt(
                ident,
                match,
                host,
                kind,
                starts,
                ends,
                [f"p{dice.randrange(peers):06d}" for _ in range(5)],
                dice.choice(councils).la_code,
                at,
            )
        )
        for fact in facts[: dice.choice((1, 2, 9, 10, 10, 10))]:
            if isinstance(fact, registry.CapacityHeld):
                held += 1
                yield fact.topic, ident, fact, held
            else:
                number += 1
                yield fact.topic, ident, fact.model_copy(update={"version": number}), number


def _attempt(
    ident: str, match: str, host: str, kind: str, starts: date, ends: date, peers: list[str], council: str, at: datetime
) -> Iterator[Fact]:
    head = {"match": match, "request": ident, "version": 1}
    terms = {"themes": 0.5, "role": 1.0, "similarity": 0.4, "region": 1.0}
    candidates = tuple(
        matcher.Candidate(
            peer=p,
            council=council,
            rank=r,
            fit=0.7,
            value=0.65,
            terms=terms,
            weights=dict.fromkeys(terms, 0.25),
            price={"peer": 0.03, "council": 0.02},
        )
        for r, p in enumerate(peers, 1)
    )
    place = matcher.PlaceSuggestion(
        place="lead_member-1", role="lead_member", considered=2000, excluded={"role": 1500}, candidates=candidates
    )
    line = Line(line=1, place="lead_member-1", role="lead_member", peer=peers[0], council=council, days=4)
    yield matcher.MatchSuggested(
        **head, host=host, kind=kind, days=4, starts=starts, ends=ends, places=(place,), registry_version=1, policy_version=1,
        as_of=at.date(), ranking="r",
    )  # fmt: skip
    yield matcher.MatchSelected(
        **head, host=host, lines=(line,), starts=starts, ends=ends, expires_at=at + timedelta(days=40), because="best_suggestion", actor="a"
    )
    yield registry.CapacityHeld(match=match, request=ident, lines=(line,), expires_at=at + timedelta(days=40))
    for stage, party in enumerate(("mentee", "group_office", "peer"), 1):
        consent = f"{match}-{stage}"
        yield matcher.ConsentAsked(**head, consent=consent, stage=stage, party=party, deadline=at + timedelta(days=7))
        yield matcher.ConsentGiven(**head, consent=consent, party=party, on_behalf=True, channel="telephone", actor="a")
    yield matcher.MatchPlaced(**head, host=host, lines=(line,), starts=starts, ends=ends)


async def fill(kafka: str, count: int, peers: int, dice: random.Random) -> int:
    """Publish the log and a register of peers; returns how many records."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, linger_ms=20, max_batch_size=262_144)
    await producer.start()
    said = 0
    try:
        for topic, key, fact, sequence in log_of(count, peers, dice):
            service = fact.type.split(".")[1]
            head = Envelope(
                str(uuid.uuid4()), fact.type, f"/manyhands/{service}", key, START + timedelta(minutes=sequence), sequence=sequence
            )
            await producer.send(topic, fact.model_dump_json().encode(), key.encode(), headers=head.headers())
            said += 1
        for n in range(peers):
            peer = registry.PeerState(version=1, peer=f"p{n:06d}", kind="member", council=dice.choice(reference_councils()).la_code)
            head = Envelope(str(uuid.uuid4()), peer.type, "/manyhands/registry", f"peer:{peer.peer}", START, sequence=1)
            await producer.send(peer.topic, peer.model_dump_json().encode(), head.subject.encode(), headers=head.headers())
            said += 1
        await producer.flush()
    finally:
        await producer.stop()
    return said
