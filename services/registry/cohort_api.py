"""Courses over HTTP: their cohorts, and how many of the places of each are held, given and free."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from services.kit.access import Actor
from services.kit.web import Kitchen, kitchen, needs
from services.registry import cohort_store

ROUTER = APIRouter()


class Cohort(BaseModel):
    """A course that begins on a day. offered_by: a council or partner organisation by code, or a region. ask_by: last day to ask."""

    cohort: str
    course: str
    offered_by: str
    starts: date
    ask_by: date
    places: int
    held: int
    placed: int
    version: int


class Cohorts(BaseModel):
    """Cohorts by identifier; ask again with `after` = the last one for more."""

    cohorts: list[Cohort]


@ROUTER.get("/cohorts", tags=["capacity"])
async def list_cohorts(
    host: Annotated[Kitchen, Depends(kitchen)],
    _: Annotated[Actor, Depends(needs("registry:read"))],
    after: str = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Cohorts:
    """Courses by cohort, with their places: in all, held and given."""
    found = await host.database.once(lambda db: cohort_store.page(db, after, limit))
    return Cohorts(cohorts=[Cohort(**dict(row)) for row in found])
