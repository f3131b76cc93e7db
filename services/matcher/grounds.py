"""Why a rule leaves somebody out: the fact behind it in words, and the smallest change that would lift it. Nobody is named."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from schemas.registry import Offer, Post, Span
from services.matcher.asks import Ask
from services.matcher.columns import Register
from services.matcher.councils import stage
from services.matcher.dated import lasts
from services.matcher.lived import first_inspection
from services.matcher.policy import Policy
from services.matcher.rulebook import RULES
from services.matcher.rules import BROKEN, Case, months_before
from services.vocabulary.councils import council_name
from services.vocabulary.kinds import GIVERS, KINDS
from services.vocabulary.ladder import INTERVENTIONS
from services.vocabulary.listing import listed
from services.vocabulary.roles import role_title

_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Ground:
    """A rule that stands against somebody.

    sentence: the rule's. fact: what is known that breaks it. absolute: it cannot be waived.
    change: the smallest change that lifts it, as a clause after "if"; empty where no change of facts can.
    """

    rule: str
    sentence: str
    fact: str
    absolute: bool
    change: str


def grounds(register: Register, ask: Ask, role: str, peer: str, policy: Policy) -> tuple[Ground, ...]:
    """Every rule that leaves this peer out of a place of that role, in the order of RULES, also for somebody who is resting."""
    known = register.records
    state = known.peers.get(peer)
    if state is None:
        return (_ground("inactive", "Nobody of this number is on the register.", "they were on the register"),)
    case = Case(register, ask, role, state, policy, known.councils.get(state.council), known.councils.get(ask.host))
    resting = [] if state.active else [_ground("inactive", "They are resting, or have left the register.", "they were active again")]
    return (*resting, *(_ground(code, *_said(code, case)) for code in RULES if code in BROKEN and BROKEN[code](case)))


def _ground(code: str, fact: str, change: str) -> Ground:
    return Ground(code, RULES[code].sentence, fact, RULES[code].absolute, change)


def _said(code: str, case: Case) -> tuple[str, str]:
    return FACTS[code](case) if code in FACTS else (RULES[code].sentence, "")


def _in_role(role: str) -> Callable[[Case], tuple[str, str]]:
    def said(case: Case) -> tuple[str, str]:
        code, starts = role or case.role, case.ask.starts
        held = [post for post in case.peer.posts if post.role == code]
        title, then = role_title(code), case.posts_then()
        fact = f"On {day(starts)} they hold {_posts(then)}." if then else f"On {day(starts)} they hold no post."
        before = max((post for post in held if post.ends and post.ends < starts), key=lambda post: post.ends or starts, default=None)
        after = min((post for post in held if post.starts > starts), key=lambda post: post.starts, default=None)
        if after is not None:
            return f"{fact} They become {_post(after)} on {day(after.starts)}.", f"the work began on {day(after.starts)} or later"
        if before is not None and before.ends is not None:
            return f"{fact} They were {_post(before)} until {day(before.ends)}.", f"they were {title} again on {day(starts)}"
        return fact, f"they were {title} on {day(starts)}"

    return said


def _inspection(case: Case) -> tuple[str, str]:
    first = first_inspection(case.peer, case.register.records.councils)
    if first is None:
        return "No inspection is known that began while they were lead member or director of its council.", ""
    return f"The first inspection that they lived through began on {day(first)}.", f"the work began on {day(first)} or later"


def _accreditation(case: Case) -> tuple[str, str]:
    known, starts = case.peer.accreditations, case.ask.starts
    lapsed = max((span.ends for span in known if span.ends and span.ends < starts), default=None)
    coming = min((span.starts for span in known if span.starts > starts), default=None)
    if coming is not None:
        return f"Their accreditation begins on {day(coming)}.", f"the work began on {day(coming)} or later"
    if lapsed is not None:
        return f"Their accreditation holds until {day(lapsed)}.", f"their accreditation, which holds until {day(lapsed)}, were renewed"
    return "They have never been accredited.", f"they were accredited by {day(starts)}"


def _release(case: Case) -> tuple[str, str]:
    return (
        f"Their employer has released them for {_spans(case.peer.releases)}.",
        f"their employer released them for work that begins on {day(case.ask.starts)}",
    )


def _not_willing(case: Case) -> tuple[str, str]:
    name = _home(case)
    if case.home is None:
        return f"{name} is not on the register.", f"{name} were on the register and offered support"
    return f"{name} offers no support at present.", f"{name} offered support again"


def _in_intervention(case: Case) -> tuple[str, str]:
    spans, starts = case.home.interventions if case.home else (), case.ask.starts
    worst = max((span for span in spans if lasts(span, starts)), key=lambda span: stage([span], starts))
    fact = (
        f"{_home(case)} is in intervention ({_words(worst.state)}) since {day(worst.starts)}; "
        f"policy {case.policy.version} asks no help of councils from {_words(INTERVENTIONS[case.needs.barred_from])} on."
    )
    ends = f"the work began after {day(worst.ends)}" if worst.ends else f"the intervention at {_home(case)} ended before {day(starts)}"
    return fact, ends


def _no_offer(who: str, verb: str, offers: Sequence[Offer], case: Case) -> tuple[str, str]:
    starts, restricted = day(case.ask.starts), any(offer.kinds for offer in offers)
    work = "work of this kind" if restricted else "work"
    others = f"; what is offered is for work that begins {_offers(offers)}" if offers else ""
    change = f"{who if who != 'They' else 'they'} offered {case.ask.days:g} days for {work} that begins on {starts}"
    return f"{who} {verb} no days for {work} that begins on {starts}{others}.", change


def _dates(case: Case) -> tuple[str, str]:
    return _no_offer("They", "offer", case.peer.offers, case)


def _council_dates(case: Case) -> tuple[str, str]:
    return _no_offer(_home(case), "offers", case.home.offers if case.home else (), case)


def _absence(case: Case) -> tuple[str, str]:
    away = case.away()[0]
    change = f"the work began after {day(away.ends)}" if away.ends else f"they were back by {day(case.ask.starts)}"
    return f"They are away {_span(away)}.", change


def _giver(case: Case) -> tuple[str, str]:
    kind, givers = KINDS[case.ask.kind], listed([_words(giver) for giver in GIVERS if giver in case.needs.givers])
    return f"They are registered as {_words(case.peer.kind)}; {kind.title} is given by: {givers}.", ""


def _own_council(case: Case) -> tuple[str, str]:
    host = council_name(case.ask.host)
    if case.peer.council == case.ask.host:
        return f"{host}, which asks, is their own council.", ""
    post = next(post for post in case.posts_then() if post.council == case.ask.host)
    return f"They are {_post(post)} when the work begins.", f"the work began after {day(post.ends)}" if post.ends else ""


def _linked(case: Case) -> tuple[str, str]:
    return f"{_home(case)} and {council_name(case.ask.host)} share a trust, a director or a chief executive.", ""


def _interest(case: Case) -> tuple[str, str]:
    held = next(one for one in case.peer.interests if one.council == case.ask.host and lasts(one, case.ask.starts))
    fact = f"They have declared an interest in {council_name(case.ask.host)}, {_span(held)}."
    return fact, f"the work began after {day(held.ends)}" if held.ends else ""


def _avoided(case: Case) -> tuple[str, str]:
    host, home = council_name(case.ask.host), _home(case)
    return f"{host} wishes to avoid {home}.", f"{host} no longer wished to avoid {home}"


def _worked_there(case: Case) -> tuple[str, str]:
    starts, months = case.ask.starts, case.policy.cooling_off_months
    left = [post for post in case.peer.posts if post.council == case.ask.host and post.ends and post.ends < starts]
    last = max(left, key=lambda post: post.ends or starts)
    ends = last.ends or starts
    fact = f"They were {_post(last)} until {day(ends)}; policy {case.policy.version} lets {months} months pass."
    return fact, f"the work began after {day(months_before(ends, -months))}"


def _too_few(case: Case, who: str, free: float | None, offers: Sequence[Offer]) -> tuple[str, str]:
    left, asked, starts = max(free or 0.0, 0.0), case.ask.days, case.ask.starts
    offered = max((offer.days for offer in case.for_it(offers)), default=0.0)
    wanting, month = asked - left, f"{starts:%B %Y}"
    have = f"{who[0].upper()}{who[1:]} {'have' if who == 'they' else 'has'}"
    spare = f"{left:g} {'day' if left == 1 else 'days'} free of {offered:g}"
    fact = f"{have} {spare} offered for work that begins on {day(starts)}; {asked:g} are asked."
    return fact, f"{who} had {wanting:g} more {'day' if wanting == 1 else 'days'} free in {month}"


def _peer_days(case: Case) -> tuple[str, str]:
    return _too_few(case, "they", case.peer_free(), case.peer.offers)


def _council_days(case: Case) -> tuple[str, str]:
    return _too_few(case, _home(case), case.council_free(), case.home.offers if case.home else ())


def _challenges(case: Case) -> tuple[str, str]:
    load, starts, most = case.register.records.loads.get(f"peer:{case.peer.peer}"), case.ask.starts, case.policy.challenges_a_year
    visits = sorted(load.challenges if load else ())
    near = [visit for visit in visits if abs(visit - starts) < _YEAR]
    later = (visit + _YEAR for visit in visits if visit + _YEAR > starts)
    free = next(first for first in later if sum(abs(visit - first) < _YEAR for visit in visits) < most)
    fact = f"Their visits with a peer team within a year of {day(starts)}: {listed([day(visit) for visit in near])}; "
    return f"{fact}policy {case.policy.version} allows {most} a year.", f"the work began on {day(free)} or later"


def _paid(case: Case) -> tuple[str, str]:
    return (
        f"They are registered as {_words(case.peer.kind)}, and the support is to be free.",
        "the request said who pays: subsidised or whole cost",
    )


def _not_now(case: Case) -> tuple[str, str]:
    until = day(case.register.not_now[case.peer.peer])
    return f"The adviser of their own region asks not to ask them until {until}.", f"they were asked on {until} or later"


def _declined(case: Case) -> tuple[str, str]:  # noqa: ARG001
    return "An adviser declined them for this request, or they or somebody who must agree said no.", ""


FACTS: Final[dict[str, Callable[[Case], tuple[str, str]]]] = {
    "role": _in_role(""),
    "giver": _giver,
    "portfolio": _in_role("lead_member"),
    "inspection": _inspection,
    "accreditation": _accreditation,
    "release": _release,
    "not_willing": _not_willing,
    "in_intervention": _in_intervention,
    "dates": _dates,
    "council_dates": _council_dates,
    "absence": _absence,
    "own_council": _own_council,
    "linked_council": _linked,
    "interest": _interest,
    "avoided_council": _avoided,
    "worked_there": _worked_there,
    "peer_days": _peer_days,
    "council_days": _council_days,
    "challenges": _challenges,
    "paid": _paid,
    "not_now": _not_now,
    "declined": _declined,
}
"""By rule, of somebody who breaks it: the fact, and the change that would lift it. A rule without a line says its own sentence."""


def day(when: date | None) -> str:
    """As "3 May 2026"."""
    return f"{when.day} {when:%B %Y}" if when else "an unknown day"


def _home(case: Case) -> str:
    return council_name(case.peer.council)


def _words(code: str) -> str:
    return code.replace("_", " ")


def _post(post: Post) -> str:
    return f"{role_title(post.role)} at {council_name(post.council)}"


def _posts(posts: Iterable[Post]) -> str:
    return "the post of " + listed([_post(post) for post in posts])


def _span(span: Span) -> str:
    return f"from {day(span.starts)} to {day(span.ends)}" if span.ends else f"since {day(span.starts)}"


def _spans(spans: Iterable[Span]) -> str:
    return listed([f"{day(span.starts)} to {day(span.ends)}" if span.ends else f"{day(span.starts)} on" for span in spans])


def _offers(offers: Iterable[Offer]) -> str:
    in_order = sorted(offers, key=lambda offer: offer.starts)
    return listed([f"from {day(offer.starts)} to {day(offer.ends)}{_only_for(offer)}" for offer in in_order])


def _only_for(offer: Offer) -> str:
    """The kinds of support that the days are for, where not for any."""
    titles = [KINDS[kind].title if kind in KINDS else kind for kind in offer.kinds]
    return f" ({listed(titles)} only)" if titles else ""
