"""The same work on many things, in processes of their own or, with one worker, here."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")


def each(work: Callable[[Thing], Made], things: Iterable[Thing], workers: int | None) -> Iterator[Made]:
    """What `work` makes of each, as it comes. Errors: whatever `work` raises."""
    if workers == 1:
        yield from map(work, things)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:  # a fork would copy the locks of a progress bar's thread
        for done in as_completed([pool.submit(work, thing) for thing in things]):
            yield done.result()
