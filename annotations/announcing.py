"""Word of what people do, left for webhooks in the transaction of the deed: both or neither.

What a merge brings along, thousands of rows it may be, is told of by the merge alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from annotations.models import Edit, ObjectKind, Webhook, WebhookDelivery
from quotes.models import Speaker

WEBHOOK_TASK: Final = "annotations.call_webhook"
WEBHOOK_QUEUE: Final = "webhooks"


def announce(edits: Sequence[Edit]) -> None:
    """Leave word of these edits, of one action, for the webhooks of their collection."""
    hooks = list(Webhook.objects.called().filter(events__contains=[edits[0].object_kind]))
    if not hooks:
        return
    collection = _collection_of(edits[0])
    send(
        [
            WebhookDelivery(webhook=hook, event=edit.action, payload=_told(edit))
            for hook in hooks
            if hook.collection_id == collection
            for edit in edits
        ]
    )


def send(deliveries: list[WebhookDelivery]) -> None:
    """Keep these messages and have a worker send each when this transaction commits."""
    if not deliveries:
        return
    rows = WebhookDelivery.objects.bulk_create(deliveries)
    jobs: list[dict[str, JSONValue]] = [{"delivery_id": str(row.public_id)} for row in rows]
    app.configure_task(WEBHOOK_TASK, queue=WEBHOOK_QUEUE).batch_defer(*jobs)


def send_later(delivery: WebhookDelivery, *, after: dt.timedelta) -> None:
    later = app.configure_task(
        WEBHOOK_TASK, queue=WEBHOOK_QUEUE, schedule_in={"seconds": round(after.total_seconds())}
    )
    later.defer(delivery_id=str(delivery.public_id))


def _collection_of(edit: Edit) -> int | None:
    if edit.article is not None:
        return edit.article.collection_id
    speakers = Speaker.objects.filter(public_id=edit.object_id)
    return speakers.values_list("collection_id", flat=True).first()


def _told(edit: Edit) -> dict[str, Any]:
    """Ids only: who may read the rest asks for it with a token."""
    there = reverse(f"api:{ObjectKind(edit.object_kind).value}_detail", args=[edit.object_id])
    return {
        "event": edit.action,
        "at": edit.at.isoformat().replace("+00:00", "Z"),
        "actor": edit.actor.get_username(),
        "object": {
            "kind": edit.object_kind,
            "id": str(edit.object_id),
            "version": edit.version,
            "address": settings.PUBLIC_URL + there,
        },
        "article": str(edit.article.public_id) if edit.article else None,
    }
