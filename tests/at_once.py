"""Calls made at the same moment, each on its own connection to the database."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection


def at_once(*calls: Callable[[], object], seconds: float = 60) -> list[object]:
    """Run the calls at the same moment; gives their results, or what each of them raised."""
    barrier = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def work(place: int, call: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=seconds)
            results[place] = call()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=(place, call), daemon=True)
        for place, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=seconds)
        assert not thread.is_alive(), "somebody waits for ever"
    return results
