"""How a request came about: the council asks, an adviser offers, or somebody commissions it; and what may not come about so. Pure."""

from schemas.fact import Problem
from schemas.intake import SupportRequested
from services.requests import defaults
from services.requests.wording import not_known, problem
from services.vocabulary.kinds import ORIGINS, Kind, Origin

COUNCIL: Origin
OFFER: Origin
COMMISSIONED: Origin
COUNCIL, OFFER, COMMISSIONED = ORIGINS


def origin_of(asked: SupportRequested, kind: Kind | None, problems: list[Problem]) -> tuple[Origin, str | None]:
    """The origin, and who commissioned it where somebody did. What is wrong with them is added to `problems`."""
    origin: Origin | None = COUNCIL
    if asked.origin is not None:
        origin = next((code for code in ORIGINS if code == defaults.word(asked.origin, tuple(ORIGINS))), None)
    if origin is None:
        problems.append(not_known("origin", "no way for a request to come about", ORIGINS))
        return COUNCIL, None
    if kind is not None and origin not in kind.origins:
        reason = f"This cannot be, for {kind.title}: {ORIGINS[origin]}."
        remedy = f"Write how it came about ({', '.join(kind.origins)}), or ask for another kind."
        problems.append(problem("origin", "origin_of_kind", reason, remedy))
    return origin, _commissioner(asked.commissioned_by, origin, problems)


def _commissioner(named: str | None, origin: Origin, problems: list[Problem]) -> str | None:
    if origin != COMMISSIONED:
        if named is not None:
            reason = "Nobody commissions what a council asks for or an adviser offers."
            remedy = f"Leave it out, or write {COMMISSIONED} as origin."
            problems.append(problem("commissioned_by", "not_commissioned", reason, remedy))
        return None
    if named is None:
        remedy = f"Use one of: {', '.join(defaults.COMMISSIONERS)}."
        problems.append(problem("commissioned_by", "missing", "This does not say who commissions it.", remedy))
        return None
    by = defaults.word(named, defaults.COMMISSIONERS)
    if by is None:
        problems.append(not_known("commissioned_by", "nobody who commissions support", defaults.COMMISSIONERS))
    return by
