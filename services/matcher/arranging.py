"""What people agree without us, and how work ends: arrangements by telephone, their questions, completion. Pure decisions."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from schemas import matcher as say
from schemas.fact import Agreed, Line
from services.matcher.consents import plan
from services.matcher.steps import UNDECIDED, Broken, Draft, Step, match_id
from services.matcher.story import Match, Story
from services.vocabulary.kinds import KINDS


def arrange(
    story: Story,
    lines: tuple[Line, ...],
    starts: date,
    ends: date,
    agreed_on: date,
    because: str,
    actor: str,
    now: datetime,
    agreements: tuple[Agreed, ...] = (),
) -> Step:
    """Record what was agreed by telephone: capacity is spent at once, nobody is ranked.

    agreements: who has agreed, of those who must. Errors: Broken not_open, own_council, agreed_on, not_asked.
    """
    if story.state not in UNDECIDED:
        raise Broken("not_open", f"This request is {story.state}; an arrangement can be recorded only while nobody is chosen.")
    if any(line.council == story.host for line in lines):
        raise Broken("own_council", "A peer cannot help their own council. Check the host and the peer.")
    if max((agreed_on, *(each.agreed_on for each in agreements))) > now.date():
        raise Broken("agreed_on", "Nobody can have agreed on a day that lies ahead. Check the dates of agreement.")
    attempt = story.attempt + 1
    match_name = match_id(story.request, attempt)
    planned, told = plan(match_name, story.kind, lines), {(each.party, each.peer) for each in agreements}
    if not told <= {(consent.party, consent.peer) for consent in planned}:
        raise Broken("not_asked", "Somebody is said to have agreed who is not asked for this. Record those alone who must agree.")
    given = tuple(c.model_copy(update={"state": "given"}) for c in planned if (c.party, c.peer) in told)
    match = Match(match=match_name, lines=lines, starts=starts, ends=ends, arranged=True, consents=given)
    draft = Draft(story, actor, now, match.match)
    said: dict[str, Any] = {"host": story.host, "kind": story.kind, "lines": lines, "starts": starts, "ends": ends}
    draft.fact(say.ArrangementRecorded, **said, agreed_on=agreed_on, because=because, actor=actor, agreements=agreements)
    return draft.step("arranging", match=match, attempt=attempt, cohort=None)


def answer_question(story: Story, question: str, answer: str, actor: str, now: datetime) -> Step:
    """Try an arrangement again, after its offer was widened, or give it up. Errors: Broken no_question, answer."""
    current = story.match
    if story.state != "questioned" or current is None or current.question is None or current.question.question != question:
        raise Broken("no_question", "This question does not wait for an answer. Read the request again.")
    if answer not in ("retry", "withdraw"):
        raise Broken("answer", "Answer retry or withdraw.")
    draft = Draft(story, actor, now)
    draft.fact(say.QuestionAnswered, question=question, answer=answer, actor=actor)
    settled = current.model_copy(update={"question": None})
    if answer == "withdraw":
        draft.fact(say.MatchWithdrawn, because="by_adviser", actor=actor)
        return draft.step("new" if story.content else "withdrawn", propose=story.content is not None, match=settled)
    said: dict[str, Any] = {"host": story.host, "kind": story.kind, "lines": current.lines, "starts": current.starts, "ends": current.ends}
    draft.fact(say.ArrangementRecorded, **said, agreed_on=now.date(), because="retry", actor=actor)
    return draft.step("arranging", match=settled)


def complete(story: Story, spent: Mapping[int, float], on: date, actor: str, now: datetime) -> Step:
    """The work is done. spent: days by line; what was placed beyond them is free again.

    Errors: Broken not_placed, replacing, lines; more_than_placed where days are drawn.
    """
    if story.state != "placed":
        raise Broken("not_placed", f"This request is {story.state}; only placed work can be completed.")
    if story.current.replacing is not None:
        raise Broken("replacing", "A member is being replaced. Read the request again in a moment.")
    if set(spent) != {line.line for line in story.current.lines}:
        raise Broken("lines", f"Give the days spent for each line: {', '.join(str(line.line) for line in story.current.lines)}.")
    kind = KINDS.get(story.kind)
    for line in story.current.lines if kind and kind.drawn else ():
        if spent[line.line] > line.days:
            detail = f"No more than the {line.days:g} days of line {line.line} can have been drawn. Enter those, or fewer."
            raise Broken("more_than_placed", detail)
    draft = Draft(story, actor, now)
    days = tuple(say.LineSpent(line=line, days_spent=days) for line, days in sorted(spent.items()))
    draft.fact(say.SupportCompleted, spent=days, completed_on=on, actor=actor)
    return draft.step("completed", match=story.current.model_copy(update={"spent": days}))
