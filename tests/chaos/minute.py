"""python -m tests.chaos.minute: each service in turn is stopped for a whole minute under load; takes some five minutes.

Exit code: 0 when each caught up, the others stayed ready all the while, and every promise was kept.
"""

import sys
import tempfile
from pathlib import Path

from services.onebox.kafka import Kafka
from services.onebox.postgres import Postgres
from tests.support.promised import aligned
from tests.support.stops import stop_for
from tests.support.trial import Trial

SECONDS, PER_SECOND = 60, 20


def main() -> int:
    """Stop, start and count; a line for each service."""
    rows = [["stopped", "records waiting", "seconds to catch up", "others not ready", "lost", "doubled", "over", "disordered", "orphaned"]]
    with tempfile.TemporaryDirectory(prefix="manyhands-minute-") as folder:
        home = Path(folder)
        with (
            Kafka(home / "kafka") as kafka,
            Postgres(home / "postgres", durable=False) as postgres,
            Trial(home, kafka.bootstrap, postgres.databases, "", {"matcher": 3}).running(peers=2_200) as trial,
        ):
            for service in trial.fleet.services:
                print(f"{service} is away for {SECONDS} seconds ...", flush=True)
                stopped = stop_for(trial, service, SECONDS, PER_SECOND)
                figures = (stopped.behind, round(stopped.seconds), len(stopped.missed), *trial.promises().counts().values())
                rows.append([service, *map(str, figures)])
    print("\n".join(aligned(rows)))
    kept = not any(figure != "0" for row in rows[1:] for figure in row[3:])
    return 0 if kept and not trial.done.surprises else 1


if __name__ == "__main__":
    sys.exit(main())
