"""A published instance whose requests arrive in shuffled order: what is had of the optimum in hindsight without knowing the rest.

The stream is cut into twelve rounds. A request is decided in a round, for good, once it has waited so many rounds; what arrived since is
known, what comes later is not. A pair is worth its fit, less a price that rises with the peer's load, less what others want of the peer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.matcher.allocation import Market, Steps, allocate
from services.matcher.dated import Floats, Ints

ROUNDS = 12
WAITS = (0, 1, 2)
"""Rounds that a request waits for others before it is decided."""
_LOAD, _WANTED = 0.2, 0.05  # price of a peer's full load, and of a peer who is wanted one standard deviation more than others
_LEVEL = 8  # wanted: to be above the eighth best of a request


@dataclass(frozen=True, slots=True)
class Arrivals:
    """An instance in one order of arrival. fit: (requests, peers); places: of each request; capacity: of each peer; order: (requests,)."""

    fit: Floats
    places: int
    capacity: int
    order: Ints


def hindsight(fit: Floats, places: int, capacity: int) -> float:
    """The best total with everything known."""
    return allocate(_market(fit, places, np.full(fit.shape[1], capacity))).total


def shares(arrivals: Arrivals, best: float) -> dict[str, float]:
    """By policy, the share of the optimum in hindsight."""
    found = {"greedy": greedy(arrivals), "priced greedy": greedy(arrivals, _LOAD)}
    found |= {f"online + rounds, waiting {wait} of {ROUNDS}": in_rounds(arrivals, wait) for wait in WAITS}
    return {name: total / best for name, total in found.items()}


def greedy(arrivals: Arrivals, price: float = 0.0) -> float:
    """Each request takes the best who are free when it arrives; with a price, the best after their price of load."""
    load, total = np.zeros(arrivals.fit.shape[1], np.int64), 0.0
    for request in arrivals.order.tolist():
        worth = arrivals.fit[request] - price * (2 * load + 1) / arrivals.capacity
        taken = np.argsort(-np.where(load < arrivals.capacity, worth, -np.inf), kind="stable")[: arrivals.places]
        taken = taken[load[taken] < arrivals.capacity]
        total += float(arrivals.fit[request, taken].sum())
        load[taken] += 1
    return total


def in_rounds(arrivals: Arrivals, wait: int) -> float:
    """Round by round one exact allocation of all that is known and undecided; those that have waited long enough keep what they get."""
    fit, order, capacity = arrivals.fit, arrivals.order, arrivals.capacity
    requests, peers = fit.shape
    load, total, decided = np.zeros(peers, np.int64), 0.0, 0
    cuts = np.linspace(0, requests, ROUNDS + 1).astype(np.int64)
    for n, known in enumerate(cuts.tolist()[1:], 1):
        due = requests if n == ROUNDS else int(cuts[max(0, n - wait)])
        asking = order[decided:known]
        price = _LOAD * (2 * (load[:, None] + np.arange(capacity)) + 1) / capacity
        worth = fit[asking] - (_WANTED * _wanted(fit[order[:known]]) if known < requests else 0.0)
        market = _market(worth, arrivals.places, capacity - load, (Steps(np.arange(peers), capacity - load, price),))
        taken = allocate(market).chosen.reshape(len(asking), peers)[: due - decided]
        total += float(fit[order[decided:due]][taken].sum())
        load += taken.sum(axis=0)
        decided = due
    return total


def _wanted(seen: Floats) -> Floats:
    """(peers,) by how much each stood above the level of those who asked so far, in standard deviations from the mean peer."""
    level = -np.sort(-seen, axis=1)[:, min(_LEVEL, seen.shape[1]) - 1][:, None]
    above = np.maximum(0.0, seen - level).mean(axis=0)
    wanted: Floats = (above - above.mean()) / max(float(above.std()), 1e-9)
    return wanted


def _market(worth: Floats, places: int, capacity: Ints, steps: Sequence[Steps] = ()) -> Market:
    requests, peers = worth.shape
    request, peer = np.repeat(np.arange(requests), peers), np.tile(np.arange(peers), requests)
    return Market(np.full(requests, places), capacity, request, peer, worth.ravel(), steps=tuple(steps))
