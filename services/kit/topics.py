"""Which topics there are: looks, and creates those that are missing; never changes one that is there."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from services.kit.kafka import Login


class TopicPlan(Protocol):
    """As much of a topic's description as creation needs."""

    @property
    def name(self) -> str: ...
    @property
    def partitions(self) -> int: ...
    @property
    def cleanup(self) -> str: ...
    @property
    def retention_ms(self) -> int: ...


class Lookout:
    """Asks Kafka which topics there are, as often as it is wanted, over one connection."""

    def __init__(self, kafka: Login) -> None:
        self._kafka = kafka
        self._admin: AIOKafkaAdminClient | None = None

    async def there(self) -> set[str]:
        """The names of all topics. Errors: KafkaError, TimeoutError when there is no answer within a second."""
        admin, self._admin = self._admin or AIOKafkaAdminClient(**self._kafka.client()), None
        try:
            async with asyncio.timeout(1):
                await admin.start()
                names = set(await admin.list_topics())
        except BaseException:
            await admin.close()
            raise
        self._admin = admin
        return names

    async def close(self) -> None:
        """Close the connection."""
        if self._admin is not None:
            await self._admin.close()


async def create_missing(kafka: Login, plans: Iterable[TopicPlan], prefix: str = "", replicas: int = 1) -> list[str]:
    """Create what is missing and return the names created. Errors: KafkaError when the cluster refuses."""
    admin = AIOKafkaAdminClient(**kafka.client())
    await admin.start()
    try:
        there = set(await admin.list_topics())
        wanted = [
            NewTopic(
                prefix + plan.name,
                plan.partitions,
                replicas,
                topic_configs={"cleanup.policy": plan.cleanup, "retention.ms": str(plan.retention_ms)},
            )
            for plan in plans
            if prefix + plan.name not in there
        ]
        if wanted:
            answer = await admin.create_topics(wanted)
            for name, code, *_ in answer.topic_errors:
                if code and for_code(code) is not TopicAlreadyExistsError:
                    raise for_code(code)(name)
            # the cluster tells nobody when a topic is known everywhere
            while not {topic.name for topic in wanted} <= set(await admin.list_topics()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return [topic.name for topic in wanted]
    finally:
        await admin.close()
