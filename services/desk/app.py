"""The desk, assembled: `python -m services.desk.app`."""

from fastapi import APIRouter

from services.desk import (
    arranged,
    beside,
    cover,
    duplicates_page,
    heads_ups,
    home,
    my_desk,
    new_request,
    operators,
    price_page,
    rebuild_api,
    register_files,
    register_page,
    request_orders,
    request_page,
    shortage_page,
    sign_in,
    spread_page,
    team_page,
)
from services.desk.furniture import furnish
from services.desk.handlers import ears
from services.desk.settings import DeskSettings
from services.kit.due import Diary
from services.kit.service import Service, run

ROOMS = (
    home.router,
    sign_in.router,
    my_desk.router,
    request_page.router,
    request_orders.router,
    beside.router,
    team_page.router,
    heads_ups.router,
    new_request.router,
    arranged.router,
    cover.router,
    spread_page.router,
    price_page.router,
    shortage_page.router,
    operators.router,
    rebuild_api.router,
    register_page.router,
    duplicates_page.router,
    register_files.router,
)
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
