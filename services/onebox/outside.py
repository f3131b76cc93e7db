"""An outside program: posts support requests with a foreign Kafka client and none of our models.

    ... | python -m services.onebox.outside --kafka HOST:PORT --topic intake.support-requests.v1

Reads a JSON object a line from standard input, posts each as a CloudEvent in binary mode, and prints how many Kafka has acknowledged.
"""

import argparse
import json
import sys
import uuid
from datetime import UTC, datetime

from confluent_kafka import Message, Producer


def main() -> int:
    words = argparse.ArgumentParser(description="Post support requests as an outside program does.")
    words.add_argument("--kafka", required=True)
    words.add_argument("--topic", default="intake.support-requests.v1")
    words.add_argument("--source", default="/intake/example")
    given = words.parse_args()
    producer = Producer({"bootstrap.servers": given.kafka, "acks": "all", "enable.idempotence": True, "linger.ms": 5, "log_level": 0})
    posted = failed = 0

    def acknowledged(error: object, _: Message) -> None:
        nonlocal posted, failed
        posted, failed = posted + (error is None), failed + (error is not None)

    for line in sys.stdin:
        producer.produce(
            given.topic,
            line.strip().encode(),
            key=str(json.loads(line)["reference"]),
            headers={
                "ce_specversion": "1.0",
                "ce_id": str(uuid.uuid4()),
                "ce_source": given.source,
                "ce_type": "manyhands.intake.support-requested.v1",
                "ce_time": datetime.now(UTC).isoformat(),
                "content-type": "application/json",
            },
            on_delivery=acknowledged,
        )
        producer.poll(0)
    waiting = producer.flush(30)
    print(json.dumps({"posted": posted, "failed": failed + waiting}))
    return 1 if failed or waiting else 0


if __name__ == "__main__":
    sys.exit(main())
