"""The rules of the house that no other tool checks. Each reads every file of ours and names the offenders."""

import re
import tomllib
from collections.abc import Callable, Iterable

import pytest

from tests.support import house_rules as house
from tests.support.house_rules import ROOT, Offences, files, text_of

LONGEST = 300  # lines of a room
OURS = ("schemas/", "services/", "tests/", "bench/")
FROM_OUTSIDE = ("services/onebox/invariants.py", "services/onebox/reading.py")  # they count what the services left in their databases
SERVICES = ("services/desk/", "services/matcher/", "services/registry/", "services/requests/")
CONTRACTS = {
    contract["id"]: contract for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}


def offences(rule: Callable[[str], Offences], names: Iterable[str]) -> list[str]:
    return [f"{name}:{line}: {what}" for name in names for line, what in rule(text_of(name))]


def none(found: list[str]) -> None:
    assert not found, "\n".join(found)


def module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def pure_rooms() -> list[str]:
    named = CONTRACTS["pure"]["source_modules"]
    return [name for name in files(".py", under=["services/"]) if any(f"{module(name)}.".startswith(f"{room}.") for room in named)]


def test_sql_stands_in_stores_migrations_and_the_kit_alone() -> None:
    elsewhere = [
        name
        for name in files(".py", under=["schemas/", "services/"])
        if not name.startswith("services/kit/") and not name.endswith("store.py") and name not in FROM_OUTSIDE
    ]
    none(offences(house.sql, elsewhere))
    allowed = re.compile(r"services/\w+/migrations/\d+_\w+\.sql|services/onebox/create_database\.sql")
    none([name for name in files(".sql", under=["schemas/", "services/"]) if not allowed.fullmatch(name)])


def test_no_sql_asks_the_database_what_time_it_is() -> None:
    none(offences(house.clock_in_sql, files(".sql")))
    none(offences(house.clock_in_sql_strings, files(".py", under=["services/"])))


def test_what_decides_asks_for_no_time_and_no_chance() -> None:
    none(offences(house.unruly, [name for name in pure_rooms() if name != "services/vocabulary/tables.py"]))


def test_every_room_of_a_service_is_at_the_edge_or_pure() -> None:
    named = {*CONTRACTS["edge"]["allowed_importers"], *CONTRACTS["pure"]["source_modules"]}
    rooms = [module(name) for name in files(".py", under=SERVICES) if not name.endswith("__init__.py")]
    assert [room for room in rooms if room not in named] == [], "name each in pyproject.toml, in the contract `edge` or `pure`"


def test_nothing_is_left_for_later() -> None:
    none(offences(house.unfinished, files()))
    none(offences(house.left_out, files(".py", under=OURS)))


def test_services_say_what_they_do_in_logs_not_by_print() -> None:
    spoken = ("services/cli.py", "services/onebox/")
    none(offences(house.prints, [name for name in files(".py", under=["schemas/", "services/"]) if not name.startswith(spoken)]))


def test_no_room_is_longer_than_it_should_be() -> None:
    rooms = files(".py", ".sql", under=["schemas/", "services/"])
    none([f"{name}: {lines} lines" for name in rooms if (lines := len(text_of(name).splitlines())) > LONGEST])


def test_every_module_opens_with_a_sentence() -> None:
    rooms = [name for name in files(".py", under=OURS) if not (name.startswith("tests/") and name.endswith("/__init__.py"))]
    none(offences(house.without_docstring, rooms))


def test_no_file_names_a_place_on_one_machine() -> None:
    none(offences(house.workplace, files()))


def test_no_file_names_the_host_that_packages_come_from() -> None:
    none(offences(house.hosts, files()))


def test_no_file_has_an_address_that_could_be_somebodys() -> None:
    none(offences(house.addresses, files()))


def test_the_kit_has_no_word_of_the_trade() -> None:
    none(offences(house.business, files(".py", ".sql", under=["services/kit/"])))


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-services.lock"])
def test_every_package_is_held_to_its_version_and_its_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=\S)", text_of(lock).strip())
    assert len(entries) > 40
    assert [
        entry for entry in entries if not re.fullmatch(r"[\w.-]+==[\w.!+]+( ;[^\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+", entry)
    ] == []


PLANTED: list[tuple[Callable[[str], Offences], str]] = [
    (house.sql, 'FIND = """select id\n  from account where id = $1"""'),
    (house.sql, 'x = f"update account set held = 1 where id = {n}"'),
    (house.clock_in_sql, "create table t (at timestamptz default now());"),
    (house.clock_in_sql_strings, 'ADD = "insert into t values (CURRENT_TIMESTAMP)"'),
    (house.unruly, "def due(): return datetime.now(UTC)"),
    (house.unruly, "ID = uuid.uuid4()"),
    (house.unruly, "shuffled = np.random.permutation(5)"),
    (house.unfinished, "# TO" + "DO: later"),
    (house.left_out, "raise NotImplementedError"),
    (house.left_out, "@pytest.mark.skip\ndef test_a(): ..."),
    (house.prints, "print(1)"),
    (house.without_docstring, "import os"),
    (house.workplace, "see /ho" + "me/somebody/notes"),
    (house.hosts, "--index" + "-url=https://packages.example.org"),
    (house.addresses, "write to jo@" + "council.gov.uk"),
    (house.business, "class Council: ..."),
    (house.business, "def hold_days(): ..."),
]


@pytest.mark.parametrize(("rule", "text"), PLANTED, ids=lambda value: value.__name__ if callable(value) else "")
def test_each_rule_finds_what_it_forbids(rule: Callable[[str], Offences], text: str) -> None:
    assert list(rule(text))
