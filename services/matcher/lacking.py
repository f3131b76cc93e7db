"""What is short: which roles, themes, regions and months lack people, and which recruits would unblock most. Pure functions of stories."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.matcher.rulebook import COURSE_PLACE, ONE_OUTSIDE, RULES
from services.matcher.story import Story
from services.vocabulary.councils import council_regions
from services.vocabulary.kinds import KINDS
from services.vocabulary.listing import listed
from services.vocabulary.roles import role_title
from services.vocabulary.themes import THEMES

MOST_DAYS = 10.0
"""What one recruit can be counted on for in a year, in working days. A default of our own: about what peers offer."""

_REGIONS = council_regions()
_ALL = tuple(sorted(set(_REGIONS.values())))
_INITIALS = {"send": "SEND"}
_WHO = {"accreditation": "who is accredited", "inspection": "who has been through an inspection"}
_NOT_IN_THE_ROLE = frozenset({"inactive", "role"})


@dataclass(frozen=True, slots=True)
class Need:
    """A place that nobody fills: the role, days within a month, themes, and where the peer's council may lie (`inside`, `outside`, any).

    alone: no other place of the request is short. needs: what the kind of support asks of who gives it, as in vocabulary/kinds.
    excluded: how many people of the register each rule left out of the place.
    """

    request: str
    host: str
    role: str
    month: date
    days: float
    themes: tuple[str, ...]
    region: str
    alone: bool = True
    needs: frozenset[str] = frozenset()
    excluded: tuple[tuple[str, int], ...] = ()

    def could_come_from(self, region: str) -> bool:
        """Whether a peer from this region is what was wished for."""
        here = _REGIONS.get(self.host, "")
        return self.region == "any" or (region == here) == (self.region == "inside")


@dataclass(frozen=True, slots=True)
class Recruit:
    """One person who is not on the register, as a profile.

    regions: where their council may lie; empty where any will do. month: the first of the month in which the work begins. days: working
    days, of all these requests together. themes: those asked for, the most wanted first. needs: what the kinds of support ask of them.
    requests: those that this one person would unblock. helps: those where they would fill a place but another stays short.
    held_back: of people of the register in the role, how many at most which rule leaves out: what could be changed without a recruit.
    words: all this as a sentence.
    """

    role: str
    title: str
    regions: tuple[str, ...]
    month: date
    days: float
    themes: tuple[str, ...]
    needs: tuple[str, ...]
    requests: tuple[str, ...]
    helps: tuple[str, ...]
    held_back: dict[str, int]
    words: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many unmet requests, and places of them, lack something: a role, a theme, people for a region's councils, a month."""

    code: str
    title: str
    requests: int
    places: int


def needs(stories: Iterable[Story]) -> list[Need]:
    """The places that are short, of requests that are unmet."""
    return [
        Need(
            request=story.request,
            host=story.host,
            role=place.role,
            month=story.content.starts.replace(day=1),
            days=story.content.days,
            themes=story.content.themes,
            region="outside" if ONE_OUTSIDE in place.excluded else story.content.wishes.region,
            alone=len(story.short) == 1,
            needs=frozenset(KINDS[story.kind].needs if story.kind in KINDS else ()),
            excluded=tuple(place.excluded.items()),
        )
        for story in stories
        if story.state == "unmet" and story.content is not None
        for place in story.short
        if COURSE_PLACE not in place.excluded  # what is short is the course, not people
    ]


def counted(lacking: Sequence[Need], by: Callable[[Need], Iterable[str]], title: Callable[[str], str]) -> list[Count]:
    """By what `by` names of a need, what is lacked most first."""
    places = Counter(code for need in lacking for code in set(by(need)))
    requests = Counter(code for code, _ in {(code, need.request) for need in lacking for code in by(need)})
    found = [Count(code, title(code), requests[code], places[code]) for code in places]
    return sorted(found, key=lambda count: (-count.requests, -count.places, count.code))


def by_role(lacking: Sequence[Need]) -> list[Count]:
    """Which roles are short."""
    return counted(lacking, lambda need: [need.role], role_title)


def by_theme(lacking: Sequence[Need]) -> list[Count]:
    """Which themes the unmet requests ask for."""
    return counted(lacking, lambda need: need.themes, lambda code: THEMES.get(code, _words(code)))


def by_region(lacking: Sequence[Need]) -> list[Count]:
    """In which regions the councils lie that wait."""
    return counted(lacking, lambda need: [_REGIONS[need.host]] if need.host in _REGIONS else [], lambda region: region)


def by_month(lacking: Sequence[Need]) -> list[Count]:
    """In which months the work would begin."""
    return counted(lacking, lambda need: [f"{need.month:%Y-%m}"], lambda month: f"{date.fromisoformat(month + '-01'):%B %Y}")


def recruits(lacking: Sequence[Need], most: int = 10) -> list[Recruit]:
    """People to look for, one after the other, so that each unblocks as many of the requests as are left; who unblocks most comes first.

    Greedy: of one role and month, the region that serves most, and of its requests the shortest work first, up to MOST_DAYS.
    """
    groups: dict[tuple[str, date], list[Need]] = {}
    for need in lacking:
        groups.setdefault((need.role, need.month), []).append(need)
    found: list[tuple[str, date, list[Need]]] = []
    for (role, month), left in groups.items():
        while left:
            region = max(_ALL, key=lambda name: _serves(left, name))
            taken = _within_a_year([need for need in left if need.could_come_from(region)] or left)
            found.append((role, month, taken))
            for need in taken:  # one of each: a request may lack two people of a role
                left.remove(need)
    return [_recruit(*each) for each in sorted(found, key=_first)[:most]]


def _first(found: tuple[str, date, list[Need]]) -> tuple[int, int, date, str]:
    """Who unblocks most comes first, then who helps most, then whose work begins first."""
    role, month, taken = found
    alone = sum(need.alone for need in taken)
    return -alone, alone - len(taken), month, role


def _serves(lacking: Sequence[Need], region: str) -> tuple[int, int]:
    able = [need for need in lacking if need.could_come_from(region)]
    return len({need.request for need in able if need.alone}), len({need.request for need in able})


def _within_a_year(able: Sequence[Need]) -> list[Need]:
    """One place of each request, first those that it unblocks and of these the shortest work, up to MOST_DAYS; at least one."""
    taken: dict[str, Need] = {}
    days = 0.0
    for need in sorted(able, key=lambda need: (not need.alone, need.days, need.request)):
        if need.request not in taken and (not taken or days + need.days <= MOST_DAYS):
            taken[need.request] = need
            days += need.days
    return list(taken.values())


def _recruit(role: str, month: date, taken: Sequence[Need]) -> Recruit:
    wanted = Counter(theme for need in taken for theme in need.themes)
    themes = tuple(sorted(wanted, key=lambda theme: (-wanted[theme], theme)))
    asked = tuple(sorted({each for need in taken for each in need.needs}))
    days = sum(need.days for need in taken)
    regions = tuple(region for region in _ALL if all(need.could_come_from(region) for need in taken))
    regions = () if len(regions) == len(_ALL) else regions
    unblocked = tuple(sorted(need.request for need in taken if need.alone))
    helps = tuple(sorted(need.request for need in taken if not need.alone))
    held: dict[str, int] = {}
    for need in taken:
        for rule, count in need.excluded:
            if rule in RULES and rule not in _NOT_IN_THE_ROLE:
                held[rule] = max(count, held.get(rule, 0))
    who = _person(role, themes, asked)
    then = " and ".join(
        [*([f"unblock {_requests(unblocked)}"] if unblocked else []), *([f"help {_requests(helps)} forward"] if helps else [])]
    )
    words = f"{who}{_where(regions)}, with {days:g} days from {month:%B %Y}: would {then}."
    return Recruit(role, role_title(role), regions, month, days, themes, asked, unblocked, helps, held, words)


def _person(role: str, themes: Sequence[str], asked: Sequence[str]) -> str:
    """As "A SEND assistant director", or with what they know after it."""
    title, knows = role_title(role), [_words(theme) for theme in themes[:3]]
    before = f"{knows.pop()} " if len(themes) == 1 and themes[0] in _INITIALS and role != "send_lead" else ""
    article = "An" if (before or title)[0] in "aeiouAEIOU" else "A"
    who = [*([f"who knows {listed(knows)}"] if knows else []), *(_WHO[need] for need in asked if need in _WHO)]
    return f"{article} {before}{title}{' ' if who else ''}{' and '.join(who)}"


def _where(regions: Sequence[str]) -> str:
    if not regions:
        return ""
    if len(regions) == len(_ALL) - 1:
        return f", from outside {next(region for region in _ALL if region not in regions)}"
    return f", from {listed(regions, 'or')}"


def _requests(found: Sequence[str]) -> str:
    return f"{len(found)} request" + ("s" if len(found) > 1 else "")


def _words(code: str) -> str:
    return _INITIALS.get(code, code.replace("_", " "))
