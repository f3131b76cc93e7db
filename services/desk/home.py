"""The first page: what the person who has signed in may do here."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from services.desk.guard import Signed, room
from services.desk.paper import page

router = room()


@router.get("/")
async def home(request: Request, person: Signed) -> Response:
    """My desk for an adviser; for others who they are and which regions are theirs."""
    if person.may("matches:decide"):
        return RedirectResponse("/desk", 303)
    return page(request, person, "home.html")
