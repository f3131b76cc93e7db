"""One installation for all stories of a test process, and a story of its own for each test."""

from collections.abc import Iterator

import pytest

from services.onebox.databases import Databases
from services.onebox.fleet import Fleet
from tests.support.servers import Broker
from tests.support.told import Told


@pytest.fixture(scope="session")
def fleet(kafka: Broker, postgres: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Every service as a process of its own, with the 153 councils in the register, each with plenty of days."""
    folder = tmp_path_factory.mktemp("journey")
    fleet = Fleet(folder, kafka.bootstrap, postgres, {"desk": 0}, name=folder.name.replace("-", "") + f"{id(folder) % 10_000}")
    fleet.prepare()
    fleet.start()
    try:
        fleet.ready()
        Told(fleet).register_councils()
        yield fleet
    finally:
        fleet.stop()


@pytest.fixture
def story(fleet: Fleet) -> Iterator[Told]:
    """A story: given, when, then."""
    told = Told(fleet)
    yield told
    told.ends()
