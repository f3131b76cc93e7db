"""The desk, assembled: `python -m services.desk.app`."""

from fastapi import APIRouter

from services.desk import home, operators, sign_in
from services.desk.furniture import furnish
from services.desk.handlers import ears
from services.desk.settings import DeskSettings
from services.kit.due import Diary
from services.kit.service import Service, run

ROOMS = (home.router, sign_in.router, operators.router)
router = APIRouter()
for room in ROOMS:
    router.include_router(room)

SERVICE = Service(
    name="desk",
    summary="Where advisers decide: pages for people.",
    ears=ears,
    diary=Diary(),
    router=router,
    furnish=furnish,
)

if __name__ == "__main__":
    run(SERVICE, DeskSettings())
