"""Charts as geometry: shapes on a plane that any width stretches, and the words of the axes beside it, which nothing stretches. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 1000, 300
"""The plane; the templates know it too."""
_GAP = 0.2  # of a bar's place that stays empty
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """Shapes that are drawn alike: the class that draws them, and their path."""

    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Legend:
    """What a class of marks stands for."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """words: what it shows, for whoever does not see it. up: the axis from its top to 0 or to its floor; across: from left to right."""

    title: str
    words: str
    marks: tuple[Mark, ...]
    up: tuple[str, ...]
    across: tuple[str, ...]
    unit: str
    legend: tuple[Legend, ...] = ()
    under: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """From `low` at the bottom of the plane to `high` at its top."""

    low: float
    high: float

    def y(self, value: float) -> float:
        """Where a value lies, counted from the top."""
        return round(HEIGHT * (1 - (min(self.high, max(self.low, value)) - self.low) / (self.high - self.low)), 1)

    def ticks(self) -> list[float]:
        """From top to bottom."""
        return [self.high - (self.high - self.low) * n / _STEPS for n in range(_STEPS + 1)]


def from_zero(values: Sequence[float]) -> Scale:
    """A scale of round numbers that begins at 0 and holds all values."""
    step = _round_step(max(values, default=0) / _STEPS)
    return Scale(0, step * _STEPS)


def around(values: Sequence[float]) -> Scale:
    """A scale of round numbers that holds all values and need not begin at 0: for lines alone."""
    low, high = min(values), max(values)
    step = _round_step(max((high - low) / _STEPS, 0.001))
    start = floor(low / step) * step
    while start + step * _STEPS < high - 1e-12:
        step = _round_step(step * 1.01)
        start = floor(low / step) * step
    return Scale(start, start + step * _STEPS)


def bars(values: Sequence[float], scale: Scale, kind: str = "bar") -> Mark:
    """A bar for each value, from left to right; none for 0."""
    place = WIDTH / max(1, len(values))
    wide = round(place * (1 - _GAP), 2)
    found = []
    for n, value in enumerate(values):
        if value > scale.low:
            found.append(f"M{round(place * (n + _GAP / 2), 2)} {HEIGHT}V{scale.y(value)}h{wide}V{HEIGHT}z")
    return Mark(kind, "".join(found))


def level(value: float, scale: Scale, kind: str = "level") -> Mark:
    """A line across the plane."""
    return Mark(kind, f"M0 {scale.y(value)}H{WIDTH}")


def line(points: Sequence[tuple[float, float]], across: Scale, up: Scale, kind: str = "line") -> Mark:
    """A line through points of (across, up), in their order."""
    placed = [_at(point, across, up) for point in points]
    return Mark(kind, "M" + "L".join(placed) if placed else "")


def dots(points: Sequence[tuple[float, float]], across: Scale, up: Scale, kind: str = "dot") -> Mark:
    """A dot at each point: a line of no length, whose round ends the browser draws round however the plane is stretched."""
    return Mark(kind, "".join(f"M{_at(point, across, up)}h0" for point in points))


def _at(point: tuple[float, float], across: Scale, up: Scale) -> str:
    x = WIDTH * (point[0] - across.low) / (across.high - across.low)
    return f"{round(x, 1)} {up.y(point[1])}"


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below; 1 for nothing."""
    if least <= 0:
        return 1.0
    power = 10.0 ** floor(log10(least))
    return next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= least - 1e-12)


def counts(scale: Scale) -> tuple[str, ...]:
    """The ticks of a scale of whole numbers or days."""
    return tuple(f"{tick:,g}" for tick in scale.ticks())


def shares(scale: Scale) -> tuple[str, ...]:
    """The ticks of a scale of shares, in per cent."""
    return tuple(f"{tick * 100:.4g}%" for tick in scale.ticks())


def whole(scale: Scale) -> Scale:
    """The same with whole ticks: for what comes in pieces."""
    return Scale(0, _STEPS * ceil(scale.high / _STEPS))
