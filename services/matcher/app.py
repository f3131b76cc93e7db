"""The matcher as a process: python -m services.matcher.app"""

from services.kit.service import Service, run
from services.kit.settings import Settings
from services.matcher import api, handlers

SERVICE = Service("matcher", "I propose, and follow through.", handlers.ears, handlers.diary, api.router)

if __name__ == "__main__":
    run(SERVICE, Settings())
