"""The queue's jobs: each calls one operation and may safely be done twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from annotations.announcing import WEBHOOK_QUEUE, WEBHOOK_TASK
from annotations.operations.snapshots import SNAPSHOT_QUEUE, SNAPSHOT_TASK, give_up_snapshot
from annotations.operations.snapshots import make_snapshot as make
from annotations.operations.upkeep import check_at_night, tidy_up
from annotations.operations.webhooks import call_webhook as call
from quotes.operations.intake import IMPORT_TASK, give_up_import
from quotes.operations.running import EXTRACT_TASK, give_up_extraction
from quotes.operations.stalled import retry_stalled_jobs as retry

UPKEEP_QUEUE = "upkeep"


@app.task(queue=SNAPSHOT_QUEUE, name=SNAPSHOT_TASK)
def make_snapshot(*, snapshot_id: str) -> None:
    """Write a snapshot's zip."""
    make(snapshot_id=snapshot_id)


@app.task(queue=WEBHOOK_QUEUE, name=WEBHOOK_TASK)
def call_webhook(*, delivery_id: str) -> None:
    """Tell one address of one thing."""
    call(delivery_id=delivery_id)


@app.periodic(cron="* * * * *")
@app.task(queue=UPKEEP_QUEUE, name="annotations.retry_stalled_jobs", queueing_lock="stalled")
def retry_stalled_jobs(timestamp: int) -> None:
    """Take the jobs of dead workers again."""
    retry(
        give_up={
            EXTRACT_TASK: give_up_extraction,
            IMPORT_TASK: give_up_import,
            SNAPSHOT_TASK: give_up_snapshot,
        }
    )


@app.periodic(cron="17 3 * * *")
@app.task(queue=UPKEEP_QUEUE, name="annotations.upkeep", queueing_lock="upkeep")
def nightly_upkeep(timestamp: int) -> None:
    """Remove what is out of date, then check the data."""
    tidy_up()
    check_at_night()
