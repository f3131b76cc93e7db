"""What is made once for a key and used again, as long as it is among the newest. Pure."""

from typing import Generic, TypeVar

Key = TypeVar("Key")
Made = TypeVar("Made")


class Kept(Generic[Key, Made]):
    """What was made for a key, for as long as it is among the newest so many."""

    def __init__(self, most: int) -> None:
        self._made: dict[Key, Made] = {}
        self._most = most

    def get(self, key: Key) -> Made | None:
        return self._made.get(key)

    def put(self, key: Key, made: Made) -> Made:
        if len(self._made) >= self._most:
            del self._made[next(iter(self._made))]
        self._made[key] = made
        return made
