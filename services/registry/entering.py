"""How entries get into the register, from a file or from a command: judged against what is there, written, and said."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import cast

from schemas.envelope import Envelope
from schemas.registry import CapacityOffered, CouncilRegistered, PeerLeft, PeerRegistered
from services.kit.database import Connection
from services.kit.work import Work
from services.registry import cohort_store, register_store, state
from services.registry.register import (
    CohortEntry,
    CouncilEntry,
    DatedEntry,
    Entry,
    FeedbackEntry,
    Kind,
    OfferEntry,
    PeerEntry,
    PostEntry,
    departures,
)
from services.registry.rows import Fault


class Overtaken(Exception):
    """A guard refused entries that had been judged good: more is used of them by now than they would hold. Keys in `keys`."""

    def __init__(self, keys: Collection[str]) -> None:
        super().__init__(f"{len(keys)} offers or cohorts")
        self.keys = frozenset(keys)


async def judge(db: Connection, kind: Kind, entries: Sequence[Entry]) -> list[str | Fault]:
    """For each entry `new`, `changed` or `same`, or what is wrong with it beside what the register holds."""
    there = await register_store.existing(db, kind, entries)
    peers = {owner.partition(":")[2] for owner in (entry.owner() for entry in entries) if owner.startswith("peer:")}
    known = await register_store.known_peers(db, peers) if kind != "peers" else peers
    taken = await used(db, kind, list(there))
    feedback = [entry for entry in entries if isinstance(entry, FeedbackEntry)]
    served = await register_store.served(db, {entry.match for entry in feedback}) if feedback else {}
    misplaced = {entry.key(): fault for entry in feedback if (fault := _misplaced(entry, served.get(entry.match)))}
    return [misplaced.get(entry.key()) or _judged(entry, there.get(entry.key()), known, taken) for entry in entries]


async def used(db: Connection, kind: Kind, keys: Collection[str]) -> dict[str, int]:
    """By offer the half-days, by cohort the places that are held or placed; nothing of other kinds."""
    if kind == "offers":
        return await register_store.used(db, keys)
    return await cohort_store.used(db, keys) if kind == "cohorts" else {}


def clashes(councils: Iterable[CouncilEntry], entries: Iterable[CouncilEntry]) -> dict[str, Fault]:
    """By la_code, those of the entries whose GSS code another council would have too once all are entered."""
    after = {council.la_code: council.gss_code for council in councils}
    new = {entry.la_code: entry.gss_code for entry in entries}
    after.update(new)
    bearers: dict[str, list[str]] = {}
    for la_code, gss_code in after.items():  # partner organisations have none
        bearers.setdefault(gss_code, []).append(la_code)
    found = {}
    for la_code, gss_code in new.items():
        others = [other for other in bearers[gss_code] if gss_code and other != la_code]
        if others:
            reason = f"This is the GSS code of council {', '.join(others)} too."
            found[la_code] = Fault(
                "gss_code", gss_code, "gss_code_twice", reason, "Correct one of them; each council has a code of its own."
            )
    return found


def held_twice(starts: date, other: date) -> Fault:
    """The fault of a post that somebody holds already from another day on, at the same council in the same role."""
    reason = f"The same peer holds this role at this council from {other} on, which overlaps."
    return Fault("from", starts.isoformat(), "overlap", reason, "Give the earlier of the two a last day, or leave one of them out.")


async def overlap(db: Connection, entry: PostEntry) -> Fault | None:
    """What is wrong when a post is entered beside those that the peer has."""
    for other in await register_store.posts_of(db, [entry.peer]):
        same = (other.council, other.role) == (entry.council, entry.role) and other.starts != entry.starts
        first, second = sorted((entry, other), key=lambda post: post.starts)
        if same and (first.ends is None or first.ends >= second.starts):
            return held_twice(entry.starts, other.starts)
    return None


async def enter(work: Work, kind: Kind, entries: Sequence[Entry], actor: str, because: Envelope | None = None) -> None:
    """Write entries that were judged new or changed, say what happened, and say the state records anew.

    Errors: Overtaken, and then the transaction must not be committed.
    """
    match kind:
        case "councils":
            await _enter_councils(work, cast(Sequence[CouncilEntry], entries), actor, because)
        case "peers":
            await _enter_peers(work, cast(Sequence[PeerEntry], entries), actor, because)
        case "posts":
            await _enter_posts(work, cast(Sequence[PostEntry], entries), actor, because)
        case "offers":
            await _enter_offers(work, cast(Sequence[OfferEntry], entries), actor, because)
        case "cohorts":
            await _enter_cohorts(work, cast(Sequence[CohortEntry], entries), actor, because)
        case _:
            await register_store.write_dated(work.db, kind, cast(Sequence[DatedEntry], entries))
            await _say_owners(work, {entry.owner() for entry in entries}, actor, because)


async def _enter_councils(work: Work, entries: Sequence[CouncilEntry], actor: str, because: Envelope | None) -> None:
    rows = await register_store.write_councils(work.db, entries, work.now, actor)
    for entry in entries:
        work.say(CouncilRegistered(council=entry.la_code, region=entry.region, willing=entry.willing), entry.owner(), because)
    await state.say_councils(work, rows, because)


async def _enter_peers(work: Work, entries: Sequence[PeerEntry], actor: str, because: Envelope | None) -> None:
    there = await register_store.existing(work.db, "peers", [entry for entry in entries if not entry.active])
    rows = await register_store.write_peers(work.db, entries, work.now, actor)
    for entry in entries:
        work.say(PeerRegistered(peer=entry.peer, council=entry.council, kind=entry.kind), entry.owner(), because)
        before = cast(PeerEntry | None, there.get(entry.peer))
        if before is not None and before.active:
            work.say(PeerLeft(peer=entry.peer, council=before.council, on=work.now.date()), entry.owner(), because)
    await state.say_peers(work, rows, because)


async def _enter_posts(work: Work, entries: Sequence[PostEntry], actor: str, because: Envelope | None) -> None:
    peers = sorted({entry.peer for entry in entries})
    before = await register_store.posts_of(work.db, peers)
    await register_store.write_posts(work.db, entries)
    for peer, council, day in departures(before, await register_store.posts_of(work.db, peers)):
        work.say(PeerLeft(peer=peer, council=council, on=day), f"peer:{peer}", because)
    await state.say_peers(work, await register_store.touch_peers(work.db, peers, work.now, actor), because)


async def _enter_offers(work: Work, entries: Sequence[OfferEntry], actor: str, because: Envelope | None) -> None:
    await register_store.lock_offers(work.db, [entry.offer for entry in entries])
    refused = await register_store.write_offers(work.db, entries)
    if refused:
        raise Overtaken(refused)
    for entry in entries:
        days, kinds = entry.half_days / 2, entry.kinds
        offered = CapacityOffered(offer=entry.offer, owner=entry.of, days=days, starts=entry.starts, ends=entry.ends, kinds=kinds)
        work.say(offered, entry.of, because)
    await _say_owners(work, {entry.of for entry in entries}, actor, because)


async def _enter_cohorts(work: Work, entries: Sequence[CohortEntry], actor: str, because: Envelope | None) -> None:
    rows = await cohort_store.write(work.db, entries, work.now, actor)
    refused = {entry.cohort for entry in entries} - {row["cohort"] for row in rows}
    if refused:
        raise Overtaken(refused)
    state.say_cohorts(work, rows, because)


async def _say_owners(work: Work, owners: Collection[str], actor: str, because: Envelope | None) -> None:
    """Something of these owners has changed: their records anew."""
    peers, councils = ([name.partition(":")[2] for name in sorted(owners) if name.startswith(kind)] for kind in ("peer:", "council:"))
    await state.say_peers(work, await register_store.touch_peers(work.db, peers, work.now, actor), because)
    await state.say_councils(work, await register_store.touch_councils(work.db, councils, work.now, actor), because)


def _judged(entry: Entry, there: Entry | None, known: Collection[str], taken: dict[str, int]) -> str | Fault:
    kind, _, name = entry.owner().partition(":")
    if kind == "peer" and name not in known:
        column, value = ("owner", entry.owner()) if isinstance(entry, OfferEntry) else ("peer", name)
        return Fault(column, value, "unknown_peer", "This is not a peer in the register.", "Correct it, or import the peer first.")
    if there is None:
        return "new"
    if isinstance(entry, OfferEntry) and there.owner() != entry.of:
        remedy = "Give this offer an identifier of its own; an offer stays its owner's."
        return Fault("offer", entry.offer, "offer_of_another", f"This is an offer of {there.owner()}.", remedy)
    if isinstance(entry, OfferEntry | CohortEntry) and _holds(entry) < taken[entry.key()]:
        return short(entry, taken[entry.key()])
    return "same" if there == entry else "changed"


def _misplaced(entry: FeedbackEntry, serving: Mapping[str, bool] | None) -> Fault | None:
    """What is wrong with feedback beside the match that it is about; nothing when the match is not one of ours (work from before)."""
    peer = entry.of.partition(":")[2]
    if serving is None or serving.get(peer):
        return None
    if peer in serving:
        reason = "This match is not the work of a visiting team."
        return Fault("match", entry.match, "not_team_work", reason, "Leave it out: what happens in mentoring is never rated.")
    return Fault("match", entry.match, "not_in_match", "The peer does not serve on this match.", "Correct the peer or the match.")


def _holds(entry: OfferEntry | CohortEntry) -> int:
    return entry.half_days if isinstance(entry, OfferEntry) else entry.places


def short(entry: OfferEntry | CohortEntry, used: int) -> Fault:
    """The fault of an offer that would hold less than the `used` half-days that are held or placed, or a cohort less than its places."""
    if isinstance(entry, CohortEntry):
        reason = f"This is less than the {used} places that are held or given."
        return Fault("places", str(entry.places), "below_used", reason, f"Offer at least {used} places.")
    remedy = f"Offer at least {used / 2:g} days."
    return Fault(
        "days", f"{entry.half_days / 2:g}", "below_used", f"This is less than the {used / 2:g} days that are held or placed.", remedy
    )
