"""The hard rules: who may not be proposed for a place, by the first rule that says so. For a whole pool at once, and for one peer."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from schemas.registry import Offer
from services.matcher.asks import Ask
from services.matcher.columns import Columns, Pool, Register
from services.matcher.councils import AVOIDED, LINKED, OPEN, OWN
from services.matcher.dated import Flags, Ints
from services.matcher.policy import Policy


@dataclass(frozen=True, slots=True)
class Rule:
    """Why a peer is left out, in one sentence, and (`counted`) for so many peers. Absolute: never broken.

    Others may be waived with a reason and a second adviser.
    """

    code: str
    sentence: str
    counted: str
    absolute: bool
    source: str


_DIRECT = "Peers give time at a council they have no direct association with (local.gov.uk, About peer challenges)."
_OFFER = "The national improvement offer of 2013: "
_REGISTER = _OFFER + "an availability register of accredited people."
_LIMITED = _OFFER + "there will be occasions of limited capacity."

_IN_ORDER: Final = (
    Rule("inactive", "The peer is not on the register or is resting.", "not on the register or resting", True, _REGISTER),
    Rule(
        "own_council",
        "The peer belongs to the council that asks, or holds a post there when the work starts.",
        "of the council that asks",
        True,
        _DIRECT,
    ),
    Rule(
        "linked_council",
        "The peer's council shares a trust, a director or a chief executive with the council that asks.",
        "of a council linked with it",
        True,
        _DIRECT,
    ),
    Rule(
        "avoided_council",
        "The council that asks wishes to avoid the peer's council.",
        "of a council it wishes to avoid",
        False,
        "The preferences of the request.",
    ),
    Rule(
        "role",
        "The peer does not hold the role asked for on the day the work starts.",
        "not in the role asked for",
        False,
        _OFFER + "appropriate member peers with responsibility in their own authority.",
    ),
    Rule(
        "not_willing",
        "The peer's council does not offer support at present.",
        "of a council that offers no support",
        True,
        _OFFER + "councils choose to engage.",
    ),
    Rule("dates", "The peer offers no days for work that starts on that day.", "with no days offered then", True, _REGISTER),
    Rule("peer_days", "No offer of the peer that is open on that day has enough free days.", "with too few free days", True, _LIMITED),
    Rule(
        "council_dates",
        "The peer's council offers no days for work that starts on that day.",
        "of a council with no days offered then",
        True,
        _REGISTER,
    ),
    Rule(
        "council_days",
        "No offer of the peer's council that is open on that day has enough free days.",
        "of a council with too few free days",
        True,
        _LIMITED,
    ),
    Rule(
        "declined",
        "The peer has been declined for this request, or said no to it.",
        "declined for this request",
        False,
        "Nobody is asked again who has just said no.",
    ),
)

RULES: Final = {rule.code: rule for rule in _IN_ORDER}
"""Every hard rule by code, in the order in which they are tried: a peer who breaks several is counted under the first."""

OF_CAPACITY: Final = frozenset({"not_willing", "dates", "peer_days", "council_dates", "council_days", "declined", "avoided_council"})
"""The rules that are about what is still free, or about this choice alone: they say nothing against somebody who was chosen before."""

ABSOLUTE: Final = frozenset(rule.code for rule in _IN_ORDER if rule.absolute)
"""The rules that no override may break."""


class Left:
    """Who of a pool is left after every hard rule (`rows` of the pool), and how many were left out by which (`excluded`, without zeros)."""

    def __init__(self, columns: Columns, pool: Pool, ask: Ask) -> None:
        self.considered = len(columns.ids)
        self.excluded: dict[str, int] = {}
        self._count("inactive", self.considered - columns.active_count)
        self._keep_who_may_serve(columns, pool, ask)
        self._keep("not_willing", pool.willing)
        self._keep("dates", pool.offering)
        self._keep("peer_days", pool.offers.free() >= ask.days)
        self._keep("council_dates", pool.council_offering)
        self._keep("council_days", pool.council_offers.free()[pool.homes] >= ask.days)
        if ask.declined:
            declined = [columns.index[peer] for peer in ask.declined if peer in columns.index]
            self._keep("declined", np.isin(pool.peers, declined, invert=True))
        self.rows: Ints = self._kept.nonzero()[0]

    def _keep_who_may_serve(self, columns: Columns, pool: Pool, ask: Ask) -> None:
        """From own_council to role. Who is barred is counted by council, so that only those who hold the role are looked at one by one."""
        bars = columns.councils.host(ask.host).bars_with(ask.avoid)
        barred = np.bincount(bars, columns.active_by_council, minlength=4).astype(np.int64)
        open_to_host = bars[pool.homes] == OPEN
        guests = columns.guests_of(ask.host, ask.starts)
        if len(guests):
            np.subtract.at(barred, bars[columns.homes[guests]], 1)
            barred[OWN] += len(guests)
            open_to_host &= np.isin(pool.peers, guests, invert=True)
        self._kept, self._left = open_to_host, int(np.count_nonzero(open_to_host))
        self._count("own_council", int(barred[OWN]))
        self._count("linked_council", int(barred[LINKED]))
        self._count("avoided_council", int(barred[AVOIDED]))
        self._count("role", int(barred[OPEN]) - self._left)

    def _keep(self, code: str, kept: Flags) -> None:
        self._kept &= kept
        before, self._left = self._left, int(np.count_nonzero(self._kept))
        self._count(code, before - self._left)

    def _count(self, code: str, left_out: int) -> None:
        if left_out:
            self.excluded[code] = left_out


def excluded_by(register: Register, ask: Ask, role: str, peer: str, policy: Policy, as_of: date) -> str | None:
    """The first rule that leaves this peer out of a place of that role, None if the peer may be proposed."""
    return next(iter(broken_by(register, ask, role, peer, policy, as_of)), None)


def broken_by(register: Register, ask: Ask, role: str, peer: str, policy: Policy, as_of: date) -> list[str]:  # noqa: ARG001
    """Every rule that leaves this peer out of a place of that role, in the order of RULES.

    Reads the registry's records, not the columns. `policy` and `as_of` are for rules that are settings or look back; none does today.
    """
    states, councils = register.records.peers, register.records.councils
    state = states.get(peer)
    if state is None or not state.active:
        return ["inactive"]
    on_the_day = [post for post in state.posts if post.starts <= ask.starts and (post.ends is None or ask.starts <= post.ends)]
    home, host = councils.get(state.council), councils.get(ask.host)
    peer_free = _free(register, f"peer:{peer}", state.offers, ask.starts)
    council_free = _free(register, f"council:{state.council}", home.offers if home else (), ask.starts)
    broken = {
        "own_council": ask.host in {state.council, *(post.council for post in on_the_day)},
        "linked_council": (home is not None and ask.host in home.linked) or (host is not None and state.council in host.linked),
        "avoided_council": state.council in ask.avoid,
        "role": role not in {post.role for post in on_the_day},
        "not_willing": home is None or not home.willing,
        "dates": peer_free is None,
        "peer_days": peer_free is not None and peer_free < ask.days,
        "council_dates": council_free is None,
        "council_days": council_free is not None and council_free < ask.days,
        "declined": peer in ask.declined,
    }
    return [code for code in RULES if broken.get(code)]


def _free(register: Register, owner: str, offers: tuple[Offer, ...], starts: date) -> float | None:
    """Free days of the offer in force on the first day that has most: that one is charged with all the days. None without an offer."""
    load = register.records.loads.get(owner)
    used = {offer.offer: offer.used for offer in load.offers} if load else {}
    free = [offer.days - used.get(offer.offer, 0.0) for offer in offers if offer.starts <= starts <= offer.ends]
    return max(free) if free else None
