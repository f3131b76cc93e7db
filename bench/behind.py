"""What stands behind the desk's pages: a register with names, a year of placed work, and requests that nobody can serve."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from bench.search import fill_register
from schemas.fact import Line
from schemas.matcher import Candidate, MatchSuggested, PlaceSuggestion, Shortage
from schemas.registry import CouncilState, Offer, PeerState, Post
from schemas.requests import Place, RequestContent
from services.kit.database import Connection, Database
from services.matcher import store
from services.matcher.records import State
from services.matcher.story import Match, Story
from services.registry.register import PeerEntry
from services.vocabulary.councils import reference_councils
from services.vocabulary.kinds import KINDS
from services.vocabulary.roles import ROLES
from services.vocabulary.themes import THEMES

SINCE, UNTIL = date(2026, 4, 1), date(2027, 3, 31)
UNMET = 500  # requests that nobody can serve
_NOW = datetime(2026, 9, 1, tzinfo=UTC)
_PART = 5_000
_ROLE = "lead_member"


async def fill(registry: str, matcher: str, peers: Sequence[PeerEntry], stories: int, dice: random.Random) -> None:
    """Write into the databases of the registry and of the matcher, by address, what they would hold of these peers and so many requests."""
    stopping = asyncio.Event()
    one, other = Database(registry, "bench", stopping), Database(matcher, "bench", stopping)
    await fill_register(one, peers, dice)
    records: list[tuple[str, State]] = [
        (
            f"council:{c.la_code}",
            CouncilState(version=1, council=c.la_code, name=c.name, region=c.region, kind=c.type, willing=True, offers=_days(200)),
        )
        for c in reference_councils()
    ]
    records += [(f"peer:{peer.peer}", _peer(peer)) for peer in peers]
    told = [*(_placed(n, peers, dice) for n in range(stories)), *(_unmet(n, dice) for n in range(UNMET))]
    for first in range(0, max(len(records), len(told)), _PART):
        kept = [(key, 1, n, state.model_dump_json()) for n, (key, state) in enumerate(records[first : first + _PART], first)]
        part = told[first : first + _PART]

        async def write(db: Connection, kept: list[tuple[str, int, int, str]] = kept, part: list[Story] = part) -> None:
            if kept:
                await store.keep_records(db, kept)
            await store.save_stories(db, part)

        await other.once(write)
    await one.close()
    await other.close()


def _days(days: float) -> tuple[Offer, ...]:
    return (Offer(offer=f"o{days}", days=days, starts=SINCE, ends=UNTIL),)


def _peer(peer: PeerEntry) -> PeerState:
    post = Post(role=_ROLE, council=peer.council, starts=date(2024, 5, 10))
    return PeerState(version=1, peer=peer.peer, kind="member", council=peer.council, themes=peer.themes, posts=(post,), offers=_days(8))


def _placed(n: int, peers: Sequence[PeerEntry], dice: random.Random) -> Story:
    """Work that is placed with the second best of a list of five."""
    ident, starts = f"placed-{n}", SINCE + timedelta(days=n % 365)
    host, kind, listed = dice.choice(reference_councils()), dice.choice(list(KINDS)), dice.sample(peers, 5)
    terms = {"themes": 0.5, "role": 1.0, "similarity": 0.4, "region": 1.0}
    candidates = tuple(
        Candidate(
            peer=peer.peer, council=peer.council, rank=rank, fit=0.8 - rank / 100, value=0.7, terms=terms,
            weights=dict.fromkeys(terms, 0.25), price={"peer": 0.03, "council": 0.02},
        )
        for rank, peer in enumerate(listed, 1)
    )  # fmt: skip
    place = PlaceSuggestion(place=f"{_ROLE}-1", role=_ROLE, considered=2000, excluded={"role": 1500}, candidates=candidates)
    suggestion = MatchSuggested(
        match=f"m-{ident}", request=ident, version=1, host=host.la_code, kind=kind, days=4, starts=starts, ends=starts + timedelta(days=90),
        places=(place,), registry_version=1, policy_version=1, as_of=_NOW.date(), ranking="r",
    )  # fmt: skip
    line = Line(line=1, place=place.place, role=_ROLE, peer=listed[1].peer, council=listed[1].council, days=4)
    match = Match(match=suggestion.match, suggestion=suggestion, lines=(line,), starts=starts, ends=suggestion.ends)
    return Story(request=ident, state="placed", host=host.la_code, region=host.region, kind=kind, match=match, changed_at=_NOW)


def _unmet(n: int, dice: random.Random) -> Story:
    ident, host, role = f"unmet-{n}", dice.choice(reference_councils()), dice.choice(list(ROLES))
    place, starts = Place(place=f"{role}-1", role=role), SINCE + timedelta(days=n % 365)
    content = RequestContent(
        request=ident, version=1, reference=f"INT-{n}", revision=1, host=host.la_code, kind="bespoke", priority="other",
        themes=tuple(dice.sample(list(THEMES), 2)), places=(place,), starts=starts, ends=starts + timedelta(days=90), days=4,
        cost_basis="free", funder="LGA", received_at=_NOW,
    )  # fmt: skip
    short = Shortage(place=place.place, role=role, considered=2000, excluded={"role": 1990, "peer_days": 10})
    return Story(
        request=ident,
        state="unmet",
        host=host.la_code,
        region=host.region,
        kind="bespoke",
        content=content,
        short=(short,),
        changed_at=_NOW,
    )
