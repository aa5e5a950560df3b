"""Time in tests: CPU seconds of one call, so that a busy machine changes little."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def cpu_seconds(call: Callable[[], object], *, tries: int = 3) -> float:
    """The least CPU time of a few calls, without the garbage collector.

    Its rounds go through all that other tests keep, which is not this call's time.
    """
    best = float("inf")
    gc.collect()
    gc.disable()
    try:
        for _ in range(tries):
            begin = time.process_time()
            call()
            best = min(best, time.process_time() - begin)
    finally:
        gc.enable()
    return best
