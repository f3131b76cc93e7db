"""Days that are drawn as and when: each use of a sounding board and the like is written down until none are left. Pure decisions."""

from datetime import date, datetime

from schemas.drawing import DaysDrawn
from schemas.fact import Problem
from schemas.matcher import LineSpent
from services.matcher.steps import Broken, Draft, Step
from services.matcher.story import Drawn, Story
from services.vocabulary.calendar import day_of
from services.vocabulary.kinds import KINDS


def left(story: Story, line: int) -> float:
    """Days of a line of the current match that are not drawn."""
    placed = next(each.days for each in story.current.lines if each.line == line)
    return placed - sum(drawn.days for drawn in story.current.draws if drawn.line == line)


def draw(story: Story, line: int, days: float, on: date, because: str, actor: str, now: datetime) -> Step:
    """Somebody was rung or met: so many days of a placed line are used. days: in steps of half a day, more than 0.

    Errors: Broken not_placed, not_drawn, replacing; line, on and days where that field is wrong.
    """
    if story.state != "placed":
        raise Broken("not_placed", f"This request is {story.state}; days are drawn of placed work alone.")
    if story.kind not in KINDS or not KINDS[story.kind].drawn:
        raise Broken("not_drawn", "Days of this kind of support are not drawn one by one. Record them when the work is completed.")
    current = story.current
    if current.replacing is not None:
        raise Broken("replacing", "A member is being replaced. Read the request again in a moment.")
    known = [each.line for each in current.lines]
    if line not in known:
        raise _wrong("line", "Nobody helps on this line.", f"Name one of the lines {', '.join(map(str, known))}.")
    if not current.starts <= on <= current.ends:
        raise _wrong("on", "This is outside the dates of the work.", f"Enter a day from {current.starts} to {current.ends}.")
    if on > day_of(now):
        raise _wrong("on", "This day lies ahead.", "Enter the day on which the time was given.")
    rest = left(story, line) - days
    if rest < 0:
        raise _wrong("days", f"Days left here: {rest + days:g}.", "Enter no more than that; for more, ask for support anew.")
    draft = Draft(story, actor, now)
    draft.fact(DaysDrawn, drawn=LineSpent(line=line, days_spent=days), on=on, because=because, days_left=rest, actor=actor)
    drawn = Drawn(line=line, days=days, on=on, because=because, left=rest)
    return draft.step(match=current.model_copy(update={"draws": (*current.draws, drawn)}))


def _wrong(field: str, reason: str, remedy: str) -> Broken:
    return Broken(field, f"{reason} {remedy}", (Problem(field=field, rule=field, reason=reason, remedy=remedy),))
