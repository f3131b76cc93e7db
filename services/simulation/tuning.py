"""Find the prices that spread the work most for a wanted fit, by replaying years."""

from collections.abc import Iterator, Sequence
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
    """Yields the share that is done, and at last what was found. Errors: stream.BadStream, OSError."""
    jobs = [_Job(folder, policy, beta, lambda_, by_rounds) for folder in folders for beta, lambda_ in product(BETAS, LAMBDAS)]
    found: dict[tuple[float, float, float], list[Point]] = {choice: [] for choice in product(MUS, BETAS, LAMBDAS)}
    for n, points in enumerate(each(_points, jobs, workers), 1):
        for point in points:
            found[point.mu, point.beta, point.lambda_].append(point)
        yield n / len(jobs)
    means = {choice: _mean(points) for choice, points in found.items()}
    kept = [point for point in means.values() if point.fit_kept >= keep]
    best = min(kept, key=lambda point: (point.ratio, -point.fit_kept), default=None)
    beta, lambda_ = (best.beta, best.lambda_) if best else (policy.beta, policy.lambda_)
    yield Tuned(best, [point for (_, b, l_), point in means.items() if (b, l_) == (beta, lambda_)])


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


def _points(job: _Job) -> list[Point]:
    year = stream.read(job.folder)
    base, scarcity = numbers(online.best_first(year)), online.scarcity_of(year, year.last)
    found = []
    for mu in MUS:
        priced = job.policy.model_copy(update={"mu": mu, "mu_rounds": mu, "beta": job.beta, "lambda_": job.lambda_})
        ours = numbers(rounds.rounds(year, priced) if job.by_rounds else online.online(year, priced, scarcity=scarcity))
        found.append(Point(mu, job.beta, job.lambda_, ours.fit / base.fit, ours.top10 / base.top10, ours.gini, ours.unused))
    return found


def _mean(points: Sequence[Point]) -> Point:
    first = points[0]
    fit, ratio, gini, unused = np.mean([(p.fit_kept, p.ratio, p.gini, p.unused) for p in points], axis=0).tolist()
    return Point(first.mu, first.beta, first.lambda_, fit, ratio, gini, unused)
