"""The barest hop, as a process: consumes and produces with aiokafka, offsets after each batch, and does nothing else.

python -m bench.echo KAFKA SOURCE TARGET
"""

import asyncio
import sys

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def echo(kafka: str, source: str, target: str) -> None:
    """Pass on every record of `source` as it is, for ever; with the same safety as our services: acks=all, idempotent, commit after it."""
    consumer = AIOKafkaConsumer(
        source, bootstrap_servers=kafka, group_id=f"echo.{source}", auto_offset_reset="earliest", enable_auto_commit=False
    )
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True, max_batch_size=131_072)
    await producer.start()
    await consumer.start()
    while True:
        batch = await consumer.getmany(timeout_ms=1_000)
        sent = [
            await producer.send(target, record.value, key=record.key, headers=list(record.headers))
            for records in batch.values()
            for record in records
        ]
        if sent:
            await asyncio.gather(*sent)
            await consumer.commit()


if __name__ == "__main__":
    uvloop.run(echo(*sys.argv[1:]))
