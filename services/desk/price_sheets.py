"""The price of load as a page shows it: the policies, and what a trial on the last year came to, as tables and a curve. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.desk import charts, when
from services.desk.charts import Chart, Legend
from services.desk.sheets import Cell, Column, Sheet

Kept = Mapping[str, Any]
"""A policy as GET /policies of the matcher has it."""
Trial = Mapping[str, Any]
"""A trial as GET /trials of the matcher has it."""

_OUTCOME = (
    Column("Fit kept", "tenths"), Column("Lowest tenth", "index"), Column("Ten busiest", "tenths"), Column("Gini", "index"),
    Column("Gave nothing", "count"), Column("Busiest council", "count"), Column("Places that move", "count"), Column("Filled", "count"),
)  # fmt: skip
_WORDS = {
    "weights": "weights of the fit", "floor": "lowest fit", "border": "next-door penalty", "lambda_": "price of a peer’s load",
    "mu": "price of a council’s load", "mu_rounds": "price of a council’s load in rounds", "power": "power of a council’s price",
    "power_rounds": "power of that price in rounds", "wait_days": "days that one-to-one work gains by waiting",
    "team_wait_days": "days that a team gains by waiting", "forecast": "what rounds expect",
    "beta": "bonus for a council that carries nothing", "stay": "what a round must gain", "churn": "most changes of a round",
    "rounds_every_days": "days between rounds", "expected_places": "places expected in a year", "shortlist": "people proposed for a place",
    "give_up": "fit that may be given up", "cooling_off_months": "cooling-off in months",
    "challenges_a_year": "visits of an officer in a year",
    "no_giving_from": "stage of intervention from which nobody gives", "feedback_mean": "rating without feedback",
    "feedback_drawn": "weight of that rating",
}  # fmt: skip
_NOT_NUMBERS = {"version", "author", "written_on", "reason"}


@dataclass(frozen=True, slots=True)
class Version:
    """A policy: what differs from the one that ranks, and how it stands: ranks, waits for somebody else, or has ranked."""

    number: int
    state: str
    mu: float
    author: str
    written: str
    reason: str
    approved_by: str
    because: str
    differs: tuple[str, ...]
    only_price: bool

    @property
    def waits(self) -> bool:
        return self.state == WAITS


RANKS, WAITS, RANKED = "Ranks now", "Waits for a second person", "Ranked before"


def versions(policies: Sequence[Kept]) -> list[Version]:
    """The newest first."""
    active = in_force(policies)["policy"]
    return [_version(kept, active) for kept in sorted(policies, key=lambda kept: -kept["version"])]


def in_force(policies: Sequence[Kept]) -> Kept:
    """The one that ranks."""
    return next(kept for kept in policies if kept["active"])


def _version(kept: Kept, active: Mapping[str, Any]) -> Version:
    ours = kept["policy"]
    differs = [name for name in ours if name not in _NOT_NUMBERS and ours[name] != active.get(name)]
    state = RANKS if kept["active"] else RANKED if kept["adopted_at"] else WAITS
    words = tuple(f"{_WORDS.get(name, name.replace('_', ' '))}: {_shown(ours[name])}, now {_shown(active.get(name))}" for name in differs)
    only_price = set(differs) <= {"mu", "mu_rounds"} and "mu" in differs
    return Version(
        kept["version"], state, ours["mu"], kept["author"], when.day(kept["written_at"]), kept["reason"], kept["approved_by"] or "",
        kept["because"] or "", words, only_price,
    )  # fmt: skip


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {_shown(each)}" for name, each in value.items())
    return f"{value:g}" if isinstance(value, int | float) else str(value) or "none"


def curve(trial: Trial) -> Sheet:
    """What each price comes to, the best fit always taken before them."""
    outcome = trial["outcome"]
    rows: list[tuple[Cell, ...]] = [("Best fit always", *_figures(outcome["best"]))]
    rows += [(_name(point["mu"], outcome), *_figures(point)) for point in outcome["curve"]]
    columns = (Column("Price of a council’s load"), *_OUTCOME)
    return Sheet("price", f"Tried on {outcome['places']:,} places of {outcome['requests']:,} requests", columns, rows)


def compared(trial: Trial, number: int) -> Sheet:
    """The price that ranks, and the one that a policy would bring, side by side."""
    outcome = trial["outcome"]
    rows = [
        ("Best fit always", *_figures(outcome["best"])),
        (f"Now: {outcome['now']['mu']:g}", *_figures(outcome["now"])),
        (f"Tried: {outcome['tried']['mu']:g}", *_figures(outcome["tried"])),
    ]
    return Sheet("compared", f"What policy {number} would have come to", (Column("Price of a council’s load"), *_OUTCOME), rows)


def _name(mu: float, outcome: Mapping[str, Any]) -> str:
    marks = [word for word, which in (("now", "now"), ("tried", "tried")) if outcome[which]["mu"] == mu]
    return f"{mu:g}" + (f" ({' and '.join(marks)})" if marks else "")


def _figures(point: Mapping[str, Any]) -> tuple[Cell, ...]:
    names = ("fit_kept", "tenth", "ten_busiest", "gini", "unused", "busiest", "moved", "filled")
    return tuple(point[name] for name in names)


def curve_chart(trial: Trial) -> Chart:
    """Fit kept over the Gini, price by price: the share of the ten busiest goes in steps where places are few."""
    outcome = trial["outcome"]
    points = [(each["gini"], each["fit_kept"]) for each in outcome["curve"]]
    across, up = charts.around([x for x, _ in points]), charts.around([y for _, y in points])
    marks = [charts.line(points, across, up), charts.dots(points, across, up)]
    legend = [Legend("dot", "A price tried")]
    for name, kind, words in (("now", "dot-now", "Now"), ("tried", "dot-tried", "Tried")):
        point = outcome[name]
        marks.append(charts.dots([(point["gini"], point["fit_kept"])], across, up, kind))
        legend.append(Legend(kind, f"{words}: {point['mu']:g}, fit kept {point['fit_kept']:.1%}, Gini {point['gini']:.3f}"))
    ends = [(each["mu"], each["gini"], each["fit_kept"]) for each in (outcome["curve"][0], outcome["curve"][-1])]
    words = " ".join(f"At a price of {mu:g} the Gini is {gini:.3f} and {kept:.1%} of the fit is kept." for mu, gini, kept in ends)
    beneath = "Gini of councils: the lower, the more hands"
    return Chart(
        "What spreading costs: the fit kept against how unevenly councils carry the work", f"Line chart. {words}", tuple(marks),
        charts.shares(up), (f"{across.low:g}", f"{across.high:g}"), "Fit kept", tuple(legend), beneath,
    )  # fmt: skip


def trial_of(version: Version, trials: Sequence[Trial], active: int) -> Trial | None:
    """The newest trial of just what a version changes, beside the policy that ranks."""
    if not version.only_price:
        return None
    same = (each for each in trials if each["changes"] == {"mu": version.mu} and each["policy_version"] == active)
    return next((each for each in same if each["outcome"]), None)


def rounds_too(active: Mapping[str, Any], mu: float) -> dict[str, float]:
    """The changes that a new price of a council's load makes: that of rounds goes with it, in proportion, within what a policy may say."""
    ratio = active["mu_rounds"] / active["mu"] if active["mu"] else 2.0
    return {"mu": mu, "mu_rounds": min(10.0, round(mu * ratio, 6))}
