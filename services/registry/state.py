"""Says what a peer, a council, a cohort or a load is now, as whole records for the compacted topic, in the transaction that changes it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from schemas.courses import CohortState
from schemas.envelope import Envelope
from schemas.registry import (
    CouncilState,
    Evidence,
    Feedback,
    Inspection,
    Interest,
    Intervention,
    LoadState,
    Offer,
    OfferUse,
    PeerState,
    Post,
    Span,
    Training,
)
from services.kit.work import Work
from services.registry import register_store, store
from services.registry.register import DatedEntry, OfferEntry, PostEntry

YEAR = timedelta(days=365)
"""How long a deployment counts as load, and an offer that has ended is still reported."""


async def say_loads(work: Work, owners: Collection[str]) -> None:
    """The load of these owners (`peer:<id>`, `council:<la_code>`). Their rows are locked before it is read, so the last word is true."""
    since = work.now.date() - YEAR
    versions = await store.next_load_versions(work.db, owners)
    deployments = await store.deployments(work.db, owners, since)
    used = await store.used(work.db, owners, since)
    for owner, version in sorted(versions.items()):
        held, placed, challenges, hosts = deployments[owner]
        uses = tuple(OfferUse(offer=offer, used=half_days / 2) for offer, half_days in used.get(owner, ()))
        load = LoadState(version=version, owner=owner, held=held, placed=placed, offers=uses, challenges=challenges, hosts=hosts)
        work.say(load, subject=f"load:{owner}", compacted=True)


async def say_peers(work: Work, rows: Sequence[Any], because: Envelope | None) -> None:
    """The records of peers whose rows were just given their next version."""
    peers = [row["peer"] for row in rows]
    posts: dict[str, list[Post]] = defaultdict(list)
    for post in await register_store.posts_of(work.db, peers):
        posts[post.peer].append(_post(post))
    owners = [f"peer:{peer}" for peer in peers]
    offers, dated = await register_store.offers_of(work.db, owners), await register_store.dated_of(work.db, owners)
    for row in rows:
        owner = f"peer:{row['peer']}"
        own = dated[owner]
        state = PeerState(
            **dict(row),
            posts=tuple(posts.get(row["peer"], ())),
            offers=_offers(offers.get(owner, ())),
            accreditations=_spans(own["accreditations"]),
            interests=tuple(Interest(council=entry.item, starts=entry.starts, ends=entry.ends) for entry in own["interests"]),
            absences=_spans(own["absences"]),
            releases=_spans(own["releases"]),
            training=tuple(Training(training=entry.item, starts=entry.starts, ends=entry.ends) for entry in own["training"]),
            evidence=tuple(
                Evidence(theme=entry.item, level=entry.value or "", starts=entry.starts, ends=entry.ends) for entry in own["evidence"]
            ),
            feedback=_feedback(own["feedback"]),
        )
        work.say(state, owner, because, compacted=True)


async def say_councils(work: Work, rows: Sequence[Any], because: Envelope | None) -> None:
    """The records of councils whose rows were just given their next version."""
    owners = [f"council:{row['la_code']}" for row in rows]
    offers, dated = await register_store.offers_of(work.db, owners), await register_store.dated_of(work.db, owners)
    for row in rows:
        owner = f"council:{row['la_code']}"
        own = dated[owner]
        state = CouncilState(
            version=row["version"],
            council=row["la_code"],
            name=row["name"],
            region=row["region"],
            kind=row["type"],
            linked=tuple(row["linked"]),
            willing=row["willing"],
            offers=_offers(offers.get(owner, ())),
            inspections=tuple(
                Inspection(starts=each.starts, published=each.ends, judgement=each.value, area=each.item or None)
                for each in own["inspections"]
            ),
            interventions=tuple(Intervention(state=each.item, starts=each.starts, ends=each.ends) for each in own["interventions"]),
        )
        work.say(state, owner, because, compacted=True)


def say_cohorts(work: Work, rows: Iterable[Any], because: Envelope | None = None) -> None:
    """The records of cohorts whose rows were just given their next version."""
    for row in rows:
        work.say(CohortState(**dict(row)), f"cohort:{row['cohort']}", because, compacted=True)


def _post(post: PostEntry) -> Post:
    return Post(role=post.role, council=post.council, starts=post.starts, ends=post.ends)


def _spans(entries: Iterable[DatedEntry]) -> tuple[Span, ...]:
    return tuple(Span(starts=entry.starts, ends=entry.ends) for entry in entries)


def _feedback(entries: Sequence[DatedEntry]) -> Feedback | None:
    ratings = [int(entry.value or 0) for entry in entries]
    return Feedback(count=len(ratings), mean=round(sum(ratings) / len(ratings), 2)) if ratings else None


def _offers(entries: Iterable[OfferEntry]) -> tuple[Offer, ...]:
    return tuple(
        Offer(offer=entry.offer, days=entry.half_days / 2, starts=entry.starts, ends=entry.ends, kinds=entry.kinds) for entry in entries
    )
