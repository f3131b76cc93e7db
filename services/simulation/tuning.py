"""Find the prices that spread the work most for a wanted fit, by replaying years."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from services.matcher.policy import Policy
from services.simulation import online, rounds, stream
from services.simulation.numbers import numbers
from services.simulation.pool import each

MUS = (0.03, 0.06, 0.09, 0.125, 0.15, 0.2, 0.3, 0.5)
BETAS = (0.0, 0.05, 0.15)
LAMBDAS = (0.0, 0.01, 0.03)
QUICK = "last_year"
"""What rounds expect while many prices are tried: decided in a fifth of the time of drawn rests, which keep a little more at each price."""


@dataclass(frozen=True, slots=True)
class Point:
    """One choice of prices and what it comes to, means over all years; ratio: the share of the ten busiest against best fit first."""

    mu: float
    beta: float
    lambda_: float
    fit_kept: float
    ratio: float
    gini: float
    unused: float


@dataclass(frozen=True, slots=True)
class Tuned:
    """best: the least ratio among the points that keep the wanted fit, None where none does. curve: by mu, at its beta and lambda."""

    best: Point | None
    curve: list[Point]


def tune(
    folders: Sequence[Path], policy: Policy, keep: float, by_rounds: bool = False, workers: int | None = None
) -> Iterator[float | Tuned]:
    """Yields the share that is done, and at last what was found: the best choice of MUS, BETAS and LAMBDAS, and finer prices beyond it.

    Errors: stream.BadStream, OSError."""
    jobs = [_Job(folder, policy, beta, lambda_, by_rounds) for folder in folders for beta, lambda_ in product(BETAS, LAMBDAS)]
    found: dict[tuple[float, float, float], list[Point]] = {}
    for n, points in enumerate(each(_points, jobs, workers), 1):
        _add(found, points)
        yield n / (len(jobs) + len(folders))
    rough = _best(found, keep)
    if rough:
        finer = [_Job(folder, policy, rough.beta, rough.lambda_, by_rounds, _beyond(rough.mu)) for folder in folders]
        for n, points in enumerate(each(_points, finer, workers), 1):
            _add(found, points)
            yield (len(jobs) + n) / (len(jobs) + len(folders))
    best = _best(found, keep)
    beta, lambda_ = (best.beta, best.lambda_) if best else (policy.beta, policy.lambda_)
    yield Tuned(best, [_mean(found[choice]) for choice in sorted(found) if choice[1:] == (beta, lambda_)])


def _add(found: dict[tuple[float, float, float], list[Point]], points: Iterable[Point]) -> None:
    for point in points:
        found.setdefault((point.mu, point.beta, point.lambda_), []).append(point)


def _best(found: Mapping[tuple[float, float, float], Sequence[Point]], keep: float) -> Point | None:
    """The least ratio among the points that keep so much; of those that come to the same, for ten councils are few, the least Gini."""
    kept = [point for point in map(_mean, found.values()) if point.fit_kept >= keep]
    return min(kept, key=lambda point: (round(point.ratio, 4), point.gini, -point.fit_kept), default=None)


def _beyond(mu: float) -> tuple[float, ...]:
    """Between this price, which keeps enough, and the next of MUS, which may not."""
    following = next((other for other in MUS if other > mu), 2 * mu)
    return tuple(round(mu + share * (following - mu), 4) for share in (0.25, 0.5, 0.75))


def curve(folders: Sequence[Path], policy: Policy, by_rounds: bool, workers: int | None = None) -> Iterator[list[Point] | None]:
    """What more or less of mu comes to at the policy's beta and lambda: None for each year that is done, and at last the points by mu.

    Errors: stream.BadStream, OSError."""
    found: list[list[Point]] = []
    for points in each(_points, [_Job(folder, policy, policy.beta, policy.lambda_, by_rounds) for folder in folders], workers):
        found.append(points)
        yield None
    yield [_mean(of_one_mu) for of_one_mu in zip(*found, strict=True)]


@dataclass(frozen=True, slots=True)
class _Job:
    folder: Path
    policy: Policy
    beta: float
    lambda_: float
    by_rounds: bool
    mus: tuple[float, ...] = MUS


def _points(job: _Job) -> list[Point]:
    year = stream.read(job.folder)
    base, scarcity = numbers(online.best_first(year)), online.scarcity_of(year, year.last)
    found = []
    for mu in job.mus:
        priced = job.policy.model_copy(update={"mu": mu, "mu_rounds": mu, "beta": job.beta, "lambda_": job.lambda_})
        ours = numbers(rounds.rounds(year, priced, QUICK) if job.by_rounds else online.online(year, priced, scarcity=scarcity))
        found.append(Point(mu, job.beta, job.lambda_, ours.fit / base.fit, ours.top10 / base.top10, ours.gini, ours.unused))
    return found


def _mean(points: Sequence[Point]) -> Point:
    first = points[0]
    fit, ratio, gini, unused = np.mean([(p.fit_kept, p.ratio, p.gini, p.unused) for p in points], axis=0).tolist()
    return Point(first.mu, first.beta, first.lambda_, fit, ratio, gini, unused)
