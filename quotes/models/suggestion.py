"""What quotes and corrections share: a suggestion, its state, and what a person made of it."""

from __future__ import annotations

from typing import Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now

from quotes.models.base import PublicRecord
from quotes.models.speaker import Origin


class Status(models.TextChoices):
    """Where a suggestion stands."""

    SUGGESTED = "suggested", "Suggested"
    CONFIRMED = "confirmed", "Confirmed"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"
    REPLACED = "replaced", "Replaced"
    """A newer run no longer finds it, or finds it better; nobody had touched it."""


LIVE_STATES: Final = (Status.SUGGESTED, Status.CONFIRMED)


class SuggestionQuerySet(models.QuerySet):
    """Query vocabulary of everything that can be suggested, confirmed and rejected."""

    def live(self) -> Self:
        return self.filter(status__in=LIVE_STATES)

    def suggested(self) -> Self:
        return self.filter(status=Status.SUGGESTED)

    def confirmed(self) -> Self:
        return self.filter(status=Status.CONFIRMED)

    def rejected(self) -> Self:
        return self.filter(status=Status.REJECTED)

    def decided(self) -> Self:
        return self.filter(status__in=(Status.CONFIRMED, Status.REJECTED))

    def on_record(self) -> Self:
        """What lists, API and exports may show: not withdrawn, not replaced."""
        return self.exclude(status__in=(Status.WITHDRAWN, Status.REPLACED))

    def known_to_runs(self) -> Self:
        """What a run looks at: also what was withdrawn for a reason, lest it be brought back."""
        gone = models.Q(withdrawal=None, status__in=(Status.WITHDRAWN, Status.REPLACED))
        return self.exclude(gone)

    def mark_replaced(self) -> int:
        """Take suggestions off the record that a newer run no longer makes."""
        return self.update(
            status=Status.REPLACED, version=models.F("version") + 1, updated_at=Now()
        )


class Suggestion(PublicRecord):
    """Abstract: what the machine proposed (``suggestion``, never changed) and what holds now.

    ``touched`` is true once a person has done anything to the row; the machine then leaves it
    alone. ``version`` grows by one with every write.
    """

    Status = Status
    Origin = Origin

    status = models.CharField(max_length=20, choices=Status, default=Status.SUGGESTED)
    origin = models.CharField(max_length=20, choices=Origin, default=Origin.MACHINE)
    touched = models.BooleanField(default=False)
    confidence = models.FloatField(
        null=True, blank=True, validators=[MinValueValidator(0), MaxValueValidator(1)]
    )
    rule = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    suggestion = models.JSONField(null=True, blank=True, editable=False)
    changed_fields = ArrayField(models.CharField(max_length=30), default=list, blank=True)
    note = models.TextField(blank=True, max_length=5000)
    flagged = models.BooleanField(default=False)
    run = models.ForeignKey(
        "quotes.ExtractionRun", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_elsewhere = models.CharField(max_length=60, blank=True, default="", editable=False)
    """The pseudonym of who decided in the installation that the row came from."""
    decided_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
