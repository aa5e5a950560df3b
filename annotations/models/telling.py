"""What leaves the house: numbered snapshots, and webhooks with their log."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from annotations.models.history import ObjectKind
from quotes.models import Collection
from quotes.models.base import PublicRecord, one_of


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def done(self) -> Self:
        return self.filter(state=Snapshot.State.DONE)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class SnapshotState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Being made"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class Snapshot(PublicRecord):
    """All tables of one state of a collection, kept as a numbered zip that can be cited.

    ``filters`` and ``options`` are what it was asked for; ``counts`` and ``checksums`` name its
    tables. A file is there only when the state is ``done``, and its hash is in ``sha256``.
    """

    State = SnapshotState

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=SnapshotState, default=SnapshotState.QUEUED)
    filters = models.JSONField(default=dict, blank=True)
    options = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    checksums = models.JSONField(default=dict, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    software = models.CharField(max_length=60, blank=True)
    error = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            one_of("state", SnapshotState, name="snapshot_state_known"),
            models.UniqueConstraint(
                fields=("collection", "number"),
                name="snapshot_number_once",
                violation_error_message="This number is taken.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | ~models.Q(sha256=""),
                name="snapshot_done_has_its_sum",
                violation_error_message="A snapshot that is done has a file and its sum.",
            ),
        )

    def __str__(self) -> str:
        return f"Snapshot {self.number} of {self.collection_id}"

    @property
    def file_name(self) -> str:
        return f"{self.collection.slug}-{self.number:04d}.zip"


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def kept(self) -> Self:
        """Without those that were taken away."""
        return self.filter(ended_at=None)

    def called(self) -> Self:
        return self.kept().filter(active=True)


class Webhook(PublicRecord):
    """An address outside that is told what people do in a collection.

    The secret that signs is not stored: it is made from ``nonce`` and the server's secret key,
    whose fingerprint is in ``signed_with``.
    """

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="webhooks")
    name = models.CharField(max_length=100)
    address = models.URLField(max_length=2000)
    events = ArrayField(models.CharField(max_length=20, choices=ObjectKind))
    active = models.BooleanField(default=True)
    nonce = models.CharField(max_length=64)
    signed_with = models.CharField(max_length=16)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.name}: {self.address}"


class DeliveryState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class WebhookDelivery(PublicRecord):
    """One message to one webhook, and how it went. Kept for a month."""

    State = DeliveryState

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=60)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    answered = models.PositiveIntegerField(null=True, blank=True)
    """The status of the last answer."""
    error = models.CharField(max_length=300, blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (one_of("state", DeliveryState, name="webhook_delivery_state_known"),)
        indexes = (
            models.Index(fields=("webhook", "-created_at", "-id"), name="webhook_log"),
            models.Index(fields=("created_at",), name="webhook_oldest"),
        )

    def __str__(self) -> str:
        return f"{self.event}: {self.state}"
