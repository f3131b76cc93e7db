"""Ranking beside one np.sum over the columns that it reads: microseconds a request, in one run. `python -m bench.ranking`."""

import random
import time
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from schemas.registry import CouncilState, LoadState, Offer, OfferUse, PeerState, Post
from services.matcher.columns import Register
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import Ask, rank, stand
from services.vocabulary.councils import reference_councils
from services.vocabulary.parties import PARTIES
from services.vocabulary.roles import ROLES
from services.vocabulary.themes import THEMES

AS_OF = date(2026, 9, 1)
FIRST, LAST = date(2026, 4, 1), date(2027, 12, 31)
REQUESTS = 400
SIZES = (2_200, 10_000, 100_000)
GOAL = 5.0
"""In times of one np.sum: what ranking a request of a batch may take, every rule and term included."""


def register_of(peers: int, dice: random.Random) -> Register:
    """The 153 real councils, and so many invented peers with a post, an offer, themes, and load for one in five."""
    register = Register()
    councils = reference_councils()
    records: list[tuple[str, PeerState | CouncilState | LoadState]] = [
        (
            f"council:{c.la_code}",
            CouncilState(
                version=1,
                council=c.la_code,
                name=c.name,
                region=c.region,
                kind=c.type,
                linked=c.linked,
                willing=dice.random() < 0.94,
                offers=(Offer(offer=f"oc{c.la_code}", days=400, starts=FIRST, ends=LAST),),
            ),
        )
        for c in councils
    ]
    for i in range(peers):
        peer, home, role = f"p{i:06d}", dice.choice(councils).la_code, dice.choice(list(ROLES.values()))
        offer = Offer(offer=f"o{i}", days=dice.choice((4, 8, 12, 16)), starts=FIRST, ends=LAST)
        records.append(
            (
                f"peer:{peer}",
                PeerState(
                    version=1,
                    peer=peer,
                    kind="member" if role.member else "officer",
                    council=home,
                    party=dice.choice(list(PARTIES)) if role.member else None,
                    themes=tuple(dice.sample(list(THEMES), dice.randint(2, 5))),
                    posts=(Post(role=role.code, council=home, starts=date(2022, 5, 9)),),
                    offers=(offer,),
                ),
            )
        )
        if dice.random() < 0.2:
            placed = (AS_OF - timedelta(days=dice.randint(0, 500)),)
            records.append(
                (
                    f"load:peer:{peer}",
                    LoadState(version=1, owner=f"peer:{peer}", held=1, placed=placed, offers=(OfferUse(offer=f"o{i}", used=4),)),
                )
            )
    register.apply((position, key, state) for position, (key, state) in enumerate(records))
    return register


def asks_of(count: int, dice: random.Random) -> list[Ask]:
    """One-place requests for any role, host and first day of the year to come, with one to three themes."""
    return [
        Ask(
            request=f"r{i}",
            host=dice.choice(reference_councils()).la_code,
            kind="bespoke",
            priority=dice.choice(("other", "newly_appointed", "preventing_failure")),
            themes=tuple(dice.sample(list(THEMES), dice.randint(1, 3))),
            places=(("1", dice.choice(list(ROLES))),),
            starts=(starts := AS_OF + timedelta(days=dice.randint(0, 365))),
            ends=starts + timedelta(days=91),
            days=4,
            region=dice.choice(("any", "inside", "outside")),
            party=dice.choice([None, *PARTIES]),
        )
        for i in range(count)
    ]


def measure(peers: int) -> dict[str, float]:
    """Microseconds a request, and what else ranking costs, beside one np.sum over as many columns as ranking may read."""
    dice = random.Random(7)
    register, asks = register_of(peers, dice), asks_of(REQUESTS, dice)
    rebuild = fastest(1, register.columns)
    columns = register.columns()
    # one column a theme and a party; home, activity; post and offer with two dates each, days and use; held, placed, open, capacity
    table = np.ones((len(columns.theme_rows) + len(columns.party_rows) + 13, peers))
    empty = register.load_vector(AS_OF)

    def all_of_them() -> None:
        register.restore(empty)
        rank(register, asks, DEFAULT_POLICY, AS_OF)

    loads = [(10**6 + i, f"load:peer:p{i:06d}", LoadState(version=2, owner=f"peer:p{i:06d}", held=2)) for i in range(500)]
    return {
        "np.sum": fastest(200, lambda: np.sum(table)),
        "cold": fastest(1, all_of_them) / REQUESTS,
        "rank": fastest(9, all_of_them) / REQUESTS,
        "stand": fastest(9, lambda: [stand(register, ask, ask.places[0][1], DEFAULT_POLICY, AS_OF) for ask in asks]) / REQUESTS,
        "rebuild": rebuild,
        "load": fastest(1, lambda: register.apply(loads)) / len(loads),
        "vector": fastest(3, lambda: register.load_vector(AS_OF)),
    }


def fastest(times: int, work: Callable[[], object]) -> float:
    """Microseconds of the fastest of several runs, as other processes share the machine."""
    least = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        work()
        least = min(least, time.perf_counter() - start)
    return least * 1e6


def main() -> None:
    """cold: nothing kept yet. rank: in one batch, shortlists made. stand: rules, fit and price of everybody, one request alone."""
    print("us a request; in brackets as a ratio to one np.sum over the same columns")
    for peers in SIZES:
        us = measure(peers)
        timed = ", ".join(f"{name} {us[name]:.0f} ({us[name] / us['np.sum']:.1f})" for name in ("np.sum", "cold", "rank", "stand"))
        others = f"columns anew {us['rebuild'] / 1000:.0f} ms, a load {us['load']:.0f} us, load vector {us['vector']:.0f} us"
        print(f"{peers:>6} peers: {timed}; {others}")


if __name__ == "__main__":
    main()
