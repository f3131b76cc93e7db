"""Who must agree, in which order, and by when. Nobody of a later stage is asked before every one of the stage before has agreed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from schemas.fact import Line, Value
from services.vocabulary.calendar import after_working_days
from services.vocabulary.kinds import KINDS, OF_EACH_PEER, OF_MEMBERS, OF_OFFICERS, Party
from services.vocabulary.roles import is_councillor

URGENT = frozenset({"preventing_failure", "early_intervention"})
"""The priorities for which hours of the clock count, not working days."""

_UNKNOWN: tuple[tuple[Party, ...], ...] = (("host_dcs", "host_lead_member", "host_chief_executive"), ("peer",), ("employer",), ("host",))
_UNKNOWN_DAYS, _UNKNOWN_HOURS = 5, 24
"""For a kind that only a later release knows: everybody is asked."""


class Consent(Value):
    """One party's agreement to one match. state: planned, asked, given or refused."""

    consent: str
    stage: int
    party: str
    peer: str | None = None
    state: str = "planned"
    deadline: AwareDatetime | None = None


def plan(match: str, kind: str, lines: Sequence[Line]) -> tuple[Consent, ...]:
    """Every consent that a match of a kind needs, planned; stages that nobody is in are left out."""
    found: list[Consent] = []
    for parties in KINDS[kind].consents if kind in KINDS else _UNKNOWN:
        stage = found[-1].stage + 1 if found else 1
        for party in parties:
            peers = [line.peer for line in lines if _is_asked(party, line.role)]
            asked = peers if party in OF_EACH_PEER else [None][: len(peers)]
            found += [
                Consent(consent=f"{match}-{stage}-{party}-{n}", stage=stage, party=party, peer=peer) for n, peer in enumerate(asked, 1)
            ]
    return tuple(found)


def _is_asked(party: Party, role: str) -> bool:
    member = is_councillor(role)
    return not (member and party in OF_OFFICERS) and (member or party not in OF_MEMBERS)


def deadline(now: datetime, kind: str, priority: str, stages: int = 1) -> datetime:
    """When an answer is due, or the last of so many stages one after the other: days and hours as the kind says."""
    if priority in URGENT:
        return now + timedelta(hours=stages * (KINDS[kind].urgent_hours if kind in KINDS else _UNKNOWN_HOURS))
    return after_working_days(now, stages * (KINDS[kind].answer_days if kind in KINDS else _UNKNOWN_DAYS))


def backstop(now: datetime, kind: str, priority: str, consents: Sequence[Consent]) -> datetime:
    """When a hold expires by itself: one stage later than the last deadline, so that the matcher's own deadlines always come first."""
    return deadline(now, kind, priority, len({consent.stage for consent in consents}) + 1)
