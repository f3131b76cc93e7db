"""The inbox: an event is new to a consumer once, so that deliveries may repeat and effects do not."""

from collections.abc import Iterable
from datetime import datetime

from services.kit.database import Connection

_NEW = """insert into inbox (consumer, event_id, seen_at) select $1, id, $3 from unnest($2::text[]) as id
          on conflict do nothing returning event_id"""


async def unseen(db: Connection, consumer: str, ids: Iterable[str], now: datetime) -> set[str]:
    """Those of `ids` that `consumer` has not seen before; from now on it has. Ids are sorted, so that two batches lock in one order."""
    rows = await db.fetch(_NEW, consumer, sorted(set(ids)), now)
    return {row["event_id"] for row in rows}
