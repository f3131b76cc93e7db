"""`manyhands up`: the machine on data that persist, kept alive until Ctrl-C."""

import signal
import threading
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from services.onebox.fleet import Fleet
from services.onebox.machine import Machine
from services.onebox.personas import PERSONAS


def up(home: Path, replicas: Mapping[str, int], out: Console) -> None:
    """Start, tell the addresses, start anew what ends by itself, and stop everything on SIGINT or SIGTERM."""
    machine = Machine(home, replicas, tell=lambda part: out.print(f"  starting {part}"))
    stay = until_told()
    machine.start()
    try:
        out.print(addresses(machine.fleet))
        watch(machine.fleet, stay, out)
    finally:
        out.print("Stopping.")
        machine.stop()


def until_told() -> threading.Event:
    """An event that SIGINT and SIGTERM set."""
    told = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: told.set())
    return told


def watch(fleet: Fleet, told: threading.Event, out: Console) -> None:
    """Look every second for a process that has ended, and start it anew."""
    while not told.wait(1):
        for name in fleet.revive():
            out.print(f"{name} had ended by itself and was started again; its log is in {fleet.folder / 'services'}")


def addresses(fleet: Fleet) -> str:
    """Where to go on."""
    lines = ["", "Everything runs. Press Ctrl-C to stop."]
    if fleet.replicas["desk"]:
        lines += ["", f"  Open {fleet.url('desk')} and sign in, for example as {PERSONAS['adviser-north-east'].name}.", ""]
    lines.append(f"  Kafka       {fleet.kafka}")
    for service, urls in fleet.urls().items():
        lines += [f"  {service:<11} {url}   ({url}/openapi.json)" for url in urls]
    home = fleet.folder
    lines += [
        "",
        f"In another terminal:  export MANYHANDS_HOME={home}",
        "  manyhands check                                   is everything well?",
        "  manyhands token me@example.org --role adviser     a token for the APIs",
        "  manyhands parked list                             what could not be handled",
        "  manyhands explain REQUEST                         why these peers",
    ]
    return "\n".join(lines)
