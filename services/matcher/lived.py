"""What peers have been through, worked out from their posts and the inspections of their councils, never typed in."""

from collections.abc import Iterator, Mapping
from datetime import date

from schemas.registry import CouncilState, Inspection, PeerState, Post
from services.matcher.dated import lasts

IN_CHARGE = frozenset({"lead_member", "director_of_childrens_services"})
"""Who answers for a council's children's services when it is inspected."""


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
