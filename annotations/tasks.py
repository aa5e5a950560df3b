"""The queue's jobs: each calls one operation and may safely be done twice."""

from __future__ import annotations

from procrastinate.contrib.django import app

from annotations.operations.snapshots import SNAPSHOT_QUEUE, SNAPSHOT_TASK
from annotations.operations.snapshots import make_snapshot as make


@app.task(queue=SNAPSHOT_QUEUE, name=SNAPSHOT_TASK)
def make_snapshot(*, snapshot_id: str) -> None:
    """Write a snapshot's zip."""
    make(snapshot_id=snapshot_id)
