"""A waivable rule is passed over by two advisers: one waives it for one peer with a reason, another chooses that peer. Pure decisions."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from schemas import matcher as say
from services.matcher.ranking import ABSOLUTE, EVERY
from services.matcher.steps import Broken, Draft, Step
from services.matcher.story import Story


def never_broken(rules: Iterable[str], what: str, place: str) -> None:
    """Errors: Broken by an absolute rule, of those that stand against a peer; `what` cannot be done about it: waived, overridden."""
    for rule in rules:
        if rule in ABSOLUTE:
            raise Broken(rule, f"{EVERY[rule].sentence} This rule cannot be {what}. Choose another peer for {place}.")


def waive(story: Story, place: str, peer: str, rules: Sequence[str], actor: str, because: str, now: datetime) -> Step:
    """An adviser waives rules for one peer; it takes another adviser to choose that peer. Errors: Broken not_open, nothing_to_waive.

    While the request is to be decided, or while a place of its match may pass to somebody else.
    """
    if story.state not in ("suggested", "unmet", "consenting", "placed"):
        raise Broken("not_open", f"This request is {story.state}; a rule is waived while somebody may still be chosen. Read it again.")
    if not rules:
        raise Broken("nothing_to_waive", "No rule stands against this peer. Choose the peer.")
    draft = Draft(story, actor, now)
    draft.fact(say.RuleWaived, place=place, peer=peer, rules=tuple(rules), because=because, actor=actor)
    return draft.step(waived=story.waived | {(peer, rule, actor) for rule in rules})


def relied_on(story: Story, peer: str, rules: Iterable[str], actor: str) -> None:
    """Errors: Broken second_adviser, when a rule that stands against the peer was not waived by somebody else than `actor`."""
    by_others = {(who, rule) for who, rule, adviser in story.waived if adviser != actor}
    missing = [rule for rule in rules if (peer, rule) not in by_others]
    if missing:
        raise Broken(
            "second_adviser",
            f"Against this peer stands: {', '.join(missing)}. Another adviser must waive that first, with a reason; then choose.",
        )
