"""Teams of five from 2,200 peers: how long the exact composition takes, and what gap it leaves. `python -m bench --only teams`."""

import random
import statistics
import time
from dataclasses import dataclass

from bench.ranking import AS_OF, asks_of, register_of
from services.matcher.policy import DEFAULT_POLICY
from services.matcher.ranking import stand
from services.matcher.teams import compose

PEERS, TEAMS = 2_200, 100
TEAM = ("director_of_childrens_services", "lead_member", "scrutiny_chair", "assistant_director", "head_of_service")
GOAL = 2.0
"""Seconds that a team of five may take at the median."""


@dataclass(frozen=True, slots=True)
class Found:
    """Milliseconds of each composition, ranking not counted; and the largest gap. short: for how many there is no full team."""

    ms: list[float]
    gap: float
    short: int

    @property
    def median(self) -> float:
        return statistics.median(self.ms)


def measure() -> Found:
    """A hundred requests for a team with two councillors, each of any council, theme and day."""
    dice = random.Random(11)
    register = register_of(PEERS, dice)
    columns = register.columns()
    party_of = dict(enumerate(columns.parties.tolist()))
    ms, gap, short = [], 0.0, 0
    for ask in asks_of(TEAMS, dice):
        places = [stand(register, ask, role, DEFAULT_POLICY, AS_OF) for role in TEAM]
        begun = time.perf_counter()
        team = compose(places, columns.home_list, party_of)
        ms.append((time.perf_counter() - begun) * 1000)
        if team is None:
            short += 1
        else:
            gap = max(gap, team.gap)
    return Found(ms, gap, short)
