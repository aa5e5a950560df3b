"""Imports: what came in together, and what became of each item."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from quotes.models.article import Article
from quotes.models.base import PublicRecord, one_of
from quotes.models.collection import Collection


class Import(PublicRecord):
    """One paste, one upload or one API call."""

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="imports")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"Import {self.public_id}"


class ItemState(models.TextChoices):
    STORED = "stored", "Stored"
    DUPLICATE = "duplicate", "Duplicate"
    FAILED = "failed", "Failed"


class ImportItem(models.Model):
    """One article of an import, or why it is none. ``message`` is a sentence for an editor."""

    State = ItemState

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="items")
    ordinal = models.PositiveIntegerField()
    name = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=20, choices=ItemState)
    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    message = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ("batch", "ordinal", "pk")
        constraints = (
            one_of("state", ItemState, name="import_item_state_known"),
            models.UniqueConstraint(
                fields=("batch", "ordinal"),
                name="import_item_once_per_place",
                violation_error_message="Two items have the same place.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"
