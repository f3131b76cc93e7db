"""The requests service, assembled: `python -m services.requests.app`."""

from services.kit.service import Service, run
from services.kit.settings import Settings
from services.requests.api import router
from services.requests.handlers import diary, ears

SERVICE = Service(
    name="requests",
    summary="What councils ask for, from the first word to the end of the support.",
    ears=ears,
    diary=diary,
    router=router,
)

if __name__ == "__main__":
    run(SERVICE, Settings())
