"""What may be held and placed: pure decisions over the accounts of peers and councils. Everything here counts half-days."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from schemas.fact import Line
from schemas.matcher import ArrangementRecorded, ConsentsCompleted, MatchLapsed, MatchSelected, MatchWithdrawn
from schemas.registry import (
    CapacityHeld,
    CapacityMoved,
    CapacityPlaced,
    HoldExpired,
    HoldRefused,
    HoldReleased,
    RegistryFact,
)
from schemas.replacing import ReplacementSelected
from services.vocabulary.kinds import KINDS


class BrokenStory(Exception):
    """A fact that cannot come in this order: what it speaks of was never held. The record is parked for a person to look at."""


@dataclass(frozen=True, slots=True)
class Account:
    """A capacity offer with what is used of it. `owner` is `peer:<id>` or `council:<la_code>`; both dates are included.

    kinds: of support that it is for; empty: any.
    """

    offer: str
    owner: str
    starts: date
    ends: date
    offered: int
    held: int = 0
    placed: int = 0
    kinds: Collection[str] = ()

    @property
    def free(self) -> int:
        return self.offered - self.held - self.placed


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A line of a match, the first day of its work, the offers it is charged to, and whether it is held, placed or free again.

    `visit`: it counts towards the yearly limit of visits with a peer team. `host`: the council that it is for.
    """

    line: Line
    starts: date
    state: str
    peer_offer: str
    council_offer: str
    visit: bool = False
    host: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """All that is, or was, set aside for a match. It is held while one of its lines is; then placed, released or expired.

    cohort: of the course in which it has a place, which is held, given or free as the whole is.
    """

    match: str
    request: str
    state: str
    expires_at: datetime | None
    lines: tuple[HeldLine, ...]
    cohort: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What a decision may know: accounts by owner, half-days taken of each offer since they were read, the council of every active peer.

    rooms: places by cohort that are free, less those taken since they were read.
    """

    accounts: Mapping[str, Sequence[Account]]
    taken: Mapping[str, int]
    councils: Mapping[str, str]
    rooms: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Decision:
    """The hold as it is from now on (None: there is none), and the fact to say, if anything happened."""

    hold: Hold | None
    fact: RegistryFact | None = None


def half_days(days: float) -> int:
    """Days in steps of half a day as a whole number of half-days."""
    return round(days * 2)


def peer_owner(peer: str) -> str:
    """The name under which a peer owns offers and load."""
    return f"peer:{peer}"


def council_owner(council: str) -> str:
    """The name under which a council owns offers and load."""
    return f"council:{council}"


def select(selected: MatchSelected, hold: Hold | None, known: Known) -> Decision:
    """Hold every line that is new to the match and its place on a course, or nothing; the same selection again changes nothing."""
    new = _unknown(selected.lines, hold)
    if not new:
        return Decision(hold)
    charged = charge(new, Deployment(selected.kind, selected.starts, selected.host), "held", known)
    if isinstance(charged, Refusal):
        return Decision(hold, _refused(selected, charged))
    if selected.cohort and not (hold and hold.cohort) and known.rooms.get(selected.cohort, 0) < 1:
        return Decision(hold, _refused(selected, Refusal(new[0], "course_place", 0)))
    lines = (*(hold.lines if hold else ()), *charged)
    after = Hold(selected.match, selected.request, "held", selected.expires_at, lines, selected.cohort)
    held = tuple(line.line for line in lines if line.state == "held")
    return Decision(after, CapacityHeld(match=after.match, request=after.request, lines=held, expires_at=selected.expires_at))


def arrange(recorded: ArrangementRecorded, hold: Hold | None, known: Known) -> Decision:
    """Place every line at once, those that are held already from their hold, or none; the same arrangement again changes nothing."""
    asked = {line.line for line in recorded.lines}
    old = hold.lines if hold else ()
    ripe = [line for line in old if line.state == "held" and line.line.line in asked]
    new = _unknown(recorded.lines, hold)
    if not new and not ripe:
        return Decision(hold)
    charged = charge(new, Deployment(recorded.kind, recorded.starts, recorded.host), "placed", known)
    if isinstance(charged, Refusal):
        return Decision(hold, _refused(recorded, charged))
    lines = (*(replace(line, state="placed") if line in ripe else line for line in old), *charged)
    state = "held" if any(line.state == "held" for line in lines) else "placed"
    after = Hold(recorded.match, recorded.request, state, hold.expires_at if hold else None, lines)
    placed = tuple(line.line for line in lines if line.line.line in asked)
    return Decision(after, CapacityPlaced(match=after.match, request=after.request, lines=placed))


def move(chosen: ReplacementSelected, hold: Hold | None, known: Known) -> Decision:
    """Give a line's place to another person: held or placed as it was, and nobody else is touched; both moves or none.

    What was given on the line stays counted there. The same again changes nothing.
    Errors: BrokenStory when the match has no such line, or more was given on it than it has.
    """
    if hold is not None and any(line.line.line == chosen.line.line for line in hold.lines):
        return Decision(hold)
    old = next((line for line in hold.lines if line.line.line == chosen.leaves and line.state != "free"), None) if hold else None
    given, days = half_days(chosen.given), half_days(old.line.days) if old else 0
    if hold is None or old is None or given > days:
        raise BrokenStory(f"line {chosen.leaves} of match {chosen.match} cannot be given to another")
    freed = dict(known.taken)
    for offer in (old.peer_offer, old.council_offer):
        freed[offer] = freed.get(offer, 0) - (days - given)
    charged = charge([chosen.line], Deployment(chosen.kind, chosen.starts, old.host), old.state, replace(known, taken=freed))
    if isinstance(charged, Refusal):
        return Decision(hold, _refused(chosen, charged))
    left = replace(old, state="placed", line=old.line.model_copy(update={"days": given / 2})) if given else replace(old, state="free")
    lines = (*(left if line is old else line for line in hold.lines), *charged)
    until = chosen.expires_at if hold.state == "held" else hold.expires_at
    said = CapacityMoved(match=hold.match, request=hold.request, leaves=chosen.leaves, line=chosen.line)
    return Decision(replace(hold, lines=lines, expires_at=until), said)


def complete(completed: ConsentsCompleted, hold: Hold | None) -> Decision:
    """Place what is held; lines that were replaced meanwhile are let go. Nothing when the hold is gone: that was said when it went.

    Errors: BrokenStory when a line was never held, or was let go while the rest is held.
    """
    if hold is not None and hold.state != "held":
        return Decision(hold)
    named = {line.line for line in completed.lines}
    if hold is None or not named <= {line.line.line for line in hold.lines if line.state != "free"}:
        raise BrokenStory(f"consents are complete for lines of match {completed.match} that are not held")
    lines = tuple(replace(line, state=_after_consents(line, named)) for line in hold.lines)
    placed = tuple(line.line for line in lines if line.line.line in named)
    return Decision(replace(hold, state="placed", lines=lines), CapacityPlaced(match=hold.match, request=hold.request, lines=placed))


def release(ended: MatchLapsed | MatchWithdrawn, hold: Hold | None) -> Decision:
    """Let go of all that is held and placed: a match that ends so was never begun (the matcher says neither once it said MatchPlaced)."""
    if hold is None or hold.state not in ("held", "placed"):
        return Decision(hold)
    lines = tuple(replace(line, state="free") for line in hold.lines)
    released = HoldReleased(match=hold.match, request=hold.request, because=ended.because)
    return Decision(replace(hold, state="released", lines=lines), released)


def expire(hold: Hold | None, now: datetime) -> Decision:
    """Let go of a hold whose time has come and that is still held; lines that are placed already stay so."""
    if hold is None or hold.state != "held" or hold.expires_at is None or hold.expires_at > now:
        return Decision(hold)
    lines = tuple(replace(line, state="free") if line.state == "held" else line for line in hold.lines)
    state = "placed" if any(line.state == "placed" for line in lines) else "expired"
    return Decision(replace(hold, state=state, lines=lines), HoldExpired(match=hold.match, request=hold.request))


@dataclass(frozen=True, slots=True)
class Refusal:
    """The first line that cannot be had: `rule` is unknown_peer, no_offer, peer_days, council_days or, of the whole match, course_place.

    short_by: in half-days.
    """

    line: Line
    rule: str
    short_by: int


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is charged for: the kind of support (None: not told, and any offer will do), its first day, and whom it is for."""

    kind: str | None
    starts: date
    host: str = ""

    @property
    def visit(self) -> bool:
        return self.kind in KINDS and "release" in KINDS[self.kind].needs

    def goes_to(self, account: Account) -> bool:
        """Whether the offer is in force then, and for this kind."""
        return account.starts <= self.starts <= account.ends and (self.kind is None or not account.kinds or self.kind in account.kinds)


def charge(lines: Iterable[Line], work: Deployment, state: str, known: Known) -> tuple[HeldLine, ...] | Refusal:
    """Charge every line to an offer of its peer and one of its council, counting what the lines before it take; all lines or none.

    All days of a line go to one offer: of those that the work may go to the one with most free days (of two alike the one whose name
    sorts first). docs/decisions says why.
    """
    taken: dict[str, int] = {}
    charged = []
    for line in lines:
        days = half_days(line.days)
        if known.councils.get(line.peer) != line.council:
            return Refusal(line, "unknown_peer", days)
        peer = _roomiest(known, peer_owner(line.peer), work, taken)
        council = _roomiest(known, council_owner(line.council), work, taken)
        if peer is None or council is None:
            return Refusal(line, "no_offer", days)
        for (left, offer), rule in ((peer, "peer_days"), (council, "council_days")):
            if days > left:
                return Refusal(line, rule, days - left)
            taken[offer] = taken.get(offer, 0) + days
        charged.append(HeldLine(line, work.starts, state, peer[1], council[1], work.visit, work.host))
    return tuple(charged)


def charges(hold: Hold | None) -> dict[tuple[str, str], int]:
    """Half-days by (offer, held or placed) that a hold accounts for."""
    found: dict[tuple[str, str], int] = {}
    for line in hold.lines if hold else ():
        if line.state != "free":
            for offer in (line.peer_offer, line.council_offer):
                found[offer, line.state] = found.get((offer, line.state), 0) + half_days(line.line.days)
    return found


def owners(hold: Hold) -> set[str]:
    """Whose load a hold is, or was."""
    return {owner for line in hold.lines for owner in (peer_owner(line.line.peer), council_owner(line.line.council))}


def _roomiest(known: Known, owner: str, work: Deployment, taken: Mapping[str, int]) -> tuple[int, str] | None:
    """(half-days left, offer) of the offer that the work may go to of which most is left."""
    left = [
        (taken.get(account.offer, 0) + known.taken.get(account.offer, 0) - account.free, account.offer)
        for account in known.accounts.get(owner, ())
        if work.goes_to(account)
    ]
    if not left:
        return None
    owing, offer = min(left)
    return -owing, offer


def _unknown(lines: Iterable[Line], hold: Hold | None) -> list[Line]:
    known = {line.line.line for line in hold.lines} if hold else set()
    return [line for line in lines if line.line not in known]


def _refused(asked: MatchSelected | ArrangementRecorded | ReplacementSelected, refusal: Refusal) -> HoldRefused:
    return HoldRefused(match=asked.match, request=asked.request, line=refusal.line, rule=refusal.rule, short_by=refusal.short_by / 2)


def _after_consents(line: HeldLine, named: set[int]) -> str:
    if line.line.line in named:
        return "placed"
    return "free" if line.state == "held" else line.state
