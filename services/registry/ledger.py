"""The holds and accounts of one batch as they stand after each decision; pure, and nothing of it is written before the batch's end."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from schemas.courses import CoursePlaceGivenUp
from schemas.matcher import ArrangementRecorded, ConsentsCompleted, MatchLapsed, MatchSelected, MatchWithdrawn, SupportCompleted
from schemas.registry import RegistryFact
from schemas.replacing import ReplacementSelected
from services.registry import domain, places
from services.registry.domain import Account, Decision, Hold, Known
from services.registry.returning import take_back

Heard = (
    MatchSelected
    | ArrangementRecorded
    | ReplacementSelected
    | ConsentsCompleted
    | MatchLapsed
    | MatchWithdrawn
    | SupportCompleted
    | CoursePlaceGivenUp
)


class Ledger:
    """Decides fact after fact. `holds` start as what was there."""

    def __init__(
        self, holds: Mapping[str, Hold], accounts: Iterable[Account], councils: Mapping[str, str], rooms: Mapping[str, int]
    ) -> None:
        self.holds = dict(holds)
        of_owner: dict[str, list[Account]] = {}
        for account in accounts:
            of_owner.setdefault(account.owner, []).append(account)
        self._taken: dict[str, int] = {}
        self._rooms = dict(rooms)
        self._known = Known(of_owner, self._taken, councils, self._rooms)

    def hear(self, fact: Heard) -> RegistryFact | None:
        """What follows from a fact, given all that was decided before it. Errors: BrokenStory."""
        hold = self.holds.get(fact.match)
        match fact:
            case MatchSelected():
                decision = domain.select(fact, hold, self._known)
            case ArrangementRecorded():
                decision = domain.arrange(fact, hold, self._known)
            case ReplacementSelected():
                decision = domain.move(fact, hold, self._known)
            case ConsentsCompleted():
                decision = domain.complete(fact, hold)
            case MatchLapsed() | MatchWithdrawn():
                decision = domain.release(fact, hold)
            case SupportCompleted():
                decision = take_back(fact, hold)
            case CoursePlaceGivenUp():
                decision = places.give_up(fact, hold)
        return self._settle(hold, decision)

    def expire(self, match: str, now: datetime) -> RegistryFact | None:
        """What follows from a hold's time having come."""
        hold = self.holds.get(match)
        return self._settle(hold, domain.expire(hold, now))

    def _settle(self, before: Hold | None, decision: Decision) -> RegistryFact | None:
        after = decision.hold
        if after is not None and after is not before:
            self.holds[after.match] = after
            for sign, hold in ((1, after), (-1, before)):
                for (offer, _), days in domain.charges(hold).items():
                    self._taken[offer] = self._taken.get(offer, 0) + sign * days
                for (cohort, _), count in places.seat(hold).items():
                    self._rooms[cohort] = self._rooms.get(cohort, 0) - sign * count
        return decision.fact
