"""What was taken off the record for good reason, as by law or for somebody's privacy."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from quotes.models.base import PublicRecord, one_of
from quotes.models.collection import Collection


class WithdrawalQuerySet(models.QuerySet["Withdrawal"]):
    def in_force(self) -> Self:
        """Without those that were put back."""
        return self.filter(ended_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class WithdrawalKind(models.TextChoices):
    QUOTE = "quote", "Quote"
    CORRECTION = "correction", "Correction"
    SPEAKER = "speaker", "Speaker"


class Withdrawal(PublicRecord):
    """One act of a manager: who or what was withdrawn, why, and what was taken out of other rows.

    Rows that went with it point here. ``norms`` are the names that no run brings back; ``kept``
    holds what stood in rows that stay (names, notes of the machine), for putting it back.
    """

    Kind = WithdrawalKind

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=WithdrawalKind)
    object_id = models.UUIDField()
    label = models.CharField(max_length=300)
    """What it was, for managers: a name, or the first words."""
    reason = models.TextField(max_length=2000)
    norms = ArrayField(models.CharField(max_length=300), default=list, blank=True)
    kept = models.JSONField(default=dict, blank=True)
    n_quotes = models.PositiveIntegerField(default=0)
    n_corrections = models.PositiveIntegerField(default=0)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = WithdrawalQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            one_of("kind", WithdrawalKind, name="withdrawal_kind_known"),
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="withdrawal_says_why",
                violation_error_message="Say why.",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None) | models.Q(ended_by__isnull=False),
                name="withdrawal_ended_by_somebody",
                violation_error_message="What was put back names who did it.",
            ),
            models.UniqueConstraint(
                fields=("object_id",),
                condition=models.Q(ended_at=None),
                name="withdrawal_once",
                violation_error_message="This is withdrawn already.",
            ),
        )
        indexes = (models.Index(fields=("collection", "-id"), name="withdrawal_newest"),)

    def __str__(self) -> str:
        return f"Withdrawal of {self.kind} {self.object_id}"


def withdrawn_by() -> models.ForeignKey[Any, Any]:
    """The act that a row went with; none for what merely was taken back or replaced."""
    return models.ForeignKey(
        Withdrawal,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )


def withdrawn_index(name: str) -> models.Index:
    """Few rows are withdrawn: so small an index is asked at no cost."""
    return models.Index(
        fields=("withdrawal",), name=name, condition=models.Q(withdrawal__isnull=False)
    )


def withdrawn_with_reason(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(withdrawal=None) | models.Q(status="withdrawn"),
        name=name,
        violation_error_message="What is withdrawn for a reason is off the record.",
    )
