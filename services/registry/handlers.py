"""What the registry does about each fact of the matcher, and when a hold's time has come: load, decide, save, say."""

from collections.abc import Iterable, Mapping, Sequence

from schemas.courses import CoursePlaceGivenUp
from schemas.matcher import ArrangementRecorded, ConsentsCompleted, MatchLapsed, MatchSelected, MatchWithdrawn, SupportCompleted
from schemas.registry import CapacityHeld, CapacityMoved
from schemas.replacing import ReplacementSelected
from services.kit.due import Diary, Due
from services.kit.ears import Ears
from services.kit.work import Heard, Work
from services.registry import cohort_store, domain, state, store
from services.registry.domain import Hold
from services.registry.ledger import Heard as Fact
from services.registry.ledger import Ledger

EARS = Ears()
DIARY = Diary()
HOLD_EXPIRY = "hold_expiry"


@EARS.hears(
    MatchSelected,
    ArrangementRecorded,
    ReplacementSelected,
    ConsentsCompleted,
    MatchLapsed,
    MatchWithdrawn,
    SupportCompleted,
    CoursePlaceGivenUp,
)
async def keep_capacity(heard: Sequence[Heard[Fact]], work: Work) -> None:
    """Hold, place, move, let go or take back what was not spent, in the order in which things were said."""
    facts = [one.fact for one in heard]
    before = await store.lock_holds(work.db, {fact.match for fact in facts})
    asked = [(line, fact.starts) for fact in facts if isinstance(fact, MatchSelected | ArrangementRecorded) for line in fact.lines]
    asked += [(fact.line, fact.starts) for fact in facts if isinstance(fact, ReplacementSelected)]
    wanted = {(domain.peer_owner(line.peer), day) for line, day in asked} | {
        (domain.council_owner(line.council), day) for line, day in asked
    }
    accounts = await store.lock_accounts(work.db, wanted, _charged(before))
    rooms = await cohort_store.lock(work.db, _cohorts(before.values(), facts))
    ledger = Ledger(before, accounts, await store.councils_of(work.db, {line.peer for line, _ in asked}), rooms)
    for one in heard:
        said = ledger.hear(one.fact)
        if said is not None:
            work.say(said, subject=one.fact.request, because=one.envelope)
        if isinstance(said, CapacityHeld):
            work.later(HOLD_EXPIRY, said.match, said.expires_at)
        if isinstance(said, CapacityMoved) and isinstance(one.fact, ReplacementSelected):
            work.later(HOLD_EXPIRY, said.match, one.fact.expires_at)
    await _save(work, before, ledger)


@DIARY.when_due(HOLD_EXPIRY)
async def let_expired_holds_go(dues: Sequence[Due], work: Work) -> None:
    """Whoever comes first, the last consent or the backstop, locks the hold; the other then finds nothing to do."""
    before = await store.lock_holds(work.db, {due.subject for due in dues})
    accounts = await store.lock_accounts(work.db, (), _charged(before))
    ledger = Ledger(before, accounts, {}, await cohort_store.lock(work.db, _cohorts(before.values())))
    for match, hold in before.items():
        said = ledger.expire(match, work.now)
        if said is not None:
            work.say(said, subject=hold.request)
    await _save(work, before, ledger)


async def _save(work: Work, before: Mapping[str, Hold], ledger: Ledger) -> None:
    changed = [hold for match, hold in ledger.holds.items() if hold != before.get(match)]
    if changed:
        await store.save(work.db, before, changed)
        state.say_cohorts(work, await cohort_store.move(work.db, before, changed, work.now))
        await state.say_loads(work, {owner for hold in changed for owner in domain.owners(hold)})


def _cohorts(holds: Iterable[Hold], facts: Iterable[Fact] = ()) -> set[str]:
    """In which a place may move."""
    wanted = [hold.cohort for hold in holds] + [fact.cohort for fact in facts if isinstance(fact, MatchSelected)]
    return {cohort for cohort in wanted if cohort}


def _charged(holds: Mapping[str, Hold]) -> set[str]:
    return {offer for hold in holds.values() for offer, _ in domain.charges(hold)}
