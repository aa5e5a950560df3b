"""Jobs of dead workers are taken again, and those of living ones never (cases 45, 51 and 52)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.sql import queries

from annotations.models import Snapshot
from annotations.operations.snapshots import request_snapshot
from annotations.tasks import retry_stalled_jobs
from quotes.models import ExtractionRun, ImportItem
from quotes.operations import queue_import, request_extraction, run_import
from quotes.operations.stalled import MOST_TRIES, STALLED_AFTER
from tests.at_once import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def empty_queue(db: None) -> None:
    ask("DELETE FROM procrastinate_jobs RETURNING id")


def ask(sql: str, **values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def new_worker() -> int:
    return int(ask(queries["register_worker"])[0][0])


def take(worker: int) -> int | None:
    """What a worker does to get its next job; gives the job's id."""
    return ask(queries["fetch_job"], queues=None, worker_id=worker)[0][0]  # type: ignore[no-any-return]


def silent_for(worker: int, seconds: int) -> None:
    ask(
        "UPDATE procrastinate_workers SET last_heartbeat = now() - %(s)s * interval '1 second'"
        " WHERE id = %(w)s RETURNING id",
        s=seconds,
        w=worker,
    )


def job() -> ProcrastinateJob:
    return ProcrastinateJob.objects.get()


def test_case_51_a_live_workers_job_is_never_taken_however_long_it_runs(article) -> None:
    request_extraction(article=article)
    first, second = new_worker(), new_worker()
    taken = take(first)
    assert taken == job().pk
    assert take(second) is None
    ask("UPDATE procrastinate_events SET at = now() - interval '9 days' RETURNING id")
    silent_for(first, STALLED_AFTER - 10)
    retry_stalled_jobs(timestamp=0)
    assert (job().status, job().worker_id) == ("doing", first)
    assert take(second) is None


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_case_51_of_many_workers_each_job_has_one(article) -> None:
    for _ in range(5):
        request_extraction(article=article)
    workers = [new_worker() for _ in range(12)]
    taken = at_once(*(lambda w=w: take(w) for w in workers))
    assert not [one for one in taken if isinstance(one, Exception)]
    assert sorted(t for t in taken if t) == sorted(  # type: ignore[type-var]
        ProcrastinateJob.objects.values_list("pk", flat=True)
    )


@pytest.mark.parametrize("gone", [False, True], ids=["silent", "gone from the list"])
def test_case_45_the_job_of_a_dead_worker_is_taken_again(article, gone: bool) -> None:
    request_extraction(article=article)
    dead = new_worker()
    take(dead)
    if gone:
        ask("DELETE FROM procrastinate_workers RETURNING id")
    else:
        silent_for(dead, STALLED_AFTER + 10)
    retry_stalled_jobs(timestamp=0)
    assert (job().status, job().attempts) == ("todo", 1)
    assert take(new_worker()) == job().pk


def killed_until_given_up() -> None:
    for _ in range(MOST_TRIES):
        worker = new_worker()
        assert take(worker) is not None
        silent_for(worker, STALLED_AFTER + 10)
        retry_stalled_jobs(timestamp=0)
    assert job().status == "failed"
    assert take(new_worker()) is None


def test_case_45_a_run_that_takes_three_workers_down_is_failed_in_words(article) -> None:
    run = request_extraction(article=article)
    ExtractionRun.objects.update(state="running", attempts=3)
    killed_until_given_up()
    run.refresh_from_db()
    assert run.state == "failed"
    assert "3 attempts" in run.error


def test_case_45_an_import_that_takes_three_workers_down_reports_what_it_left(collection) -> None:
    texts = [f"“Snow fell on day {day},” she said." for day in range(3)]
    batch = queue_import(collection=collection, waiting=[{"text": text} for text in texts])
    ImportItem.objects.create(batch=batch, ordinal=1, state="failed", message="No text.")
    killed_until_given_up()
    batch.refresh_from_db()
    assert (batch.state, batch.waiting) == ("done", [])
    items = list(batch.items.order_by("ordinal").values_list("ordinal", "state", "message"))
    again = "The import stopped here. Bring it in again."
    assert items == [(1, "failed", "No text."), (2, "failed", again), (3, "failed", again)]
    run_import(import_id=str(batch.public_id))
    assert batch.items.count() == 3


def test_case_45_a_snapshot_that_takes_three_workers_down_is_failed_in_words(
    collection, researcher
) -> None:
    row = request_snapshot(collection=collection, user=researcher)
    Snapshot.objects.update(state="running")
    killed_until_given_up()
    row.refresh_from_db()
    assert row.state == "failed"
    assert "Make another one" in row.error


def test_what_was_done_meanwhile_is_not_given_up(article, collection, researcher) -> None:
    run = request_extraction(article=article)
    ExtractionRun.objects.update(state="done")
    killed_until_given_up()
    run.refresh_from_db()
    assert (run.state, run.error) == ("done", "")
    ask("DELETE FROM procrastinate_jobs RETURNING id")
    batch = queue_import(collection=collection, waiting=[])
    run_import(import_id=str(batch.public_id))
    killed_until_given_up()
    batch.refresh_from_db()
    assert batch.state == "done"
    assert not batch.items.exists()
    ask("DELETE FROM procrastinate_jobs RETURNING id")
    row = request_snapshot(collection=collection, user=researcher)
    Snapshot.objects.update(state="done", size=1, sha256="0" * 64)
    killed_until_given_up()
    row.refresh_from_db()
    assert (row.state, row.error) == ("done", "")


def test_a_job_that_nobody_waits_for_is_ended_in_silence() -> None:
    from quotes.tasks import load_engine

    load_engine.defer()
    killed_until_given_up()
