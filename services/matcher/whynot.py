"""Why not this one: every rule with its fact, or what puts others ahead, and the smallest change that would have them proposed.

Pure functions of what a ranking reads. Peers by their numbers, councils by name, nobody by name.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from schemas.matcher import Candidate
from services.matcher.asks import Ask
from services.matcher.columns import Register
from services.matcher.explain import one_line
from services.matcher.grounds import Ground, grounds
from services.matcher.policy import Policy
from services.matcher.ranking import COURSE_PLACE, RULES, Dealt, dealt_to
from services.matcher.ways import OUTRANKED, Gap, Look, closing, gap, look
from services.vocabulary.councils import council_name
from services.vocabulary.listing import listed

PROPOSED, ELSEWHERE, RULED_OUT, UNSERVED = "proposed", "elsewhere", "ruled_out", "unserved"
NEAREST = 5
_MOST_WAYS = 3
_LOOKED_AT = 50
"""How many of a council's people are looked at whole: those against whom fewest rules stand."""


@dataclass(frozen=True, slots=True)
class WhyNot:
    """How one peer stands for one place of a request.

    verdict: proposed; elsewhere (for another place of the request); ruled_out; below_floor; beyond_limit (of fit given up); exposed (on as
    many open shortlists as may be); outranked; unserved (nobody is proposed, for another place cannot be filled).
    grounds: every rule that leaves them out, in the order of the rules. own: their whole arithmetic, whatever rules say; None for
    somebody who is not on the register. ahead: whom the shortlist has, best first. behind: for whoever is outranked, by term and part of
    the price (`price_...`), how much more the last of the shortlist is worth for it; the parts sum to the gap in value.
    ways: the smallest changes, each a clause after "if" that would do, the likeliest first. never: no change of facts would.
    words: all this in sentences.
    """

    place: str
    role: str
    peer: str
    verdict: str
    grounds: tuple[Ground, ...]
    own: Candidate | None
    ahead: tuple[Candidate, ...]
    behind: dict[str, float]
    ways: tuple[str, ...]
    never: bool
    words: str


@dataclass(frozen=True, slots=True)
class CouncilWhyNot:
    """How the people of one council stand for one place of a request.

    people: how many of them are on the register. left_out: by rule, how many of them it leaves out; several rules may leave out the same
    person. nearest: those who come nearest to being proposed, at most NEAREST. words: all this in sentences.
    """

    place: str
    role: str
    council: str
    people: int
    left_out: dict[str, int]
    nearest: tuple[WhyNot, ...]
    words: str


def why_not(register: Register, ask: Ask, place: str, peer: str, policy: Policy, as_of: date) -> WhyNot:
    """Why this peer is not proposed for that place of the request, as of now. Adds no load. Errors: LookupError for no such place."""
    return why_not_as(register, ask, place, peer, policy, as_of, dealt_to(register, ask, policy, as_of))


def why_not_as(register: Register, ask: Ask, place: str, peer: str, policy: Policy, as_of: date, found: Dealt) -> WhyNot:
    """The same beside what was dealt out already. Errors: LookupError for no such place."""
    at = _number(ask, place)
    return _one(register, ask, at, peer, grounds(register, ask, ask.places[at][1], peer, policy), policy, as_of, found)


def why_not_council(register: Register, ask: Ask, place: str, council: str, policy: Policy, as_of: date) -> CouncilWhyNot:
    """The same for everybody of a council. Adds no load. Errors: LookupError for no such place."""
    at = _number(ask, place)
    role, found, name = ask.places[at][1], dealt_to(register, ask, policy, as_of), council_name(council)
    people = sorted(peer for peer, state in register.records.peers.items() if state.council == council)
    against = {peer: grounds(register, ask, role, peer, policy) for peer in people}
    left_out = Counter(ground.rule for each in against.values() for ground in each)
    near = sorted(people, key=lambda peer: (any(g.absolute and not g.change for g in against[peer]), len(against[peer])))[:_LOOKED_AT]
    looked = [_one(register, ask, at, peer, against[peer], policy, as_of, found) for peer in near]
    looked.sort(key=lambda one: (one.verdict != PROPOSED, one.never, len(one.grounds), -one.own.value if one.own else 0.0))
    nearest = tuple(looked[:NEAREST])
    by_rule = {code: left_out[code] for code in RULES if left_out[code]}
    counted = ", ".join(f"{count} {RULES[code].counted}" for code, count in by_rule.items())
    if not people:
        return CouncilWhyNot(place, role, council, 0, {}, (), f"Nobody of {name} is on the register.")
    may = sum(not each for each in against.values())
    words = f"{name} has {len(people)} on the register, of whom rules leave {may} to propose for this place"
    words += f" ({counted})." if counted else "."
    return CouncilWhyNot(place, role, council, len(people), by_rule, nearest, f"{words} Nearest: {nearest[0].words}")


def _number(ask: Ask, place: str) -> int:
    names = [name for name, _ in ask.places]
    if place not in names:
        raise LookupError(place)
    return names.index(place)


def _one(
    register: Register, ask: Ask, at: int, peer: str, against: tuple[Ground, ...], policy: Policy, as_of: date, found: Dealt
) -> WhyNot:
    place, role = ask.places[at]
    row = register.columns().index.get(peer)
    if row is None:
        words = f"{peer} may not be proposed. {against[0].fact}"
        return WhyNot(place, role, peer, RULED_OUT, against, None, (), {}, (), never=False, words=words)
    seen = look(register, ask, at, row, policy, as_of, found)
    lacks = gap(seen)
    verdict = _verdict(seen, against, lacks)
    never = any(ground.absolute and not ground.change for ground in against)
    ways = () if never or verdict in (PROPOSED, ELSEWHERE) else _ways(seen, against, lacks)
    ahead = seen.standing.candidates(seen.shortlist)
    behind = _behind(seen.own, ahead[-1]) if verdict == OUTRANKED else {}
    line = one_line(seen.own)
    words = f"{peer} {_in_words(seen, verdict, against, lacks, ways)} {line[0].upper()}{line[1:]}."
    return WhyNot(place, role, peer, verdict, against, seen.own, ahead, behind, ways, never, words)


def _verdict(seen: Look, against: Sequence[Ground], lacks: Gap | None) -> str:
    lists = seen.found.shortlists
    if against:
        return RULED_OUT
    if all(lists) and any(seen.row in shortlist for shortlist in lists):
        return PROPOSED if seen.row in seen.shortlist else ELSEWHERE
    if lacks is not None:
        return lacks.verdict
    return UNSERVED if not all(lists) else OUTRANKED


def _ways(seen: Look, against: Sequence[Ground], lacks: Gap | None) -> tuple[str, ...]:
    """What the rules ask for is in each of them: without it nothing else helps."""
    lifted = [ground.change or "two advisers waived what stands against them" for ground in against]
    if lacks is None:
        return (_joined(lifted),) if lifted else ()
    return tuple(_joined([*lifted, way]) for _, way in zip(range(_MOST_WAYS), closing(seen, lacks, free=not against), strict=False))


def _in_words(seen: Look, verdict: str, against: Sequence[Ground], lacks: Gap | None, ways: Sequence[str]) -> str:
    would = f" They would be suggested if {', or if '.join(ways)}." if ways else ""
    if verdict == RULED_OUT:
        by = f", by {len(against)} rules" if len(against) > 1 else ""
        said = f"may not be proposed{by}. {' '.join(ground.fact for ground in against)}"
        fixed = next((ground.fact for ground in against if ground.absolute and not ground.change), None)
        if fixed is not None:
            return f"{said} Nothing can change this: {fixed[0].lower() if fixed.startswith('They') else fixed[0]}{fixed[1:]}"
        beside = f" Even without that: {lacks.words}." if lacks else ""
        return f"{said}{beside}{would}{_waiver(against)}"
    if verdict == PROPOSED:
        return f"is among the {len(seen.shortlist)} who may be proposed for this place now."
    if verdict == ELSEWHERE:
        return "may be proposed now, for another place of the request."
    if verdict == UNSERVED and seen.found.wanting == COURSE_PLACE:
        return "could be proposed, but the request waits for a place on a course, and nobody is needed before there is one."
    if verdict == UNSERVED:
        empty = [f"{name} ({role})" for (name, role), each in zip(seen.ask.places, seen.found.shortlists, strict=True) if not each]
        return f"could be proposed, but nobody is: {_joined(empty)} of the request cannot be filled."
    return f"{lacks.words if lacks else 'is outranked'}.{would}"


def _waiver(against: Sequence[Ground]) -> str:
    if any(ground.absolute for ground in against):
        return ""
    return " An adviser may waive this with a reason and the agreement of a second adviser."


def _behind(own: Candidate, last: Candidate) -> dict[str, float]:
    """What is alike is left out."""
    parts = {name: _worth(last, name) - _worth(own, name) for name in dict.fromkeys([*own.terms, *last.terms])}
    parts |= {f"price_{name}": own.price[name] - last.price[name] for name in own.price}
    return {name: part for name, part in parts.items() if abs(part) > 1e-9}


def _worth(one: Candidate, term: str) -> float:
    return one.terms.get(term, 0.0) * one.weights.get(term, 0.0)


def _joined(parts: Sequence[str]) -> str:
    return listed(list(dict.fromkeys(parts)))
