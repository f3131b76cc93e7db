"""The register over HTTP: reading it, and commands that enter one row at a time, read and judged exactly as a row of a file."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from schemas.fact import Problem
from services.kit.access import Actor
from services.kit.commands import Command
from services.kit.database import Connection
from services.kit.problems import Refused, not_found, stale
from services.kit.web import Kitchen, command, kitchen, needs
from services.kit.work import Work
from services.registry import (
    bodies,
    cohort_api,
    duplicates_api,
    entering,
    files_api,
    reading_store,
    register_store,
    rows,
    search_api,
    views,
)
from services.registry.entering import Overtaken
from services.registry.reading_store import Wanted
from services.registry.register import CouncilEntry, PostEntry
from services.registry.rows import Fault
from services.registry.search_api import Because, own_regions
from services.registry.views import Entered

ROUTER = APIRouter()
ROUTER.include_router(files_api.ROUTER)
ROUTER.include_router(search_api.ROUTER)
ROUTER.include_router(duplicates_api.ROUTER)
ROUTER.include_router(cohort_api.ROUTER)

READ = "registry:read"
CONTACT = "registry:read_contact"
WRITE = "registry:write"

Host = Annotated[Kitchen, Depends(kitchen)]
Reader = Annotated[Actor, Depends(needs(READ))]
Order = Annotated[Command, Depends(command(WRITE))]
LaCode = Annotated[str, Query(pattern="^[0-9]{3}$")]
Limit = Annotated[int, Query(ge=1, le=1000)]
Owner = Annotated[str | None, Query(max_length=80, pattern="^(peer|council):.+$")]


@ROUTER.get("/councils", tags=["register"])
async def list_councils(host: Host, _: Reader, after: str = "", limit: Limit = 200) -> views.Councils:
    """Every council of the register, whatever the caller's regions."""
    found = await host.database.once(lambda db: reading_store.councils(db, None, after, limit))
    return views.Councils(councils=[views.Council(**dict(row)) for row in found])


@ROUTER.get("/councils/{la_code}", tags=["register"])
async def read_council(la_code: str, host: Host, _: Reader) -> views.CouncilProfile:
    """One council by its three-digit code, with its inspections and stages of intervention."""
    found = await host.database.once(lambda db: reading_store.councils(db, la_code, "", 1))
    if not found:
        raise not_found("council", la_code)
    dated = await host.database.once(lambda db: register_store.dated_of(db, [f"council:{la_code}"]))
    return views.CouncilProfile(**dict(found[0]), **views.dated(dated[f"council:{la_code}"]))


@ROUTER.get("/peers", tags=["register"])
async def list_peers(
    host: Host,
    actor: Reader,
    council: LaCode | None = None,
    role: str | None = None,
    theme: str | None = None,
    on: date | None = None,
    after: str = "",
    limit: Limit = 200,
) -> views.Peers:
    """Peers of the caller's regions: of a council, in a role on a day (today if none is given), expert in a theme (codes)."""
    wanted = Wanted(on or host.clock.now().date(), own_regions(actor), None, council, role, theme)
    found = await host.database.once(lambda db: reading_store.peers(db, wanted, after, limit))
    return views.Peers(peers=[views.Peer(**dict(row)) for row in found])


@ROUTER.get("/names", tags=["register"])
async def read_names(
    host: Host,
    actor: Reader,
    peer: Annotated[list[str], Query(min_length=1, max_length=500)],
    because: Because,
) -> views.Names:
    """What these peers are called, for whoever decides about a request of theirs. Kept in the audit as one reading, with its reason."""

    async def read(db: Connection) -> list[Any]:
        found = await reading_store.names(db, peer)
        work = Work(db, host.clock.now())
        work.note(actor.id, "registry.read_names", because, ", ".join(sorted(row["peer"] for row in found)))
        await work.flush()
        return found

    return views.Names(names=[views.Name(**dict(row)) for row in await host.database.once(read)])


@ROUTER.get("/peers/{peer}", tags=["register"])
async def read_peer(peer: str, host: Host, actor: Reader, because: Because = "not_said") -> views.PeerContact | views.PeerProfile:
    """One peer of the caller's regions with every post and everything dated; with the e-mail address for callers who hold
    registry:read_contact. Kept in the audit as a reading, with its reason."""
    shown = views.PeerContact if CONTACT in actor.scopes else views.PeerProfile

    async def read(db: Connection) -> views.PeerContact | views.PeerProfile:
        found = await reading_store.peers(db, Wanted(host.clock.now().date(), own_regions(actor), peer))
        if not found:
            raise not_found("peer", peer)
        posts = await register_store.posts_of(db, [peer])
        own = (await register_store.dated_of(db, [f"peer:{peer}"]))[f"peer:{peer}"]
        work = Work(db, host.clock.now())
        work.note(actor.id, "registry.read_peer", f"peer:{peer}", because)
        await work.flush()
        told = [views.Post(council=post.council, role=post.role, from_=post.starts, to=post.ends) for post in posts]
        return shown(**dict(found[0]), posts=told, **views.dated(own), feedback=views.feedback(own["feedback"]))

    return await host.database.once(read)


@ROUTER.get("/given", tags=["capacity"])
async def list_work(
    host: Host, actor: Reader, owner: Annotated[str, Query(max_length=80, pattern="^(peer|council):.+$")], limit: Limit = 200
) -> views.Works:
    """What is held and placed with a peer or council of the caller's regions, the latest first; peers by identifier."""
    found = await host.database.once(lambda db: reading_store.work_of(db, owner, own_regions(actor), limit))
    return views.Works(work=[views.Piece(**{**dict(row), "days": row["days"] / 2}) for row in found])


@ROUTER.get("/offers", tags=["capacity"])
async def list_offers(host: Host, _: Reader, owner: Owner = None, after: str = "", limit: Limit = 200) -> views.Offers:
    """Days that are made available, of one owner (`peer:<id>` or `council:<la_code>`) or of all."""
    found = await host.database.once(lambda db: reading_store.accounts(db, owner, after, limit))
    return views.Offers(offers=[views.offer(row) for row in found])


@ROUTER.get("/accounts", tags=["capacity"])
async def list_accounts(host: Host, _: Reader, owner: Owner = None, after: str = "", limit: Limit = 200) -> views.Accounts:
    """What is held, placed and free of each offer; of one owner or of all."""
    found = await host.database.once(lambda db: reading_store.accounts(db, owner, after, limit))
    return views.Accounts(accounts=[views.account(row) for row in found])


@ROUTER.get("/holds", tags=["capacity"])
async def read_hold(host: Host, _: Reader, match: Annotated[str, Query(max_length=64)]) -> views.Hold:
    """What is, or was, set aside for a match."""
    found = await host.database.once(lambda db: reading_store.hold(db, match))
    if found is None:
        raise not_found("hold for match", match)
    return views.hold(*found)


@ROUTER.post("/councils", tags=["register"])
async def enter_council(row: bodies.CouncilRow, order: Order) -> Response:
    """Add or change a council."""
    return await _enter(row, order)


@ROUTER.post("/peers", tags=["register"])
async def enter_peer(row: bodies.PeerRow, order: Order) -> Response:
    """Add or change a peer."""
    return await _enter(row, order)


@ROUTER.post("/posts", tags=["register"])
async def enter_post(row: bodies.PostRow, order: Order) -> Response:
    """Add a post, or change its last day."""
    return await _enter(row, order)


@ROUTER.post("/offers", tags=["capacity"])
async def enter_offer(row: bodies.OfferRow, order: Order) -> Response:
    """Add or change an offer; never below what is held or placed."""
    return await _enter(row, order)


@ROUTER.post("/cohorts", tags=["capacity"])
async def enter_cohort(row: bodies.CohortRow, order: Order) -> Response:
    """Add or change a cohort of a course; never fewer places than are held or given."""
    return await _enter(row, order)


@ROUTER.post("/accreditations", tags=["register"])
async def enter_accreditation(row: bodies.AccreditationRow, order: Order) -> Response:
    """Add an accreditation for visits with peer teams, or change its last day."""
    return await _enter(row, order)


@ROUTER.post("/training", tags=["register"])
async def enter_training(row: bodies.TrainingRow, order: Order) -> Response:
    """Add a training, or change how long it holds."""
    return await _enter(row, order)


@ROUTER.post("/evidence", tags=["register"])
async def enter_evidence(row: bodies.EvidenceRow, order: Order) -> Response:
    """Add what shows that a peer knows a theme, or change its level or last day."""
    return await _enter(row, order)


@ROUTER.post("/feedback", tags=["register"])
async def enter_feedback(row: bodies.FeedbackRow, order: Order) -> Response:
    """Add what a council made of a peer's part in the work of a team, or change it."""
    return await _enter(row, order)


@ROUTER.post("/interests", tags=["register"])
async def enter_interest(row: bodies.InterestRow, order: Order) -> Response:
    """Add a declared interest in a council, or change its last day."""
    return await _enter(row, order)


@ROUTER.post("/absences", tags=["register"])
async def enter_absence(row: bodies.AbsenceRow, order: Order) -> Response:
    """Add days on which a peer can start nothing, or change the last of them."""
    return await _enter(row, order)


@ROUTER.post("/releases", tags=["register"])
async def enter_release(row: bodies.ReleaseRow, order: Order) -> Response:
    """Add an employer's release of an officer, or change its last day."""
    return await _enter(row, order)


@ROUTER.post("/inspections", tags=["register"])
async def enter_inspection(row: bodies.InspectionRow, order: Order) -> Response:
    """Add an inspection of a council, or what came of it."""
    return await _enter(row, order)


@ROUTER.post("/interventions", tags=["register"])
async def enter_intervention(row: bodies.InterventionRow, order: Order) -> Response:
    """Add a stage of intervention in a council, or change its last day."""
    return await _enter(row, order)


async def _enter(row: bodies.Command, order: Command) -> Response:
    async def do(work: Work) -> Entered:
        await register_store.lock_register(work.db)
        register = await register_store.councils(work.db)
        entry = rows.read(row.kind_of_row, row.cells(), rows.resolver(register))
        if isinstance(entry, list):
            raise _refused(entry)
        if row.expected_version is not None:
            there = await register_store.version(work.db, entry.owner())
            if there and there[0] != row.expected_version:
                raise stale(row.expected_version, there[0], there[2], there[1].isoformat())
        (outcome,) = await entering.judge(work.db, row.kind_of_row, [entry])
        if isinstance(outcome, Fault):
            raise _refused([outcome])
        if isinstance(entry, CouncilEntry):
            clash = entering.clashes(register, [entry])
            if clash:
                raise _refused(list(clash.values()))
        if isinstance(entry, PostEntry) and (twice := await entering.overlap(work.db, entry)):
            raise _refused([twice])
        if outcome != "same":
            try:
                await entering.enter(work, row.kind_of_row, [entry], order.actor.id)
            except Overtaken:
                raise Refused(409, "below_used", "Some of it was held just now. Read its account, then decide.") from None
            work.note(order.actor.id, f"registry.enter_{row.kind_of_row}", f"{row.kind_of_row}:{entry.key()}")
        now_at = await register_store.version(work.db, entry.owner())
        return Entered(key=entry.key(), owner=entry.owner(), outcome=outcome, version=now_at[0] if now_at else 0)

    return await order(row, do)


def _refused(faults: list[Fault]) -> Refused:
    """The faults of a row without the values: an error body repeats nothing that was submitted."""
    problems = tuple(Problem(field=fault.column, rule=fault.rule, reason=fault.reason, remedy=fault.remedy) for fault in faults)
    return Refused(422, "invalid_row", "Nothing was changed; see problems.", problems)
