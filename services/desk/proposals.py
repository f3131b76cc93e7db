"""The suggestions of a request as the page lays them side by side: words first, then the arithmetic as bars, then the load. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.desk import wording

BAND = 0.02
"""Fits so close to the best of a place that nobody tells them apart."""
_STEPS = 20  # widths that the style sheet knows
_YEAR = 365
_PENALTIES = ("border", "reciprocal")


@dataclass(frozen=True, slots=True)
class Bar:
    """A term of the fit: its name, how much of it is there (0 to 1), and the class that draws it (0 to 20)."""

    name: str
    share: float

    @property
    def step(self) -> int:
        return round(max(0.0, min(1.0, self.share)) * _STEPS)


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody carries: deployments of the last year and in hand; of the offers in question, days used and offered."""

    deployments: int
    used: float
    offered: float

    def after(self, days: float) -> float:
        """Days used if this were placed too."""
        return self.used + days

    def fits(self, days: float) -> bool:
        return self.after(days) <= self.offered


@dataclass(frozen=True, slots=True)
class Choice:
    """A peer proposed for a place. `band` 1: as good as the best. words: for; cautions: against."""

    peer: str
    council: str
    rank: int
    fit: float
    price: float
    band: int
    words: tuple[str, ...]
    cautions: tuple[str, ...]
    bars: tuple[Bar, ...]
    load: Load
    council_load: Load


@dataclass(frozen=True, slots=True)
class Place:
    """A place of a request, its choices, and who was left out, counted by rule in words."""

    place: str
    role: str
    considered: int
    left_out: tuple[tuple[int, str], ...]
    choices: tuple[Choice, ...]

    @property
    def excluded(self) -> int:
        return sum(count for count, _ in self.left_out)


@dataclass(frozen=True, slots=True)
class Costs:
    """Somebody beside whoever stands first for a place: fit, price of load and loads of both; `words` say what the difference is."""

    fit: float
    price: float
    load: Load
    council_load: Load
    first: str
    first_fit: float
    first_price: float
    first_load: Load
    first_council_load: Load
    words: tuple[str, ...]


def costs(theirs: Mapping[str, Any], first: Mapping[str, Any], records: Mapping[str, str], today: date) -> Costs:
    """What choosing somebody costs in fit and in spread: candidates as the matcher tells them, with the registry's records by key."""
    (load, council), (first_load, first_council) = (
        (load_of(f"peer:{c['peer']}", records, today), load_of(f"council:{c['council']}", records, today)) for c in (theirs, first)
    )
    price, first_price = sum(theirs["price"].values()), sum(first["price"].values())
    spread = (
        _heavier("The peer", load.deployments, first_load.deployments),
        _heavier("Their council", council.deployments, first_council.deployments),
    )
    told = tuple(filter(None, spread)) or ("The work is spread as evenly as with the first.",)
    return Costs(
        theirs["fit"],
        price,
        load,
        council,
        first["peer"],
        first["fit"],
        first_price,
        first_load,
        first_council,
        (_difference(theirs["fit"] - first["fit"]), *told),
    )


def cost_keys(*candidates: Mapping[str, Any]) -> list[str]:
    """The registry's records that `costs` needs."""
    return sorted({f"load:{o}" for o in _owners(candidates)} | set(_owners(candidates)))


def _owners(candidates: Sequence[Mapping[str, Any]]) -> list[str]:
    return [owner for c in candidates for owner in (f"peer:{c['peer']}", f"council:{c['council']}")]


def _difference(fit: float) -> str:
    if abs(fit) < BAND:
        return "Nobody could tell their fit from that of the first."
    return f"This gives up {-fit:.2f} of fit." if fit < 0 else f"They fit better than the first by {fit:.2f}."


def _heavier(who: str, times: int, first: int) -> str:
    if times == first:
        return ""
    more, than = ("more", "spreads the work less") if times > first else ("less", "spreads the work better")
    return f"{who} carries {more}: {_times(times)} in a year against {_times(first)}, which {than}."


def _times(number: int) -> str:
    return f"{number} piece{'' if number == 1 else 's'} of work" if number else "nothing"


def keys_of(suggestion: str) -> list[str]:
    """The registry's records that the page needs: of every peer proposed and of their councils."""
    pairs = {(c["peer"], c["council"]) for place in _places(suggestion) for c in place["candidates"]}
    owners = {f"peer:{peer}" for peer, _ in pairs} | {f"council:{council}" for _, council in pairs}
    return sorted(owners | {f"load:{owner}" for owner in owners})


def peers_of(suggestion: str) -> set[str]:
    """Everybody proposed."""
    return {c["peer"] for place in _places(suggestion) for c in place["candidates"]}


def laid_out(suggestion: str, records: Mapping[str, str], today: date) -> list[Place]:
    """The places of a suggestion (its JSON; "" for none), with loads from the registry's records by key."""
    if not suggestion:
        return []
    said = json.loads(suggestion)
    known = _Known(records, today, Work(said["starts"], said["kind"]))
    return [_place(place, known) for place in said["places"]]


@dataclass(frozen=True, slots=True)
class Work:
    """What offers are looked at for: its first day, in ISO 8601, and its kind of support."""

    starts: str
    kind: str

    def may_go_to(self, offer: Mapping[str, Any]) -> bool:
        kinds = offer.get("kinds")
        return bool(offer["starts"] <= self.starts <= offer["ends"] and (not kinds or self.kind in kinds))


@dataclass(frozen=True, slots=True)
class _Known:
    """The registry's records by key, the day of the page, and the work."""

    records: Mapping[str, str]
    today: date
    work: Work

    def load(self, owner: str) -> Load:
        return load_of(owner, self.records, self.today, self.work)


def _places(suggestion: str) -> Sequence[Mapping[str, Any]]:
    return json.loads(suggestion)["places"] if suggestion else ()


def _place(place: Mapping[str, Any], known: _Known) -> Place:
    best = max(c["fit"] for c in place["candidates"])
    excluded = sorted(((count, wording.left_out(code)) for code, count in place["excluded"].items() if count), reverse=True)
    choices = tuple(_choice(c, best, known) for c in place["candidates"])
    return Place(place["place"], place["role"], place["considered"], tuple(excluded), choices)


def _choice(c: Mapping[str, Any], best: float, known: _Known) -> Choice:
    terms, load, council = c["terms"], known.load(f"peer:{c['peer']}"), known.load(f"council:{c['council']}")
    bars = tuple(Bar(wording.TERMS.get(name, wording.plain(name)), value) for name, value in terms.items() if name not in _PENALTIES)
    price = sum(c["price"].values())
    band = 1 + int((best - c["fit"] + 1e-9) / BAND)
    return Choice(c["peer"], c["council"], c["rank"], c["fit"], price, band, _for(terms, load), _against(terms, load), bars, load, council)


def _for(terms: Mapping[str, float], load: Load) -> tuple[str, ...]:
    words = []
    if terms.get("journey", 0) >= 1:
        words.append("led while the judgement rose by two grades")
    if terms.get("themes", 0) == 1:
        words.append("knows every theme asked for")
    elif terms.get("themes", 0) > 0:
        words.append(f"knows {terms['themes']:.0%} of the themes asked for")
    if terms.get("role", 0) == 1:
        words.append("holds the role asked for")
    if terms.get("similarity", 0) >= 0.5:
        words.append("from a similar council")
    if terms.get("politics", 0) == 1:
        words.append("of the party wished for")
    if load.deployments == 0:
        words.append("has not been asked this year")
    return tuple(words)


def _against(terms: Mapping[str, float], load: Load) -> tuple[str, ...]:
    words = []
    if terms.get("themes") == 0:
        words.append("knows none of the themes asked for")
    if "border" in terms:
        words.append("from a council next door")
    if "reciprocal" in terms:
        words.append("from a council that they have helped within a year")
    if terms.get("politics") == 0:
        words.append("of another party than wished for")
    if terms.get("region") == 0:
        words.append("from another region than wished for")
    if load.deployments == 1:
        words.append("asked once this year")
    elif load.deployments > 1:
        words.append(f"asked {load.deployments} times this year")
    return tuple(words)


def load_of(owner: str, records: Mapping[str, str], today: date, work: Work | None = None) -> Load:
    """What an owner (`peer:<id>`, `council:<la_code>`) carries on a day, by the registry's records.

    work: whose offers count, which may begin long after today; None: the offers in force today.
    """
    state, load = (json.loads(records.get(key, "{}")) for key in (owner, f"load:{owner}"))
    counts = work.may_go_to if work else lambda offer: offer["starts"] <= str(today) <= offer["ends"]
    offered = {o["offer"]: o["days"] for o in state.get("offers", ()) if counts(o)}
    used = {o["offer"]: o["used"] for o in load.get("offers", ())}
    recent = [on for on in load.get("placed", ()) if (today - date.fromisoformat(on)).days <= _YEAR]
    return Load(load.get("held", 0) + len(recent), sum(used.get(offer, 0) for offer in offered), sum(offered.values()))
