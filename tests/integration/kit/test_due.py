"""What is due later happens once, whoever of the replicas gets to it; what fails is tried later, alone."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from services.kit.clock import move
from services.kit.due import Diary
from services.kit.timekeeper import Timekeeper
from services.kit.work import Work
from tests.integration.kit.installation import Installation, Parts
from tests.integration.kit.waiting import until
from tests.support.echo import Pinged, diary, pinged

HOUR = timedelta(hours=1)


@contextlib.asynccontextmanager
async def keepers(installation: Installation, number: int, diary: Diary = diary, **more: Any) -> AsyncIterator[list[Parts]]:
    """So many timekeepers, each with connections of its own, running."""
    async with contextlib.AsyncExitStack() as stack:
        parts = [await stack.enter_async_context(installation.parts()) for _ in range(number)]
        running = [asyncio.create_task(Timekeeper(p.database, p.clock, diary, every=0.02, **more).run()) for p in parts]
        yield parts
        for p in parts:
            p.stopping.set()
        await asyncio.gather(*running)


async def remember(parts: Parts, *subjects: str, after: timedelta = HOUR) -> None:
    async def do(db: Any) -> None:
        work = Work(db, parts.clock.now())
        for subject in subjects:
            work.later("remind", subject, work.now + after)
        await work.flush()

    await parts.database.transact(do)


async def reminded(installation: Installation) -> list[str]:
    return [row["subject"] for row in await installation.sql("select subject from reminded order by subject")]


async def test_five_timekeepers_share_the_rows_and_each_has_its_effect_once(stored: Installation) -> None:
    async with keepers(stored, 5, batch=20) as parts:
        await remember(parts[0], *(f"s{n:03}" for n in range(400)))
        await asyncio.sleep(0.2)
        assert await reminded(stored) == [], "not before its time"
        move(stored.folder / "clock", HOUR + timedelta(seconds=1))

        async def done() -> bool:
            return bool(await stored.one("select count(*) from due") == 0)

        await until(done)
    assert await reminded(stored) == [f"s{n:03}" for n in range(400)]
    assert await stored.one("select count(*) from outbox") == 400
    assert await stored.one("select count(distinct xmin::text) from reminded") > 1


async def test_a_row_that_fails_is_tried_later_alone_with_growing_distance_and_blocks_nobody(stored: Installation) -> None:
    await stored.sql("insert into trouble values ('bad', 0)")
    async with keepers(stored, 2) as parts:
        await remember(parts[0], "a", "bad", "c", after=timedelta())

        async def others() -> bool:
            return await reminded(stored) == ["a", "c"]

        await until(others)
        assert await stored.one("select last_error from due") == "ValueError"

        distances = []
        for attempt in range(5):
            [row] = await stored.sql("select due_at, attempts from due")
            distances.append((row["due_at"] - parts[0].clock.now()).total_seconds())
            move(stored.folder / "clock", parts[0].clock._offset() + timedelta(seconds=distances[-1] + 0.1))

            async def tried(before: int = row["attempts"]) -> bool:
                return int(await stored.one("select attempts from due")) > before

            await until(tried)
            await remember(parts[0], f"new{attempt}", after=timedelta())

            async def went(name: str = f"new{attempt}") -> bool:
                return name in await reminded(stored)

            await until(went)
        assert distances == sorted(distances)
        assert distances[-1] > 10

        await stored.sql("delete from trouble")
        move(stored.folder / "clock", timedelta(days=1))

        async def mended() -> bool:
            return "bad" in await reminded(stored)

        await until(mended)
    assert (await reminded(stored)).count("bad") == 1
    assert await stored.one("select count(*) from due") == 0


async def test_one_moved_clock_moves_every_process(installation: Installation) -> None:
    process = await installation.start().ready()
    async with keepers(installation, 1, Diary()) as [here]:
        await remember(here, *(f"t{n}" for n in range(50)))
        move(installation.folder / "clock", timedelta(hours=2))

        async def done() -> bool:
            return len(await reminded(installation)) == 50

        await until(done, 5, "in the other process")
        await here.batch(pinged("here", 1))
        await installation.post(Pinged.topic, [pinged("there", 2)])

        async def both() -> bool:
            return bool(await installation.one("select count(*) from inbox") == 2)

        await until(both)
    times = [row["seen_at"] for row in await installation.sql("select seen_at from inbox")]
    assert all(abs(seen - here.clock.now()) < timedelta(minutes=10) for seen in times)
    assert here.clock.now() - datetime.now(UTC) > HOUR
    assert (await process.stop())[0] == 0


async def test_a_row_of_a_kind_that_nobody_knows_waits_and_disturbs_nobody(stored: Installation) -> None:
    async with keepers(stored, 1) as parts:
        await stored.sql("insert into due (kind, subject, due_at) values ('unheard_of', 'x', '2020-01-01Z')")
        await remember(parts[0], "a", after=timedelta())

        async def done() -> bool:
            return await reminded(stored) == ["a"]

        await until(done)
    assert await stored.one("select attempts from due where kind = 'unheard_of'") == 0
