"""A service is stopped under load, left away, and started again."""

import asyncio
import time
from dataclasses import dataclass

from services.onebox import reading
from tests.support.foreign import good
from tests.support.trial import Trial


@dataclass(frozen=True)
class Stopped:
    """behind: records that waited for the service when it came back; seconds: until all was quiet; missed: others that were not ready."""

    behind: int
    seconds: float
    missed: list[str]


def stop_for(trial: Trial, service: str, seconds: int, per_second: int) -> Stopped:
    """End every process of a service, go on posting and deciding for so many seconds, start it, and wait until it has caught up."""
    fleet, processes = trial.fleet, range(1, trial.fleet.replicas[service] + 1)
    records = good(f"without-{service}-{seconds}", seconds * per_second, trial.today)
    with trial.ready_but_for(service) as missed, trial.advisers(2, seed=seconds):
        with trial.foreign.posting(records, seconds):
            begun = time.monotonic()
            for n in processes:
                fleet.end(service, n)
            time.sleep(max(0.0, begun + seconds - time.monotonic()))
        waits = asyncio.run(reading.waiting(fleet))
        begun = time.monotonic()
        for n in processes:
            fleet.spawn(service, n)
        fleet.ready()
    trial.settle()
    behind = sum(count for what, count in waits.items() if what.startswith(f"{service} hears"))
    return Stopped(behind, time.monotonic() - begun, missed)
