"""What is measured of a run: how many a second, how long each took, and what memory and processor time the processes needed."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np
import psutil

_EVERY = 0.5  # seconds between two looks at memory


@dataclass(frozen=True, slots=True)
class Run:
    """One measurement: `posted` requests, `ended` of them by kind of end, a second from first posting to last end, latencies in ms."""

    posted: int
    ended: Mapping[str, int]
    per_second: float
    p50_ms: float
    p99_ms: float
    cpu_s_per_1000: Mapping[str, float]

    @property
    def lost(self) -> int:
        """Requests of which no end was seen."""
        return self.posted - sum(self.ended.values())


def figures(posted: Mapping[str, float], ended: Mapping[str, tuple[float, str]], cpu_s: Mapping[str, float]) -> Run:
    """Match ends to postings by id. posted: seconds; ended: seconds and the CloudEvents type of the end; cpu_s: by process."""
    matched = [(ended[ident][0] - moment) * 1000 for ident, moment in posted.items() if ident in ended]
    kinds = Counter(kind for ident, (_, kind) in ended.items() if ident in posted)
    if not matched:
        return Run(len(posted), {}, 0.0, float("inf"), float("inf"), {})
    seconds = max(ended[ident][0] for ident in posted if ident in ended) - min(posted.values())
    p50, p99 = np.percentile(matched, [50, 99]).tolist()
    cost = {name: 1000 * used / len(posted) for name, used in cpu_s.items()}
    return Run(len(posted), dict(kinds), len(matched) / seconds, p50, p99, cost)


class Watch:
    """Looks at processes by name. A server of many processes (PostgreSQL) is one: it and its children, shared pages counted once."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._processes = {name: psutil.Process(pid) for name, pid in pids.items()}
        self.peak_mb: dict[str, float] = dict.fromkeys(pids, 0.0)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._done.set()
        self._thread.join()

    def cpu_s(self) -> dict[str, float]:
        """Processor seconds of each so far, children that have ended included."""
        return {name: sum(process.cpu_times()[:4]) + _of_children(process) for name, process in self._processes.items()}

    def _look(self) -> None:
        while not self._done.wait(_EVERY):
            for name, process in self._processes.items():
                self.peak_mb[name] = max(self.peak_mb[name], _memory(process) / 1e6)


def _of_children(process: psutil.Process) -> float:
    used = 0.0
    for child in process.children():
        try:
            used += sum(child.cpu_times()[:2])
        except psutil.NoSuchProcess:  # then its parent has it
            continue
    return used


def _memory(process: psutil.Process) -> int:
    """Resident bytes; with children, each shared page is split among those who share it."""
    try:
        children = process.children()
        if not children:
            return int(process.memory_info().rss)
        return sum(int(each.memory_full_info().pss) for each in (process, *children))
    except psutil.NoSuchProcess:
        return 0
