"""A service is away for a while: the others go on, and it catches up."""

import pytest

from tests.chaos.conftest import Keeps
from tests.support.stops import stop_for
from tests.support.trial import Trial

pytestmark = pytest.mark.xdist_group("replicas")
SECONDS = 10  # a whole minute of each: python -m tests.chaos.minute


@pytest.mark.parametrize("service", ["requests", "registry", "matcher"])
def test_a_service_that_was_stopped_under_load_catches_up_while_the_others_stay_ready(replicas: Trial, keeps: Keeps, service: str) -> None:
    stopped = stop_for(replicas, service, SECONDS, per_second=30)
    keeps(replicas, f"{service} stopped for {SECONDS} s under load; caught up with {stopped.behind} records in {stopped.seconds:.0f} s")
    assert stopped.missed == []
    assert stopped.behind > 0
