"""A comparison as one HTML file: charts as SVG, each with the table of its figures. It fetches nothing."""

from collections.abc import Mapping, Sequence
from html import escape

from services.simulation.compare import Line, Outcome
from services.simulation.tuning import Point

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 720, 320, 60, 40
_STROKES = (  # told apart by their dashes as well as by their colours
    ("#1d70b8", ""),
    ("#d4351c", "8 4"),
    ("#00703c", "2 4"),
    ("#4c2c92", "12 4 2 4"),
    ("#b58840", "6 6"),
    ("#0b0c0c", "1 3"),
    ("#d53880", "16 4"),
)
_STYLE = """body{font:16px/1.5 Arial,sans-serif;color:#0b0c0c;max-width:960px;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0}caption{text-align:left;font-weight:bold}
th,td{padding:.3rem .6rem;border-bottom:1px solid #b1b4b6;text-align:right}th:first-child{text-align:left}
svg{max-width:100%;height:auto}"""


def page(lines: Sequence[Line], outcomes: Sequence[Outcome], words: str, costs: Mapping[str, Sequence[Point]]) -> str:
    """The whole page; `words` says what was compared, `costs` by policy what more or less of mu comes to."""
    names = [line.name for line in lines]
    curves = {name: _mean_loads([each.loads for each in outcomes if each.name == name]) for name in names}
    quarters = {line.name: list(line.quarters) for line in lines}
    lowest = min(min(each) for each in quarters.values())
    parts = [
        f"<h1>Policies compared</h1><p>{escape(words)}</p>",
        _table("All years, means", HEADINGS, [row(line) for line in lines]),
        "<h2>How the work lies over councils</h2><p>Councils in the order of their load, the busiest first; mean of all years.</p>",
        _chart("Placements of each council", _in_order(curves), "councils, the busiest first", "placements"),
        _table(
            "Placements of the council at each place",
            ("Policy", "1st", "10th", "25th", "50th", "100th", "last"),
            [(name, *(f"{_at(curves[name], n):.1f}" for n in (0, 9, 24, 49, 99, -1))) for name in names],
        ),
        "<h2>Late askers</h2><p>Mean fit of what was placed, by quarter of the year.</p>",
        _chart("Mean fit by quarter", _in_order(quarters), "quarter", "mean fit", floor=lowest - 0.02),
        _table(
            "Mean fit by quarter", ("Policy", "1", "2", "3", "4"), [(name, *(f"{each:.3f}" for each in quarters[name])) for name in names]
        ),
    ]
    if costs:
        parts += _price_of_spreading(costs)
    title = "<title>Manyhands: policies compared</title>"
    head = f'<!doctype html><html lang="en"><head><meta charset="utf-8">{title}<style>{_STYLE}</style></head><body><main>'
    return head + "\n".join(parts) + "</main></body></html>\n"


def _price_of_spreading(costs: Mapping[str, Sequence[Point]]) -> list[str]:
    """Fit kept over the ratio of the ten busiest, mu by mu."""
    curves = {name: [(point.ratio, point.fit_kept) for point in sorted(points, key=lambda p: p.ratio)] for name, points in costs.items()}
    columns = ("Policy", "mu", "fit kept", "ratio of the ten busiest", "Gini", "unused")
    rows = [
        (name, f"{p.mu:g}", f"{p.fit_kept:.1%}", f"{p.ratio:.3f}", f"{p.gini:.3f}", f"{p.unused:.1f}")
        for name, points in costs.items()
        for p in points
    ]
    lowest = min(fit for points in curves.values() for _, fit in points)
    return [
        "<h2>What spreading costs</h2>",
        "<p>The higher the price of a council's load (mu), the less the ten busiest do and the less fit is kept. "
        "Rounds expect last year's rest here, whatever the policy says: so many prices take a fifth of the time of drawn rests.</p>",
        _chart("What spreading costs", curves, "share of the ten busiest, against best fit first", "fit kept", floor=lowest - 0.005),
        _table("What spreading costs", columns, rows),
    ]


HEADINGS = ("policy", "fit kept", "per place", "mean", "p10", "open", "Gini", "top ten", "ratio", "unused", "busiest", "given up")
"""What a row of figures is, in words short enough for a terminal."""


def row(line: Line) -> tuple[str, ...]:
    """A line's figures as words, under HEADINGS."""
    shares = (f"{line.fit_kept:.1%}", f"{line.fit_kept_per_place:.1%}", f"{line.mean:.3f}", f"{line.p10:.3f}", f"{line.unfilled:.1f}")
    spread = (f"{line.gini:.3f}", f"{line.top10:.1%}", f"{line.top10_ratio:.3f}", f"{line.unused:.1f}", f"{line.busiest:.1f}")
    return (line.name, *shares, *spread, f"{line.given_up:.3f}")


def _mean_loads(loads: Sequence[Sequence[int]]) -> list[float]:
    longest = max(map(len, loads))
    return [sum(each[n] for each in loads if n < len(each)) / sum(n < len(each) for each in loads) for n in range(longest)]


def _at(values: Sequence[float], n: int) -> float:
    return values[n] if -len(values) <= n < len(values) else 0.0


def _in_order(curves: Mapping[str, Sequence[float]]) -> dict[str, list[tuple[float, float]]]:
    """Values one after the other as points, from 1 on."""
    return {name: [(float(x), value) for x, value in enumerate(values, 1)] for name, values in curves.items()}


def _chart(title: str, curves: Mapping[str, Sequence[tuple[float, float]]], across: str, up: str, floor: float = 0.0) -> str:
    """Lines through points over the same axes, with a legend; the table beside it is its text alternative."""
    across_values, up_values = zip(*(point for points in curves.values() for point in points), strict=True)
    top, left, right = max(up_values), min(across_values), max(across_values)
    scale = (_HEIGHT - _BOTTOM - 20) / ((top - floor) or 1.0)
    step = (_WIDTH - _LEFT - 180) / ((right - left) or 1.0)
    drawn = [f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(title)}; the table below has the figures">']
    base = _HEIGHT - _BOTTOM
    drawn.append(f'<path d="M{_LEFT} 20V{base}H{_WIDTH - 180}" fill="none" stroke="#505a5f"/>')
    for n in range(5):
        value = floor + (top - floor) * n / 4
        y = base - (value - floor) * scale
        drawn.append(f'<text x="{_LEFT - 6}" y="{y + 4:.0f}" text-anchor="end" font-size="12">{value:.3g}</text>')
    drawn.append(f'<text x="{(_WIDTH - 120) / 2:.0f}" y="{_HEIGHT - 8}" text-anchor="middle" font-size="13">{escape(across)}</text>')
    drawn.append(f'<text x="{_LEFT}" y="14" font-size="13">{escape(up)}</text>')
    for x in (left, right):
        at = _LEFT + (x - left) * step
        drawn.append(f'<text x="{at:.0f}" y="{base + 16}" text-anchor="middle" font-size="12">{x:.3g}</text>')
    for n, (name, values) in enumerate(curves.items()):
        colour, dashes = _STROKES[n % len(_STROKES)]
        points = " ".join(f"{_LEFT + (x - left) * step:.1f},{base - (value - floor) * scale:.1f}" for x, value in values)
        stroke = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"'
        drawn.append(f'<polyline points="{points}" fill="none" {stroke}/>')
        y = 30 + 20 * n
        drawn.append(f'<line x1="{_WIDTH - 165}" x2="{_WIDTH - 125}" y1="{y}" y2="{y}" {stroke}/>')
        drawn.append(f'<text x="{_WIDTH - 118}" y="{y + 4}" font-size="13">{escape(name)}</text>')
    return "".join(drawn) + "</svg>"


def _table(caption: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in headings)
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in rest)}</tr>' for first, *rest in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
