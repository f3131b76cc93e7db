"""The consumer one writes first, as a process: one message, one transaction, one publish, with FastStream and asyncpg.

python -m bench.naive KAFKA DSN SOURCE TARGET
"""

import asyncio
import json
import sys
from typing import Any

import asyncpg
import uvloop
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaMessage

TABLE = "create table if not exists request (id text primary key, doc text not null)"
INSERT = "insert into request (id, doc) values ($1, $2) on conflict do nothing"


async def consume(kafka: str, dsn: str, source: str, target: str) -> None:
    """As safe as our services (acks=all, idempotent, committed before it is acknowledged), and no slower than it must be."""
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=4)
    async with pool.acquire() as connection:
        await connection.execute(TABLE)
    broker = KafkaBroker(kafka, acks="all", enable_idempotence=True, allow_auto_create_topics=False, logger=None)

    @broker.subscriber(source, group_id=f"naive.{source}", auto_offset_reset="earliest", ack_policy=AckPolicy.NACK_ON_ERROR)
    async def handle(data: dict[str, Any], message: KafkaMessage) -> None:
        ident = str(message.headers["ce_id"])
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(INSERT, ident, json.dumps(data))
        await broker.publish(data, target, key=str(data["reference"]).encode(), headers={k: str(v) for k, v in message.headers.items()})

    await FastStream(broker, logger=None).run()


if __name__ == "__main__":
    uvloop.install()
    asyncio.run(consume(*sys.argv[1:]))
