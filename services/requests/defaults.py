"""What a request means where it leaves something out: dates, days, the team, who pays. By kind; for an adviser to confirm. Pure."""

from datetime import date, timedelta
from functools import lru_cache

from schemas.requests import Place

NOTICE = timedelta(days=14)
"""How long after its receipt a request starts that names no date."""
LONGEST = timedelta(days=731)
"""Two years: what runs longer is more than one request."""
MOST_PLACES = 12
COST_BASES = ("whole_cost", "subsidised", "free")
FUNDERS = ("council", "region", "lga", "dfe")
COMMISSIONERS = ("region", "lga", "dfe")
"""Who may commission support for a council; they pay for it unless the request says who else does."""
OFFER_OPEN = 10
"""Working days that a council has to answer an adviser's offer."""
COST_BASIS, FUNDER = "free", "lga"
"""Mentoring and peer work of the sector's own offer: most requests, and what one that says nothing means."""


def window(starts: date | None, ends: date | None, received: date, days: int) -> tuple[date, date]:
    """First and last day. A missing first day is two weeks after receipt but not after the last; a missing last follows by length."""
    first = starts or received + NOTICE
    if starts is None and ends is not None:
        first = max(received, min(first, ends))
    return first, ends or first + timedelta(days=days)


@lru_cache(maxsize=1024)
def places(team: tuple[tuple[str, int], ...]) -> tuple[Place, ...]:
    """One place for each person: lead_member-1, lead_member-2, ..."""
    counted: dict[str, int] = {}
    found = []
    for role, count in team:
        for _ in range(count):
            counted[role] = counted.get(role, 0) + 1
            found.append(Place(place=f"{role}-{counted[role]}", role=role))
    return tuple(found)


def word(text: str, known: tuple[str, ...]) -> str | None:
    """The code that `text` is, whatever its case and joining; None when it is none of `known`."""
    code = "_".join(text.casefold().replace("-", " ").replace("_", " ").split())
    return code if code in known else None
