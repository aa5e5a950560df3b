"""Time in tests: CPU seconds, taken so that a busy machine changes little."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ROUNDS = 40
"""A machine whose pace changes for seconds is waited for; what grows too fast never holds."""


def cpu_seconds(call: Callable[[], object], *, tries: int = 3) -> float:
    """The least CPU time of a few calls, without the garbage collector."""
    with _no_collection():
        return min(_once(call) for _ in range(tries))


def times_longer(
    call: Callable[[], object], than: Callable[[], object], *, at_most: float
) -> float:
    """How many times the second call's CPU time the first takes: the least of each, in turn.

    In turn, so that a slow moment falls on both; the least, for what else runs only adds. Measured
    three times, and on until it is ``at_most``: what takes longer in truth never gets there.
    """
    longer = shorter = float("inf")
    than()
    with _no_collection():
        for turn in range(ROUNDS):
            longer, shorter = min(longer, _once(call)), min(shorter, _once(than))
            if turn >= 2 and longer <= at_most * shorter:
                break
    return longer / shorter


def _once(call: Callable[[], object]) -> float:
    begin = time.process_time()
    call()
    return time.process_time() - begin


@contextmanager
def _no_collection() -> Iterator[None]:
    """Its rounds go through all that other tests keep, which is not this call's time."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
