"""Which webhooks a person may see: those of the collections that they manage."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from annotations.models import Webhook, WebhookDelivery
from annotations.permissions import PERMISSIONS, require
from annotations.refusals import NotVisible
from quotes.models import Collection, Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import User

SHOWN_DELIVERIES = 50


def webhook_collections(user: User) -> QuerySet[Collection]:
    rows = Collection.objects.readable_by(user)
    if user.is_superuser:
        return rows
    roles = list(PERMISSIONS["manage_webhooks"])
    mine = Membership.objects.filter(user=user, role__in=roles, collection=OuterRef("pk"))
    return rows.filter(Exists(mine))


def managed_webhooks(user: User) -> QuerySet[Webhook]:
    """By collection and name."""
    rows = Webhook.objects.kept().filter(collection__in=webhook_collections(user))
    return rows.select_related("collection", "made_by").order_by("collection__name", "name", "pk")


def managed_webhook(user: User, public_id: uuid.UUID) -> Webhook:
    rows = Webhook.objects.kept().select_related("collection", "made_by")
    hook = rows.filter(public_id=public_id).first()
    if hook is None:
        raise NotVisible
    require(user, "manage_webhooks", hook.collection_id)
    return hook


def deliveries_of(hook: Webhook) -> list[WebhookDelivery]:
    """The latest messages, the newest first."""
    return list(hook.deliveries.order_by("-created_at", "-pk")[:SHOWN_DELIVERIES])
