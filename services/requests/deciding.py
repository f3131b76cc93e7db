"""What a request says in codes: names resolved and gaps filled, or why it cannot be opened, or what only a person can tell. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from schemas.fact import Problem
from schemas.intake import SupportRequested
from schemas.requests import Place, Wishes
from services.requests import defaults
from services.requests.codes import council, kind_code, priority_code, role_code, theme_code
from services.requests.origins import OFFER, origin_of
from services.requests.wishing import wishes
from services.requests.wording import left_out, not_known, problem
from services.vocabulary import words
from services.vocabulary.councils import council_regions
from services.vocabulary.words import KINDS, ROLES, Kind

_AHEAD = timedelta(days=5 * 365)


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything a matcher needs, in codes. `warnings` say what was left out or filled in differently from what was asked."""

    host: str
    kind: str
    priority: str
    themes: tuple[str, ...]
    places: tuple[Place, ...]
    starts: date
    ends: date
    days: float
    wishes: Wishes
    cost_basis: str
    funder: str
    origin: str
    commissioned_by: str | None
    warnings: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """The request cannot be opened as it stands."""

    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """`field` can be read in more than one way; a person is to choose, most likely one of `candidates`. host: who asks, if clear."""

    field: str
    rule: str
    candidates: tuple[str, ...]
    host: str | None = None


Decision = Ready | Rejection | Doubt

NONE = "none"
"""The answer that a theme means none that we know: the request goes on without it."""


def may_answer(name: str, code: str) -> bool:
    """Whether a code says what the field of a doubt means: whatever the field can hold, not only what was offered."""
    field_of, _, _ = name.partition(".")
    known: Mapping[str, Collection[str]] = {"authority": council_regions(), "kind": KINDS, "team": ROLES, "themes": (*words.THEMES, NONE)}
    return code in known[field_of]


@dataclass(slots=True)
class _Findings:
    """What comes to light on the way. `answers` are what a person has said about a field."""

    answers: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def unsure(self, name: str, candidates: tuple[str, ...]) -> bool:
        """Whether a word that has no code is like some that have one: then a person is asked which was meant."""
        if candidates:
            self.doubts.append(Doubt(name, "unsure", candidates))
        return bool(candidates)


def decide(asked: SupportRequested, received: date, today: date, answers: Mapping[str, str]) -> Decision:
    """What follows from what was asked.

    received: the day from which missing dates are counted. today: the day before which nothing may end. answers: what a person has
    said about a field, in codes. What must be mended comes before what must be asked: nobody is asked about a request that cannot open.
    Who asks is asked first, for that tells whose adviser is to answer the rest.
    """
    found = _Findings(answers)
    host = _host(asked, found)
    kind = _kind(asked, found)
    team = _team(asked, kind, found)
    origin, commissioner = origin_of(asked, kind, found.problems)
    days = kind.window_days if kind else 1
    starts, ends = _window(asked, received, today, days, found)
    themes = _themes(asked, kind, found)
    if found.problems:
        return Rejection(tuple(found.problems))
    if found.doubts or kind is None:
        return replace(found.doubts[0], host=host or None)
    places = defaults.places(team or kind.team)
    return Ready(
        host=host,
        kind=kind.code,
        priority=_priority(asked, kind.priority, found),
        themes=themes,
        places=places,
        starts=starts,
        ends=ends,
        days=_days(asked, kind, found),
        wishes=wishes(asked, kind, places, found.warnings),
        cost_basis=_money("cost_basis", asked.cost_basis, defaults.COST_BASES, defaults.COST_BASIS, found),
        funder=_money("funder", asked.funder, defaults.FUNDERS, commissioner or defaults.FUNDER, found),
        origin=origin,
        commissioned_by=commissioner,
        warnings=tuple(found.warnings),
    )


def _host(asked: SupportRequested, found: _Findings) -> str:
    """The council that asks; "" while that is not known."""
    answered = found.answers.get("authority")
    if answered is not None:
        return answered
    resolution = council(asked.authority)
    if resolution.la_code is not None:
        return resolution.la_code
    if resolution.candidates:
        found.doubts.append(Doubt("authority", "ambiguous", tuple(candidate.la_code for candidate in resolution.candidates)))
        return ""
    found.problems.append(
        problem(
            "authority",
            "unknown",
            "This is no English council with children's services that we know.",
            "Write the council's name, its three-digit DfE code or its GSS code.",
        )
    )
    return ""


def _kind(asked: SupportRequested, found: _Findings) -> Kind | None:
    code = found.answers.get("kind") or kind_code(asked.kind)
    if code is None and not found.unsure("kind", words.kind_suggestions(asked.kind)):
        found.problems.append(not_known("kind", "no kind of support that we know", KINDS))
    return KINDS[code] if code else None


def _team(asked: SupportRequested, kind: Kind | None, found: _Findings) -> tuple[tuple[str, int], ...]:
    team = []
    for at, wanted in enumerate(asked.team or ()):
        name = f"team.{at}.role"
        role = found.answers.get(name) or role_code(wanted.role)
        if role is None:
            if not found.unsure(name, words.role_suggestions(wanted.role)):
                found.problems.append(not_known(name, "no role that we know"))
        elif kind is not None and not kind.may_ask_for(role):
            may = ", ".join(dict.fromkeys((*(place.role for place in kind.places), *kind.roles)))
            reason = f"Nobody in this role gives {kind.title}."
            found.problems.append(problem(name, "role_of_kind", reason, f"Use one of: {may}; or ask for another kind."))
        else:
            team.append((role, wanted.count))
    if sum(count for _, count in team) > defaults.MOST_PLACES:
        reason = f"This asks for more than {defaults.MOST_PLACES} people."
        found.problems.append(problem("team", "too_many", reason, "Ask for fewer, or send several requests."))
    return tuple(team)


def names_somebody(ready: Ready) -> tuple[Problem, ...]:
    """What is wrong with an offer that a council has not accepted yet: it names a peer. Empty for everything else."""
    if ready.origin != OFFER or ready.wishes.named_peer is None:
        return ()
    reason = "An offer names no peer until the council has accepted it."
    return (problem("preferences.named_peer", "offer_names_peer", reason, "Leave the peer out; name them once it is accepted."),)


def _window(asked: SupportRequested, received: date, today: date, days: int, found: _Findings) -> tuple[date, date]:
    if asked.from_ and asked.from_ > today + _AHEAD:
        found.problems.append(problem("from", "too_far", "This is more than five years ahead.", "Check the year."))
        return received, received
    starts, ends = defaults.window(asked.from_, asked.to, received, days)
    if ends < starts:
        found.problems.append(problem("to", "before_from", "The last day is before the first.", "Check both dates, from and to."))
    elif ends < today:
        which, reason = ("to", "The last day has passed.") if asked.to else ("from", "Work of this kind from this day on would have ended.")
        found.problems.append(problem(which, "past", reason, "Send dates that lie ahead, or leave them out."))
    elif ends - starts > defaults.LONGEST:
        found.problems.append(problem("to", "too_long", "This is longer than two years.", "Ask for two years at most, and again later."))
    return starts, ends


def _priority(asked: SupportRequested, usual: str, found: _Findings) -> str:
    if asked.priority is None:
        return usual
    code = priority_code(asked.priority)
    if code is None:
        found.warnings.append(
            left_out("priority", f"we took {usual}, as is usual for this kind", words.priority_suggestions(asked.priority))
        )
    return code or usual


def _days(asked: SupportRequested, kind: Kind, found: _Findings) -> float:
    if asked.days and kind.most_days and asked.days > kind.most_days:
        reason = f"A {kind.title} has {kind.most_days:g} days at most, drawn as and when; we took those."
        found.warnings.append(problem("days", "capped", reason, "Ask again when they are used up."))
        return kind.most_days
    return asked.days or kind.days


def _themes(asked: SupportRequested, kind: Kind | None, found: _Findings) -> tuple[str, ...]:
    codes: dict[str, None] = {}
    for at, theme in enumerate(asked.themes):
        name = f"themes.{at}"
        code = found.answers.get(name) or theme_code(theme)
        if code == NONE or (code is None and not found.unsure(name, words.theme_suggestions(theme))):
            found.warnings.append(left_out(name, "this theme is left out", ()))
        elif code is not None:
            codes[code] = None
    if not codes and kind is not None and "themes" in kind.needs:
        reason = f"A request for {kind.title} should say what it is about; nobody is preferred for what they know."
        found.warnings.append(problem("themes", "missing", reason, "Name at least one theme."))
    return tuple(codes)


def _money(name: str, text: str | None, known: tuple[str, ...], usual: str, found: _Findings) -> str:
    if text is None:
        return usual
    code = defaults.word(text, known)
    if code is None:
        found.warnings.append(left_out(name, f"we took {usual}", (), known))
    return code or usual
