"""The matcher as a process: python -m services.matcher.app"""

from services.kit.service import Service, run
from services.kit.settings import Settings
from services.matcher import api, handlers, trial_runner
from services.matcher.round_runner import run_rounds

SERVICE = Service("matcher", "I propose, and follow through.", handlers.ears, trial_runner.diary, api.router, errands=(run_rounds,))

if __name__ == "__main__":
    run(SERVICE, Settings())
