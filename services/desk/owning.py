"""Whose a request is: taken by the person who works on it, and noted."""

from datetime import datetime

from services.desk import page_store
from services.desk.person import Person
from services.kit.database import Connection, Database
from services.kit.work import Work


async def take(own: Database, now: datetime, person: Person, request: str) -> bool:
    """Make a request the person's own. False when it is not there for this person."""

    async def do(db: Connection) -> bool:
        work = Work(db, now)
        taken = await page_store.take(db, request, person.id, now, person.own_regions)
        if taken:
            work.note(person.id, "request.take", request)
            await work.flush()
        return taken

    return await own.once(do)
