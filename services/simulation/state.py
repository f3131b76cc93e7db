"""Where a simulated year stands: the loads so far, and who is free for a place."""

import numpy as np

from services.matcher.dated import Flags, Floats, Ints
from services.simulation.stream import Demand, Year


class Standings:
    """The loads of peers and councils in placements, and what every place got: `chosen` is (places,) rows of peers, -1 for nobody.

    decided: the place that is being decided, where they are decided one by one.
    """

    def __init__(self, year: Year) -> None:
        self.year = year
        self.chosen = np.full(len(year.demand), -1, np.int64)
        self.load, self.team_load = np.zeros(len(year.peers), np.int64), np.zeros(len(year.peers), np.int64)
        self.council_load = np.zeros(len(year.councils), np.int64)
        self.members: dict[int, set[int]] = {}
        self.given_up = np.zeros(len(year.demand))
        self.decided = 0

    def free(self, place: int) -> tuple[Ints, Floats]:
        """Who may still take a place of this year, and their fit, in the order of peers."""
        demand = self.year.demand
        pairs = slice(demand.first[place], demand.first[place + 1])
        peers = demand.peer[pairs]
        open_to = self.open_to(peers, np.full(len(peers), demand.team[place]))
        if members := self.members.get(int(demand.request[place])):
            open_to &= ~np.isin(self.year.council[peers], list(members))
        return peers[open_to], demand.fit[pairs][open_to]

    def open_to(self, peers: Ints, team: Flags) -> Flags:
        """Of these peers, those with capacity left of their own, of their council, and for teams where the place is one of a team."""
        year, homes = self.year, self.year.council[peers]
        open_to: Flags = (self.load[peers] < year.capacity[peers]) & (self.council_load[homes] < year.council_capacity[homes])
        return open_to & (~team | (self.team_load[peers] < year.team_limit[peers]))

    def give(self, place: int, peer: int, given_up: float = 0.0) -> None:
        """This peer takes the place, at so much less fit than the best who was free."""
        demand, home = self.year.demand, int(self.year.council[peer])
        self.chosen[place], self.given_up[place] = peer, given_up
        self.load[peer] += 1
        self.council_load[home] += 1
        if demand.team[place]:
            self.team_load[peer] += 1
            self.members.setdefault(int(demand.request[place]), set()).add(home)


def overridden_places(demand: Demand, share: float) -> Flags:
    """(places,) those for which an adviser takes the best fit, such a share of all; the same on every run."""
    return np.random.default_rng(len(demand)).random(len(demand)) < share
