"""A replica's copy of the registry's state, open load, policy and scarcity prices: refreshed before every ranking, in one snapshot."""

import asyncio
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from schemas.matcher import PlaceSuggestion
from services.kit.database import Connection
from services.matcher import policy_store, ranking, scarcity_store, store
from services.matcher.columns import Register
from services.matcher.policy import DEFAULT_POLICY, Policy
from services.matcher.ranking import Ask, Ranked
from services.matcher.scarcity import Scarcity
from services.matcher.steps import Inputs

ASKS = TypeAdapter(list[Ask])


class Mirror:
    """The register with the newest scarcity prices and the active policy in memory, and how much of the register is settled.

    An installation that has no policy yet begins with the one given here.

    Load that may yet be rolled back (ours, or of transactions still open when we looked) is applied as passing, and taken off again
    before the next look, so that a failed transaction leaves nothing behind.
    """

    def __init__(self, policy: Policy = DEFAULT_POLICY) -> None:
        self.register, self.policy = Register(), policy
        self._horizon, self._adopted, self._valued = "0", 0, 0
        self._passing: dict[str, float] = {}
        self._lock = asyncio.Lock()

    async def refresh(self, db: Connection) -> None:
        """Bring the copy up to what this transaction can see."""
        async with self._lock:
            await self._refresh(db)

    def inputs(self, as_of: date) -> Inputs:
        """What a look at the register as it is now rests on; it is no stored ranking."""
        return Inputs("", self.register.version, self.policy.version, as_of, self._valued)

    @contextmanager
    def leaving_out(self, places: Sequence[PlaceSuggestion]) -> Iterator[Register]:
        """The register as if these suggestions, which are open, were not: what a request proposes itself weighs nothing for it."""
        own = weights(places)
        self.register.add_open((peer, -weight) for peer, weight in own)
        try:
            yield self.register
        finally:
            self.register.add_open(own)

    async def rank(
        self, db: Connection, asks: Sequence[Ask], now: datetime, first: Callable[[Ask, Policy], Any] | None = None
    ) -> tuple[list[Ranked], Inputs]:
        """Rank in order on the newest state, and store what it rested on. What is suggested weighs as load for the next ranking.

        first: by ask, where it stands among the others under the policy in force; in the order given where there is none.
        """
        as_of = now.date()
        async with self._lock:
            await self._refresh(db)
            if first is not None:
                asks = sorted(asks, key=lambda ask: first(ask, self.policy))
            load = self.register.load_vector(as_of)
            ranked = ranking.rank(self.register, asks, self.policy, as_of)
            for each in ranked:
                for name, weight in each.opens:
                    self._passing[name] = self._passing.get(name, 0.0) + weight
            inputs = Inputs(str(uuid.uuid4()), self.register.version, self.policy.version, as_of, self._valued)
        versions = inputs.registry_version, inputs.policy_version, inputs.scarcity_version
        stored = store.Ranking(*versions, as_of, load, ASKS.dump_json(list(asks)))
        await store.add_ranking(db, inputs.ranking, now, stored)
        return ranked, inputs

    async def _refresh(self, db: Connection) -> None:
        new = await store.since(db, self.register.version, self._horizon, self._adopted, self._valued)
        if new.policy is None:
            self.policy = await policy_store.begin(db, self.policy)
        elif new.policy[0] != self._adopted:
            self._adopted, self.policy = new.policy[0], Policy.model_validate_json(new.policy[1])
        if new.scarcity is not None and new.scarcity[0] != self._valued:
            self.register.value(Scarcity.model_validate_json(new.scarcity[1]).prices)
            self._valued = new.scarcity[0]
        self.register.spare(new.not_now)
        self.register.add_open((peer, -weight) for peer, weight in self._passing.items())
        self.register.apply(new.records)
        self.register.add_open(new.settled)
        self.register.add_open(new.passing)
        self._passing, self._horizon = dict(new.passing), new.horizon


def weights(places: Sequence[PlaceSuggestion]) -> list[tuple[str, float]]:
    """What open suggestions weigh: each peer of a shortlist 1 over its length."""
    return [(candidate.peer, 1 / len(place.candidates)) for place in places for candidate in place.candidates]


async def replay(db: Connection, ident: str) -> list[Ranked]:
    """Rank again from what was stored: the same suggestions as then. Errors: LookupError when nothing is stored under that id."""
    then = await restored(db, ident)
    return ranking.rank(then.register, then.asks, then.policy, then.as_of)


@dataclass(frozen=True, slots=True)
class Then:
    """What a stored ranking rested on: the register with its loads as they were before the first of its asks was ranked."""

    register: Register
    asks: list[Ask]
    policy: Policy
    as_of: date
    inputs: Inputs


async def restored(db: Connection, ident: str) -> Then:
    """What a ranking rested on. Errors: LookupError when nothing is stored under that id."""
    stored = await store.ranking(db, ident)
    if stored is None:
        raise LookupError(ident)
    (kept,) = await policy_store.known(db, stored.policy_version)
    register = Register()
    register.apply(await store.records_up_to(db, stored.registry_version))
    if stored.scarcity_version:
        register.value((await scarcity_store.known(db, stored.scarcity_version)).prices)
    as_of = register.restore(stored.load)
    inputs = Inputs(ident, stored.registry_version, stored.policy_version, as_of, stored.scarcity_version)
    return Then(register, ASKS.validate_json(stored.asks), kept.policy, as_of, inputs)
