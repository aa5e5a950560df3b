"""Webhooks: made, changed, tried out and taken away by managers; called by a worker."""

from __future__ import annotations

import datetime as dt
import hmac
import json
import secrets
import time
import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from annotations.announcing import send, send_later
from annotations.models import ObjectKind, Webhook, WebhookDelivery
from annotations.permissions import require
from annotations.refusals import Invalid, NotAllowedNow, NotVisible, StaleVersion
from quotes.fetching import Limits, NotFetched, RefusedAddress, checked_parts, fetch
from quotes.models import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MARK: Final = "onw"
"""So that a scanner for leaked secrets can know one when it sees it."""

LIMITS: Final = Limits(bytes=1024 * 1024, seconds=10)
WAITS: Final = tuple(
    dt.timedelta(seconds=seconds)
    for seconds in (10, 60, 300, 1800, 2 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
)
"""After each failure, until the next try; after the last one it is given up."""

KEPT_FOR: Final = dt.timedelta(days=30)
CLEARED_AT_ONCE: Final = 50
MOST_WEBHOOKS: Final = 20
TEST: Final = "test"
NO_KEY: Final = "The server’s secret key was changed: make a new secret for this webhook."


@transaction.atomic
def add_webhook(
    *, collection: Collection, user: User, name: str, address: str, events: Iterable[str]
) -> tuple[Webhook, str]:
    """Have an address told of what people do. The second value is the secret, shown once."""
    require(user, "manage_webhooks", collection.pk)
    Collection.objects.select_for_update(no_key=True).get(pk=collection.pk)
    if Webhook.objects.kept().filter(collection=collection).count() >= MOST_WEBHOOKS:
        raise NotAllowedNow(f"A collection has at most {MOST_WEBHOOKS} webhooks.")
    hook = Webhook(collection=collection, made_by=user)
    _put(hook, {"name": name, "address": address, "events": events})
    secret = _new_secret(hook)
    hook.save()
    return hook, secret


@transaction.atomic
def change_webhook(
    *, public_id: uuid.UUID, version: int, user: User, changes: Mapping[str, Any]
) -> Webhook:
    """Change name, address or events, or turn it on or off."""
    hook = _locked(public_id, version, user)
    _put(hook, changes)
    return _saved(hook)


@transaction.atomic
def renew_secret(*, public_id: uuid.UUID, version: int, user: User) -> tuple[Webhook, str]:
    """Make a new secret, shown once; the old one signs nothing from now on."""
    hook = _locked(public_id, version, user)
    secret = _new_secret(hook)
    return _saved(hook), secret


@transaction.atomic
def remove_webhook(*, public_id: uuid.UUID, version: int, user: User) -> Webhook:
    """Take a webhook away: it is told nothing more, not even what still waits."""
    hook = _locked(public_id, version, user)
    hook.ended_at = timezone.now()
    return _saved(hook)


@transaction.atomic
def try_webhook(*, public_id: uuid.UUID, user: User) -> WebhookDelivery:
    """Send a message that means nothing, to see whether it arrives."""
    hook = Webhook.objects.kept().filter(public_id=public_id).first()
    if hook is None:
        raise NotVisible
    require(user, "manage_webhooks", hook.collection_id)
    if not hook.active:
        raise NotAllowedNow("This webhook is off: turn it on first.")
    at = timezone.now().isoformat().replace("+00:00", "Z")
    told = {"event": TEST, "at": at, "actor": user.get_username(), "object": None, "article": None}
    delivery = WebhookDelivery(webhook=hook, event=TEST, payload=told)
    send([delivery])
    return delivery


def call_webhook(*, delivery_id: uuid.UUID | str) -> WebhookDelivery | None:
    """Send a message that waits; on failure again later. One that is over is left as it is."""
    delivery = _begin(delivery_id)
    if delivery is None:
        return None
    started = time.monotonic()
    status, error = _send(delivery)
    milliseconds = round((time.monotonic() - started) * 1000)
    return _end(delivery, status=status, error=error, milliseconds=milliseconds)


def signature(secret: str, moment: int, body: bytes) -> str:
    """What the receiver computes too: HMAC-SHA256 over the time, a dot, and the body."""
    return hmac.new(secret.encode(), f"{moment}.".encode() + body, "sha256").hexdigest()


@transaction.atomic
def _begin(delivery_id: uuid.UUID | str) -> WebhookDelivery | None:
    delivery = (
        WebhookDelivery.objects.select_for_update(of=("self",))
        .select_related("webhook__collection")
        .filter(public_id=delivery_id, state=WebhookDelivery.State.WAITING)
        .first()
    )
    if delivery is None:
        return None
    hook = delivery.webhook
    if not hook.active or hook.ended_at is not None:
        delivery.state = WebhookDelivery.State.FAILED
        delivery.error = "The webhook was turned off."
        delivery.next_at = None
        delivery.save(update_fields=("state", "error", "next_at", "updated_at"))
        return None
    delivery.attempts += 1
    delivery.save(update_fields=("attempts", "updated_at"))
    return delivery


def _send(delivery: WebhookDelivery) -> tuple[int | None, str]:
    """The status of the answer, and what went wrong."""
    hook = delivery.webhook
    secret = _secret(hook)
    if secret is None:
        return None, NO_KEY
    told = {
        "id": str(delivery.public_id),
        "webhook": str(hook.public_id),
        "collection": str(hook.collection.public_id),
        **delivery.payload,
    }
    body = json.dumps(told, ensure_ascii=False).encode()
    moment = int(time.time())
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Accept": "*/*",
        "On-Record-Delivery": str(delivery.public_id),
        "On-Record-Event": delivery.event,
        "On-Record-Signature": f"t={moment},v1={signature(secret, moment, body)}",
    }
    try:
        answer = fetch(hook.address, method="POST", body=body, headers=headers, limits=LIMITS)
    except NotFetched as failure:
        return None, str(failure)
    if 200 <= answer.status < 300:
        return answer.status, ""
    return answer.status, f"The address answered with status {answer.status}."


@transaction.atomic
def _end(
    delivery: WebhookDelivery, *, status: int | None, error: str, milliseconds: int
) -> WebhookDelivery:
    delivery.answered, delivery.error, delivery.milliseconds = status, error[:300], milliseconds
    delivery.next_at = None
    if not error:
        delivery.state = WebhookDelivery.State.DELIVERED
    elif delivery.event == TEST or delivery.attempts > len(WAITS) or status == 410:
        delivery.state = WebhookDelivery.State.FAILED
    else:
        wait = WAITS[delivery.attempts - 1]
        delivery.next_at = timezone.now() + wait
        send_later(delivery, after=wait)
    delivery.save()
    if status == 410:  # Gone: the receiver wants no more of it
        Webhook.objects.filter(pk=delivery.webhook_id).update(active=False)
    _clear()
    return delivery


def _clear() -> None:
    """Remove a few messages that are out of date."""
    stale = WebhookDelivery.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    some = stale.order_by("pk").select_for_update(skip_locked=True)[:CLEARED_AT_ONCE]
    WebhookDelivery.objects.filter(pk__in=[row.pk for row in some]).delete()


def _locked(public_id: uuid.UUID, version: int, user: User) -> Webhook:
    rows = Webhook.objects.kept().select_for_update(of=("self",), no_key=True)
    hook = rows.select_related("collection").filter(public_id=public_id).first()
    if hook is None:
        raise NotVisible
    require(user, "manage_webhooks", hook.collection_id)
    if hook.version != version:
        raise StaleVersion(hook)
    return hook


def _saved(hook: Webhook) -> Webhook:
    hook.version += 1
    hook.save()
    return hook


def _put(hook: Webhook, changes: Mapping[str, Any]) -> None:
    if "name" in changes:
        hook.name = changes["name"].strip()
        if not hook.name or len(hook.name) > 100:
            raise Invalid("A webhook needs a name of at most 100 characters.", field="name")
    if "address" in changes:
        hook.address = changes["address"].strip()
        try:
            checked_parts(hook.address)
        except RefusedAddress as refusal:
            raise Invalid(str(refusal), code="refused_address", field="address") from refusal
    if "events" in changes:
        hook.events = sorted(set(changes["events"]))
        if not hook.events or not set(hook.events) <= set(ObjectKind.values):
            known = ", ".join(ObjectKind.values)
            raise Invalid(f"A webhook is told of some of: {known}.", field="events")
    if "active" in changes:
        hook.active = bool(changes["active"])


def _new_secret(hook: Webhook) -> str:
    hook.nonce = secrets.token_hex(32)
    hook.signed_with = _fingerprint(settings.SECRET_KEY)
    return _derived(hook.nonce, settings.SECRET_KEY)


def _secret(hook: Webhook) -> str | None:
    """The webhook's secret, from the key that it was made with, while that is still known."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if hmac.compare_digest(_fingerprint(key), hook.signed_with):
            return _derived(hook.nonce, key)
    return None


def _derived(nonce: str, key: str) -> str:
    made = salted_hmac("annotations.webhook.secret", nonce, secret=key, algorithm="sha256")
    return f"{MARK}_{made.hexdigest()}"


def _fingerprint(key: str) -> str:
    made = salted_hmac("annotations.webhook.key", "fingerprint", secret=key, algorithm="sha256")
    return made.hexdigest()[:16]
