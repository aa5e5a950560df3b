"""Jobs whose worker was killed: taken again after a while, a few times, then given up."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import connection, transaction
from procrastinate.sql import queries

logger = logging.getLogger(__name__)

STALLED_AFTER: Final = 60
"""Seconds without a sign of life, by the clock of the database; a worker gives one every ten."""

MOST_TRIES: Final = 3
"""A job that took its worker down this often is not tried again."""

GiveUp = Mapping[str, Callable[..., object]]
"""For a task that somebody waits for: what tells them that its job was given up."""


@transaction.atomic
def retry_stalled_jobs(*, give_up: GiveUp) -> list[int]:
    """Put the jobs of dead workers back into their queues; gives the ids of what was stalled.

    A live worker's job is never taken away, however long it runs: its worker still says so. The
    jobs may safely be begun again, and know how far they had come.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            queries["select_stalled_jobs_by_heartbeat"],
            {"queue": None, "task_name": None, "seconds_since_heartbeat": STALLED_AFTER},
        )
        names = [column.name for column in cursor.description]
        stalled = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for job in stalled:
        # Each try before this one was ended by a dead worker, too.
        if job["attempts"] + 1 < MOST_TRIES:
            _put_back(job)
        else:
            _end(job, give_up)
    return [job["id"] for job in stalled]


def _put_back(job: dict[str, Any]) -> None:
    logger.warning("a job whose worker died is taken again: %s %s", job["task_name"], job["id"])
    unchanged = {"retry_at", "new_priority", "new_queue_name", "new_lock"}
    with connection.cursor() as cursor:
        cursor.execute(queries["retry_job"], dict.fromkeys(unchanged) | {"job_id": job["id"]})


def _end(job: dict[str, Any], give_up: GiveUp) -> None:
    logger.error("a job that took %s workers down is given up: %s", MOST_TRIES, job["task_name"])
    with connection.cursor() as cursor:
        ended = {"job_id": job["id"], "status": "failed", "delete_job": False}
        cursor.execute(queries["finish_job"], ended)
    if (tell := give_up.get(job["task_name"])) is not None:
        args = job["args"]
        tell(**(json.loads(args) if isinstance(args, str) else args))
