"""What is short: which recruits would serve most of the requests that nobody can be proposed for. Pure functions of stories."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.matcher.story import Story
from services.vocabulary.councils import council_regions
from services.vocabulary.roles import ROLES

_REGIONS = council_regions()


@dataclass(frozen=True, slots=True)
class Need:
    """A place that nobody fills: the role, days within a month, themes, and where the peer's council may lie (`inside`, `outside`, any)."""

    request: str
    host: str
    role: str
    month: date
    days: float
    themes: tuple[str, ...]
    region: str

    def could_come_from(self, region: str) -> bool:
        """Whether a peer from this region is what was wished for."""
        here = _REGIONS.get(self.host, "")
        return self.region == "any" or (region == here) == (self.region == "inside")


@dataclass(frozen=True, slots=True)
class Recruit:
    """A person who is not on the register and would serve these requests.

    region: "" where any will do. days: of all these requests together. themes: those asked for, the most wanted first.
    """

    role: str
    region: str
    month: date
    days: float
    themes: tuple[str, ...]
    requests: tuple[str, ...]
    words: str


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
            region=story.content.wishes.region,
        )
        for story in stories
        if story.state == "unmet" and story.content is not None
        for place in story.short
    ]


def recruits(lacking: Sequence[Need], most: int = 10) -> list[Recruit]:
    """For each role and month, the recruit who would serve most requests; those who would serve most come first."""
    found = []
    for role, month in sorted({(need.role, need.month) for need in lacking}):
        here = [need for need in lacking if (need.role, need.month) == (role, month)]
        regions = sorted(set(_REGIONS.values()))
        region = max(regions, key=lambda name: len({need.request for need in here if need.could_come_from(name)}))
        served = [need for need in here if need.could_come_from(region)]
        anywhere = all(need.region == "any" for need in served)
        found.append(_recruit(role, "" if anywhere else region, month, served))
    return sorted(found, key=lambda recruit: (-len(recruit.requests), recruit.month, recruit.role))[:most]


def _recruit(role: str, region: str, month: date, served: Sequence[Need]) -> Recruit:
    counted = Counter(theme for need in served for theme in need.themes)
    themes = tuple(sorted(counted, key=lambda theme: (-counted[theme], theme)))
    requests = tuple(sorted({need.request for need in served}))
    days = sum({need.request: need.days for need in served}.values())
    title = ROLES[role].title if role in ROLES else role.replace("_", " ")
    where = f" from {region}" if region else ""
    knows = f" who knows {', '.join(theme.replace('_', ' ') for theme in themes[:3])}" if themes else ""
    count = f"{len(requests)} request" + ("s" if len(requests) > 1 else "")
    words = f"{title}{where}{knows}, with {days:g} days from {month:%B %Y}: would serve {count}."
    return Recruit(role, region, month, days, themes, requests, words[:1].upper() + words[1:])
