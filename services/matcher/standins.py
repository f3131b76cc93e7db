"""Who could take one place of a team while the others stay, best first, and what each would change. Pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice

from schemas.fact import Line
from schemas.matcher import Candidate
from services.matcher.asks import Ask
from services.matcher.columns import Columns, Register
from services.matcher.explain import one_line
from services.matcher.policy import Policy
from services.matcher.price import Prices
from services.matcher.ranking import EVERY, ONE_OUTSIDE, lacks_outsider, outsiders, stand
from services.matcher.rules import broken_by
from services.matcher.standing import BEYOND
from services.matcher.ways import arithmetic
from services.vocabulary.councils import council_name
from services.vocabulary.roles import is_councillor


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody in the place of the one who leaves.

    fit, load: how much more the team fits and how much more its load costs with them; value is the one less the other.
    council_twice: a second member of their council. mixed: councillors of more than one group, or fewer than two councillors.
    rules: that stand against them; only of somebody who was named. words: all this in a sentence.
    """

    peer: Candidate
    fit: float
    load: float
    value: float
    council_twice: bool
    mixed: bool
    rules: tuple[str, ...]
    words: str


def stand_ins(register: Register, ask: Ask, lines: Sequence[Line], leaves: Line, policy: Policy, as_of: date, most: int) -> list[StandIn]:
    """The best for the place, in the order in which teams are composed: a council of its own, mixed groups, then the worth.

    ask: of the whole team. lines: as they are. Nobody who is in the team, or may not be proposed, is among them; nobody of the host's
    region where the team would be left without the one from outside that it needs.
    """
    columns = register.columns()
    asked = replace(ask, declined=ask.declined | {line.peer for line in lines})
    standing = stand(register, asked, leaves.role, policy, as_of)
    pinned = [line for line in lines if line.line != leaves.line]
    needed = outsiders(columns, ask) if lacks_outsider(columns, ask, (line.peer for line in pinned)) else None
    ordered = sorted(
        (choice for choice in standing.choices() if needed is None or choice[0] in needed),
        key=lambda choice: (_twice(columns, choice[0], pinned), not _mixed(columns, choice[0], leaves, pinned), -choice[1]),
    )
    best = [peer for peer, worth in islice(ordered, most) if worth > -BEYOND]
    found = standing.candidates(best)
    now = _now(register, asked, leaves, policy, as_of)
    return [_stand_in(columns, leaves, pinned, now, candidate, ()) for candidate in found]


def stand_in(register: Register, ask: Ask, lines: Sequence[Line], leaves: Line, peer: str, policy: Policy, as_of: date) -> StandIn | None:
    """What one named peer would change, whatever stands against them. None for somebody who is not on the register."""
    columns = register.columns()
    if peer not in columns.index:
        return None
    asked = replace(ask, declined=ask.declined | {line.peer for line in lines})
    pinned = [line for line in lines if line.line != leaves.line]
    rules = tuple(broken_with(register, asked, pinned, leaves.role, peer, policy, as_of))
    named = arithmetic(register, asked, leaves.role, columns.index[peer], policy, Prices(columns, policy, as_of))
    return _stand_in(columns, leaves, pinned, _now(register, asked, leaves, policy, as_of), named, rules)


def broken_with(register: Register, ask: Ask, pinned: Sequence[Line], role: str, peer: str, policy: Policy, as_of: date) -> list[str]:
    """Every rule that leaves this peer out of a place of that role beside those who stay: the peer's own, then those of the whole team."""
    columns = register.columns()
    lacking = lacks_outsider(columns, ask, (peer, *(line.peer for line in pinned)))
    return [*broken_by(register, ask, role, peer, policy, as_of), *([ONE_OUTSIDE] if lacking else ())]


def as_it_is(
    register: Register, ask: Ask, lines: Sequence[Line], line: Line, policy: Policy, as_of: date
) -> tuple[Candidate | None, bool, bool]:
    """Of who fills a place: their arithmetic, whether another member is of their council, whether the councillors' groups are mixed."""
    columns, pinned = register.columns(), [other for other in lines if other is not line]
    row = columns.index.get(line.peer)
    if row is None:
        return None, False, True
    return _now(register, ask, line, policy, as_of), bool(_twice(columns, row, pinned)), _mixed(columns, row, line, pinned)


def _now(register: Register, ask: Ask, leaves: Line, policy: Policy, as_of: date) -> Candidate | None:
    """The arithmetic of the one who leaves, at the same prices."""
    columns = register.columns()
    row = columns.index.get(leaves.peer)
    return None if row is None else arithmetic(register, ask, leaves.role, row, policy, Prices(columns, policy, as_of))


def _stand_in(
    columns: Columns, leaves: Line, pinned: Sequence[Line], now: Candidate | None, candidate: Candidate, rules: tuple[str, ...]
) -> StandIn:
    row = columns.index[candidate.peer]
    fit = candidate.fit - (now.fit if now else 0.0)
    load = sum(candidate.price.values()) - (sum(now.price.values()) if now else 0.0)
    twice, mixed = bool(_twice(columns, row, pinned)), _mixed(columns, row, leaves, pinned)
    changes = [f"fit {fit:+.3f}, load price {load:+.3f}"]
    if twice:
        changes.append(f"a second member from {council_name(candidate.council)}")
    if not mixed:
        changes.append("councillors of one group alone")
    changes += [EVERY[rule].sentence for rule in rules]
    words = f"{candidate.peer} of {council_name(candidate.council)} for {leaves.peer}: {'; '.join(changes)}. {one_line(candidate)}"
    return StandIn(candidate, fit, load, fit - load, twice, mixed, rules, words)


def _twice(columns: Columns, row: int, pinned: Sequence[Line]) -> int:
    return int(columns.councils.codes[columns.home_list[row]] in {line.council for line in pinned})


def _mixed(columns: Columns, row: int, leaves: Line, pinned: Sequence[Line]) -> bool:
    """Groups count among councillors only, and a peer without one is nobody's."""
    rows = [columns.index[line.peer] for line in pinned if is_councillor(line.role) and line.peer in columns.index]
    rows += [row] if is_councillor(leaves.role) else []
    parties = [party for party in columns.parties[rows].tolist() if party]
    return len(parties) < 2 or len(set(parties)) > 1
