"""What became of a decided quote or correction when its story changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from quotes.models.article import Article
from quotes.models.base import PublicRecord, one_of
from quotes.models.correction import Correction
from quotes.models.quote import Quote
from quotes.models.suggestion import Status

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser


class PlacementQuerySet(models.QuerySet["Placement"]):
    def asked(self) -> Self:
        """Those that wait for a person."""
        return self.filter(state=PlacementState.ASKED)

    def readable_by(self, user: AbstractBaseUser | AnonymousUser) -> Self:
        return self.filter(newer__in=Article.objects.readable_by(user))

    def in_reading_order(self) -> Self:
        """Quotes before the corrections that stand on them, each as the older version has them."""
        return self.order_by(
            models.F("correction__start").asc(nulls_first=True), "quote__start", "pk"
        )


class PlacementState(models.TextChoices):
    MOVED = "moved", "Moved by itself"
    ASKED = "asked", "A person is asked"
    PLACED = "placed", "Placed by a person"
    GONE = "gone", "No longer in the story"


class Placement(PublicRecord):
    """One decided quote or correction on its way from an older version of a story to a newer.

    A machine's step is told here, a person's answer in the history as well. ``version`` is the
    object's after the machine's step. While a person is asked the object stays in the older
    version, off the record; ``status`` is what it gets back. ``offer`` is the likeliest place and
    ``was`` where it stood: role → ``[[start, end]]``.
    """

    State = PlacementState

    quote = models.ForeignKey(
        Quote, on_delete=models.PROTECT, null=True, blank=True, related_name="placements"
    )
    correction = models.ForeignKey(
        Correction, on_delete=models.PROTECT, null=True, blank=True, related_name="placements"
    )
    older = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="placements_from")
    newer = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="placements")
    state = models.CharField(max_length=20, choices=PlacementState)
    status = models.CharField(max_length=20, choices=Status)
    why = models.CharField(max_length=200, blank=True)
    offer = models.JSONField(default=dict, blank=True)
    was = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField()

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ("newer", "pk")
        constraints = (
            one_of("state", PlacementState, name="placement_state_known"),
            one_of("status", Status, name="placement_status_known"),
            models.CheckConstraint(
                condition=models.Q(quote=None, correction__isnull=False)
                | models.Q(quote__isnull=False, correction=None),
                name="placement_of_one_thing",
                violation_error_message="A placement is of a quote or of a correction.",
            ),
            models.CheckConstraint(
                condition=~models.Q(older=models.F("newer")),
                name="placement_between_versions",
                violation_error_message="A placement leads from one version to another.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="asked") | ~models.Q(why=""),
                name="placement_asked_says_why",
                violation_error_message="Who is asked is told why.",
            ),
            models.UniqueConstraint(
                fields=("quote", "newer"),
                name="placement_of_quote_once",
                violation_error_message="This quote has its placement already.",
            ),
            models.UniqueConstraint(
                fields=("correction", "newer"),
                name="placement_of_correction_once",
                violation_error_message="This correction has its placement already.",
            ),
        )
        indexes = (
            models.Index(
                fields=("newer",), name="placement_asked", condition=models.Q(state="asked")
            ),
        )

    def __str__(self) -> str:
        return f"Placement {self.public_id}: {self.state}"

    @property
    def row(self) -> Quote | Correction:
        """The quote or the correction that it is of."""
        row = self.quote or self.correction
        assert row is not None  # noqa: S101 the database holds it
        return row
