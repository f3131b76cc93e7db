"""The chain of decisions is whole however many write; a changed byte or a missing row is found; erased words leave it whole."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from services.kit import audit
from services.kit.database import Connection
from services.kit.work import Work
from services.onebox.databases import Databases
from tests.integration.kit.conftest import NO_KAFKA, installed
from tests.integration.kit.installation import Installation

pytestmark = pytest.mark.xdist_group("kit audit")


async def write(installation: Installation, writers: int = 4, transactions: int = 8) -> None:
    rng = random.Random(1)

    async def one(writer: int) -> None:
        async with installation.parts() as parts:
            for number in range(transactions):

                async def do(db: Any, number: int = number) -> None:
                    work = Work(db, parts.clock.now())
                    for _ in range(rng.randrange(1, 4)):
                        work.note(f"adviser-{writer}", "match.confirm", f"m{number}", f"because of {number} ümläut")
                    await work.flush()
                    if number % 4 == 3:
                        raise ValueError

                try:
                    await parts.database.transact(do)
                except ValueError:
                    continue

    await asyncio.gather(*(one(writer) for writer in range(writers)))


async def broken(installation: Installation) -> list[int]:
    async with installation.parts() as parts:
        return await parts.database.once(audit.broken_links)


async def test_an_empty_chain_is_whole(stored: Installation) -> None:
    assert await broken(stored) == []


async def test_after_many_writers_at_once_the_chain_is_whole_and_without_a_gap(stored: Installation) -> None:
    await write(stored, writers=8)
    count = await stored.one("select count(*) from audit")
    assert count > 48
    assert await stored.one("select array_agg(id order by id) from audit") == list(range(1, count + 1))
    assert await broken(stored) == []


@pytest.fixture(scope="module")
async def written(postgres: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    async with installed(postgres, NO_KAFKA, tmp_path_factory.mktemp("audit")) as installation:
        await write(installation, writers=2)
        async with installation.parts() as parts:
            await parts.database.transact(lambda db: audit.append(db, [audit.Note("adviser-1", "odd\x1faction", "m1")], parts.clock.now()))
        await installation.sql("alter table audit_reason drop constraint audit_reason_audit_fkey")
        yield installation


@pytest.fixture
async def chain(written: Installation) -> AsyncIterator[Connection]:
    """A connection to a chain of two writers, on which whatever a test changes is undone."""
    connection = await asyncpg.connect(written.database_url)
    change = connection.transaction()
    await change.start()
    yield connection
    await change.rollback()
    await connection.close()


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'adviser-9'",
        "action = action || ' '",
        "subject = 'm99'",
        "at = at + interval '1 microsecond'",
        "commitment = set_byte(commitment, 7, get_byte(commitment, 7) # 1)",
        "previous = set_byte(previous, 31, get_byte(previous, 31) # 1)",
        "hash = set_byte(hash, 0, get_byte(hash, 0) # 1)",
        "actor = actor || action, action = ''",
        "action = left(action, 5), subject = substr(action, 6) || subject",
    ],
)
async def test_one_change_in_one_row_is_found(chain: Connection, change: str) -> None:
    assert await audit.broken_links(chain) == []
    await chain.execute(f"update audit set {change} where id = 5")
    assert 5 in await audit.broken_links(chain)


async def test_words_that_move_from_one_column_to_the_next_are_found(chain: Connection) -> None:
    number = await chain.fetchval("update audit set actor = actor || E'\\x1fodd', action = 'action' where action like 'odd%' returning id")
    assert number in await audit.broken_links(chain)


async def test_a_changed_reason_or_salt_is_found(chain: Connection) -> None:
    await chain.execute("update audit_reason set reason = reason || '.' where audit = 3")
    await chain.execute("update audit_reason set salt = set_byte(salt, 0, get_byte(salt, 0) # 1) where audit = 7")
    assert await audit.broken_links(chain) == [3, 7]


@pytest.mark.parametrize("which", ["first", "middle", "last", "last three", "all"])
async def test_a_missing_row_is_found_wherever_it_stood(chain: Connection, which: str) -> None:
    last = await chain.fetchval("select max(id) from audit")
    gone = {"first": [1], "middle": [6], "last": [last], "last three": [last - 2, last - 1, last], "all": list(range(1, last + 1))}[which]
    await chain.execute("delete from audit where id = any($1::bigint[])", gone)
    assert await audit.broken_links(chain) != []


async def test_rows_that_changed_places_are_found(chain: Connection) -> None:
    await chain.execute("update audit set id = -id where id in (4, 5)")
    await chain.execute("update audit set id = 9 + id where id < 0")
    assert set(await audit.broken_links(chain)) >= {4, 5}


async def test_an_erased_reason_leaves_the_chain_whole_and_the_decision_readable(chain: Connection) -> None:
    await chain.execute("delete from audit_reason where audit in (2, 3)")
    assert await audit.broken_links(chain) == []
    subject = await chain.fetchval("select subject from audit where id = 2")
    entries = {entry.id: entry for entry in await audit.about(chain, subject)}
    assert entries[2].reason is None
    assert (entries[2].actor[:8], entries[2].action) == ("adviser-", "match.confirm")
    assert "because" not in str(await chain.fetch("select * from audit where id in (2, 3)"))


async def test_the_newest_decisions_are_found_by_actor_action_subject_and_page_by_page(stored: Installation) -> None:
    await write(stored)
    async with stored.parts() as parts:

        def asked(*what: Any) -> Any:
            return parts.database.once(lambda db: audit.newest(db, *what))

        everything = await asked(None, None, None, None, 500)
        assert [entry.id for entry in everything] == sorted((entry.id for entry in everything), reverse=True)
        assert len(everything) == await stored.one("select count(*) from audit")
        pages = await asked(None, None, None, None, 5) + await asked(None, None, None, everything[4].id, 5)
        assert pages == everything[:10]
        mine = await asked("adviser-1", "match.confirm", "m2", None, 500)
        assert mine == [e for e in everything if (e.actor, e.subject) == ("adviser-1", "m2")]
        assert mine
        assert await asked(None, "match.decline", None, None, 500) == []
