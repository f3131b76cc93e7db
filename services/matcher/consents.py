"""Who must agree, in which order, and by when. Nobody of a later stage is asked before every one of the stage before has agreed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from schemas.fact import Line, Value
from services.matcher.calendar import after_working_days

WORKING_DAYS = 5
"""How long a party has to answer. Our default; the sector's own practice is not published."""
URGENT_HOURS = 24
"""The same where failure is to be prevented or intervention is early: hours of the clock, not working days. Our default."""
URGENT = frozenset({"preventing_failure", "early_intervention"})

# stages in order; of each stage, the parties to ask. "peer" and "employer" are asked for every line, "employer" for officers only
_ROUTES: dict[str, tuple[tuple[str, ...], ...]] = {
    "member_one_to_one": (("mentee",), ("group_office",), ("peer",), ("mentee",)),
    "officer_one_to_one": (("peer",), ("employer",), ("host",)),
    "team": (("host_dcs", "host_lead_member", "host_chief_executive"), ("peer",), ("employer",), ("host",)),
}
_OF_EACH_LINE = frozenset({"peer", "employer"})


class Consent(Value):
    """One party's agreement to one match. state: planned, asked, given or refused."""

    consent: str
    stage: int
    party: str
    peer: str | None = None
    state: str = "planned"
    deadline: AwareDatetime | None = None


def route(roles: Sequence[str], member_roles: frozenset[str]) -> str:
    """The route of consents: team for several places, otherwise by whether the one place is a councillor's."""
    if len(roles) > 1:
        return "team"
    return "member_one_to_one" if roles[0] in member_roles else "officer_one_to_one"


def plan(match: str, route: str, lines: Sequence[Line], member_roles: frozenset[str]) -> tuple[Consent, ...]:
    """Every consent that a match needs, planned. `route` is a key of the table above; stages that nobody is in are left out."""
    found: list[Consent] = []
    for parties in _ROUTES[route]:
        stage = found[-1].stage + 1 if found else 1
        for party in parties:
            asked: list[str | None] = [None]
            if party in _OF_EACH_LINE:
                asked = [line.peer for line in lines if party != "employer" or line.role not in member_roles]
            found += [
                Consent(consent=f"{match}-{stage}-{party}-{n}", stage=stage, party=party, peer=peer) for n, peer in enumerate(asked, 1)
            ]
    return tuple(found)


def deadline(now: datetime, priority: str, stages: int = 1) -> datetime:
    """When an answer is due, or the last of so many stages one after the other."""
    if priority in URGENT:
        return now + timedelta(hours=URGENT_HOURS * stages)
    return after_working_days(now, WORKING_DAYS * stages)


def backstop(now: datetime, priority: str, consents: Sequence[Consent]) -> datetime:
    """When a hold expires by itself: one stage later than the last deadline, so that the matcher's own deadlines always come first."""
    return deadline(now, priority, len({consent.stage for consent in consents}) + 1)
