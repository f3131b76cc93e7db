"""What peers have been through, worked out from their posts and the inspections of their councils, never typed in."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from schemas.registry import CouncilState, Inspection, PeerState, Post
from services.matcher.dated import Floats, lasts
from services.vocabulary.ladder import AREAS, JUDGEMENTS

IN_CHARGE = frozenset({"lead_member", "director_of_childrens_services"})
"""Who answers for a council's children's services when it is inspected."""

LEADING = IN_CHARGE | {"leader", "chief_executive", "assistant_director"}
"""Who may say that a council's judgement rose while they led."""

Judged = Sequence[tuple[date, int]]
"""When inspections began, in order, and their judgements as places in JUDGEMENTS."""


def inspections(peer: PeerState, councils: Mapping[str, CouncilState]) -> Iterator[tuple[Post, Inspection]]:
    """Every inspection that began while the peer was in charge of children's services at the inspected council, with that post."""
    for post in peer.posts:
        if post.role in IN_CHARGE and post.council in councils:
            for inspection in councils[post.council].inspections:
                if lasts(post, inspection.starts):
                    yield post, inspection


def first_inspection(peer: PeerState, councils: Mapping[str, CouncilState]) -> date | None:
    """When the first of them began; None for whoever has been through none."""
    return min((inspection.starts for _, inspection in inspections(peer, councils)), default=None)


def climbs(peers: Sequence[PeerState], councils: Mapping[str, CouncilState]) -> Floats:
    """(areas, peers): half of the most steps by which the judgement of an area rose during one post of the peer, at most 1.

    One step up, as from inadequate to requires improvement, is .5; two or more are 1; a fall is 0, for nobody is ranked down for it.
    It rises from what the peer found (the last inspection before the post) or from an inspection during the post to a later one during it.
    An inspection without a judgement of the area counts by its judgement of the whole.
    """
    judged = {code: [_judged(state.inspections, area) for area in AREAS] for code, state in councils.items() if state.inspections}
    table = np.zeros((len(AREAS), len(peers)))
    for column, peer in enumerate(peers):
        for post in peer.posts:
            if post.role in LEADING and post.council in judged:
                for row, each in enumerate(judged[post.council]):
                    table[row, column] = max(table[row, column], min(1.0, _climb(post, each) / 2))
    return table


def _judged(known: Sequence[Inspection], area: str) -> Judged:
    found: dict[date, int] = {}
    for inspection in sorted(known, key=lambda one: one.area == area):  # the judgement of the area replaces that of the whole
        if inspection.area in (None, area) and inspection.judgement in JUDGEMENTS:
            found[inspection.starts] = JUDGEMENTS.index(inspection.judgement)
    return sorted(found.items())


def _climb(post: Post, judged: Judged) -> int:
    """The most steps up to an inspection during the post, from one before it."""
    lowest: int | None = next((grade for starts, grade in reversed(judged) if starts <= post.starts), None)
    most = 0
    for starts, grade in judged:
        if starts > post.starts and lasts(post, starts):
            most = max(most, grade - lowest) if lowest is not None else most
            lowest = min(grade, lowest) if lowest is not None else grade
    return most
