"""What a worked case asks of the ranking: who is proposed, and under which rule somebody is counted. People are invented."""

from contextvars import ContextVar
from typing import Any

from services.matcher.columns import Register
from services.matcher.policy import DEFAULT_POLICY, Policy
from services.matcher.ranking import Ask, broken_by, rank
from tests.unit.matcher.given import TODAY

IN_FORCE: ContextVar[Policy] = ContextVar("in_force", default=DEFAULT_POLICY)
"""The policy by which the cases rank; another one while a term is taken out."""


def under(**changes: Any) -> Policy:
    """The policy in force with some settings changed."""
    return Policy.model_validate(IN_FORCE.get().model_dump() | changes)


def weighing(term: str, weight: float = 0.1) -> Policy:
    """The policy in force with a weight for a term that has none by default; as it is while the term is taken out."""
    weights = IN_FORCE.get().weights
    return under(weights=weights | ({term: weight} if term in weights else {}))


def suggested(known: Register, asked: Ask, by: Policy | None = None) -> list[str]:
    """Who is proposed for the first place, best first; nobody if the request is unmet."""
    ranked = rank(known, [asked], by or IN_FORCE.get(), TODAY)[0]
    return [candidate.peer for candidate in ranked.suggestions[0].candidates] if ranked.suggestions else []


def refused(known: Register, asked: Ask, rule: str, by: Policy | None = None, peer: str = "p1") -> bool:
    """Whether the peer is not proposed, is counted under the rule, and is told that rule when somebody asks why not."""
    policy = by or IN_FORCE.get()
    ranked = rank(known, [asked], policy, TODAY)[0]
    place = (ranked.suggestions or ranked.shortages)[0]
    told = rule in broken_by(known, asked, asked.places[0][1], peer, policy, TODAY)
    return peer not in suggested(known, asked, by) and told and place.excluded.get(rule) == 1
