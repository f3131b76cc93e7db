"""The registry as a process: `python -m services.registry.app`."""

from services.kit.service import Service, run
from services.kit.settings import Settings
from services.registry.api import ROUTER
from services.registry.handlers import DIARY, EARS
from services.registry.search_api import furnish

SERVICE = Service(
    "registry", "The register of councils and peers, and the only one who spends their capacity.", EARS, DIARY, ROUTER, furnish
)

if __name__ == "__main__":
    run(SERVICE, Settings())
