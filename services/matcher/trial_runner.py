"""Who runs trials: whichever replica finds one due, in a thread, on a copy of the register that nobody else uses."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta

from services.kit.due import Due
from services.kit.work import Work
from services.matcher import handlers, scarcity_store, store, trial_store
from services.matcher.mirror import ASKS
from services.matcher.policy import Policy
from services.matcher.scarcity import latest, unloaded
from services.matcher.trying import tried

diary = handlers.diary
_YEAR = timedelta(days=365)


@diary.when_due("trial")
async def try_when_due(dues: Sequence[Due], work: Work) -> None:
    """Decide the last twelve months anew at the prices that each trial asks for."""
    stored = await store.asked(work.db, work.now - _YEAR, work.now)
    asks = latest(ask for each in stored for ask in ASKS.validate_json(each))
    await handlers.mirror.refresh(work.db)
    register, policy = unloaded(handlers.mirror.register), handlers.mirror.policy
    scarce = await scarcity_store.newest(work.db)
    register.value(scarce.scarcity.prices if scarce else {})
    for due in dues:
        trial = await trial_store.one(work.db, due.subject)
        if trial is None:
            continue
        if not asks:
            await trial_store.end(work.db, trial.id, "nothing", policy.version, None)
            continue
        wanted = Policy.model_validate({**policy.model_dump(), **json.loads(trial.changes)})
        found = await asyncio.to_thread(tried, register, asks, policy, wanted, work.now.date())
        await trial_store.end(work.db, trial.id, "done", policy.version, found.model_dump_json())
