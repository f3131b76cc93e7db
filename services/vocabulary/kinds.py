"""The kinds of support and what a request of each kind means when it leaves something out."""

from dataclasses import dataclass
from typing import Literal, get_args

from services.vocabulary.lookup import Lookup
from services.vocabulary.tables import rows, several

ConsentRoute = Literal["member_one_to_one", "officer_one_to_one", "team"]
Need = Literal["portfolio", "inspection", "accreditation", "release"]
"""What a kind of support may ask of those who give it.

portfolio: a councillor with the children's portfolio in the own council now. inspection: somebody who was lead member or director while
their council was inspected. accreditation: an accreditation in force. release: an officer's employer lets them go for a visit, and each
such visit counts towards the yearly limit.
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of support with its defaults, used where a request does not say otherwise.

    `team` lists (role code, how many); `days` are working days of each peer; `window_days` are calendar days from the first to the last.

    Sources: the modes of lead-member mentoring and its route by group office are the LGA's offer; teams and days of team work follow
    published reviews (4.7 days a peer on average in corporate peer challenges of 2023/24; regional challenges of 3 days by about 4 people
    led by a director; a remote diagnostic by a lead and 2-3 operational managers). Days of mentoring, all windows and all priorities were
    found in no source: they are a default policy of ours, so that a council may leave them out, for an adviser to confirm.
    """

    code: str
    title: str
    team: tuple[tuple[str, int], ...]
    days: float
    window_days: int
    priority: str
    consent: ConsentRoute
    needs: frozenset[Need]
    titles: tuple[str, ...]


def _team(cell: str) -> tuple[tuple[str, int], ...]:
    """Of "role:count;role:count"."""
    parts = (part.split(":") for part in several(cell))
    return tuple((role, int(count)) for role, count in parts)


def _route(cell: str) -> ConsentRoute:
    return next(route for route in get_args(ConsentRoute) if route == cell)


def _needs(cell: str) -> frozenset[Need]:
    return frozenset(need for need in get_args(Need) if need in several(cell))


KINDS = {
    row["code"]: Kind(
        code=row["code"],
        title=row["title"],
        team=_team(row["team"]),
        days=float(row["days"]),
        window_days=int(row["window_days"]),
        priority=row["priority"],
        consent=_route(row["consent"]),
        needs=_needs(row["needs"]),
        titles=several(row["synonyms"]),
    )
    for row in rows("kinds.csv")
}
"""Every kind of support by its code."""

_LOOKUP = Lookup({kind.code: (kind.title, *kind.titles) for kind in KINDS.values()})


def kind_code(text: str) -> str | None:
    """The code of a kind by code, title or synonym; None if the words are no kind we know."""
    return _LOOKUP.code(text)


def kind_suggestions(text: str) -> tuple[str, ...]:
    """At most three kind codes that may have been meant."""
    return _LOOKUP.suggestions(text)
