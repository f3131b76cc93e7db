"""One member of a team gives way to another, and the others stay as they are: what was agreed with them stands. Pure decisions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from schemas import matcher as say
from schemas.fact import Line
from schemas.replacing import MemberReplaced, ReplacementSelected
from services.matcher import consents
from services.matcher.consents import Consent
from services.matcher.domain import ask_next, being_asked
from services.matcher.steps import Broken, Draft, Step
from services.matcher.story import Replacing, Story


def line_at(story: Story, place: str) -> Line:
    """Who fills a place. Errors: Broken not_in_hand, replacing, place."""
    if story.state != "placed" and (story.state != "consenting" or len(story.current.lines) < 2):
        words = "a member of a team is replaced while consents are asked for, anybody once the work is placed"
        raise Broken("not_in_hand", f"This request is {story.state}; {words}. Decline or cancel instead.")
    if story.current.replacing is not None:
        raise Broken("replacing", "A member is being replaced already. Read the request again in a moment.")
    found = next((line for line in story.current.lines if line.place == place), None)
    if found is None:
        raise Broken("place", f"The places of this match are {', '.join(line.place for line in story.current.lines)}. Name one of them.")
    return found


def refused(story: Story, consent: str, actor: str, channel: str, because: str, now: datetime, *, on_behalf: bool) -> tuple[Step, str]:
    """A member or their employer does not agree, and the match goes on without them: what to say of it, and the place that is to be filled.

    Errors: Broken not_asked, not_of_a_member.
    """
    found = being_asked(story, consent)
    place = next((line.place for line in story.current.lines if line.peer == found.peer), None)
    if found.peer is None or place is None:
        raise Broken("not_of_a_member", "This consent is about the whole match, not about one member. Record the refusal alone.")
    draft = Draft(story, actor, now)
    said = {"consent": consent, "party": found.party, "peer": found.peer, "on_behalf": on_behalf, "channel": channel, "actor": actor}
    draft.fact(say.ConsentRefused, because=because, **said)
    given = tuple(each.model_copy(update={"state": "refused"}) if each is found else each for each in story.current.consents)
    return draft.step(declined=story.declined | {found.peer}, match=story.current.model_copy(update={"consents": given})), place


def replace_member(
    story: Story,
    place: str,
    peer: str,
    council: str,
    given: float,
    starts: date,
    actor: str,
    because: str,
    now: datetime,
    *,
    agreed: bool,
    waived: frozenset[tuple[str, str]] = frozenset(),
) -> Step:
    """An adviser gives a place to somebody else. given: days that the one who leaves has given, once placed; the new one has the rest.

    Nothing changes until the registry has moved the capacity. starts: from when the new one works.
    agreed: those who must agree have, as placed work needs: it passes on at once. Before that their consents are asked for as ever.
    waived: (peer, rule) passed over.
    Errors: Broken not_in_hand, replacing, place, same_peer, given, agreement.
    """
    old, current = line_at(story, place), story.current
    if peer in {line.peer for line in current.lines}:
        raise Broken("same_peer", "That peer is in the team already. Choose another.")
    if given and story.state != "placed":
        raise Broken("given", "Nothing was given yet: the match is not placed. Leave the days given out.")
    if given >= old.days:
        raise Broken("given", f"Of {old.days:g} days {given:g} are given, so nothing is left to do. Complete the support instead.")
    if story.state == "placed" and not agreed:
        who = "the new person, their employer and the council"
        raise Broken("agreement", f"Work that is placed passes on once {who} have agreed. Ask them, then say that they have.")
    number = max(line.line for line in (*current.lines, *current.former)) + 1
    new = Line(line=number, place=place, role=old.role, peer=peer, council=council, days=old.days - given)
    planned = consents.plan(current.match, story.kind, [new])
    draft = Draft(story, actor, now)
    draft.fact(
        ReplacementSelected,
        leaves=old.line,
        line=new,
        given=given,
        starts=starts,
        expires_at=consents.backstop(now, story.kind, story.priority, planned),
        because=because,
        actor=actor,
        kind=story.kind,
    )
    replacing = Replacing(leaves=old.line, given=given, line=new)
    return draft.step(match=current.model_copy(update={"replacing": replacing, "known": current.known | waived}))


def moved(story: Story, match: str, line: int, now: datetime) -> Step:
    """The capacity is the new member's: the team is as chosen. What is placed goes on; before that the new member's consents are asked for.

    Whoever agreed to the team as it was (the host, after the peers) is asked again; every other consent stands.
    """
    current = story.match
    if current is None or current.match != match or current.replacing is None or current.replacing.line.line != line:
        return Step(story)
    leaves, given, new = current.replacing.leaves, current.replacing.given, current.replacing.line
    old = next(each for each in current.lines if each.line == leaves)
    lines = tuple(new if each is old else each for each in current.lines)
    former = (*current.former, old.model_copy(update={"days": given})) if given else current.former
    draft = Draft(story, "registry", now)
    draft.fact(MemberReplaced, left=old, given=given, lines=lines)
    after = current.model_copy(update={"lines": lines, "former": former, "replacing": None})
    if story.state == "placed":
        return draft.step(match=after)
    asked = _consents(story, old, lines, f"{match}-{line}")
    taken = ask_next(draft, asked, after.model_copy(update={"expires_at": consents.backstop(now, story.kind, story.priority, asked)}))
    still = [("consent_deadline", each.deadline) for each in asked if each.state == "asked" and each.deadline is not None]
    return replace(taken, later=(*taken.later, *still))


def _consents(story: Story, old: Line, lines: Sequence[Line], name: str) -> tuple[Consent, ...]:
    """As planned for the new team, with what stands of what was asked: all but the leaver's, and what was asked about the whole team."""
    current = story.current
    first = min((consent.stage for consent in current.consents if consent.peer is not None), default=0)
    stands = [each for each in current.consents if each.peer != old.peer and (each.peer is not None or each.stage < first)]
    found = []
    for planned in consents.plan(name, story.kind, lines):
        same = next((each for each in stands if (each.party, each.peer) == (planned.party, planned.peer)), None)
        if same is not None:
            stands.remove(same)
        found.append(planned if same is None else same.model_copy(update={"stage": planned.stage}))
    return tuple(found)


def move_refused(story: Story, match: str, now: datetime) -> Step | None:
    """The capacity could not be moved: everything stays as it was, and a person is told. None where nobody is being replaced."""
    current = story.match
    if current is None or current.match != match or current.replacing is None:
        return None
    draft = Draft(story, "registry", now)
    draft.fact(say.RequestEscalated, because="replacement_refused")
    return draft.step(match=current.model_copy(update={"replacing": None}))
