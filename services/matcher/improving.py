"""Until when a suggestion gains by waiting for a round: an adviser may decide it at any time, and is told what may still change. Pure."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from schemas.fact import Value
from services.matcher.consents import URGENT
from services.matcher.grounds import day
from services.matcher.policy import Policy
from services.matcher.story import Story
from services.vocabulary.calendar import day_of


class Improving(Value):
    """A round may still propose somebody else: when the next one is due, until when rounds are worth waiting for, and both in words."""

    round_at: AwareDatetime
    until: AwareDatetime
    words: str


def improving(story: Story, policy: Policy, round_at: datetime | None) -> Improving | None:
    """None where waiting gains nothing: what is urgent or decided or has waited long enough, and where no round is due.

    round_at: when the next round runs by itself. Source of the waits: decision 0801; the simulation decides by the same numbers.
    """
    if story.state != "suggested" or story.content is None or story.priority in URGENT or round_at is None:
        return None
    waits = policy.team_wait_days if len(story.content.places) > 1 else policy.wait_days
    until = story.content.received_at + timedelta(days=waits)
    if round_at > until:
        return None
    next_one, last = day(day_of(round_at)), day(day_of(until))
    words = f"The round of {next_one} may still improve this; waiting gains nothing after {last}. It can be decided now."
    return Improving(round_at=round_at, until=until, words=words)
