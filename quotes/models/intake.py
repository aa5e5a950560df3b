"""Imports: what came in together, and what became of each item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce

from quotes.models.article import Article
from quotes.models.base import PublicRecord, one_of
from quotes.models.collection import Collection

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class ImportQuerySet(models.QuerySet["Import"]):
    def readable_by(self, user: AbstractBaseUser | AnonymousUser) -> ImportQuerySet:
        return self.filter(collection__in=Collection.objects.readable_by(user))

    def with_tally(self) -> ImportQuerySet:
        """Add ``n_stored``, ``n_duplicate`` and ``n_failed``: how far the import has come."""
        items = ImportItem.objects.filter(batch=models.OuterRef("pk")).order_by()

        def count(state: str) -> Coalesce:
            of_state = items.filter(state=state).values("batch")
            return Coalesce(models.Subquery(of_state.annotate(n=models.Count("pk")).values("n")), 0)

        tally: dict[str, Any] = {f"n_{state}": count(state) for state in ItemState.values}
        rows: ImportQuerySet = self.annotate(**tally)
        return rows


class ImportState(models.TextChoices):
    QUEUED = "queued", "Queued"
    DONE = "done", "Done"


class Import(PublicRecord):
    """One paste, one upload or one API call.

    A queued one holds in ``waiting`` what it brings, until the worker is done with it.
    """

    State = ImportState

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="imports")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.CharField(max_length=20, choices=ImportState, default=ImportState.DONE)
    waiting = models.JSONField(default=list, blank=True)
    n_items = models.PositiveIntegerField(null=True, blank=True)
    """How many there are to be; null where the items came one by one."""

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (one_of("state", ImportState, name="import_state_known"),)
        indexes = (
            models.Index(fields=("collection", "created_at", "id"), name="import_newest_first"),
        )

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
