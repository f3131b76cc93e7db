"""What can be seen of a service: structured logs without personal data, and Prometheus metrics."""

import json
import logging
import sys
from datetime import UTC, datetime

import structlog
from prometheus_client import Counter, Gauge, Histogram

HANDLED = Counter("manyhands_events_handled_total", "events whose effects are committed", ["consumer", "type"])
REPEATED = Counter("manyhands_events_repeated_total", "deliveries dropped because the inbox had seen the event", ["consumer"])
PARKED = Counter("manyhands_events_parked_total", "records set aside with a reason", ["consumer", "rule"])
BATCH = Histogram(
    "manyhands_batch_seconds",
    "one batch from its records to its commit",
    ["consumer"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
LAG = Gauge("manyhands_consumer_lag", "records that wait in Kafka behind those that this process took last", ["consumer"])
PUBLISHED = Counter("manyhands_events_published_total", "facts acknowledged by Kafka")
OUTBOX = Gauge("manyhands_outbox_waiting", "facts committed and not yet published")
OVERDUE = Gauge("manyhands_due_overdue", "due rows whose time has come")
WAITING = Gauge("manyhands_parked_waiting", "parked records that wait for a person")
COMMANDS = Counter("manyhands_commands_total", "commands answered", ["path", "status"])


class _Bare(logging.Formatter):
    """A library's log line as its place, its template and the class of its exception: arguments may hold what somebody submitted."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "event": "library",
            "service": self._service,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "logger": record.name,
            "at": f"{record.module}:{record.lineno}",
            "template": str(record.msg)[:200] if record.args else None,  # without arguments it may be a finished sentence
            "error": _class_of(record),
        }
        return json.dumps({name: value for name, value in line.items() if value})


class _Seldom(logging.Filter):
    """Lets a line of a library through once in ten seconds: while Kafka is away its client says the same many times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        place = (record.name, record.lineno)
        if record.created - self._said.get(place, 0.0) < 10:
            return False
        self._said[place] = record.created
        return True


def _class_of(record: logging.LogRecord) -> str | None:
    if isinstance(record.msg, BaseException):
        return type(record.msg).__name__
    return record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None


def start_logging(service: str, level: str) -> None:
    """JSON lines on standard output: time, level, event, service, and what the caller binds (ids and codes only).

    Of the libraries' own logs, from WARNING on, only the place and the template of the message are shown, and seldom.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Bare(service))
    handler.addFilter(_Seldom())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            places_of_errors,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def places_of_errors(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Turn an exception into its class and the places it passed. Its message is left out: it may hold a submitted value."""
    given = line.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        line["error"] = type(error).__name__
        line["at"] = places(error)
    return line


def places(error: BaseException, most: int = 6) -> list[str]:
    """ "module:line" of the innermost frames an exception passed."""
    found = []
    trace = error.__traceback__
    while trace is not None:
        found.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return found[-most:]
