"""The first page: what the person who has signed in may do here."""

from fastapi import Request, Response

from services.desk.guard import Signed, room
from services.desk.paper import page

router = room()


@router.get("/")
async def home(request: Request, person: Signed) -> Response:
    """Who you are, which regions are yours, and where to go."""
    return page(request, person, "home.html")
