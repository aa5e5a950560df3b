"""The queue's jobs: each calls one operation and may safely be done twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from annotations.announcing import WEBHOOK_QUEUE, WEBHOOK_TASK
from annotations.operations.snapshots import SNAPSHOT_QUEUE, SNAPSHOT_TASK
from annotations.operations.snapshots import make_snapshot as make
from annotations.operations.webhooks import call_webhook as call


@app.task(queue=SNAPSHOT_QUEUE, name=SNAPSHOT_TASK)
def make_snapshot(*, snapshot_id: str) -> None:
    """Write a snapshot's zip."""
    make(snapshot_id=snapshot_id)


@app.task(queue=WEBHOOK_QUEUE, name=WEBHOOK_TASK)
def call_webhook(*, delivery_id: str) -> None:
    """Tell one address of one thing."""
    call(delivery_id=delivery_id)
