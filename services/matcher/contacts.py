"""Before and beside consents: what a call to a peer came to, and a word with the adviser of the peer's own region. Pure decisions."""

from datetime import date, datetime

from schemas import contacts as say
from services.matcher.steps import Broken, Step, open_suggestions
from services.matcher.story import Story

OUTCOMES = ("yes", "no", "no_answer", "call_again")
ANSWERS = ("fine", "speak_to_me", "not_now")


def known_peers(story: Story) -> frozenset[str]:
    """Who is proposed or chosen."""
    chosen = {line.peer for line in story.match.lines} if story.match else set()
    return frozenset(chosen | {candidate.peer for place in open_suggestions(story) for candidate in place.candidates})


def called(story: Story, peer: str, outcome: str, actor: str) -> Step:
    """Note what a call came to; it decides nothing, so the story's version stays. Errors: Broken not_proposed, outcome."""
    if outcome not in OUTCOMES:
        raise Broken("outcome", f"Say what the call came to: {', '.join(OUTCOMES)}.")
    match = _about(story, peer)
    return Step(
        story, (say.CallRecorded(match=match, request=story.request, version=story.version, peer=peer, outcome=outcome, actor=actor),)
    )


def told(story: Story, heads_up: str, peer: str, council: str, region: str, actor: str) -> Step:
    """The adviser of the peer's own region is told. Errors: Broken not_proposed, own_region."""
    match = _about(story, peer)
    if region == story.region:
        raise Broken("own_region", "This peer is of the region that asks; there is no other adviser to tell.")
    said = {"heads_up": heads_up, "peer": peer, "council": council, "region": region, "actor": actor}
    return Step(story, (say.HeadsUpGiven(match=match, request=story.request, version=story.version, **said),))


def answered(story: Story, heads_up: str, peer: str, answer: str, until: date | None, actor: str, now: datetime) -> Step:
    """The adviser of the peer's own region has answered; it bars nobody. Errors: Broken answer, until."""
    if answer not in ANSWERS:
        raise Broken("answer", f"Answer one of: {', '.join(ANSWERS)}.")
    if answer == "not_now" and (until is None or until <= now.date()):
        raise Broken("until", "Say until which day; it must lie ahead.")
    match = story.match.match if story.match else ""
    said = {"heads_up": heads_up, "peer": peer, "answer": answer, "until": until if answer == "not_now" else None, "actor": actor}
    return Step(story, (say.HeadsUpAnswered(match=match, request=story.request, version=story.version, **said),))


def _about(story: Story, peer: str) -> str:
    if story.match is None or peer not in known_peers(story):
        raise Broken("not_proposed", "That peer is neither proposed nor chosen for this request any more. Read it again.")
    return story.match.match
