"""Small years for the tests: a few councils and peers, places as a sentence needs them, and the seeded year of our own, made once."""

from pathlib import Path

from services.simulation import compare, stream
from services.simulation.stream import Plain, Year

Pair = tuple[int, str, float]

CALENDAR = compare.CALENDAR.model_copy(update={"forecast": "last_year"})
"""The usual prices; one future is decided in a fifth of the time of eight."""


def small(
    folder: Path,
    pairs: list[Pair],
    *,
    councils: dict[str, int],
    peers: dict[str, tuple[str, int]],
    days: list[float],
    teams: dict[int, int] | None = None,
    last: list[Pair] | None = None,
) -> Year:
    """councils: capacity by code. peers: (council, capacity) by name. teams: the request of a place that is in a team."""
    teams = teams or {}
    places = [(n, teams.get(n, 1000 + n), day, "kind", "999", int(n in teams)) for n, day in enumerate(days)]
    stream.write(
        folder,
        [(name, home, "London", "director", 0, "", capacity, capacity) for name, (home, capacity) in peers.items()],
        [(code, code, "London", capacity, 0) for code, capacity in councils.items()],
        Plain(list(places), list(pairs)),
        Plain([(n, n, 200.0, "kind", "999", 0) for n in range(len({pair[0] for pair in last or []}))], list(last or [])),
    )
    return stream.read(folder)
