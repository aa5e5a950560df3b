"""The history of people's decisions, and who has which article open."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from quotes.models import Article, Correction, Quote, Speaker
from quotes.models.base import one_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class EditQuerySet(models.QuerySet["Edit"]):
    def by_person(self, user: User) -> Self:
        return self.filter(actor=user)

    def of_object(self, public_id: uuid.UUID) -> Self:
        return self.filter(object_id=public_id)

    def told(self) -> Self:
        """Without what was done to those that are withdrawn: pages and API keep silent of them."""
        rows = self
        for model in (Quote, Correction, Speaker):
            gone = model.objects.filter(withdrawal__isnull=False).order_by()
            rows = rows.exclude(object_id__in=gone.values("public_id"))
        return rows

    def newest_first(self) -> Self:
        return self.order_by("-pk")

    def for_display(self) -> Self:
        return self.select_related("actor", "article", "undoes", "undone_by")


class ObjectKind(models.TextChoices):
    QUOTE = "quote", "Quote"
    CORRECTION = "correction", "Correction"
    SPEAKER = "speaker", "Speaker"
    ARTICLE = "article", "Article"
    SAME_WORDS = "same_words", "Same words"


class Edit(models.Model):
    """One decision of one person. Append-only: the database refuses to change or delete a row.

    ``before`` and ``after`` hold what the action could change (see ``annotations.history``);
    ``before`` is null where the action made the object. ``version`` is the object's version after
    the action. A bulk action shares one ``batch``. An undo is an edit that ``undoes`` another; a
    redo is an undo of an undo.
    """

    ObjectKind = ObjectKind

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="edits"
    )
    at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=60)
    article = models.ForeignKey(
        Article, on_delete=models.PROTECT, null=True, blank=True, related_name="edits"
    )
    object_kind = models.CharField(max_length=20, choices=ObjectKind)
    object_id = models.UUIDField()
    version = models.PositiveIntegerField()
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    batch = models.UUIDField(default=uuid.uuid4)
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="undone_by"
    )
    is_undo = models.BooleanField(default=False)
    """True for an undo, false for an action and for a redo."""
    request_id = models.CharField(max_length=64, blank=True)
    milliseconds = models.PositiveBigIntegerField(null=True, blank=True)
    """Since the person's previous decision."""

    objects = EditQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        constraints = (
            one_of("object_kind", ObjectKind, name="edit_object_kind_known"),
            models.UniqueConstraint(
                fields=("object_id", "version"),
                name="edit_once_per_version",
                violation_error_message="This version already has its history row.",
            ),
        )
        indexes = (
            models.Index(fields=("actor", "-id"), name="edit_of_person"),
            models.Index(fields=("article", "-id"), name="edit_of_article"),
            models.Index(fields=("batch",), name="edit_batch"),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.object_id}"


HERE = dt.timedelta(seconds=20)
"""Who has not been heard of for so long has left: five questions of a page."""


class PresenceQuerySet(models.QuerySet["Presence"]):
    def here(self) -> Self:
        return self.filter(seen_at__gt=timezone.now() - HERE)


class Presence(models.Model):
    """Who had an article open last, and when: its page asks every few seconds."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    objects = PresenceQuerySet.as_manager()

    class Meta:
        ordering = ("-seen_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("article", "user"),
                name="presence_once_per_person",
                violation_error_message="This person is in the article already.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} in {self.article_id}"
