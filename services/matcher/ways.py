"""What keeps somebody out of a shortlist beside the rules, and the smallest changes that would bring them in. Pure functions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from schemas.matcher import Candidate
from services.matcher.asks import Ask
from services.matcher.columns import Columns, Register
from services.matcher.fit import BILLION, Fit, whole
from services.matcher.lots import Lot
from services.matcher.policy import Policy
from services.matcher.price import Prices
from services.matcher.ranking import Dealt, dealt_to
from services.matcher.standing import Standing, candidate
from services.vocabulary.councils import council_name
from services.vocabulary.themes import SAME

BELOW_FLOOR, BEYOND_LIMIT, EXPOSED, OUTRANKED = "below_floor", "beyond_limit", "exposed", "outranked"


@dataclass(frozen=True, slots=True)
class Look:
    """One peer (`row` of Columns) looked at for place number `at` of a request, beside what is dealt out now.

    own: the peer's whole arithmetic, whatever rules say.
    """

    register: Register
    ask: Ask
    at: int
    row: int
    policy: Policy
    as_of: date
    found: Dealt
    own: Candidate

    @property
    def columns(self) -> Columns:
        return self.register.columns()

    @property
    def standing(self) -> Standing:
        return self.found.standings[self.at]

    @property
    def shortlist(self) -> list[int]:
        return self.found.shortlists[self.at]


@dataclass(frozen=True, slots=True)
class Gap:
    """What keeps somebody out: below_floor, beyond_limit, exposed or outranked; how much fit or value is missing, in billionths of fit.

    words: a sentence without its subject.
    """

    verdict: str
    missing: int
    words: str


def look(register: Register, ask: Ask, at: int, row: int, policy: Policy, as_of: date, found: Dealt) -> Look:
    """The arithmetic of one peer beside what is dealt out."""
    within = found.standings[at].within
    rank = within.index(row) + 1 if row in within else 1
    own = arithmetic(register, ask, ask.places[at][1], row, policy, found.prices, rank)
    return Look(register, ask, at, row, policy, as_of, found, own)


def arithmetic(register: Register, ask: Ask, role: str, row: int, policy: Policy, prices: Prices, rank: int = 1) -> Candidate:
    """The whole arithmetic of one peer for a place of that role, whatever rules say."""
    lot = Lot(register.columns(), [(ask, role)], policy).of_one(row)
    return candidate(register.columns(), Fit(lot), prices, row, lot.scarceness.item(0), 0, 0, rank)


def gap(at: Look) -> Gap | None:
    """What would keep them out if no rule did; None where they are in the shortlist or would be."""
    if at.row in at.shortlist:
        return None
    own, policy, standing = at.own, at.policy, at.standing
    fit, value = whole(own.fit), whole(own.value)
    if fit < whole(policy.floor):
        words = f"fits {own.fit:.3f}, below the floor of {policy.floor:.3f}: nobody below it is proposed"
        return Gap(BELOW_FLOOR, whole(policy.floor) - fit, words)
    best, limit = max([fit, *standing.fit.tolist()]), policy.may_give_up(at.ask.priority)
    if best - fit > whole(limit):
        most = f"a request of this priority gives up no more than {limit:.3f} of fit"
        words = f"fits {own.fit:.3f} where the best free fit is {best / BILLION:.3f}: {most}"
        return Gap(BEYOND_LIMIT, best - fit - whole(limit), words)
    if standing.exposed(at.row):
        words = f"is on as many open shortlists as the policy allows ({policy.exposure}): there only where nobody else can fill the place"
        return Gap(EXPOSED, 0, words)
    if len(at.shortlist) < policy.shortlist:
        return None
    by_worth = [peer for peer in at.shortlist[1:] if at.columns.ids[peer] != at.ask.named_peer] or at.shortlist
    last = standing.value.item(standing.at(by_worth[-1]))
    if (value, -at.row) > (last, -by_worth[-1]):
        return None
    stands, of_all = _stands(at)
    words = f"stands {stands} of {of_all}: with load priced in, {own.value:.3f} against {last / BILLION:.3f} of the last of the shortlist"
    return Gap(OUTRANKED, last - value + 1, words)


def closing(at: Look, missing: Gap, *, free: bool) -> Iterator[str]:
    """Changes each of which would do, the likeliest first, as clauses after "if". free: no rule stands against them."""
    if missing.verdict == EXPOSED:
        yield "one of their open suggestions were decided"
        return
    yield from _by_themes(at, missing.missing)
    if free:
        yield from _by_wishes(at)
    if missing.verdict == OUTRANKED:
        yield from _by_load(at, missing.missing)
    elif missing.verdict == BELOW_FLOOR:
        yield f"the policy's floor were {missing.missing / BILLION:.3f} lower"
    else:
        yield f"the policy let a request of this priority give up {missing.missing / BILLION:.3f} more fit"


def _by_themes(at: Look, missing: int) -> Iterator[str]:
    """The fewest themes of the request that they would have to know."""
    columns, themes = at.columns, at.ask.themes
    weight = at.own.weights.get("themes", 0.0) / max(1, len(themes))
    known = {theme: columns.themes[columns.theme_rows.get(theme, 0), at.row].item() / SAME for theme in themes}
    learnt: list[str] = []
    gained = 0.0
    for theme in sorted(themes, key=lambda theme: known[theme]):
        if gained * BILLION < missing and known[theme] < 1:
            learnt.append("SEND" if theme == "send" else theme.replace("_", " "))
            gained += weight * (1 - known[theme])
    if gained * BILLION >= missing:
        yield f"they knew {' and '.join(learnt)}"


def _by_wishes(at: Look) -> Iterator[str]:
    """Wishes of the request without which they would be proposed, each by dealing out again."""
    for without, words in (
        (replace(at.ask, region="any"), f"the request did not wish for somebody from {at.ask.region} its region"),
        (replace(at.ask, party=None), "the request did not wish for a party"),
    ):
        if without != at.ask:
            again = dealt_to(at.register, without, at.policy, at.as_of).shortlists
            if all(again) and at.row in again[at.at]:
                yield words


def _by_load(at: Look, missing: int) -> Iterator[str]:
    """How much less their council would have to carry, and how many of those ahead would have to be declined."""
    home, own = at.columns.home_list[at.row], at.own
    now, carries = whole(own.price["council"]) + whole(own.price["reach"]), at.columns.council_load.carries(home)
    for fewer in range(1, int(carries) + 1):
        if now - at.found.prices.of_council(carries - fewer) >= missing:
            work = f"{fewer} deployment{'s' if fewer > 1 else ''} fewer"
            yield f"the council price of {council_name(own.council)} were lower by {missing / BILLION:.3f}, as with {work}"
            break
    ahead = _stands(at)[0] - len(at.shortlist)
    if ahead > 0:
        yield f"{ahead} of those ahead were declined"


def _stands(at: Look) -> tuple[int, int]:
    """Where they stand, or would stand, among all who may be proposed, and how many these are with them."""
    others = [peer for peer in at.standing.within if peer != at.row]
    own = (whole(at.own.value), -at.row)
    before = sum((at.standing.value.item(at.standing.at(peer)), -peer) > own for peer in others)
    return before + 1, len(others) + 1
