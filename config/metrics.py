"""Figures for Prometheus: what the web processes answered, and what waits in the database.

Web processes are forked from one that has loaded this, so they share one piece of memory: each
counts in a part of its own, and whoever is asked adds all parts up. So nothing is written to disk,
no process waits for another, and a killed one leaves its counts behind.
"""

from __future__ import annotations

import fcntl
import hmac
import mmap
import os
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
CLASSES: Final = ("2xx", "3xx", "4xx", "5xx")
FIGURES: Final = len(CLASSES) + len(BUCKETS) + 1
"""A count of each class of status, of each bucket of seconds, and the seconds in all."""

PARTS: Final = 64
PART: Final = struct.Struct(f"=Q{FIGURES}d")
"""The process that counts there, then its figures."""

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
WAITING: Final = """
SELECT 'on_record_jobs', status::text, count(*)::float FROM procrastinate_jobs
WHERE status IN ('todo', 'doing') OR status = 'failed' GROUP BY status
UNION ALL
SELECT 'on_record_runs', state, count(*) FROM quotes_extractionrun
WHERE state IN ('queued', 'running') GROUP BY state
UNION ALL
SELECT 'on_record_longest_wait_seconds', '',
       coalesce(extract(epoch FROM now() - min(created_at)), 0)
FROM quotes_extractionrun WHERE state = 'queued'
UNION ALL
SELECT 'on_record_database_connections', '', count(*)
FROM pg_stat_activity WHERE datname = current_database()
"""
ABOUT: Final = {
    "on_record_jobs": "Jobs in the queue, by state",
    "on_record_runs": "Extractions that wait or run",
    "on_record_longest_wait_seconds": "How long the oldest waiting extraction has waited",
    "on_record_database_connections": "Connections to the database, from everywhere",
}


class Counters:
    """Figures of this process, beside those of all others forked from the same one."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, PARTS * PART.size)
        self._claims = tempfile.TemporaryFile()  # noqa: SIM115 its lock is let go by any death
        self._lock = threading.Lock()
        self._pid = self._at = 0

    def count(self, status: int, seconds: float) -> None:
        """Count one answer."""
        with self._lock:
            if self._pid != os.getpid():
                self._claim()
            pid, *figures = PART.unpack_from(self._memory, self._at)
            figures[min(max(status // 100, 2), 5) - 2] += 1
            for place, most in enumerate(BUCKETS, len(CLASSES)):
                figures[place] += seconds <= most
            figures[-1] += seconds
            PART.pack_into(self._memory, self._at, pid, *figures)

    def total(self) -> list[float]:
        parts = (PART.unpack_from(self._memory, n * PART.size)[1:] for n in range(PARTS))
        return [sum(column) for column in zip(*parts, strict=True)]

    def _claim(self) -> None:
        """Take a part that nobody counts in: an unused one, else one whose process has ended."""
        self._pid = os.getpid()
        fcntl.lockf(self._claims, fcntl.LOCK_EX)
        try:
            owners = [PART.unpack_from(self._memory, n * PART.size)[0] for n in range(PARTS)]
            free = [n for n, pid in enumerate(owners) if pid in {0, self._pid}]
            ended = [n for n, pid in enumerate(owners) if pid and not _is_alive(pid)]
            self._at = next(iter([*free, *ended]), PARTS - 1) * PART.size
            struct.pack_into("=Q", self._memory, self._at, self._pid)
        finally:
            fcntl.lockf(self._claims, fcntl.LOCK_UN)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


COUNTERS: Final = Counters()


class CountingMiddleware:
    """Count each answer and how long it took to begin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        response = self.get_response(request)
        COUNTERS.count(response.status_code, time.monotonic() - begun)
        return response


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, to whoever has the token of the setting ``METRICS_TOKEN``; else nothing."""
    given = request.headers.get("Authorization", "")
    wanted = f"Bearer {settings.METRICS_TOKEN}"
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), wanted.encode()):
        raise Http404
    lines = [*_answers(COUNTERS.total()), *_waiting()]
    return HttpResponse("\n".join([*lines, ""]), content_type=CONTENT_TYPE)


def _answers(figures: list[float]) -> Iterator[str]:
    by_class, rest = figures[: len(CLASSES)], figures[len(CLASSES) :]
    yield "# HELP on_record_answers_total Answers of this machine's web processes"
    yield "# TYPE on_record_answers_total counter"
    for name, count in zip(CLASSES, by_class, strict=True):
        yield f'on_record_answers_total{{status="{name}"}} {count:.0f}'
    yield "# HELP on_record_answer_seconds How long until an answer began"
    yield "# TYPE on_record_answer_seconds histogram"
    for most, count in zip(BUCKETS, rest, strict=False):
        yield f'on_record_answer_seconds_bucket{{le="{most}"}} {count:.0f}'
    yield f'on_record_answer_seconds_bucket{{le="+Inf"}} {sum(by_class):.0f}'
    yield f"on_record_answer_seconds_sum {rest[-1]:.6f}"
    yield f"on_record_answer_seconds_count {sum(by_class):.0f}"


def _waiting() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        rows = cursor.fetchall()
    for metric, about in ABOUT.items():
        yield f"# HELP {metric} {about}"
        yield f"# TYPE {metric} gauge"
        for name, state, value in rows:
            if name == metric:
                label = f'{{state="{state}"}}' if state else ""
                yield f"{metric}{label} {float(value):g}"
