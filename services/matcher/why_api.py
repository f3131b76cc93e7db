"""Why, why not, and what is short, over HTTP: reads alone, from stories and from what this matcher knows of the register."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.matcher import store
from services.matcher.lacking import by_month, by_region, by_role, by_theme, needs, recruits
from services.matcher.orders import Host, Reader, regions_of
from services.matcher.views import Shortages

router = APIRouter(tags=["why"])

_MOST_UNMET = 5_000


@router.get("/shortages")
async def shortages(
    host: Host,
    actor: Reader,
    region: Annotated[str | None, Query(max_length=40, description="of the councils that ask")] = None,
    most: Annotated[int, Query(ge=1, le=100, description="how many recruits at most")] = 10,
) -> Shortages:
    """What is short in your regions, of requests that nobody can be proposed for now (state `unmet`), and who would help most.

    unmet: how many requests. places: how many of their places nobody fills.
    recruits: people to look for, who unblocks most first: role (code) and title, regions (empty: any), month (its first day), days (working
    days of all these requests together), themes and needs (codes), requests (ids that this one person unblocks), helps (ids where another
    place stays short), held_back (people in the role by the rule that leaves them out now), words (the profile as a sentence).
    roles, themes, regions (of the councils that wait), months (as 2027-03): what lacks people, each with code, title, and how many
    requests and places; most first.
    """
    regions = regions_of(actor)
    if region is not None:
        regions = [region] if regions is None or region in regions else []
    unmet = await host.database.once(lambda db: store.stories(db, "unmet", regions, "", _MOST_UNMET))
    lacking = needs(unmet)
    return Shortages(
        unmet=len(unmet),
        places=len(lacking),
        recruits=recruits(lacking, most),
        roles=by_role(lacking),
        themes=by_theme(lacking),
        regions=by_region(lacking),
        months=by_month(lacking),
    )
