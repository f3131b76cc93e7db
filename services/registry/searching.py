"""A replica's copy of the names in the register, brought up to date from the database before each search."""

import asyncio

from services.kit.database import Connection
from services.registry import search_store
from services.registry.names import Names, Sought

Ranked = list[tuple[str, float]]
"""Identifiers with how well each fits, from 0 to 1, the best first."""


class Finder:
    """The names, and up to which change of the register they are known. Nothing is kept here that the database does not have."""

    def __init__(self) -> None:
        self.names = Names()
        self._councils = self._people = 0
        self._lock = asyncio.Lock()

    async def refresh(self, db: Connection) -> None:
        """Bring the copy up to what this transaction can see."""
        async with self._lock:
            last, councils = await search_store.councils_since(db, self._councils)
            self.names.put_councils(councils)
            self._councils = last
            async for change, people in search_store.people_since(db, self._people):
                self.names.put(people)
                self._people = change

    async def search(self, sought: Sought, most_councils: int) -> tuple[Ranked, bool, Ranked]:
        """Peers, whether there are more of them, and councils. A thread searches, for other calls are not to wait."""
        async with self._lock:
            return await asyncio.to_thread(self._found, sought, most_councils)

    def _found(self, sought: Sought, most_councils: int) -> tuple[Ranked, bool, Ranked]:
        peers, more = self.names.people(sought)
        return peers, more, self.names.councils(sought.words, most_councils)
